"""What a station under test is told from outside, through memory that all of its processes map.

A locked process can open nothing and is asked nothing; it can look into memory that it mapped while
it started.
"""

import ctypes
import mmap
import os

from tests.oracle.grammar import KINDS

NOBODY = "nobody is there"
_BITS = (*sorted(KINDS), NOBODY)


class _Memory(ctypes.Structure):
    """What is so now, and by how many seconds the clock is wrong: each written at one go.

    `struct.pack_into` writes zeros first: who looks just then sees nothing broken.
    """

    _fields_ = (("bits", ctypes.c_uint64), ("clock_s", ctypes.c_double))


_libc = ctypes.CDLL(None)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long)


class Told:
    """The memory, and what stands in it.

    Parameters
    ----------
    fd
        Of the memory; it is made when there is none.
    """

    def __init__(self, fd: int | None = None) -> None:
        self.fd = os.memfd_create("told", 0) if fd is None else fd
        if fd is None:
            os.ftruncate(self.fd, mmap.PAGESIZE)
        protection = mmap.PROT_READ | (mmap.PROT_WRITE if fd is None else 0)
        # Python's own mapping would keep a descriptor that nobody gave a locked process.
        address = _libc.mmap(None, mmap.PAGESIZE, protection, mmap.MAP_SHARED, self.fd, 0)
        assert address not in {None, ctypes.c_void_p(-1).value}
        self._memory = _Memory.from_address(address)

    def tell(self, now: set[str], clock_s: float) -> None:
        """Say what is so from now on."""
        self._memory.bits = sum(1 << place for place, kind in enumerate(_BITS) if kind in now)
        self._memory.clock_s = clock_s

    @property
    def now(self) -> set[str]:
        """What is so now."""
        bits = self._memory.bits
        return {kind for place, kind in enumerate(_BITS) if bits >> place & 1}

    @property
    def clock_s(self) -> float:
        """By how many seconds the clock is wrong."""
        return float(self._memory.clock_s)
