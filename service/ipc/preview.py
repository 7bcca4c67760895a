"""The thermal view's way from the worker to the web process: sealed anonymous memory.

    0   uint64  stamp: odd while a picture is being written, then the next even number
    8   uint16  width, height of the picture; source width, source height in sensor pixels;
                all zero while there is no picture
    16  uint64  sequence of the frame it shows
    32  uint8   height * width grey values, row by row

The worker writes it, the web process maps it read-only, the supervisor makes it and never maps it.
"""

import ctypes
import fcntl
import mmap
import os
import struct

import numpy as np
from numpy.typing import NDArray

MAX_WIDTH, MAX_HEIGHT = 320, 256
_STAMP = struct.Struct("<Q")
_SHAPE = struct.Struct("<HHHHQ")
_PIXELS_AT = 32
SIZE = _PIXELS_AT + MAX_WIDTH * MAX_HEIGHT
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def create_memory() -> tuple[int, int]:
    """Return two file descriptors of new memory: one to write, and one that can only be read."""
    writable = os.memfd_create("limen-preview", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(writable, SIZE)
    fcntl.fcntl(writable, fcntl.F_ADD_SEALS, _SEALS)
    return writable, os.open(f"/proc/self/fd/{writable}", os.O_RDONLY | os.O_CLOEXEC)


def _map_shared(fd: int) -> memoryview:
    """Map the memory for writing, and keep no descriptor of it as `mmap.mmap` would."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    address = libc.mmap(None, SIZE, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_SHARED, fd, 0)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "the preview's memory cannot be mapped")
    return memoryview((ctypes.c_char * SIZE).from_address(address)).cast("B")


class PreviewWriter:
    """Puts pictures into the memory; the worker's side.

    Parameters
    ----------
    fd
        Writable descriptor of the memory; it is closed once mapped.
    source
        Width and height of the sensor's frames in pixels.
    """

    def __init__(self, fd: int, source: tuple[int, int]) -> None:
        self._memory = _map_shared(fd)
        os.close(fd)
        self._pixels = np.frombuffer(self._memory, np.uint8, SIZE - _PIXELS_AT, _PIXELS_AT)
        self._source = source
        self._stamp = 0

    def write(self, grey: NDArray[np.uint8], sequence: int) -> None:
        """Show a picture.

        Parameters
        ----------
        grey
            `(h, w) uint8`, at most 256 by 320.
        sequence
            Number of the frame that it shows.
        """
        height, width = grey.shape
        self._mark(self._stamp + 1)
        np.copyto(self._pixels[: height * width].reshape(height, width), grey)
        _SHAPE.pack_into(self._memory, 8, width, height, *self._source, sequence)
        self._mark(self._stamp + 1)

    def wipe(self) -> None:
        """Overwrite the picture with zeros."""
        self._mark(self._stamp + 1)
        self._pixels.fill(0)
        _SHAPE.pack_into(self._memory, 8, 0, 0, 0, 0, 0)
        self._mark(self._stamp + 1)

    def _mark(self, stamp: int) -> None:
        self._stamp = stamp
        _STAMP.pack_into(self._memory, 0, stamp)


class PreviewReader:
    """Reads whole pictures out of the memory; the web's side.

    Parameters
    ----------
    fd
        Read-only descriptor of the memory; it is closed once mapped.
    """

    def __init__(self, fd: int) -> None:
        self._memory = mmap.mmap(fd, SIZE, prot=mmap.PROT_READ)
        os.close(fd)
        self._last = 0

    def newer(self) -> bytes | None:
        """Return the picture when there is a new whole one, otherwise None.

        Returns
        -------
        bytes
            `<HHHHQ` width, height, source width, source height, sequence; then the grey values.
        """
        stamp = self._stamp()
        if stamp % 2 or stamp == self._last:
            return None
        shape = self._memory[8 : 8 + _SHAPE.size]
        width, height, *_ = _SHAPE.unpack(shape)
        if not 0 < width <= MAX_WIDTH or not 0 < height <= MAX_HEIGHT:
            return None
        picture = shape + self._memory[_PIXELS_AT : _PIXELS_AT + width * height]
        if self._stamp() != stamp:  # overwritten while it was copied: the next one comes soon
            return None
        self._last = stamp
        return picture

    def _stamp(self) -> int:
        return int(_STAMP.unpack_from(self._memory, 0)[0])

    def close(self) -> None:
        """Forget the memory."""
        self._memory.close()
