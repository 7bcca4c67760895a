"""The filters of system calls that the kernel holds of another process, read out of the kernel.

Only root may ask (PTRACE_SECCOMP_GET_FILTER). The process is stopped for the time it takes, some
milliseconds. With them a running process is compared with what was attacked: program for program.
"""

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from service.sandbox.launch import filters
from service.sandbox.profiles import Profile
from service.sandbox.syscalls import this_machine

_SEIZE, _INTERRUPT, _DETACH, _GET_FILTER = 0x4206, 0x4207, 17, 0x420C
_ALL_THREADS = 0x40000000  # __WALL
_INSTRUCTION = 8  # bytes of a struct sock_filter; its constant is the second half


def of_process(pid: int) -> tuple[bytes, ...]:
    """Return the filter programs of a process, in the order in which they were loaded.

    Raises
    ------
    OSError
        When this process may not ask.
    """
    with stopped(pid):
        found: list[bytes] = []
        while True:
            at = ctypes.c_void_p(len(found))
            try:
                length = _ptrace(_GET_FILTER, pid, at)
            except OSError as error:
                if error.errno == errno.ENOENT:
                    return tuple(found)
                raise
            room = ctypes.create_string_buffer(length * _INSTRUCTION)
            _ptrace(_GET_FILTER, pid, at, ctypes.byref(room))
            found.append(room.raw)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Trace a process and stop it meanwhile; OSError when this process may not."""
    _ptrace(_SEIZE, pid)
    try:
        _ptrace(_INTERRUPT, pid)
        os.waitpid(pid, _ALL_THREADS)
        yield
    finally:
        _ptrace(_DETACH, pid)


def trace(pid: int) -> None:
    """Begin and end tracing a process; OSError when this process may not."""
    with stopped(pid):
        pass


def are_those_of(found: tuple[bytes, ...], profile: Profile) -> bool:
    """Whether a process is held by exactly the three filters of a profile, loaded last.

    What was loaded before them is its parents': a container's, systemd's.

    The one number that differs from start to start is where the path of the program was, the only
    one that may be executed; nothing of it is left after the start.
    """
    machine = this_machine()
    nowhere = filters(profile, machine, 0)
    if len(found) < len(nowhere):
        return False
    place = _place(found[-1], nowhere[-1])
    return found[-len(nowhere) :] == filters(profile, machine, place)


def _place(found: bytes, without: bytes) -> int:
    """Return the address by which a program differs from the one for address 0."""
    marked = _differing(found, without)
    words = [int.from_bytes(found[at + 4 : at + 8], "little") for at in marked]
    return (words[1] << 32 | words[0]) if len(words) == 2 else 0  # the lower half is asked first


def _differing(found: bytes, other: bytes) -> list[int]:
    size = _INSTRUCTION
    if len(found) != len(other):
        return []
    places = range(0, len(found), size)
    return [at for at in places if found[at : at + size] != other[at : at + size]]


def _ptrace(request: int, pid: int, address: object = None, data: object = None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    answer = libc.ptrace(request, pid, address, data)
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(answer)
