"""The attacks: ways to write, send, start, watch, share or bend, each one raw system call long.

Every attack asks the kernel straight, past any library. It has got through unless the kernel
says that it is denied: also when it then fails for another reason (no such file, nobody
listens), for then only luck stood in its way. Without a lock they are harmless: what they make
they remove, and what could do damage is asked with arguments that cannot.
"""

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path

from service.sandbox.syscalls import syscall


class Kind(StrEnum):
    """What an attack is after."""

    WRITE = "write"  # leave something in a file or in memory that outlives the process
    READ = "read"  # read what is not its own
    SEND = "send"  # reach another process or machine
    START = "start"  # become or start another program
    WATCH = "watch"  # look into, or steer, other processes
    SHARE = "share"  # memory and queues shared with others
    BEND = "bend"  # change the rules: code, kernel, mounts, identity


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack.

    Attributes
    ----------
    name
        What is tried, in words.
    act
        Tries it; raises OSError when the kernel says no.
    landlock
        Landlock alone must stop it, before there is any filter.
    """

    name: str
    kind: Kind
    act: Callable[[], object]
    landlock: bool = False


_HERE = -100  # AT_FDCWD
_PLACES = (
    "/",
    "/tmp",  # noqa: S108 - attacked, never used
    "/var/tmp",  # noqa: S108 - attacked, never used
    "/dev/shm",  # noqa: S108 - attacked, never used
    "/run",
    "/home",
    "/root",
    "/var/log",
    "/var/lib/limen",
)
_NOWHERE = b"/limen-probe-no-such-file"
_CREATE = os.O_CREAT | os.O_WRONLY | os.O_EXCL
_SIGCHLD = 17
_LOCALHOST = struct.pack("=H2s4s8x", socket.AF_INET, b"\x00\x09", b"\x7f\0\0\x01")  # port 9
_ABSTRACT = struct.pack("=H", socket.AF_UNIX) + b"\0limen-probe-nobody"
_PATHNAME = struct.pack("=H", socket.AF_UNIX) + b"/run/limen-probe-nobody\0"
_FASTOPEN = 0x20000000
_WAKE_OP = 5 | 0x80  # FUTEX_WAKE_OP, private: add 0 to a word; a shift past 31 would be logged
_MCL_CURRENT, _MADV_PAGEOUT = 1, 21
_NEGATIVE_TIMEOUT = struct.pack("=qq", -1, 0)
_REMOVAL = {"shmctl": (0, None), "msgctl": (0, None), "semctl": (0, 0, None)}


def _create(path: str) -> None:
    name = f"{path}/limen-probe-{os.getpid()}".encode()
    made = syscall("openat", _HERE, name, _CREATE, 0o600)
    os.close(made)
    syscall("unlinkat", _HERE, name, 0)


def _open(path: str, flags: int) -> None:
    os.close(syscall("openat", _HERE, path.encode(), flags, 0o600))


def _peek(process: int) -> None:
    try:
        _open(f"/proc/{process}/mem", os.O_RDONLY)
    except FileNotFoundError:  # a process that is hidden is as good as denied
        raise PermissionError(errno.EACCES, "hidden") from None


def _opened(name: str, *arguments: object) -> None:
    os.close(syscall(name, *arguments))


def _socket_and(name: str, family: int, kind: int, *arguments: object, protocol: int = 0) -> None:
    end = syscall("socket", family, kind, protocol)
    try:
        syscall(name, end, *arguments)
    finally:
        os.close(end)


def _fork() -> None:
    child = syscall("clone", _SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _made(make: str, remove: str, *arguments: object) -> Callable[[], object]:
    """Make a System V object, and remove it (IPC_RMID) when that worked."""
    return lambda: syscall(remove, syscall(make, *arguments), *_REMOVAL[remove])


def _log() -> None:
    words = ctypes.create_string_buffer(8)
    syscall("futex", ctypes.addressof(words), _WAKE_OP, 0, 0, ctypes.addressof(words) + 4, 1 << 28)


def _directory() -> None:
    name = f"/tmp/limen-probe-{os.getpid()}".encode()  # noqa: S108 - the attack
    syscall("mkdirat", _HERE, name, 0o700)
    syscall("unlinkat", _HERE, name, 0x200)


def _call(name: str, *arguments: object) -> Callable[[], object]:
    return lambda: syscall(name, *arguments)


def _files() -> list[Attack]:
    parent = os.getppid()
    places = dict.fromkeys((*_PLACES, str(Path.cwd())))
    return [
        *(
            Attack(f"create a file in {path}", Kind.WRITE, partial(_create, path), landlock=True)
            for path in places
            if Path(path).is_dir()
        ),
        Attack(
            "create a nameless file in /tmp",
            Kind.WRITE,
            lambda: _open("/tmp", os.O_TMPFILE | os.O_WRONLY),  # noqa: S108 - the attack
            landlock=True,
        ),
        Attack(
            "open a device to write",
            Kind.WRITE,
            lambda: _open("/dev/null", os.O_WRONLY),
            landlock=True,
        ),
        Attack("create by creat", Kind.WRITE, _call("creat", _NOWHERE + b"/x", 0o600)),
        Attack("open by openat2", Kind.WRITE, _call("openat2", _HERE, _NOWHERE, None, 0)),
        Attack("anonymous file (memfd)", Kind.WRITE, lambda: _opened("memfd_create", b"x", 0)),
        Attack("make a directory", Kind.WRITE, _directory, landlock=True),
        Attack("make a device node", Kind.WRITE, _call("mknodat", _HERE, _NOWHERE + b"/x", 0, 0)),
        Attack("symbolic link", Kind.WRITE, _call("symlinkat", b"a", _HERE, _NOWHERE + b"/x")),
        Attack("hard link", Kind.WRITE, _call("linkat", _HERE, _NOWHERE, _HERE, _NOWHERE, 0)),
        Attack("rename", Kind.WRITE, _call("renameat2", _HERE, _NOWHERE, _HERE, _NOWHERE, 0)),
        Attack("delete", Kind.WRITE, _call("unlinkat", _HERE, _NOWHERE, 0)),
        Attack("cut a file short", Kind.WRITE, _call("truncate", _NOWHERE, 0)),
        Attack("change a mode", Kind.WRITE, _call("fchmodat", _HERE, _NOWHERE, 0o600)),
        Attack("change a time stamp", Kind.WRITE, _call("utimensat", _HERE, _NOWHERE, None, 0)),
        Attack(
            "extended attribute", Kind.WRITE, _call("setxattr", _NOWHERE, b"user.x", b"x", 1, 0)
        ),
        Attack("write at a position", Kind.WRITE, _call("pwrite64", -1, b"x", 1, 0)),
        Attack(
            "copy between files", Kind.WRITE, _call("copy_file_range", -1, None, -1, None, 1, 0)
        ),
        Attack("send a file", Kind.WRITE, _call("sendfile", -1, -1, None, 1)),
        Attack("splice", Kind.WRITE, _call("splice", -1, None, -1, None, 1, 0)),
        Attack("tee", Kind.WRITE, _call("tee", -1, -1, 1, 0)),
        Attack("write into the kernel's log", Kind.WRITE, _log),
        Attack("let new memory be swapped", Kind.WRITE, _call("mlockall", _MCL_CURRENT)),
        Attack("have memory swapped", Kind.WRITE, _call("madvise", None, 0, _MADV_PAGEOUT)),
        Attack(
            "leave an option at a socket",
            Kind.WRITE,
            _call("setsockopt", -1, 1, 20, _NEGATIVE_TIMEOUT, len(_NEGATIVE_TIMEOUT)),
        ),
        Attack("vmsplice", Kind.WRITE, _call("vmsplice", -1, None, 0, 0)),
        Attack("read the list of users", Kind.READ, lambda: _open("/etc/passwd", 0), landlock=True),
        Attack(
            "list the root directory", Kind.READ, lambda: _open("/", os.O_DIRECTORY), landlock=True
        ),
        Attack(
            "read the parent's memory file",
            Kind.READ,
            partial(_peek, parent),
            landlock=True,
        ),
        Attack(
            "write its own memory file",
            Kind.BEND,
            lambda: _open("/proc/self/mem", 1),
            landlock=True,
        ),
        Attack("open a file by handle", Kind.READ, _call("open_by_handle_at", -1, b"\0" * 16, 0)),
    ]


def _network() -> list[Attack]:
    stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
    families = (
        ("TCP socket", socket.AF_INET, stream, 0),
        ("UDP socket", socket.AF_INET, datagram, 0),
        ("IPv6 socket", socket.AF_INET6, stream, 0),
        ("multipath TCP socket", socket.AF_INET, stream, 262),
        ("ping socket", socket.AF_INET, datagram, 1),
        ("raw socket", socket.AF_INET, socket.SOCK_RAW, 255),
        ("packet socket", socket.AF_PACKET, socket.SOCK_RAW, 0),
        ("netlink socket", socket.AF_NETLINK, socket.SOCK_RAW, 0),
        ("virtual machine socket", socket.AF_VSOCK, stream, 0),
        ("kernel crypto socket", socket.AF_ALG, socket.SOCK_SEQPACKET, 0),
        ("Bluetooth socket", 31, socket.SOCK_RAW, 1),
        ("Unix socket", socket.AF_UNIX, stream, 0),
    )
    lan = len(_LOCALHOST)

    def name_of(wanted: int, kind: int, name: str, *arguments: object) -> Callable[[], None]:
        return lambda: _socket_and(name, wanted, kind, *arguments)

    return [
        *(
            Attack(f"open: {name}", Kind.SEND, partial(_opened, "socket", *asked))
            for name, *asked in families
        ),
        Attack("pair of sockets", Kind.SEND, _call("socketpair", socket.AF_UNIX, 99, 0, None)),
        Attack(
            "connect by TCP",
            Kind.SEND,
            name_of(2, stream, "connect", _LOCALHOST, lan),
            landlock=True,
        ),
        Attack(
            "listen on a TCP port",
            Kind.SEND,
            name_of(2, stream, "bind", _LOCALHOST, lan),
            landlock=True,
        ),
        Attack(
            "send one datagram",
            Kind.SEND,
            name_of(2, datagram, "sendto", b"x", 1, 0, _LOCALHOST, lan),
        ),
        Attack(
            "connect by fast open",
            Kind.SEND,
            name_of(2, stream, "sendto", b"x", 1, _FASTOPEN | socket.MSG_DONTWAIT, _LOCALHOST, lan),
        ),
        Attack(
            "connect to a nameless address",
            Kind.SEND,
            name_of(1, stream, "connect", _ABSTRACT, len(_ABSTRACT)),
        ),
        Attack(
            "connect to a socket file",
            Kind.SEND,
            name_of(1, stream, "connect", _PATHNAME, len(_PATHNAME)),
        ),
        Attack("connect what is open", Kind.SEND, _call("connect", -1, _LOCALHOST, lan)),
        Attack("bind what is open", Kind.SEND, _call("bind", -1, _LOCALHOST, lan)),
        Attack("address a packet", Kind.SEND, _call("sendto", -1, b"x", 1, 0, _LOCALHOST, lan)),
        Attack("send by fast open", Kind.SEND, _call("sendmsg", -1, None, _FASTOPEN)),
        Attack("send many", Kind.SEND, _call("sendmmsg", -1, None, 0, 0)),
    ]


def _processes() -> list[Attack]:
    parent = os.getppid()
    return [
        Attack("run a program", Kind.START, _call("execve", _NOWHERE, None, None)),
        Attack("run an open program", Kind.START, _call("execveat", -1, b"x", None, None, 0)),
        Attack("fork", Kind.START, _fork),
        Attack("clone3", Kind.START, _call("clone3", None, 0)),
        Attack("trace the parent", Kind.WATCH, _call("ptrace", 0x4206, parent, None, None)),
        Attack(
            "read the parent", Kind.WATCH, _call("process_vm_readv", parent, None, 0, None, 0, 0)
        ),
        Attack(
            "write the parent", Kind.WATCH, _call("process_vm_writev", parent, None, 0, None, 0, 0)
        ),
        Attack("hold the parent", Kind.WATCH, lambda: _opened("pidfd_open", parent, 0)),
        Attack("take a descriptor", Kind.WATCH, _call("pidfd_getfd", -1, 0, 0)),
        Attack("signal by handle", Kind.WATCH, _call("pidfd_send_signal", -1, 0, None, 0)),
        Attack("compare with the parent", Kind.WATCH, _call("kcmp", parent, parent, 1, 0, 0)),
        Attack("signal the parent", Kind.WATCH, _call("kill", parent, 0), landlock=True),
        Attack("signal a thread", Kind.WATCH, _call("tkill", parent, 0), landlock=True),
        Attack(
            "advise the parent's memory", Kind.WATCH, _call("process_madvise", -1, None, 0, 0, 0)
        ),
    ]


def _kernel() -> list[Attack]:
    execute = 0x1 | 0x4
    return [
        Attack("shared memory", Kind.SHARE, _made("shmget", "shmctl", 0, 4096, 0o600)),
        Attack("attach shared memory", Kind.SHARE, _call("shmat", -1, None, 0)),
        Attack("message queue", Kind.SHARE, _made("msgget", "msgctl", 0, 0o600)),
        Attack("semaphores", Kind.SHARE, _made("semget", "semctl", 0, 1, 0o600)),
        Attack(
            "named message queue", Kind.SHARE, _call("mq_open", b"limen-probe-nobody", 0, 0, None)
        ),
        Attack("key ring", Kind.SHARE, _call("keyctl", 0, -3, 0)),
        Attack("add a key", Kind.SHARE, _call("add_key", b"user", b"x", b"x", 1, -3)),
        Attack("map code", Kind.BEND, _call("mmap", None, 4096, execute, 0x22, -1, 0)),
        Attack("turn data into code", Kind.BEND, _call("mprotect", None, 4096, execute)),
        Attack(
            "turn data into code by key", Kind.BEND, _call("pkey_mprotect", None, 4096, execute, -1)
        ),
        Attack("make readable executable", Kind.BEND, _call("personality", 0x0400000)),
        Attack("io_uring", Kind.BEND, _call("io_uring_setup", 1, None)),
        Attack("BPF program", Kind.BEND, _call("bpf", 0, None, 0)),
        Attack("performance counters", Kind.BEND, _call("perf_event_open", None, 0, -1, -1, 0)),
        Attack("page faults of its own", Kind.BEND, lambda: _opened("userfaultfd", 0)),
        Attack("secret memory of its own", Kind.BEND, lambda: _opened("memfd_secret", 0)),
        Attack("load a module", Kind.BEND, _call("finit_module", -1, b"", 0)),
        Attack("load a kernel", Kind.BEND, _call("kexec_load", 0, 1 << 30, None, 0)),
        Attack("reboot", Kind.BEND, _call("reboot", 0, 0, 0, None)),
        Attack("swap to a file", Kind.BEND, _call("swapon", _NOWHERE, 0)),
        Attack("account to a file", Kind.BEND, _call("acct", _NOWHERE)),
        Attack("mount", Kind.BEND, _call("mount", None, _NOWHERE, None, 0, None)),
        Attack("open a file tree", Kind.BEND, _call("open_tree", -1, b"x", 0)),
        Attack("change the root", Kind.BEND, _call("chroot", _NOWHERE)),
        Attack("new namespaces", Kind.BEND, _call("unshare", 0x10000000)),
        Attack("join a namespace", Kind.BEND, _call("setns", -1, 0)),
        Attack("change identity", Kind.BEND, _call("setresuid", -1, -1, -1)),
        Attack("gain capabilities", Kind.BEND, _call("capset", None, None)),
        Attack("set the clock", Kind.BEND, _call("clock_settime", 0, None)),
        Attack("read the kernel log", Kind.READ, _call("syslog", 10, None, 0)),
        Attack("watch file systems", Kind.WATCH, lambda: _opened("fanotify_init", 0, 0)),
        Attack("raise its own limits", Kind.BEND, _call("prlimit64", 0, 99, None, None)),
        Attack("dump memory again", Kind.BEND, _call("prctl", 4, 1, 0, 0, 0)),
    ]


def attacks() -> tuple[Attack, ...]:
    """Return all attacks, as they are to be tried from this process."""
    return (*_files(), *_network(), *_processes(), *_kernel())
