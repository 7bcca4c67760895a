"""Start a process that is locked before its first line: between fork and exec, by this code.

The order is the point. In the child, which still is the supervisor's own code:

1. limits, rights, no_new_privs, Landlock; every attack that is Landlock's to stop is tried;
2. a first filter, whose answer to everything that is not allowed is a mark of its own; inside it
   every attack is tried, and one that gets through ends the child;
3. a filter that asks the supervisor about what only importing needs; its listener goes there;
4. the same list as in 2, with the final answer (the worker is killed);
5. exec. Its path lies at an address nobody can guess, and the filters allow that address alone.

The kernel keeps all three for ever and applies the strictest, so the lock that was attacked is the
one in force, by construction. No line of the program, of a `.pth` or of a library ran before.
"""

import ctypes
import json
import mmap
import os
import random
import signal
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from service.sandbox import confine, landlock, seccomp
from service.sandbox.attacks import Attack, Kind, attacks
from service.sandbox.attempts import MARK, AttackResult, Outcome, probe
from service.sandbox.errors import SandboxError
from service.sandbox.paths import interpreter, packages, readable, runnable, search_path
from service.sandbox.profiles import MSG_FASTOPEN, Profile
from service.sandbox.report import LockReport
from service.sandbox.seccomp import ALLOW, Check, Rule
from service.sandbox.syscalls import Machine, syscall, this_machine

_BOOT = Path(__file__).with_name("boot.py")
_PATH_ROOM = 1 << 24  # bytes among which the path of the program is hidden
_LAUNCH_WITHIN_S = 10.0
FILTERS = 3
_room: mmap.mmap | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """What runs in a locked process.

    Attributes
    ----------
    module
        Run as its main program.
    arguments
        For it; nobody sees them from outside.
    descriptors
        What it inherits, under the same numbers, besides its first three.
    environment
        Set before anything is imported.
    preload
        The environment that the kernel passes on; empty but in tests, who can see it could read it.
    readable
        Folders and files besides the code that it may read while it starts.
    further
        Packages besides the station's own, by name: their folders.
    """

    module: str
    arguments: Sequence[str] = ()
    descriptors: Sequence[int] = ()
    environment: Mapping[str, str] = field(default_factory=lambda: confine.SINGLE_THREADED)
    preload: Mapping[str, str] = field(default_factory=dict)
    readable: Sequence[Path] = ()
    further: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Launched:
    """A process that was started.

    Attributes
    ----------
    pid
        Of the process; the caller waits for its end.
    listener
        Descriptor at which it asks while it starts; None without a lock.
    report
        How it was locked, before the judge has looked; None without a lock.
    """

    pid: int
    listener: int | None
    report: LockReport | None


def launch(program: Program, profile: Profile | None, *, output: int | None = None) -> Launched:
    """Start a program.

    Parameters
    ----------
    profile
        Its lock; None starts it without one.
    output
        Descriptor for what it prints; None: nowhere.

    Raises
    ------
    SandboxError
        When this computer cannot lock it, or an attack got through: nothing runs then.
    """
    if profile is not None:
        landlock.require()
        confine.require_lockable_memory()
        this_machine()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    supervisor = os.getpid()
    with ours, theirs:
        ours.settimeout(_LAUNCH_WITHIN_S)
        pid = os.fork()
        if pid == 0:
            _child(program, profile, theirs, supervisor, output)
        theirs.close()
        try:
            return _hear(pid, ours, locked=profile is not None)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise


def _hear(pid: int, ours: socket.socket, *, locked: bool) -> Launched:
    """Take what the child says before it becomes the program: a report, or why not."""
    said, listener = b"", None
    while True:
        packet, descriptors, _, _ = socket.recv_fds(ours, 1 << 20, 1)
        if not packet:
            break
        said, listener = packet, descriptors[0] if descriptors else None
    told: dict[str, Any] = json.loads(said or b"{}")
    if "error" in told:
        raise SandboxError(*told["error"])
    if locked and (listener is None or "report" not in told):
        raise SandboxError("A process ended before it could be locked.", "Start it again.")
    return Launched(pid, listener, _report(told["report"]) if locked else None)


def _report(told: dict[str, Any]) -> LockReport:
    def results(name: str) -> tuple[AttackResult, ...]:
        return tuple(
            AttackResult(r["name"], Kind(r["kind"]), Outcome(r["outcome"]), r["detail"])
            for r in told[name]
        )

    return LockReport(
        **{**told, "files_alone": results("files_alone"), "attacks": results("attacks")}
    )


# ---- in the child, until it becomes the program


def _child(
    program: Program,
    profile: Profile | None,
    told: socket.socket,
    supervisor: int,
    output: int | None,
) -> NoReturn:
    try:
        _prepare(program, told.fileno(), supervisor, output)
        place = _hidden_path()
        tried = attacks()  # one of them on the folder that this process is in
        os.chdir("/")
        if profile is None:
            told.send(b"{}")
        else:
            _lock(program, profile, told, place, tried)
        name = program.module.split(".")[1] if profile is None else profile.name
        told_later = _instructions(program, f"limen-{name.replace('_', '-')}")
        python, boot = os.fsencode(interpreter()), os.fsencode(_BOOT)
        arguments = [python, b"-I", b"-S", b"-B", boot, told_later]
        environment = [f"{name}={value}".encode() for name, value in program.preload.items()]
        syscall("execve", place, _strings(arguments), _strings(environment))
    except BaseException as error:  # noqa: BLE001 - nothing may run on in this process
        what, remedy = str(error), ""
        if isinstance(error, SandboxError):
            what, remedy = error.what, error.remedy
        told.send(json.dumps({"error": [what, remedy]}).encode())
    os._exit(1)


def _prepare(program: Program, told: int, supervisor: int, output: int | None) -> None:
    """Leave what is the supervisor's: its terminal, its descriptors, its folder."""
    confine.die_with(supervisor)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    os.setpgid(0, 0)  # Ctrl-C reaches the supervisor only
    nowhere = os.open(os.devnull, os.O_RDWR)
    printed = nowhere if output is None else output
    for fd, source in ((0, nowhere), (1, printed), (2, printed)):
        os.dup2(source, fd)
    confine.close_all_but({told, *program.descriptors})
    for fd in program.descriptors:
        os.set_inheritable(fd, True)  # noqa: FBT003 - the library's own signature


def _lock(
    program: Program,
    profile: Profile,
    told: socket.socket,
    place: ctypes.c_void_p,
    tried: tuple[Attack, ...],
) -> None:
    machine = this_machine()
    abi = landlock.require()
    first, asking, final = filters(profile, machine, place.value or 0)
    kernel = os.uname().release
    allowed = (*readable(program.further), *(p for p in program.readable if p.exists()))
    confine.limit(threads=profile.threads)
    confine.drop_rights()
    landlock.restrict(allowed, runnable())
    files_alone = probe(attack for attack in tried if attack.landlock)
    seccomp.load(first)
    results = probe(tried)
    report = LockReport(
        process=profile.name,
        kernel=kernel,
        machine=machine.name,
        landlock_abi=abi,
        filter_sha256=seccomp.fingerprint(filters(profile, machine, 0)[2]),
        memory_locked=False,
        descriptors=(),
        files_alone=files_alone,
        attacks=results,
    )
    if report.got_through:
        names = "; ".join(f"{result.name} ({result.detail})" for result in report.got_through)
        raise SandboxError(
            f"The lock of the {profile.name} process does not hold: {names}.",
            "This station must not screen; report the kernel's version.",
        )
    listener = seccomp.load(asking, listen=True)
    packet = json.dumps({"report": asdict(report)}).encode()
    socket.send_fds(told, [packet], [listener])
    os.close(listener)
    seccomp.load(final)


def filters(profile: Profile, machine: Machine, place: int) -> tuple[bytes, bytes, bytes]:
    """Return the three filters of a profile: to be attacked in, to ask, and to last.

    Parameters
    ----------
    place
        Address of the path that may be executed.
    """
    execute = Rule("execve", (Check(0, whole=place),))
    adding = (
        Rule("seccomp", (Check(0, among=(1,)),)),
        Rule("sendmsg", (Check(2, without=MSG_FASTOPEN),)),
    )
    allowed = profile.allowed
    return (
        seccomp.assemble((*allowed, execute, *adding), seccomp.fail_with(MARK), machine),
        seccomp.assemble(profile.heard, ALLOW, machine),
        seccomp.assemble((*allowed, execute), profile.default, machine),
    )


def _hidden_path() -> ctypes.c_void_p:
    """Put the program's path where nobody can guess; of that place nothing is left after exec."""
    global _room  # noqa: PLW0603 - it lives until exec takes this memory away
    _room = room = mmap.mmap(-1, _PATH_ROOM)
    path = os.fsencode(interpreter()) + b"\0"
    at = random.SystemRandom().randrange(_PATH_ROOM - len(path))
    room[at : at + len(path)] = path
    start = ctypes.addressof(ctypes.c_char.from_buffer(room))
    return ctypes.c_void_p(start + at)


def _strings(strings: Sequence[bytes]) -> "ctypes.Array[ctypes.c_char_p]":
    return (ctypes.c_char_p * (len(strings) + 1))(*strings, None)


def _instructions(program: Program, name: str) -> bytes:
    return json.dumps(
        {
            "name": name,
            "module": program.module,
            "arguments": list(program.arguments),
            "environment": dict(program.environment),
            "path": search_path(),
            "packages": {name: str(path) for name, path in packages(program.further).items()},
        }
    ).encode()
