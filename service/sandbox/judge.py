"""What is in force in another process, read from /proc: a locked process is never asked itself.

Once, when everything is loaded and before there is a camera: the whole of it. Then again and again
what can still be seen from outside: a process that is closed to others hides its descriptors and
its memory from a plain user.
"""

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from service.sandbox.confine import ADDRESS_SPACE_BYTES, CAP_IPC_LOCK
from service.sandbox.errors import SandboxError
from service.sandbox.launch import FILTERS
from service.sandbox.profiles import Profile
from service.sandbox.report import Descriptor, LockReport

_NO_NEW_PRIVS, _FILTERED = 1, 2  # values in /proc/PID/status
_RIGHTS = ("CapInh", "CapPrm", "CapEff", "CapAmb")
_OWN_SHARED = ("/memfd:limen-preview", "/secretmem")
_HARMLESS = ("anon_inode:[eventpoll]", "/dev/null")
_FILE_BYTES = 16 * 1024
_LIMITS = {
    "Max file size": "0",
    "Max core file size": "0",
    "Max address space": str(ADDRESS_SPACE_BYTES),
}
_MOST_THREADS = 64  # of a process that may start any: with thousands nothing else would run
# The kernel's own pages in it, and a video driver's buffers, are never swapped, and not counted.
_NOT_LOCKED_KB = 16 * 1024
_REMEDY = "Nothing is shown to it; it is ended and started again. `limen doctor` says more."
_MEMORY_REMEDY = (
    "As a service: the line LimitMEMLOCK=infinity of limen.service. From a shell: the line "
    "'USER - memlock unlimited' in /etc/security/limits.d/limen.conf."
)


class Judge:
    """Judges one locked process.

    Parameters
    ----------
    pid
        Of the process.
    profile
        How it was locked.
    kept
        Descriptors that it was given on purpose, besides its first three.
    parent
        Process that started it, whose own filters (a container's, systemd's) it has too; this one
        when None.
    proc
        Root of the process file system.
    """

    def __init__(
        self,
        pid: int,
        profile: Profile,
        kept: Collection[int],
        *,
        output: bool = False,
        parent: int | None = None,
        proc: Path = Path("/proc"),
    ) -> None:
        self._pid, self._profile, self._kept = pid, profile, kept
        self._output = output
        self._proc = proc / str(pid)
        self._kept_open: dict[str, int] = {}  # what shows it when its folder no longer does
        self._filters = FILTERS + int(status(proc / str(parent or "self"))["Seccomp_filters"])

    def close(self) -> None:
        """Forget the process."""
        while self._kept_open:
            os.close(self._kept_open.popitem()[1])

    def _read(self, name: str) -> str:
        """Return a file of the process; empty when it has ended.

        Where the service's own /proc hides processes (hidepid), one that is closed to others is
        hidden from the supervisor too: so the files are opened before that, and kept.
        """
        try:
            if name not in self._kept_open:
                self._kept_open[name] = os.open(self._proc / name, os.O_RDONLY | os.O_CLOEXEC)
            return os.pread(self._kept_open[name], _FILE_BYTES, 0).decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""

    def whole(self, report: LockReport) -> LockReport:
        """Judge everything, when all is loaded; return the report with what was found.

        Raises
        ------
        SandboxError
            Names what is not as it must be.
        """
        self._must(bool(self._read("status")), "nothing of it can be seen")
        self.again()
        said = (self._proc / "cmdline").read_bytes() + (self._proc / "environ").read_bytes()
        self._must(not said, f"it shows others {len(said)} bytes of its memory as its arguments")
        descriptors = tuple(self._descriptors())
        for access, path in self._mappings():
            shared = access[1] == "w" and access[3] == "s" and not path.startswith(_OWN_SHARED)
            self._must(not shared, f"what it writes to {path or 'shared memory'} outlives it")
            self._must("wx" not in access, "it has memory that can be written and run")
        return replace(report, memory_locked=True, descriptors=descriptors)

    def again(self) -> None:
        """Judge what can be seen of it at any time; of one that has ended there is nothing."""
        found = fields_of(self._read("status"))
        if found.get("State", "Z").startswith("Z"):
            return
        self._must(int(found["NoNewPrivs"]) == _NO_NEW_PRIVS, "it may gain rights")
        self._must(int(found["Seccomp"]) == _FILTERED, "it has no filter of system calls")
        self._must(
            int(found["Seccomp_filters"]) == self._filters,
            f"it has {found['Seccomp_filters']} filters of system calls, not {self._filters}",
        )
        for name in _RIGHTS:
            rights = int(found[name], 16) & ~CAP_IPC_LOCK
            self._must(not rights, f"it has rights ({name} {rights:x})")
        threads = int(found["Threads"])
        most = _MOST_THREADS if self._profile.threads else 1
        self._must(threads <= most, f"{threads} threads run in it")
        # of all that is mapped, not of what is resident: much that is locked need not be there yet
        locked, mapped = kilobytes(found, "VmLck"), kilobytes(found, "VmSize")
        if locked + _NOT_LOCKED_KB < mapped:
            raise SandboxError(
                f"The {self._profile.name} process has {locked} kB of its {mapped} kB of memory "
                "locked: the rest may be swapped to a disk.",
                _MEMORY_REMEDY,
            )
        limits = self._read("limits")
        if not limits:
            return  # it has ended meanwhile
        for name, value in _LIMITS.items():
            held = re.search(rf"^{name}\s+(\S+)\s+(\S+)", limits, re.MULTILINE)
            both = held.groups() if held else ()
            self._must(both == (value, value), f"{name} is not {value}")

    def closed(self) -> None:
        """Judge that nobody of the same user can look into it; root always can."""
        try:
            owner = (self._proc / "fd").stat().st_uid
        except FileNotFoundError:
            return  # hidden, even from the one who started it
        self._must(owner == 0 or os.geteuid() == 0, "others of this user can look into it")

    def _must(self, holds: bool, what: str) -> None:
        if not holds:
            raise SandboxError(
                f"The {self._profile.name} process is not locked as it must be: {what}.", _REMEDY
            )

    def _descriptors(self) -> Iterator[Descriptor]:
        for entry in sorted((self._proc / "fd").iterdir(), key=lambda entry: int(entry.name)):
            fd, target = int(entry.name), str(entry.readlink())
            flags = re.search(
                r"^flags:\s+(\d+)", (self._proc / "fdinfo" / entry.name).read_text(), re.MULTILINE
            )
            access = int(flags[1], 8) & os.O_ACCMODE if flags else os.O_RDWR
            standard = fd <= 2 and (target == os.devnull or self._output)
            # An event loop's own pair: it can reach nobody with it.
            own = self._profile.threads and target.startswith(("socket:", *_HARMLESS))
            self._must(
                standard or fd in self._kept or own,
                f"descriptor {fd} ({target}) is open, and nobody gave it that",
            )
            yield Descriptor(fd, _what(target), access != os.O_RDONLY)

    def _mappings(self) -> Iterator[tuple[str, str]]:
        text = (self._proc / "maps").read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            fields = line.split(maxsplit=5)
            yield fields[1], fields[5] if len(fields) > 5 else ""


def status(process: Path) -> dict[str, str]:
    """Return /proc/PID/status."""
    return fields_of((process / "status").read_text(encoding="utf-8", errors="replace"))


def fields_of(text: str) -> dict[str, str]:
    """Return the fields of a status file by their names."""
    lines = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in lines}


def kilobytes(found: dict[str, str], name: str) -> int:
    """Return a size of /proc/PID/status in kB; 0 when it is not there."""
    return int(found.get(name, "0").split()[0])


def _what(target: str) -> str:
    kind, _, rest = target.partition(":")
    return kind if rest.startswith("[") else target
