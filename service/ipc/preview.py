"""The thermal view as the worker writes it and the web process reads it."""

import ctypes
import mmap
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from service.ipc.preview_memory import (
    BOX,
    BOXES_AT,
    MAX_BOXES,
    MAX_HEIGHT,
    MAX_WIDTH,
    NOWHERE,
    PER_PIXEL,
    PIXELS_AT,
    PLACES,
    PLACES_AT,
    SHAPE,
    SIZE,
    STAMP,
)

if TYPE_CHECKING:  # the web process reads bytes, and goes without what computes with pictures
    import numpy as np
    from numpy.typing import NDArray

Boxes = Sequence[tuple[int, tuple[float, float, float, float]]]


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
        Width and height of the sensor's frames in pixels; to be set when it is known.
    """

    def __init__(self, fd: int, source: tuple[int, int] = (0, 0)) -> None:
        self._memory = _map_shared(fd)
        os.close(fd)
        self._pixels = self._memory[PIXELS_AT:]
        self.source = source
        self._stamp = 0

    def write(
        self,
        grey: "NDArray[np.uint8]",
        sequence: int,
        boxes: Boxes = (),
        reference: tuple[float, float] | None = None,
    ) -> None:
        """Show a picture with what is in it.

        Parameters
        ----------
        grey
            `(h, w) uint8`, at most 256 by 320, row by row in memory.
        sequence
            Number of the frame that it shows.
        boxes
            Mark and box (x, y, width, height in sensor pixels) of each visitor, the first
            `MAX_BOXES` of them.
        reference
            Its centre in sensor pixels; None when it is nowhere.
        """
        height, width = grey.shape
        self._mark(self._stamp + 1)
        self._pixels[: height * width] = grey.data.cast("B")
        SHAPE.pack_into(self._memory, 8, width, height, *self.source, sequence)
        self._place(boxes[:MAX_BOXES], reference)
        self._mark(self._stamp + 1)

    def wipe(self) -> None:
        """Overwrite the picture with zeros."""
        self._mark(self._stamp + 1)
        self._pixels[:] = bytes(len(self._pixels))
        SHAPE.pack_into(self._memory, 8, 0, 0, 0, 0, 0)
        self._place((), None)
        self._mark(self._stamp + 1)

    def _place(self, boxes: Boxes, reference: tuple[float, float] | None) -> None:
        x, y = (NOWHERE, NOWHERE) if reference is None else map(_sixteenths, reference)
        PLACES.pack_into(self._memory, PLACES_AT, x, y, len(boxes))
        for place in range(MAX_BOXES):
            mark, box = boxes[place] if place < len(boxes) else (0, (0.0, 0.0, 0.0, 0.0))
            BOX.pack_into(self._memory, BOXES_AT + place * BOX.size, mark, *map(_sixteenths, box))

    def _mark(self, stamp: int) -> None:
        self._stamp = stamp
        STAMP.pack_into(self._memory, 0, stamp)


def _sixteenths(pixels: float) -> int:
    return int(min(max(round(pixels * PER_PIXEL), 0), NOWHERE - 1))


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
            The memory from byte 8 on (`service.ipc.preview_memory`), to the last grey value.
        """
        stamp = self._stamp()
        if stamp % 2 or stamp == self._last:
            return None
        shape = self._memory[8 : 8 + SHAPE.size]
        width, height, *_ = SHAPE.unpack(shape)
        if not 0 < width <= MAX_WIDTH or not 0 < height <= MAX_HEIGHT:
            return None
        picture = self._memory[8 : PIXELS_AT + width * height]
        if self._stamp() != stamp:  # overwritten while it was copied: the next one comes soon
            return None
        self._last = stamp
        return picture

    def _stamp(self) -> int:
        return int(STAMP.unpack_from(self._memory, 0)[0])

    def close(self) -> None:
        """Forget the memory."""
        self._memory.close()
