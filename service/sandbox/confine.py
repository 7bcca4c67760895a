"""What of the lock is neither Landlock nor seccomp: descriptors, memory, limits, rights."""

import ctypes
import os
import resource
import signal
from collections.abc import Collection

from service.sandbox.errors import SandboxError
from service.sandbox.syscalls import syscall

# Each library would start threads otherwise, and a locked worker is ended for that.
SINGLE_THREADED = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENCV_FOR_THREADS_NUM": "1",
    "MALLOC_ARENA_MAX": "1",
    # onnxruntime 1.29 and later would write a device id and send usage data to its maker; this
    # must be set before it is imported, and then nothing of the kind is started.
    "ORT_DISABLE_TELEMETRY": "1",
}

# Of each: the worker takes 450 MB. Without a bound one could use up the computer's, and be written
# about in the kernel's log, with numbers of its choice, as often as it is started.
ADDRESS_SPACE_BYTES = 1 << 30

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CAPABILITY_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
CAP_IPC_LOCK = 1 << 14


def limit(*, threads: bool, memory_bytes: int = ADDRESS_SPACE_BYTES) -> None:
    """Allow no file to grow, no core to be dumped, so much memory, and a thread only if asked."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    if not threads:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    resource.setrlimit(resource.RLIMIT_MEMLOCK, (hard, hard))


def require_lockable_memory() -> None:
    """Raise unless a process of this user may keep all of its memory out of swap."""
    _, hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if hard == resource.RLIM_INFINITY or _capabilities()[1][0] & CAP_IPC_LOCK:
        return
    raise SandboxError(
        f"This user may lock {hard // 1024} kB of memory, and a process that sees people must lock "
        "all of its own: what is not locked may be swapped to a disk.",
        "As a service: the line LimitMEMLOCK=infinity of limen.service. From a shell: the line "
        "'USER - memlock unlimited' in /etc/security/limits.d/limen.conf, then log in again.",
    )


def _capabilities() -> tuple[ctypes.Array[ctypes.c_uint32], ctypes.Array[ctypes.c_uint32]]:
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; twice 32 bits
    syscall("capget", header, sets)
    return header, sets


def drop_rights() -> None:
    """Give up every capability (but locking memory), and the way to gain any by running files."""
    header, sets = _capabilities()
    had = list(sets)
    for place in range(6):
        sets[place] &= CAP_IPC_LOCK if place in (0, 1, 2) else 0
    if list(sets) != had:  # a service that never had any may not even ask
        try:
            syscall("capset", header, sets)
        except OSError as error:
            raise SandboxError(f"Rights cannot be given up ({error.strerror}).") from error
    forbid_new_rights()


def forbid_new_rights() -> None:
    """Give up the way to gain rights by running files; Landlock and filters ask for that."""
    try:
        syscall("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    except OSError as error:
        raise SandboxError(f"The kernel refused no_new_privs ({error.strerror}).") from error


def die_with(parent: int) -> None:
    """Ask the kernel to end this process when its parent ends; first thing in a child."""
    syscall("prctl", _PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def close_all_but(kept: Collection[int]) -> None:
    """Close every descriptor but the first three and these."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - names are enough
        fd = int(name)
        if fd > 2 and fd not in kept:
            try:
                os.close(fd)
            except OSError:
                continue  # the listing's own
