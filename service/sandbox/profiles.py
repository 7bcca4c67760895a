"""What the locked processes may ask of the kernel: short lists of system calls.

Everything that is not in a list is refused: the worker, the filter before the camera and what
speaks to a calibrator are killed on the spot, the web process gets an error (an unforeseen call of
a library should not blind the screen). What only importing needs (`Profile.start`) is asked of the
supervisor each time, and is over for good when the supervisor closes its ear.
"""

import errno
from dataclasses import dataclass

from service.sandbox.seccomp import KILL, NOTIFY, Check, Rule, fail_with

_PROT_WRITE, _PROT_EXEC = 0x2, 0x4
_MAP_SHARED, _MAP_PRIVATE, _MAP_ANONYMOUS = 0x01, 0x02, 0x20
_AF_UNIX = 1
_PR_SET_DUMPABLE, _PR_SET_NAME, _PR_SET_MM = 4, 15, 35
_PR_SVE_GET_VL, _PR_SME_GET_VL = 51, 64
MSG_FASTOPEN = 0x20000000  # would open a TCP connection past Landlock
# WRONLY CREAT TRUNC TMPFILE. With RDWR alone a camera is asked for: the supervisor never lets the
# kernel carry that out, it has the descriptor put in place (`service.sandbox.opener`).
_NOT_TO_READ = 0o1 | 0o100 | 0o1000 | 0o20000000
# WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAIT_BITSET, of one process or shared, by either clock. Not
# WAKE_OP: the kernel writes twelve bits of the caller's choice into its log for a shift past 31.
_FUTEX_WAITS = tuple(
    call | shared | clock
    for call in (0, 1, 3, 4, 9)
    for shared in (0, 0x80)
    for clock in (0, 0x100)
)
# HWPOISON, SOFT_OFFLINE; MERGEABLE: others see it; DODUMP; COLD, PAGEOUT: on the way to swap.
_BAD_ADVICE = (100, 101, 12, 17, 20, 21)
_ALL_MEMORY = (
    1 | 2 | 4
)  # MCL_CURRENT, FUTURE, ONFAULT: with less, what is mapped next is not locked
_TCP_NODELAY = 1
_SHUT_WR = 1  # of a listener it ends nothing
# What glibc's pthread_create asks for: VM FS FILES SIGHAND THREAD SYSVSEM SETTLS and the two TIDs.
_PTHREAD_FLAGS = 0x003D0F00

# TCGETS TIOCGWINSZ FIONREAD FIONBIO FIOCLEX
_FILE_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5451)
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
    0x80685600, 0xC0D05604, 0xC0D05605, 0xC0D05640,  # QUERYCAP, G_FMT, S_FMT, TRY_FMT
    0xC0145608,  # REQBUFS
    0xC0405602, 0xC050561A, 0x80045626, 0xC0045627,  # ENUM_FMT, ENUMINPUT, G_INPUT, S_INPUT
    0xC0CC5615, 0xC0CC5616,  # G_PARM, S_PARM
    0xC0445624,  # QUERYCTRL: which controls there are; none is read or set
)  # fmt: skip
_UVC_QUERY = 0xC0107521  # UVCIOC_CTRL_QUERY: a camera's own commands, through its extension unit


def _plain(names: str) -> tuple[Rule, ...]:
    return tuple(Rule(name) for name in names.split())


def _answered(names: str, error: int) -> tuple[Rule, ...]:
    return tuple(Rule(name, answer=fail_with(error)) for name in names.split())


_MEMORY = (
    *_plain("brk munmap mremap"),
    Rule("madvise", (Check(2, among=_BAD_ADVICE),), fail_with(errno.EPERM)),
    Rule("madvise"),
    Rule("mmap", (Check(2, without=_PROT_EXEC),)),
    Rule("mprotect", (Check(2, without=_PROT_EXEC),)),
)
_TIME_AND_WAITING = (
    Rule("futex", (Check(1, among=_FUTEX_WAITS),)),
    *_plain(
        "clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday "
        "poll ppoll select pselect6 sched_yield restart_syscall"
    ),
)
_SELF = (
    *_plain("getpid getppid gettid getrandom getrusage getcpu sched_getaffinity times uname"),
    *_plain("getuid geteuid getgid getegid getresuid getresgid sysinfo"),
    *_plain("rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack exit exit_group"),
    Rule("prlimit64", (Check(1, among=tuple(range(16))), Check(2, whole=0))),  # asking only
)
# What a program does once, at its beginning; it harms nobody later.
_BEGINNING = (
    *_plain("set_tid_address set_robust_list rseq mlock"),
    Rule("mlockall", (Check(0, among=(_ALL_MEMORY,)),)),
    Rule("arch_prctl", (Check(0, among=(0x1002, 0x1022, 0x1023, 0x3001)),)),  # FS, AMX, CET
    Rule("prctl", (Check(0, among=(_PR_SET_DUMPABLE,)), Check(1, whole=0))),  # off, never on
    # Asked by onnxruntime on aarch64: how long the processor's vectors are.
    Rule("prctl", (Check(0, among=(_PR_SVE_GET_VL, _PR_SME_GET_VL)),)),
)
# Looking whether there is a file reads none; what may be read is Landlock's to say.
_LOOKS_FOR_FILES = _plain(
    "stat lstat newfstatat statx access faccessat faccessat2 getcwd getdents64"
)
# ---- asked of the supervisor, until it hears no more
_READS = (
    Rule("openat", (Check(2, without=_NOT_TO_READ),)),
    Rule("open", (Check(1, without=_NOT_TO_READ),)),
    *_plain("readlink readlinkat"),
    Rule("fcntl", (Check(1, among=(1030,)),)),  # F_DUPFD_CLOEXEC: of what it reads from
)
_LIBRARIES = (
    # Code comes from files only, is never writable, and nobody else's.
    Rule(
        "mmap",
        (
            Check(2, without=_PROT_WRITE),
            Check(3, without=_MAP_SHARED | _MAP_ANONYMOUS),
            Check(3, some=_MAP_PRIVATE),
        ),
    ),
)
_ITSELF = (Rule("prctl", (Check(0, among=(_PR_SET_NAME, _PR_SET_MM)),)),)


@dataclass(frozen=True, slots=True)
class Profile:
    """What one kind of process may do.

    Attributes
    ----------
    name
        `worker`, `web`, `camera_filter` or `calibrator`.
    rules
        Its system calls, the most frequent first.
    start
        What it may do besides while it starts, if the supervisor says so, call by call.
    default
        The answer to every other call.
    threads
        Whether it may start threads (they inherit the lock).
    """

    name: str
    rules: tuple[Rule, ...]
    start: tuple[Rule, ...]
    default: int
    threads: bool = False

    @property
    def allowed(self) -> tuple[Rule, ...]:
        """All that the filter which judges lets through, what is asked each time among it."""
        return (*self.rules, *self.start)

    @property
    def heard(self) -> tuple[Rule, ...]:
        """The filter that asks: the rules of the run first, and then the calls of the start."""
        named = {rule.name for rule in self.start}
        plain = tuple(rule for rule in self.rules if rule.name in named)
        return (*plain, *(Rule(r.name, r.checks, NOTIFY) for r in self.start))


_SENSOR = (
    # It reads the sensor and writes to the descriptors that are open: no new ones, ever.
    *_plain("read readv write writev recvfrom"),
    Rule("sendto", (Check(3, without=MSG_FASTOPEN), Check(4, whole=0))),
    *_TIME_AND_WAITING,
    *_MEMORY,
)
_REST = (
    Rule("fcntl", (Check(1, among=(1, 2, 3, 4)),)),  # F_GETFD, F_SETFD, F_GETFL, F_SETFL
    *_plain("pread64 lseek fstat close shutdown getsockname getpeername"),
    Rule("getsockopt", (Check(1, among=(1,)),)),  # SOL_SOCKET: of which kind a socket is
    *_SELF,
    *_LOOKS_FOR_FILES,
    *_BEGINNING,
    *_answered("epoll_create1", errno.EPERM),  # Python looks whether there is one
)

WORKER = Profile(
    name="worker",
    rules=(
        *_SENSOR,
        Rule("ioctl", (Check(1, among=_SERIAL_IOCTLS + _VIDEO_IOCTLS + _FILE_IOCTLS),)),
        *_REST,
        # OpenBLAS would like its memory near, and libraries look who else is there; they can do
        # without.
        *_answered("mbind set_mempolicy get_mempolicy sched_setaffinity", errno.EPERM),
        *_answered("epoll_create1", errno.EPERM),
        *_answered("memfd_secret", errno.ENOSYS),  # it is given what there is of it
        Rule("socket", (Check(0, among=(_AF_UNIX,)),), fail_with(errno.EPERM)),  # glibc's nscd
    ),
    start=(*_READS, *_LIBRARIES, *_ITSELF),
    default=KILL,
)

CAMERA_FILTER = Profile(
    name="camera_filter",
    rules=(
        *_SENSOR,
        Rule("ioctl", (Check(1, among=(*_FILE_IOCTLS, _UVC_QUERY)),)),
        *_REST,
    ),
    start=(*_READS, *_LIBRARIES, *_ITSELF),
    default=KILL,
)

CALIBRATOR = Profile(  # as the filter before the camera, without a camera's own commands
    name="calibrator",
    rules=(*_SENSOR, Rule("ioctl", (Check(1, among=_FILE_IOCTLS),)), *_REST),
    start=(*_READS, *_LIBRARIES, *_ITSELF),
    default=KILL,
)

WEB = Profile(
    name="web",
    rules=(
        *_plain("read readv write writev recvfrom recvmsg"),
        Rule("sendto", (Check(3, without=MSG_FASTOPEN), Check(4, whole=0))),
        Rule("sendmsg", (Check(2, without=MSG_FASTOPEN),)),
        *_plain("epoll_create1 epoll_wait epoll_pwait epoll_ctl accept4 accept listen"),
        Rule("shutdown", (Check(1, among=(_SHUT_WR,)),)),
        *_plain("getsockname getpeername getsockopt"),
        # Of IPPROTO_TCP; others stay with the listener, which outlives this process, or are logged.
        Rule("setsockopt", (Check(1, among=(6,)), Check(2, among=(_TCP_NODELAY,)))),
        *_TIME_AND_WAITING,
        *_MEMORY,
        *_LOOKS_FOR_FILES,
        *_plain("pread64 lseek fstat close"),
        Rule("ioctl", (Check(1, among=_FILE_IOCTLS),)),
        # F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
        Rule("fcntl", (Check(1, among=(1, 2, 3, 4, 1030)),)),
        # Threads, but no processes. clone3 hides its flags from a filter: glibc then uses clone.
        Rule("clone", (Check(0, among=(_PTHREAD_FLAGS,)),)),
        *_answered("clone3", errno.ENOSYS),
        *_plain("membarrier"),
        *_SELF,
        *_BEGINNING,
    ),
    start=(
        *_READS,
        *_LIBRARIES,
        *_ITSELF,
        # The event loop wakes itself through a pair that never leaves the process.
        Rule("socketpair", (Check(0, among=(1,)), Check(1, among=(0x80001,)), Check(2, whole=0))),
    ),
    default=fail_with(errno.EPERM),
    threads=True,
)
