"""The processes of the station that runs, from outside: what holds them, and what they hold.

Nothing is asked of the station. Who runs on a state folder says the kernel's list of file locks;
what a process is, /proc and the filters that the kernel gives back. What only root may see is said
to be unseen when somebody else asks, and then nothing is attested.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.attestation import kernel_filters
from service.checkcode.code import code_files
from service.sandbox.errors import SandboxError
from service.sandbox.judge import Judge, status
from service.sandbox.paths import interpreter, readable
from service.sandbox.profiles import CALIBRATOR, CAMERA_FILTER, WEB, WORKER, Profile
from service.state.budget import MOST_SAID

# The kernel gives its list of locks page by page, and leaves one out when others end between two
# pages: with two programs that do nothing but lock, 4 of 1,000 looks missed it.
_LOOKS = 8
_NAME_LENGTH = 15  # of a process: the kernel cuts it there
PROFILES = {
    f"limen-{profile.name.replace('_', '-')}"[:_NAME_LENGTH]: profile
    for profile in (WORKER, WEB, CAMERA_FILTER, CALIBRATOR)
}
NEEDED = frozenset({WORKER.name, WEB.name})
_PROC = Path("/proc")
_SOCKETS = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "packet")
_LISTENS = "0A"  # state of a socket in /proc/net/tcp
_LOOPBACK = "0100007F"  # 127.0.0.1, as it stands there
# What bends a Python, its loader, or a library that it loads at once; and what does not.
_BENDS = ("PYTHON", "LD_", "GLIBC_TUNABLES", "GCONV_PATH", "OPENSSL_", "SSL_")
_HARMLESS = frozenset(
    {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONUTF8", "PYTHONHASHSEED"}
    | {"PYTHONSAFEPATH", "PYTHONNOUSERSITE", "PYTHONIOENCODING", "SSL_CERT_FILE", "SSL_CERT_DIR"}
)
_OWN_MEMORY = ("/memfd:limen-", "/secretmem", "/dev/zero", "anon_inode:")


@dataclass(frozen=True, slots=True)
class LiveProcess:
    """One locked process that runs.

    Attributes
    ----------
    process
        `worker`, `web`, `camera_filter` or `calibrator`.
    compared
        Whether the filters that the kernel holds of it were compared, program for program, with
        those that are attacked.
    faults
        What is not as it must be, a sentence each.
    unseen
        What this user may not see.
    """

    process: str
    pid: int
    compared: bool
    faults: tuple[str, ...]
    unseen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LiveStation:
    """The station that runs on a state folder.

    Attributes
    ----------
    supervisor
        Its process id.
    bent
        How the supervisor was started to load other code than its own, a sentence each.
    processes
        Its locked processes.
    """

    supervisor: int
    bent: tuple[str, ...]
    processes: tuple[LiveProcess, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Return what is not as it must be."""
        missing = NEEDED - {one.process for one in self.processes}
        found = list(self.bent)
        found += [f"No {name} process runs locked." for name in sorted(missing)]
        for one in self.processes:
            found += one.faults
            if not one.compared:
                found.append(
                    f"The filters of the {one.process} process {one.pid} were not compared with "
                    "those that are attacked: only root can read them."
                )
        return tuple(found)


def find(state: Path, proc: Path = _PROC) -> int | None:
    """Return the process that runs a station on a state folder; None when there is none."""
    try:
        lock = (state / "lock").stat()
    except OSError:
        return None
    device = f"{os.major(lock.st_dev):02x}:{os.minor(lock.st_dev):02x}"
    for _ in range(_LOOKS):
        for line in (proc / "locks").read_text(encoding="ascii").splitlines():
            found = re.search(r"\bFLOCK\b.*\s(\d+) ([0-9a-f]+:[0-9a-f]+):(\d+) ", line)
            if found is None or int(found[3]) != lock.st_ino:
                continue
            pid = int(found[1])
            # some file systems have another device number in that list than files say
            if pid and (found[2] == device or _holds(proc / str(pid), state / "lock")):
                return pid
    return None


def _holds(process: Path, file: Path) -> bool:
    try:
        return any(target == str(file.resolve()) for _, target in open_descriptors(process))
    except OSError:
        return False


def look(state: Path, proc: Path = _PROC) -> LiveStation | None:
    """Look at the station that runs on a state folder; None when there is none."""
    supervisor = find(state, proc)
    if supervisor is None:
        return None
    files = {str(file.resolve()) for _, file in code_files()}
    return LiveStation(
        supervisor,
        tuple(_bent(supervisor, files, proc)),
        tuple(
            _look_at(pid, profile, supervisor, files, proc)
            for pid, profile in _locked(supervisor, proc)
        ),
    )


def _bent(supervisor: int, files: set[str], proc: Path) -> Iterator[str]:
    """Yield what makes a Python load code from elsewhere, and what it has loaded from there."""
    process = proc / str(supervisor)
    try:
        environment = (process / "environ").read_bytes().split(b"\0")
        runs = str((process / "exe").readlink())
        mapped = list(_mappings(supervisor, files, proc))
    except OSError:
        yield "The supervisor cannot be looked into: only root and its own user can."
        return
    for each in environment:
        name = each.partition(b"=")[0].decode(errors="replace")
        if name.startswith(_BENDS) and name not in _HARMLESS:
            yield f"The supervisor was started with {name}: it may run other code than its own."
    if runs != str(interpreter()):
        yield f"The supervisor is no Python of this station: it runs {_named(runs)}."
    for said in mapped:
        yield f"The supervisor {said}."


def _locked(supervisor: int, proc: Path) -> Iterator[tuple[int, Profile]]:
    for entry in sorted(proc.iterdir()):
        if entry.name.isdecimal():
            try:
                found = status(entry)
            except OSError:  # it has ended
                continue
            profile = PROFILES.get(found["Name"])
            if profile is not None and int(found["PPid"]) == supervisor:
                yield int(entry.name), profile


def _look_at(pid: int, profile: Profile, parent: int, files: set[str], proc: Path) -> LiveProcess:
    faults: list[str] = []
    unseen: list[str] = []
    compared = False
    judge = Judge(pid, profile, (), parent=parent, proc=proc)
    try:
        judge.again()
    except SandboxError as error:
        faults.append(error.what)
    except OSError as error:
        faults.append(f"The {profile.name} process {pid} has ended meanwhile ({error}).")
    finally:
        judge.close()
    try:
        compared = True
        if not kernel_filters.are_those_of(kernel_filters.of_process(pid), profile):
            faults.append(
                f"The {profile.name} process {pid} is held by other filters than are attacked."
            )
    except OSError:
        compared = False
        unseen.append("the filters that the kernel holds of it")
    for what, see in (("its open descriptors", _descriptors), ("what is mapped", _mappings)):
        try:
            faults += [
                f"The {profile.name} process {pid} {said}." for said in see(pid, files, proc)
            ]
        except OSError:
            unseen.append(what)
    return LiveProcess(profile.name, pid, compared, tuple(faults[:MOST_SAID]), tuple(unseen))


def open_descriptors(process: Path) -> Iterator[tuple[str, str]]:
    """Yield number and target of what a process in /proc has open; OSError for who may not see."""
    for entry in (process / "fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed meanwhile
            yield entry.name, str(entry.readlink())


def _descriptors(pid: int, _files: set[str], proc: Path) -> Iterator[str]:
    """Yield what is wrong with what is open: a file to be written, a socket that leads away."""
    away = dict(_sockets(proc / str(pid)))
    for number, target in open_descriptors(proc / str(pid)):
        if socket := re.fullmatch(r"socket:\[(\d+)\]", target):
            if socket[1] in away:
                yield f"holds a socket: {away[socket[1]]}"
        elif target.startswith("/") and not target.startswith(("/dev/", *_OWN_MEMORY)):
            info = (proc / str(pid) / "fdinfo" / number).read_text(encoding="ascii")
            flags = re.search(r"^flags:\s+(\d+)", info, re.MULTILINE)
            if flags is None or int(flags[1], 8) & os.O_ACCMODE != os.O_RDONLY:
                yield f"holds {_named(target)} open for writing"


def _sockets(process: Path) -> Iterator[tuple[str, str]]:
    """Yield the inode of each socket that leads beyond this machine, and what it is."""
    for kind in _SOCKETS:
        table = process / "net" / kind
        if not table.exists():
            continue
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if kind == "packet":
                yield fields[8], "packet"
                continue
            local, remote = fields[1], fields[2]
            at_home = local.startswith(_LOOPBACK) and (
                fields[3] == _LISTENS or remote.startswith(_LOOPBACK)
            )
            if not (kind == "tcp" and at_home):
                yield fields[9], f"{kind} {local} to {remote}"


def _mappings(pid: int, files: set[str], proc: Path) -> Iterator[str]:
    """Yield what is wrong with its memory: code from elsewhere, files that it writes through."""
    system = [str(place) for place in (*readable({}), interpreter())]
    for line in (proc / str(pid) / "maps").read_text(encoding="utf-8").splitlines():
        fields = line.split(maxsplit=5)
        access, path = fields[1], fields[5] if len(fields) > 5 else ""
        if not path.startswith("/") or path.startswith(_OWN_MEMORY):
            continue
        if "w" in access and access.endswith("s"):
            yield f"writes to {_named(path)} through its memory"
        known = path in files or any(path == one or path.startswith(f"{one}/") for one in system)
        if "x" in access and (path.endswith(" (deleted)") or not known):
            yield f"runs {_named(path)}, which is none of its code"


def _named(path: str) -> str:
    """Return the name of a file that is there; of what a process named itself only that it is so.

    The name of memory, or of a file that is gone, would be a text of the process's choice.
    """
    return path if Path(path).exists() else "memory or a file without a place"
