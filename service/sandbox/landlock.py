"""Landlock: no file outside a read-only list, no TCP, no way to talk to or signal others.

Three system calls through ctypes (landlock(7), linux/landlock.h). Only the calling thread and
its later children are restricted: the lock counts threads before it gets here.
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from service.sandbox.errors import SandboxError
from service.sandbox.syscalls import syscall

NEEDED_ABI = 6  # Linux 6.12: files, truncation, device ioctls, TCP, abstract sockets, signals

_ALL_FILE_RIGHTS = (1 << 16) - 1  # EXECUTE ... IOCTL_DEV, the sixteen of ABI 5 and later
_READ = 1 << 2 | 1 << 3  # READ_FILE, READ_DIR
_EXECUTE, _WRITE_FILE, _READ_FILE, _IOCTL_DEV = 1 << 0, 1 << 1, 1 << 2, 1 << 15
_BIND_TCP, _CONNECT_TCP = 1 << 0, 1 << 1
_ABSTRACT_UNIX, _SIGNAL = 1 << 0, 1 << 1
_ASK_VERSION = 1 << 0
_PATH_BENEATH = 1


def abi() -> int:
    """Return the Landlock ABI of the running kernel; 0 when it has none."""
    try:
        return syscall("landlock_create_ruleset", None, 0, _ASK_VERSION)
    except OSError:
        return 0


def require() -> int:
    """Return the ABI, or raise when the kernel cannot do what the lock needs."""
    found = abi()
    if found < NEEDED_ABI:
        raise SandboxError(
            f"Landlock ABI {NEEDED_ABI} is needed (Linux 6.12 or newer, 'landlock' among the "
            f"security modules); this kernel, {os.uname().release}, offers {found}.",
            "Boot a newer kernel, or add landlock to its lsm= parameter.",
        )
    return found


def restrict(readable: Iterable[Path] = (), runnable: Iterable[Path] = ()) -> None:
    """Restrict this process for good: files beneath `readable` may be read, and nothing else.

    The process must have set no_new_privs before.

    Parameters
    ----------
    readable
        Folders and files.
    runnable
        Programs that may be executed, and their loader, which are read for that.
    """
    _restrict(
        [(path, _READ if path.is_dir() else _READ_FILE) for path in readable]
        + [(path, _READ_FILE | _EXECUTE) for path in runnable]
    )


def restrict_to_devices(nodes: Iterable[Path]) -> None:
    """Restrict this process for good: these device nodes may be opened and commanded, all else not.

    What is opened keeps these rights, in whatever process it is used.
    """
    _restrict([(path, _READ_FILE | _WRITE_FILE | _IOCTL_DEV) for path in nodes])


def _restrict(allowed: Iterable[tuple[Path, int]]) -> None:
    rights = struct.pack(
        "=QQQ", _ALL_FILE_RIGHTS, _BIND_TCP | _CONNECT_TCP, _ABSTRACT_UNIX | _SIGNAL
    )
    try:
        ruleset = syscall("landlock_create_ruleset", rights, len(rights), 0)
        try:
            for path, what in allowed:
                _allow(ruleset, path, what)
            syscall("landlock_restrict_self", ruleset, 0)
        finally:
            os.close(ruleset)
    except OSError as error:
        raise SandboxError(f"Landlock refused the rules: {error}.") from error


def _allow(ruleset: int, path: Path, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
        syscall("landlock_add_rule", ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(place)
