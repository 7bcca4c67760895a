"""Everything of the lock that is neither Landlock nor seccomp: descriptors, memory, limits, rights.

First it looks (threads, open descriptors, shared mappings) and refuses what could carry a frame
out past the later walls; then it gives up what the process does not need.
"""

import ctypes
import os
import resource
import socket
import stat
import struct
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.sandbox.errors import SandboxError
from service.sandbox.syscalls import syscall

# Set these before numpy, OpenCV or onnxruntime are imported: each would start threads otherwise,
# and a thread that runs when the lock closes stays outside of it.
SINGLE_THREADED = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
    "MALLOC_ARENA_MAX": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    # onnxruntime 1.29 and later would write a device id and send usage data to its maker; this
    # must be set before it is imported, and then nothing of the kind is started.
    "ORT_DISABLE_TELEMETRY": "1",
}

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_CAPABILITY_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_CAP_IPC_LOCK = 1 << 14
_MCL_CURRENT_FUTURE_ONFAULT = 1 | 2 | 4
# Character devices a locked process may hold (Documentation/admin-guide/devices.txt).
_DEVICES = {
    1: "memory",  # null, zero, urandom
    4: "serial",
    **dict.fromkeys(range(136, 144), "terminal"),
    81: "video",
    89: "i2c",
    153: "spi",
    166: "serial",
    188: "serial",
    204: "serial",
}
_NULL_LIKE = {3, 5, 8, 9}  # minors of major 1: null, zero, random, urandom
_HARMLESS_ANONYMOUS = ("anon_inode:[eventpoll]", "anon_inode:[eventfd]")
_SHARED_MEMORY = ("/memfd:", "/secretmem", "/dev/video", "/dev/zero")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One open descriptor that the lock leaves in place."""

    fd: int
    what: str
    writable: bool


def require_one_thread() -> None:
    """Raise when this process has more than one thread: the others would stay unlocked."""
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208 - names are enough
    if threads != 1:
        raise SandboxError(
            f"{threads} threads run, and only one of them would be locked.",
            f"Set {', '.join(SINGLE_THREADED)} before importing numpy, and ask OpenCV and "
            "onnxruntime for one thread.",
        )


def require_no_child() -> None:
    """Raise when this process has started another, which would not be locked."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return
    raise SandboxError(
        "This process has started a process that would not be locked.",
        "Start nothing before locking.",
    )


def inspect_descriptors(keep: Collection[int], *, local_sockets: bool) -> tuple[Descriptor, ...]:
    """Return the open descriptors, or raise when one of them could carry a frame out.

    Parameters
    ----------
    keep
        Descriptors that the process was given on purpose (channels, the listener, the preview).
    local_sockets
        Whether Unix sockets between this process and itself are fine (an event loop's own).
    """
    found = []
    for fd in sorted(int(name) for name in os.listdir("/proc/self/fd")):  # noqa: PTH208
        target = _target(fd)
        if not target:
            continue
        status = os.fstat(fd)
        access = _access_mode(fd)
        what = _name(fd, target, status, keep, local_sockets=local_sockets)
        if what is None:
            raise SandboxError(
                f"Descriptor {fd} ({target}) is open, and the lock was not told why.",
                "Close it before locking; send output to a pipe or the journal, not to a file.",
            )
        found.append(Descriptor(fd, what, access != os.O_RDONLY))
    return tuple(found)


def _access_mode(fd: int) -> int:
    for line in Path(f"/proc/self/fdinfo/{fd}").read_text(encoding="ascii").splitlines():
        if line.startswith("flags:"):
            return int(line.split()[1], 8) & os.O_ACCMODE
    raise SandboxError(f"The kernel does not say how descriptor {fd} was opened.")


def _name(
    fd: int, target: str, status: os.stat_result, keep: Collection[int], *, local_sockets: bool
) -> str | None:
    """Return what a descriptor is, or None when it must not be there."""
    mode, what = status.st_mode, None
    if stat.S_ISSOCK(mode):
        what = _socket_name(fd, keep, local_sockets=local_sockets)
    elif stat.S_ISCHR(mode):
        kind = _device_kind(status.st_rdev)
        what = f"{kind or 'device'} {target}" if kind or fd in keep else None
    elif stat.S_ISFIFO(mode):
        if fd <= 2 or fd in keep:
            what = "pipe"
        elif _both_ends_are_here(target):
            what = "own pipe"
    elif stat.S_ISREG(mode):
        kind = "shared memory" if target.startswith("/memfd:") else "file"
        if _access_mode(fd) == os.O_RDONLY:
            what = f"{kind}, read-only"
        elif kind == "shared memory" and fd in keep:
            what = kind
    elif target in _HARMLESS_ANONYMOUS:
        what = target
    return what


def _both_ends_are_here(pipe: str) -> bool:
    """Whether this process, which has no children, holds both ends: pyserial wakes itself so."""
    ends = {
        _access_mode(int(fd))
        for fd in os.listdir("/proc/self/fd")  # noqa: PTH208
        if _target(int(fd)) == pipe
    }
    return ends == {os.O_RDONLY, os.O_WRONLY}


def _target(fd: int) -> str:
    try:
        return os.readlink(f"/proc/self/fd/{fd}")  # noqa: PTH115 - no Path per descriptor
    except OSError:
        return ""  # the listing's own descriptor, gone by now


def _device_kind(number: int) -> str | None:
    major, minor = os.major(number), os.minor(number)
    return None if major == 1 and minor not in _NULL_LIKE else _DEVICES.get(major)


def _socket_name(fd: int, keep: Collection[int], *, local_sockets: bool) -> str | None:
    with socket.socket(fileno=os.dup(fd)) as end:
        if end.family in (socket.AF_INET, socket.AF_INET6):
            host = end.getsockname()[0]
            loopback = host == "::1" or host.startswith("127.")
            listening = end.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            return f"listener on {host}" if fd in keep and loopback and listening else None
        if end.family != socket.AF_UNIX:
            return None
        if fd in keep or fd <= 2:
            return "channel"
        peer = struct.unpack("=iII", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        own = local_sockets and peer[0] == os.getpid()
        return "own socket" if own else None


def _mappings() -> Iterator[tuple[str, str]]:
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        fields = line.split(maxsplit=5)
        yield fields[1], fields[5] if len(fields) > 5 else ""


def require_no_mapped_file() -> None:
    """Raise when a file is mapped so that writing to memory writes to the file."""
    for access, path in _mappings():
        shared_writable = access[1] == "w" and access[3] == "s"
        if shared_writable and not path.startswith(_SHARED_MEMORY):
            raise SandboxError(
                f"{path or 'A shared memory region'} is mapped for writing: "
                "what is written there outlives the process.",
                "Unmap it before locking.",
            )


def limit(*, threads: bool) -> None:
    """Allow no file to grow, no core to be dumped and, unless asked for, no thread to start."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not threads:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def keep_out_of_swap() -> bool:
    """Lock all memory where the limits allow it; return whether it is."""
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))
    if hard != resource.RLIM_INFINITY and not _may_lock_memory():
        return False  # a limit would be met some day, and then an allocation would fail
    try:
        syscall("mlockall", _MCL_CURRENT_FUTURE_ONFAULT)
    except OSError:
        return False
    return True


def _capabilities() -> tuple[ctypes.Array[ctypes.c_uint32], ctypes.Array[ctypes.c_uint32]]:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits
    syscall("capget", header, sets)
    return header, sets


def _may_lock_memory() -> bool:
    return bool(_capabilities()[1][0] & _CAP_IPC_LOCK)


def drop_rights() -> None:
    """Give up every capability (but locking memory), and the way to gain any by running files."""
    header, sets = _capabilities()
    had = list(sets)
    for place in range(6):
        sets[place] &= _CAP_IPC_LOCK if place in (0, 1) else 0
    if list(sets) != had:  # a service that never had any may not even ask
        try:
            syscall("capset", header, sets)
        except OSError as error:
            raise SandboxError(f"Rights cannot be given up ({error.strerror}).") from error
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, value: int) -> None:
    try:
        syscall("prctl", option, value, 0, 0, 0)
    except OSError as error:
        raise SandboxError(f"The kernel refused prctl {option} ({error.strerror}).") from error
