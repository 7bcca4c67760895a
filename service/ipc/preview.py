"""The thermal view as the worker writes it and the web process reads it."""

import ctypes
import mmap
import os

import numpy as np
from numpy.typing import NDArray

from service.ipc.preview_memory import MAX_HEIGHT, MAX_WIDTH, PIXELS_AT, SHAPE, SIZE, STAMP


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
        self._pixels = np.frombuffer(self._memory, np.uint8, SIZE - PIXELS_AT, PIXELS_AT)
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
        SHAPE.pack_into(self._memory, 8, width, height, *self._source, sequence)
        self._mark(self._stamp + 1)

    def wipe(self) -> None:
        """Overwrite the picture with zeros."""
        self._mark(self._stamp + 1)
        self._pixels.fill(0)
        SHAPE.pack_into(self._memory, 8, 0, 0, 0, 0, 0)
        self._mark(self._stamp + 1)

    def _mark(self, stamp: int) -> None:
        self._stamp = stamp
        STAMP.pack_into(self._memory, 0, stamp)


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
        shape = self._memory[8 : 8 + SHAPE.size]
        width, height, *_ = SHAPE.unpack(shape)
        if not 0 < width <= MAX_WIDTH or not 0 < height <= MAX_HEIGHT:
            return None
        picture = shape + self._memory[PIXELS_AT : PIXELS_AT + width * height]
        if self._stamp() != stamp:  # overwritten while it was copied: the next one comes soon
            return None
        self._last = stamp
        return picture

    def _stamp(self) -> int:
        return int(STAMP.unpack_from(self._memory, 0)[0])

    def close(self) -> None:
        """Forget the memory."""
        self._memory.close()
