"""The memory that frames live in: few reused buffers, not dumped, not swapped, not inherited.

A driver takes a slot, fills `slot.write`, and passes `slot.view` on in a `RadiometricFrame`. The
slot before the last one is overwritten with zeros on the way, so there never are more than two
frames in this memory: the one that is being filled and the one that is being measured.
"""

import ctypes
import errno
import mmap
import os
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

_SYS_MEMFD_SECRET = 447  # the same number on x86_64 and aarch64
_MAP_FIXED = 0x10  # asm-generic/mman-common.h; Python's mmap module does not name it
_FAILED = ctypes.c_void_p(-1).value

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_int,
    ctypes.c_long,
)
_libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
_libc.mlock.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_libc.syscall.restype = ctypes.c_long


class Protection(StrEnum):
    """How well the kernel keeps the frames; the strongest that it offers is taken."""

    SECRET = "secret"  # noqa: S105 - memfd_secret(2): not even root reads it through /proc/PID/mem
    LOCKED = "locked"  # never in swap, never in a core dump
    NOT_DUMPED = "not_dumped"  # never in a core dump; only a host without swap keeps it off disk


@dataclass(frozen=True, slots=True)
class Slot:
    """One buffer of the pool, seen in two ways.

    Attributes
    ----------
    write
        `(H, W) uint16`, for the driver to fill.
    view
        The same memory, read-only, for `RadiometricFrame.counts`.
    """

    write: NDArray[np.uint16]
    view: NDArray[np.uint16]


class FramePool:
    """A ring of frame buffers in memory that nothing but this process sees.

    Parameters
    ----------
    height, width
        Size of a frame in pixels.
    slots
        How many buffers take turns; two are alive at a time.

    Attributes
    ----------
    protection
        What the kernel granted.

    Raises
    ------
    OSError
        When there is no memory, or it cannot be kept out of core dumps and children.
    """

    def __init__(self, height: int, width: int, slots: int = 3) -> None:
        if slots < 2:
            raise ValueError(f"a pool needs at least 2 slots, one to fill and one to read: {slots}")
        frame_bytes = height * width * 2
        self._bytes = -(-frame_bytes * slots // mmap.PAGESIZE) * mmap.PAGESIZE
        self._address, self.protection = _map_private(self._bytes)
        memory = (ctypes.c_uint8 * self._bytes).from_address(self._address)
        counts = np.frombuffer(memoryview(memory), np.uint16, slots * height * width)
        self._ring = tuple(_slot(frame) for frame in counts.reshape(slots, height, width))
        self._taken = 0
        self._open = True

    def take(self) -> Slot:
        """Return the next slot, all zeros; of the others only the last one keeps its frame."""
        if not self._open:
            raise ValueError("the frame pool is closed: open the sensor again")
        ring = self._ring
        ring[(self._taken - 2) % len(ring)].write.fill(0)
        slot = ring[self._taken % len(ring)]
        self._taken += 1
        return slot

    def wipe(self) -> None:
        """Overwrite every frame with zeros, the current ones too."""
        if self._open:
            for slot in self._ring:
                slot.write.fill(0)

    def close(self) -> None:
        """Overwrite every frame and give the memory back. Closing twice is harmless.

        A view that somebody still holds reads zeros from now on and cannot be written to: read-only
        pages take the place of the frames, so that a stale view is harmless instead of a crash.
        """
        self.wipe()
        if self._open:
            self._open = False
            _map(self._address, self._bytes, mmap.PROT_READ, _MAP_FIXED | mmap.MAP_ANONYMOUS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _Reserve:
    """Secret memory for all pools of this process, which may not ask the kernel for any."""

    def __init__(self, fd: int, size: int) -> None:
        access = mmap.PROT_READ | mmap.PROT_WRITE
        self._next = _map(None, size, access, mmap.MAP_SHARED, fd)
        self._end = self._next + size
        _advise(self._next, size, mmap.MADV_DONTFORK)

    def take(self, size: int) -> int:
        if self._next + size > self._end:
            raise OSError(errno.ENOMEM, f"{size} bytes for frames are more than were reserved")
        taken, self._next = self._next, self._next + size
        return taken


_reserved: list[_Reserve] = []


def reserve(fd: int, size: int) -> None:
    """Keep the frames of every pool to come in secret memory that the parent process has made.

    Parameters
    ----------
    fd
        Descriptor of the memory (memfd_secret(2)), `size` bytes long; it is closed once mapped.
    """
    try:
        _reserved[:] = [_Reserve(fd, size)]
    finally:
        os.close(fd)


def _slot(frame: NDArray[np.uint16]) -> Slot:
    view = frame.view()
    view.flags.writeable = False
    return Slot(frame, view)


def _map_private(size: int) -> tuple[int, Protection]:
    """Map `size` bytes that no child inherits and no core dump holds; say how well kept they are.

    Secret memory is locked and not dumped by itself, and the kernel clears its pages when freed.
    """
    flags = mmap.PROT_READ | mmap.PROT_WRITE
    if _reserved:
        return _reserved[0].take(size), Protection.SECRET
    fd = _libc.syscall(_SYS_MEMFD_SECRET, os.O_CLOEXEC)
    if fd >= 0:
        try:
            os.ftruncate(fd, size)
            address = _map(None, size, flags, mmap.MAP_SHARED, fd)
        except OSError:
            pass  # not enough lockable memory for it: an ordinary mapping may still be had
        else:
            _advise(address, size, mmap.MADV_DONTFORK)
            return address, Protection.SECRET
        finally:
            os.close(fd)
    address = _map(None, size, flags, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    _advise(address, size, mmap.MADV_DONTDUMP)
    _advise(address, size, mmap.MADV_DONTFORK)
    locked = _libc.mlock(address, size) == 0
    return address, Protection.LOCKED if locked else Protection.NOT_DUMPED


def _map(address: int | None, size: int, access: int, flags: int, fd: int = -1) -> int:
    if not flags & mmap.MAP_SHARED:
        flags |= mmap.MAP_PRIVATE
    mapped = _libc.mmap(address, size, access, flags, fd, 0)
    if mapped is None or mapped == _FAILED:
        raise OSError(ctypes.get_errno(), f"cannot map {size} bytes for frames")
    return int(mapped)


def _advise(address: int, size: int, advice: int) -> None:
    if _libc.madvise(address, size, advice) != 0:
        raise OSError(
            ctypes.get_errno(), f"the kernel does not keep the frames private (madvise {advice})"
        )
