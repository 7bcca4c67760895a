"""CPTV recordings (Cacophony Project Thermal Video, versions 1 and 2) of Lepton cameras.

A gzip stream of sections, each a type, a count of fields, and the fields:

    "CPTV" | version | "H" n field*n | ("F" n field*n pixels)*       field: length, name, value

    pixels: the first one, int32 | differences of a fixed number of bits, big-endian, packed

Pixels are differences to the frame before, and in it each to the one before along a line that runs
to and fro over the rows. The whole stream is walked once when it is opened: every length, name and
time is checked, and gzip's own checksum with them, before a pixel is believed.

Format: https://github.com/TheCacophonyProject/go-cptv/blob/master/SPECIFICATION.md
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from device.errors import RecordingError
from device.frame import FfcState
from device.replay.stored import StoredCamera, StoredFrame

# name of a field -> bytes of its value; None = text of any length
_HEADER_FIELDS: dict[bytes, int | None] = {
    b"T": 8,  # time stamp of the recording, us since 1970
    b"X": 4,  # width
    b"Y": 4,  # height
    b"C": 1,  # compression, always 1
    b"D": None,  # device name
    b"I": 4,  # device id
    b"P": 1,  # preview seconds
    b"M": None,  # motion detector's settings
    b"L": 4,  # latitude
    b"O": 4,  # longitude
    b"S": 8,  # time stamp of the location
    b"A": 4,  # altitude
    b"U": 4,  # accuracy
    b"Z": 1,  # frames per second
    b"E": None,  # camera model
    b"B": None,  # camera brand
    b"V": None,  # camera firmware
    b"N": 4,  # camera serial number
    b"g": 1,  # whether a background frame comes first
    b"Q": 2,  # smallest count
    b"K": 2,  # largest count
    b"J": 2,  # number of frames
}
_FRAME_FIELDS: dict[bytes, int | None] = {
    b"w": 1,  # bits per packed pixel difference
    b"f": 4,  # bytes of pixels that follow
    b"t": 4,  # time since power-up, ms
    b"c": 4,  # time since power-up of the last FFC, ms
    b"a": 4,  # FPA temperature, deg C
    b"b": 4,  # FPA temperature at the last FFC, deg C
    b"g": 1,  # this is a background, made of many frames
}
_LAST_YEAR_US = 253_402_300_799_999_999  # end of the year 9999
_MIN_SIDE, _MAX_SIDE = 8, 1280
_MAX_BITS = 17  # a difference of differences of 16-bit counts needs no more
_CLOCK = 1 << 32  # the camera's millisecond counter wraps after 49.7 days


class CptvFile:
    """A CPTV recording, checked from end to end.

    Parameters
    ----------
    stream
        The open file; it stays open as long as frames are wanted.
    name
        For error sentences.

    Raises
    ------
    RecordingError
        When it is cut, corrupt or no CPTV recording; the sentence says where.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        stream.seek(0)
        with gzip.GzipFile(fileobj=stream) as unzipped:
            walk = _Walk(unzipped, name)
            self.camera = walk.header()
            while walk.frame() is not None:
                pass
        self._frame_count = walk.frames
        if not self._frame_count:
            raise RecordingError(f"{name} holds no frame.", "Record again.")

    def frames(self) -> Iterator[StoredFrame]:
        """Yield the frames from the first one, with a frame number by place."""
        seen = 0
        why = "it has become shorter"
        try:
            for frame in self._frames():
                seen += 1
                yield frame
        except RecordingError as error:
            why = error.what.rstrip(".")
        if seen != self._frame_count:
            raise RecordingError(
                f"{self._name} changed while it was read: {why}.",
                "Copy it again and leave the copy alone.",
            )

    def _frames(self) -> Iterator[StoredFrame]:
        self._stream.seek(0)
        with gzip.GzipFile(fileobj=self._stream) as unzipped:
            walk = _Walk(unzipped, self._name)
            camera = walk.header()
            line = np.zeros(camera.width * camera.height, np.uint16)
            wraps = before_ms = 0
            while (packed := walk.frame()) is not None:
                line += packed.differences(line.size)
                wraps += packed.time_ms < before_ms  # the walk lets only true wraps pass
                before_ms = packed.time_ms
                counts = line.reshape(camera.height, camera.width).copy()
                counts[1::2] = counts[1::2, ::-1]
                ffc, ffc_age_s = _ffc(packed.time_ms, packed.ffc_ms)
                yield StoredFrame(
                    counts=counts,
                    time_s=(packed.time_ms + wraps * _CLOCK) / 1000.0,
                    sequence=walk.frames - 1,
                    ffc=ffc,
                    ffc_age_s=ffc_age_s,
                    fpa_temp_c=packed.fpa_temp_c,
                    flaw="background" if packed.background else None,
                )


@dataclass(frozen=True, slots=True)
class _PackedFrame:
    """One frame as it lies in the stream; times in ms since power-up, 0 where there are none."""

    time_ms: int
    ffc_ms: int
    fpa_temp_c: float | None
    background: bool
    bits: int
    pixels: bytes

    def differences(self, size: int) -> NDArray[np.uint16]:
        """Return `(size,) uint16`: what to add to the frame before, along the line, modulo 2^16."""
        steps = np.empty(size, np.int64)
        steps[0] = int.from_bytes(self.pixels[:4], "little", signed=True)
        taken = np.frombuffer(self.pixels, np.uint8, offset=4)
        spread = np.unpackbits(taken, count=(size - 1) * self.bits).reshape(-1, self.bits)
        weights = 1 << np.arange(self.bits)[::-1]
        weights[0] *= -1  # two's complement
        steps[1:] = spread @ weights
        return np.cumsum(steps).astype(np.uint16)


def _ffc(now_ms: int, last_ms: int) -> tuple[FfcState, float | None]:
    if last_ms == 0:
        return FfcState.NEVER, None
    age_ms = (now_ms - last_ms) % _CLOCK
    if age_ms >= _CLOCK // 2:  # the FFC's time is ahead of the frame's: it is running
        return FfcState.IN_PROGRESS, 0.0
    return FfcState.COMPLETE, age_ms / 1000.0


class _Walk:
    """One pass over the unzipped stream that believes nothing."""

    def __init__(self, unzipped: gzip.GzipFile, name: str) -> None:
        self._unzipped = unzipped
        self._name = name
        self._where = "its header"
        self._pixels = 0
        self._promised: int | None = None
        self._timed = False
        self._before_ms: int | None = None
        self.frames = 0

    def header(self) -> StoredCamera:
        magic = self._read(5)
        if magic[:4] != b"CPTV":
            raise self._corrupt(f"it begins with {magic[:4]!r}, not with 'CPTV'")
        if magic[4] not in {1, 2}:
            raise self._corrupt(f"it is of version {magic[4]}, and only 1 and 2 are known")
        self._timed = magic[4] == 2
        if self._read(1) != b"H":
            raise self._corrupt("the header is missing")
        fields = self._fields(_HEADER_FIELDS, needed=b"TXYC")
        width, height = _number(fields[b"X"]), _number(fields[b"Y"])
        if not (_MIN_SIDE <= width <= _MAX_SIDE and _MIN_SIDE <= height <= _MAX_SIDE):
            raise self._corrupt(f"its frames would be {width} x {height} pixels")
        if _number(fields[b"C"]) != 1:
            raise self._corrupt(f"its compression is {_number(fields[b'C'])}, and only 1 is known")
        if _number(fields[b"T"]) > _LAST_YEAR_US or _number(fields.get(b"S", b"")) > _LAST_YEAR_US:
            raise self._corrupt("its date is beyond the year 9999")
        self._pixels = width * height
        self._promised = _number(fields[b"J"]) if b"J" in fields else None
        serial = _number(fields.get(b"N", b""))
        return StoredCamera(
            model=_text(fields.get(b"E", b"")),
            serial=str(serial) if serial else "",
            firmware=_text(fields.get(b"V", b"")),
            width=width,
            height=height,
            frame_rate_hz=float(_number(fields.get(b"Z", b"")) or 9),
            # nothing in a CPTV says how the camera hung; in the kiosks that made
            # radiometric ones it lay on its side
            quarter_turns=-1 if width > height else 0,
        )

    def frame(self) -> _PackedFrame | None:
        """Walk over one frame; None at the end of a whole recording."""
        self._where = f"frame {self.frames}"
        kind = self._read(1, end_allowed=True)
        if not kind:
            if self._promised not in {None, 0, self.frames}:
                raise self._corrupt(f"the header promises {self._promised} frames")
            return None
        if kind != b"F":
            raise self._corrupt(f"a section of type {kind!r} stands where a frame should begin")
        fields = self._fields(_FRAME_FIELDS, needed=b"wftc" if self._timed else b"wf")
        bits, size = _number(fields[b"w"]), _number(fields[b"f"])
        expected = 4 + ((self._pixels - 1) * bits + 7) // 8
        if not 1 <= bits <= _MAX_BITS or size != expected:
            raise self._corrupt(f"{size} bytes of pixels at {bits} bits, expected {expected}")
        now_ms = _number(fields[b"t"]) if self._timed else 0
        if self._timed:
            self._advance(now_ms)
        pixels = self._read(size)
        self.frames += 1
        fpa_temp_c = struct.unpack("<f", fields[b"a"])[0] if self._timed and b"a" in fields else 0.0
        return _PackedFrame(
            time_ms=now_ms,
            ffc_ms=_number(fields[b"c"]) if self._timed else 0,
            fpa_temp_c=fpa_temp_c or None,  # the recorder writes 0 for unknown
            background=self._timed and bool(_number(fields.get(b"g", b""))),
            bits=bits,
            pixels=pixels,
        )

    def _advance(self, now_ms: int) -> None:
        before_ms = self._before_ms
        if before_ms is not None and (now_ms - before_ms) % _CLOCK >= _CLOCK // 2:
            raise self._corrupt(f"its time goes back from {before_ms} ms to {now_ms} ms")
        self._before_ms = now_ms

    def _fields(self, known: dict[bytes, int | None], needed: bytes) -> dict[bytes, bytes]:
        fields: dict[bytes, bytes] = {}
        for _ in range(self._read(1)[0]):
            prefix = self._read(2)
            length, name = prefix[0], prefix[1:]
            if name not in known or name in fields:
                raise self._corrupt(f"the field {name!r} is not known here")
            size = known[name]
            if size is not None and length != size:
                raise self._corrupt(f"the field {name!r} has {length} bytes, expected {size}")
            fields[name] = self._read(length)
        for letter in needed:
            if bytes((letter,)) not in fields:
                raise self._corrupt(f"the field {chr(letter)!r} is missing")
        return fields

    def _read(self, size: int, *, end_allowed: bool = False) -> bytes:
        try:
            data = self._unzipped.read(size)
        except (EOFError, OSError, zlib.error) as error:
            # what was unzipped ahead of the break is lost with it, so the place is not exact
            raise self._corrupt(str(error) or type(error).__name__, "at or after") from error
        if len(data) != size and not (end_allowed and not data):
            raise self._corrupt(f"it ends after {len(data)} of {size} bytes")
        return data

    def _corrupt(self, what: str, place: str = "at") -> RecordingError:
        return RecordingError(
            f"{self._name} is cut or corrupt {place} {self._where}: {what}.",
            "Copy it again from where it was made.",
        )


def _number(value: bytes) -> int:
    return int.from_bytes(value, "little")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
