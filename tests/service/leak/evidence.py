"""Where a frame could be left: raw disk, memory of processes, and what the station made of it."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from service.ipc.preview import PreviewReader, PreviewWriter
from service.ipc.preview_memory import create_memory
from service.worker.thumbnail import Thumbnail
from tests.service.leak.canary import HEIGHT, WIDTH, Search, canary

_CHUNK = 32 << 20
_OVERLAP = 1 << 16
# What everybody may see of a process is its name alone; one that is not locked is called after the
# second part of its module, and the canary's worker is `tests.service.leak.canary_worker`.
_NAMES = {"limen-worker": "worker", "limen-service": "worker", "limen-web": "web"}


def previews_of_the_canary() -> tuple[NDArray[np.uint8], ...]:
    """Return the picture of 8 bits that the station shows of the canary, made by its own code."""
    writable, readable = create_memory()
    writer = PreviewWriter(writable, (WIDTH, HEIGHT))
    thumbnail = Thumbnail(WIDTH, HEIGHT)
    writer.write(thumbnail.draw(canary(), 0.01), 1)
    reader = PreviewReader(readable)
    picture = reader.newer()
    assert picture is not None
    width, height = (int(side) for side in np.frombuffer(picture, "<u2", 2))
    pixels = np.frombuffer(picture[-width * height :], np.uint8)
    return (pixels.reshape(height, width),)


def pieces_of_disk(image: Path) -> Iterator[bytes]:
    """Yield every part of a sparse disk image that was ever written, deleted files among them."""
    fd = os.open(image, os.O_RDONLY)
    try:
        at, end = 0, os.fstat(fd).st_size
        while at < end:
            try:
                begin = os.lseek(fd, at, os.SEEK_DATA)
            except OSError:
                return
            at = os.lseek(fd, begin, os.SEEK_HOLE)
            for piece in range(begin, at, _CHUNK):
                yield os.pread(fd, min(_CHUNK + _OVERLAP, at - piece), piece)
    finally:
        os.close(fd)


def children_of(station: int) -> dict[str, int]:
    """Return the numbers of a canary station's processes, by what they are."""
    found = {}
    for child in Path(f"/proc/{station}/task/{station}/children").read_text().split():
        with suppress(FileNotFoundError):  # it has ended
            name = Path(f"/proc/{child}/comm").read_text().strip()
            if name in _NAMES:
                found[_NAMES[name]] = int(child)
    return found


def frames_in_memory(pid: int) -> set[int]:
    """Return the numbers of all frames that a process has anywhere in its memory."""
    numbers: set[int] = set()
    for piece in _memory(pid):
        numbers |= Search.numbered(piece)
    return numbers


def memory_of(pid: int, search: Search) -> tuple[set[str], int]:
    """Return the encodings found in a process's memory, and how many whole frames of the sensor.

    What the kernel does not show even to root (secret memory) is not in there.
    """
    found: set[str] = set()
    frames = 0
    for piece in _memory(pid):
        found |= search.find_in_memory(piece)
        frames += search.count(piece[:_CHUNK])
    return found, frames


def _memory(pid: int) -> Iterator[bytes]:
    with Path(f"/proc/{pid}/maps").open() as maps, Path(f"/proc/{pid}/mem").open("rb", 0) as memory:
        for line in maps:
            span = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)", line)
            assert span is not None
            low, high = int(span[1], 16), int(span[2], 16)
            if "r" not in span[3] or span[4] in ("[vvar]", "[vsyscall]", "[vvar_vclock]"):
                continue
            for at in range(low, high, _CHUNK):
                try:
                    memory.seek(at)
                    yield memory.read(min(_CHUNK + _OVERLAP, high - at))
                except (OSError, ValueError):
                    continue  # secret memory, or a mapping that cannot be read
