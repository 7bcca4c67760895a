"""What the locked processes may still ask of the kernel: two short lists of system calls.

Everything that is not in a list is refused: the worker is killed on the spot, the web process
gets an error (an unforeseen call of a library should not blind the screen).
"""

import errno
from dataclasses import dataclass

from service.sandbox.seccomp import KILL, Check, Rule, fail_with

_PROT_EXEC = 0x4
_MSG_FASTOPEN = 0x20000000  # would open a TCP connection past Landlock
_OPEN_TO_WRITE = 0o1 | 0o2 | 0o100 | 0o1000 | 0o20000000  # WRONLY RDWR CREAT TRUNC TMPFILE
_THREAD = 0x00010000  # CLONE_THREAD
# What glibc's pthread_create asks for: VM FS FILES SIGHAND THREAD SYSVSEM SETTLS and the two TIDs.
_PTHREAD_FLAGS = 0x003D0F00

_SERIAL_IOCTLS = (
    0x5401, 0x5402, 0x5403, 0x5404,  # TCGETS, TCSETS, TCSETSW, TCSETSF
    0x5409, 0x540B,  # TCSBRK (drain), TCFLSH
    0x5411, 0x541B,  # TIOCOUTQ, FIONREAD
    0x5415, 0x5416, 0x5417, 0x5418,  # the modem lines: TIOCMGET, TIOCMBIS, TIOCMBIC, TIOCMSET
    0x5421,  # FIONBIO
)  # fmt: skip
_VIDEO_IOCTLS = (
    0xC0585611, 0xC058560F, 0xC0585609,  # VIDIOC_DQBUF, QBUF, QUERYBUF
    0x40045612, 0x40045613,  # STREAMON, STREAMOFF
    0x80685600, 0xC0D05604,  # QUERYCAP, G_FMT
    0xC0145608,  # REQBUFS: with none, to free them
    0xC008561B, 0xC008561C,  # G_CTRL, S_CTRL
    0xC0107521,  # UVCIOC_CTRL_QUERY: the camera's own commands, through its extension unit
)  # fmt: skip


def _plain(names: str) -> tuple[Rule, ...]:
    return tuple(Rule(name) for name in names.split())


def _answered(names: str, error: int) -> tuple[Rule, ...]:
    return tuple(Rule(name, answer=fail_with(error)) for name in names.split())


_MEMORY = (
    *_plain("brk munmap mremap madvise"),
    Rule("mmap", (Check(2, without=_PROT_EXEC),)),
    Rule("mprotect", (Check(2, without=_PROT_EXEC),)),
)
_TIME_AND_WAITING = _plain(
    "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday "
    "poll ppoll select pselect6 futex sched_yield restart_syscall"
)
_SELF = _plain(
    "getpid gettid getrandom getrusage getcpu sched_getaffinity "
    "rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack exit exit_group"
)
_LOOKS_FOR_FILES = "open stat lstat statx access faccessat faccessat2 readlink readlinkat getcwd"


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of process may do once it is locked.

    Attributes
    ----------
    name
        `worker` or `web`.
    rules
        Its system calls, the most frequent first.
    default
        The answer to every other call.
    threads
        Whether it may start threads after it was locked (they inherit the lock).
    """

    name: str
    rules: tuple[Rule, ...]
    default: int
    threads: bool


WORKER = Profile(
    name="worker",
    rules=(
        # It reads the sensor and writes to the descriptors that are open: no new ones, ever.
        *_plain("read readv write writev recvfrom"),
        Rule("sendto", (Check(3, without=_MSG_FASTOPEN), Check(4, null=True))),
        *_TIME_AND_WAITING,
        *_MEMORY,
        Rule("ioctl", (Check(1, among=_SERIAL_IOCTLS + _VIDEO_IOCTLS),)),
        Rule("fcntl", (Check(1, among=(1, 3, 4)),)),  # F_GETFD, F_GETFL, F_SETFL
        *_plain("pread64 lseek fstat newfstatat close shutdown getsockname getpeername"),
        *_SELF,
        # Python looks for files when an error is reported: it is told no, and reports the error.
        *_answered(f"openat {_LOOKS_FOR_FILES}", errno.EACCES),
        *_answered("mbind", errno.EPERM),  # OpenBLAS would like its memory near; it can do without
    ),
    default=KILL,
    threads=False,
)

WEB = Profile(
    name="web",
    rules=(
        *_plain("read readv write writev recvfrom recvmsg"),
        Rule("sendto", (Check(3, without=_MSG_FASTOPEN), Check(4, null=True))),
        Rule("sendmsg", (Check(2, without=_MSG_FASTOPEN),)),
        *_plain("epoll_wait epoll_pwait epoll_ctl accept4 accept listen shutdown"),
        *_plain("getsockname getpeername getsockopt"),
        Rule("setsockopt", (Check(1, among=(1, 6)),)),  # SOL_SOCKET, IPPROTO_TCP
        *_TIME_AND_WAITING,
        *_MEMORY,
        # Reading only; which files is Landlock's to say.
        Rule("openat", (Check(2, without=_OPEN_TO_WRITE),)),
        Rule("open", (Check(1, without=_OPEN_TO_WRITE),)),
        *_plain("stat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat"),
        *_plain("pread64 lseek fstat getdents64 getcwd close"),
        Rule("ioctl", (Check(1, among=(0x5401, 0x541B, 0x5421, 0x5451)),)),  # TCGETS FIO*
        # F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
        Rule("fcntl", (Check(1, among=(1, 2, 3, 4, 1030)),)),
        # Threads, but no processes. clone3 hides its flags from a filter: glibc then uses clone.
        Rule("clone", (Check(0, among=(_PTHREAD_FLAGS,)),)),
        *_answered("clone3", errno.ENOSYS),
        *_plain("set_robust_list rseq membarrier"),
        Rule("prctl", (Check(0, among=(15,)),)),  # PR_SET_NAME, of a thread
        *_plain("uname getuid geteuid getgid getegid sysinfo"),
        *_SELF,
    ),
    default=fail_with(errno.EPERM),
    threads=True,
)
