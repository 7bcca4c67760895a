"""System call numbers of the two architectures a station runs on, and a way to call them raw."""

import ctypes
import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass

from service.sandbox.errors import SandboxError


class CallMissing(Exception):
    """The architecture has no such system call."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One architecture: its audit number (linux/audit.h) and its system calls."""

    name: str
    audit_arch: int
    numbers: Mapping[str, int]


# name: (x86_64, aarch64 and everything else of asm-generic/unistd.h); None: it has no such call
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "accept": (43, 202),
    "accept4": (288, 242),
    "access": (21, None),
    "acct": (163, 89),
    "add_key": (248, 217),
    "arch_prctl": (158, None),
    "bind": (49, 200),
    "bpf": (321, 280),
    "brk": (12, 214),
    "capget": (125, 90),
    "capset": (126, 91),
    "chroot": (161, 51),
    "clock_getres": (229, 114),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "clock_settime": (227, 112),
    "clone": (56, 220),
    "clone3": (435, 435),
    "close": (3, 57),
    "connect": (42, 203),
    "copy_file_range": (326, 285),
    "creat": (85, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_pwait": (281, 22),
    "epoll_wait": (232, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "fadvise64": (221, 223),
    "fanotify_init": (300, 262),
    "fchmodat": (268, 53),
    "fcntl": (72, 25),
    "finit_module": (313, 273),
    "fstat": (5, 80),
    "futex": (202, 98),
    "get_mempolicy": (239, 236),
    "getcpu": (309, 168),
    "getcwd": (79, 17),
    "getdents64": (217, 61),
    "getegid": (108, 177),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getpeername": (52, 205),
    "getpgrp": (111, None),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getrandom": (318, 278),
    "getresgid": (120, 150),
    "getresuid": (118, 148),
    "getrlimit": (97, 163),
    "getrusage": (98, 165),
    "getsockname": (51, 204),
    "getsockopt": (55, 209),
    "gettid": (186, 178),
    "gettimeofday": (96, 169),
    "getuid": (102, 174),
    "io_uring_setup": (425, 425),
    "ioctl": (16, 29),
    "kcmp": (312, 272),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "kill": (62, 129),
    "landlock_add_rule": (445, 445),
    "landlock_create_ruleset": (444, 444),
    "landlock_restrict_self": (446, 446),
    "linkat": (265, 37),
    "listen": (50, 201),
    "lseek": (8, 62),
    "lstat": (6, None),
    "madvise": (28, 233),
    "mbind": (237, 235),
    "membarrier": (324, 283),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mkdirat": (258, 34),
    "mknodat": (259, 33),
    "mlock": (149, 228),
    "mlockall": (151, 230),
    "mmap": (9, 222),
    "mount": (165, 40),
    "mprotect": (10, 226),
    "mq_open": (240, 180),
    "mremap": (25, 216),
    "msgctl": (71, 187),
    "msgget": (68, 186),
    "munlockall": (152, 231),
    "munmap": (11, 215),
    "nanosleep": (35, 101),
    "newfstatat": (262, 79),
    "open": (2, None),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "openat": (257, 56),
    "openat2": (437, 437),
    "perf_event_open": (298, 241),
    "personality": (135, 92),
    "pidfd_getfd": (438, 438),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pipe2": (293, 59),
    "pkey_mprotect": (329, 288),
    "poll": (7, None),
    "ppoll": (271, 73),
    "prctl": (157, 167),
    "pread64": (17, 67),
    "prlimit64": (302, 261),
    "process_madvise": (440, 440),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pselect6": (270, 72),
    "ptrace": (101, 117),
    "pwrite64": (18, 68),
    "read": (0, 63),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "readv": (19, 65),
    "reboot": (169, 142),
    "recvfrom": (45, 207),
    "recvmsg": (47, 212),
    "renameat2": (316, 276),
    "restart_syscall": (219, 128),
    "rseq": (334, 293),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_setaffinity": (203, 122),
    "sched_yield": (24, 124),
    "seccomp": (317, 277),
    "select": (23, None),
    "semctl": (66, 191),
    "semget": (64, 190),
    "sendfile": (40, 71),
    "sendmmsg": (307, 269),
    "sendmsg": (46, 211),
    "sendto": (44, 206),
    "set_mempolicy": (238, 237),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "setns": (308, 268),
    "setresuid": (117, 147),
    "setsockopt": (54, 208),
    "setxattr": (188, 5),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmget": (29, 194),
    "shutdown": (48, 210),
    "sigaltstack": (131, 132),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "splice": (275, 76),
    "stat": (4, None),
    "statx": (332, 291),
    "swapon": (167, 224),
    "symlinkat": (266, 36),
    "sysinfo": (99, 179),
    "syslog": (103, 116),
    "tee": (276, 77),
    "times": (100, 153),
    "tkill": (200, 130),
    "truncate": (76, 45),
    "uname": (63, 160),
    "unlinkat": (263, 35),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "utimensat": (280, 88),
    "vmsplice": (278, 75),
    "write": (1, 64),
    "writev": (20, 66),
}

MACHINES = {
    name: Machine(
        name,
        audit_arch,
        {call: number for call, row in NUMBERS.items() if (number := row[column]) is not None},
    )
    for column, (name, audit_arch) in enumerate(
        (("x86_64", 0xC000003E), ("aarch64", 0xC00000B7)),
    )
}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def this_machine() -> Machine:
    """Return the architecture that this process runs on."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        raise SandboxError(
            f"There is no process lock for {platform.machine()} processors.",
            f"Use one of: {', '.join(MACHINES)}.",
        )
    return machine


def syscall(name: str, *arguments: object) -> int:
    """Ask the kernel without a library in between; numbers are passed as 64 bits.

    Raises
    ------
    OSError
        When the kernel says no.
    CallMissing
        When the architecture has no such call.
    """
    number = this_machine().numbers.get(name)
    if number is None:
        raise CallMissing(name)
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    ctypes.set_errno(0)
    result: int = _libc.syscall(ctypes.c_long(number), *words)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
