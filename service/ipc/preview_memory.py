"""The thermal view's way from the worker to the web process: sealed anonymous memory.

    0    uint64  stamp: odd while a picture is being written, then the next even number
    8    uint16  width, height of the picture; source width, source height in sensor pixels;
                 all zero while there is no picture
    16   uint64  sequence of the frame it shows
    24   uint16  centre of the reference: x, y in sixteenths of a sensor pixel; `NOWHERE` if none
    28   uint16  how many boxes follow
    32   8 times uint16 mark, x, y, width, height: a visitor's box, in sixteenths of a pixel
    128  uint8   height * width grey values, row by row

What only a screen needs goes this way, past the supervisor. The worker writes it, the web process
maps it read-only, the supervisor makes it and never maps it.
"""

import fcntl
import os
import struct

MAX_WIDTH, MAX_HEIGHT = 320, 256
MAX_BOXES = 8
NOWHERE = 0xFFFF
PER_PIXEL = 16
STAMP = struct.Struct("<Q")
SHAPE = struct.Struct("<HHHHQ")
PLACES = struct.Struct("<HHH")
BOX = struct.Struct("<HHHHH")
PLACES_AT, BOXES_AT, PIXELS_AT = 24, 32, 128
SIZE = PIXELS_AT + MAX_WIDTH * MAX_HEIGHT
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def create_memory() -> tuple[int, int]:
    """Return two file descriptors of new memory: one to write, and one that can only be read."""
    writable = os.memfd_create("limen-preview", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(writable, SIZE)
    fcntl.fcntl(writable, fcntl.F_ADD_SEALS, _SEALS)
    return writable, os.open(f"/proc/self/fd/{writable}", os.O_RDONLY | os.O_CLOEXEC)
