"""A picture that can be found again whatever was done to it, and the search for it.

Random pixels on a coarse random envelope: the pixels are found by their exact bytes in many
encodings and, as numbers, by their differences; the envelope survives palettes, scaling and JPEG
and is found by correlation.
"""

import base64
import re
import zlib
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 512, 640
ROWS, COLUMNS = 8, 10  # of the envelope
_RUN = 16  # pixels per needle: their chance meeting is out of the question
_PLACES = ((2, 100), (256, 320), (470, 590))
# The first pixels of every frame, in counts; the frame's number follows.
MARK = (31_011, 29_507, 30_923, 29_111, 31_207, 30_001, 29_803, 31_513, 29_009, 30_707)
_CORRELATED = 0.55
_LONGEST = 64 << 20
_A_DUMP = 40 << 20  # nothing that large is a picture or a packed stream: it is somebody's memory
_SLICE = 1 << 20  # bytes looked at as numbers at a time, so that they stay in the cache


def canary(seed: int = 1) -> NDArray[np.uint16]:
    """Return the picture, `(512, 640) uint16` counts of 0.01 K, from a room to skin."""
    draw = np.random.default_rng(seed)
    envelope = draw.integers(0, 1200, (ROWS, COLUMNS))
    noise = draw.integers(0, 1000, (HEIGHT, WIDTH))
    return (29_100 + np.kron(envelope, np.ones((64, 64), int)) + noise).astype(np.uint16)


def enliven(counts: NDArray[np.uint16], draw: np.random.Generator) -> None:
    """Give a canary noise of its own, in place: a picture that repeats itself is not screened.

    It lies where freshness is looked at, beside what is searched for. A pixel's right neighbour has
    the opposite of it, so that the smaller picture that the station shows stays as it is.
    """
    noise = draw.integers(-6, 7, (HEIGHT // 4, WIDTH // 4), np.int16)
    for y, x in _PLACES:
        noise[y // 4, x // 4 : (x + _RUN) // 4 + 1] = 0
    counts[::4, ::4] += noise.view(np.uint16)
    counts[::4, 1::4] -= noise.view(np.uint16)


def _envelope(picture: NDArray[np.generic]) -> NDArray[np.float64]:
    small = cv2.resize(picture.astype(np.float32), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    return np.asarray((small - small.mean()).ravel() / (small.std() + 1e-9), np.float64)


class Search:
    """Looks for one canary in bytes.

    Parameters
    ----------
    counts
        The canary.
    previews
        Pictures of 8 bits that the station makes of it, to be found as they are.
    """

    def __init__(
        self, counts: NDArray[np.uint16], previews: tuple[NDArray[np.uint8], ...] = ()
    ) -> None:
        self._envelope = _envelope(counts)
        runs = [counts[y, x : x + _RUN] for y, x in _PLACES]
        needles: dict[bytes, str] = {}
        for run in runs:
            needles[run.astype("<u2").tobytes()] = "u16 little-endian"
            needles[run.astype(">u2").tobytes()] = "u16 big-endian"
            numbers = [str(number) for number in run[:6]]
            needles[",".join(numbers).encode()] = "text"
            needles[", ".join(numbers).encode()] = "text"
        for preview in previews:
            factor = HEIGHT // preview.shape[0]
            for y, x in ((y // factor, x // factor) for y, x in _PLACES):
                grey = preview[y, x : x + _RUN]
                needles[grey.tobytes()] = "preview"
                needles[np.repeat(grey, 3).tobytes()] = "preview RGB"
                opaque = np.full((_RUN, 4), 255, np.uint8)
                opaque[:, :3] = grey[:, np.newaxis]
                needles[opaque.tobytes()] = "preview RGBA"
        self._raw = {needle: name for needle, name in needles.items() if name != "text"}
        for needle, name in self._raw.items():
            needles[needle.hex().encode()] = f"{name} in hex"
            needles[needle.hex().upper().encode()] = f"{name} in hex"
            for shift in range(3):  # base64 depends on where in a group of three it begins
                encoded = base64.b64encode(b"\0" * shift + needle)
                needles[encoded[4 : len(encoded) // 4 * 4 - 4]] = f"{name} in base64"
        self._needles = needles
        self._steps = [np.diff(run.astype(np.float64)) for run in runs]

    def find(self, data: bytes) -> set[str]:
        """Return the encodings in which the canary is in there."""
        if len(data) > _A_DUMP:
            return self.find_in_memory(data)
        found = self.plain(data)
        found |= {name for name, picture in _pictures(data) if self._shows(picture)}
        for name, inner in _unpacked(data):
            found |= {f"{name}: {what}" for what in self.find(inner)}
        return found

    def plain(self, data: bytes) -> set[str]:
        """Return the encodings in which the canary is in there as it is, not packed."""
        found = {name for needle, name in self._needles.items() if needle in data}
        return found | self._numbers(data)

    def find_in_memory(self, data: bytes) -> set[str]:
        """Return in which of the forms that a program computes with the canary is in there."""
        raw = {name for needle, name in self._raw.items() if needle in data}
        return raw | self._numbers(data, kinds=("<f4",), runs=1)

    def count(self, data: bytes) -> int:
        """Return how often the first needle is in there as it came from the sensor."""
        return data.count(next(iter(self._needles)))

    @staticmethod
    def numbered(data: bytes) -> set[int]:
        """Return the numbers of the frames whose beginning is in there, as counts or in deg C."""
        found = set()
        mark = np.array(MARK, "<u2").tobytes()
        at = data.find(mark)
        while at >= 0:
            high, low = np.frombuffer(data[at + len(mark) :][:4].ljust(4, b"\0"), "<u2")
            found.add((int(high) - 30_000) * 100 + int(low) - 30_000)
            at = data.find(mark, at + 2)
        values = np.frombuffer(data, "<f4", len(data) // 4)
        with np.errstate(all="ignore"):
            differences = np.diff(values)
            places = np.flatnonzero(np.abs(differences - (MARK[1] - MARK[0]) * 0.01) < 1e-3)
            for step in range(1, len(MARK) - 1):
                wanted = (MARK[step + 1] - MARK[step]) * 0.01
                places = places[places + len(MARK) + 2 < len(values)]
                places = places[np.abs(differences[places + step] - wanted) < 1e-3]
        for place in places:
            above = values[place + len(MARK) : place + len(MARK) + 2] - values[place]
            high, low = np.round(above * 100 + MARK[0] - 30_000).astype(int)
            found.add(int(high) * 100 + int(low))
        return found

    def _numbers(
        self, data: bytes, kinds: tuple[str, ...] = ("<f4", "<f8"), runs: int = len(_PLACES)
    ) -> set[str]:
        """Look for floating-point arrays by their differences, in counts, kelvin or deg C."""
        found: set[str] = set()
        for kind in kinds:
            size = np.dtype(kind).itemsize
            for at in range(0, len(data) - 8, _SLICE):
                values = np.frombuffer(data, kind, min(_SLICE + 1024, len(data) - at) // size, at)
                with np.errstate(all="ignore"):
                    differences = np.diff(values)
                    for scale in (1.0, 0.01):
                        if any(_follow(differences, run * scale) for run in self._steps[:runs]):
                            found.add(f"float {size * 8}")
        return found

    def _shows(self, picture: NDArray[np.uint8]) -> bool:
        return bool(np.mean(_envelope(picture) * self._envelope) > _CORRELATED)

    def shows(self, picture: NDArray[np.uint8]) -> bool:
        """Whether a picture shows the canary, wherever in it and however large."""
        height, width = picture.shape
        for size in (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3):
            h, w = int(height * size), int(height * size * WIDTH / HEIGHT)
            for top in range(0, height - h + 1, max(1, h // 24)):
                for left in range(0, width - w + 1, max(1, w // 24)):
                    if self._shows(picture[top : top + h, left : left + w]):
                        return True
        return False


def _follow(differences: NDArray[np.floating], steps: NDArray[np.float64]) -> bool:
    """Whether the steps follow one another somewhere, as closely as 32 bits can tell."""
    slack = 2e-2 * max(1e-2, float(np.abs(steps).max()) / 1000)
    places = np.flatnonzero(np.abs(differences - steps[0]) <= slack)
    for step in range(1, len(steps)):
        places = places[places + step < len(differences)]
        places = places[np.abs(differences[places + step] - steps[step]) <= slack]
    return len(places) > 0


def _pictures(data: bytes) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Yield every picture file that begins anywhere in the data."""
    for name, magic in (("JPEG", b"\xff\xd8\xff"), ("PNG", b"\x89PNG\r\n"), ("WebP", b"RIFF")):
        at = data.find(magic)
        while at >= 0:
            try:
                picture = cv2.imdecode(
                    np.frombuffer(data, np.uint8, min(len(data) - at, 8 << 20), at),
                    cv2.IMREAD_GRAYSCALE,
                )
            except cv2.error:
                picture = None
            if picture is not None and min(picture.shape) >= 32:
                yield name, picture.astype(np.uint8)
            at = data.find(magic, at + 1)


def _unpacked(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield what every compressed stream that begins anywhere in the data holds."""
    for name, magic, bits in (
        ("gzip", rb"\x1f\x8b\x08", 31),
        ("zlib", rb"x[\x01\x5e\x9c\xda]", 15),
    ):
        for hit in re.finditer(magic, data):
            unpack = zlib.decompressobj(bits)
            try:
                inner = unpack.decompress(data[hit.start() : hit.start() + (8 << 20)], _LONGEST)
            except zlib.error:
                continue
            if len(inner) >= 256:
                yield name, inner
