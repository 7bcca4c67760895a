"""Lock this process for good, attack the lock from inside, and report what held.

The order is the point. Two filters are loaded, one after the other. The first lets everything
that is not allowed *fail* with a mark of its own; inside it every attack is tried. The second is
the same list with the final answer (the worker is killed). The kernel keeps both for ever and
applies the stricter answer, so the lock that was attacked is the one in force, by construction
and not by comparison: nothing that the first one refused can become possible again.
"""

import errno
import os
import sysconfig
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from service.sandbox import confine, landlock, seccomp
from service.sandbox.attacks import Attack, Kind, attacks
from service.sandbox.confine import Descriptor
from service.sandbox.errors import SandboxError
from service.sandbox.profiles import WEB, WORKER, Profile
from service.sandbox.seccomp import Check, Rule
from service.sandbox.syscalls import CallMissing, this_machine

_MARK = 4000  # no errno of Linux: an answer that only our filter gives
_DENIED = {
    _MARK: "filter",
    errno.EACCES: "EACCES",
    errno.EPERM: "EPERM",
    errno.ENOSYS: "ENOSYS",  # the kernel has no such call
    errno.EAFNOSUPPORT: "EAFNOSUPPORT",  # there is no such network, or the service may not use it
    errno.EROFS: "EROFS",  # mounted read-only, for the service at the least
}
# Adding a filter only ever tightens; the first one has to let the second one in.
_ADD_FILTER = Rule("seccomp", (Check(0, among=(1,)),))


class Outcome(StrEnum):
    """What became of an attack."""

    DENIED = "denied"
    GOT_THROUGH = "got_through"


@dataclass(frozen=True, slots=True)
class AttackResult:
    """What became of one attack.

    Attributes
    ----------
    detail
        What stopped it (`filter`, or the kernel's error), or how it ended when nothing did.
    """

    name: str
    kind: Kind
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class LockReport:
    """How a process was locked, and what every attack on the lock came to.

    Attributes
    ----------
    process
        `worker` or `web`.
    filter_sha256
        Of the seccomp program in force; the same on every station of this version and processor.
    memory_locked
        Whether none of the process's memory can be swapped.
    descriptors
        What is still open, and was found fit to be.
    files_alone
        Attacks on Landlock alone, before there was a filter.
    attacks
        Attacks on the whole lock.
    """

    process: str
    kernel: str
    machine: str
    landlock_abi: int
    filter_sha256: str
    memory_locked: bool
    descriptors: tuple[Descriptor, ...]
    files_alone: tuple[AttackResult, ...]
    attacks: tuple[AttackResult, ...]

    @property
    def got_through(self) -> tuple[AttackResult, ...]:
        """The attacks that nothing stopped: must be none."""
        every = (*self.files_alone, *self.attacks)
        return tuple(result for result in every if result.outcome is Outcome.GOT_THROUGH)


def probe(tried: Iterable[Attack]) -> tuple[AttackResult, ...]:
    """Try the attacks from inside this process and say what became of each.

    Attacks whose system call this architecture does not have are left out.
    """
    results = []
    for attack in tried:
        try:
            attack.act()
        except CallMissing:
            continue
        except OSError as error:
            number = error.errno or 0
            detail = _DENIED.get(number)
            outcome = Outcome.DENIED if detail else Outcome.GOT_THROUGH
            detail = detail or f"tried: {errno.errorcode.get(number, number)}"
        else:
            outcome, detail = Outcome.GOT_THROUGH, "done"
        results.append(AttackResult(attack.name, attack.kind, outcome, detail))
    return tuple(results)


def lock_worker(*keep: int) -> LockReport:
    """Lock the process that sees frames; call it when the sensor is open, before the first frame.

    From then on it can read and write what is already open, wait, compute, and end. It opens
    nothing, starts nothing (no thread either) and is killed when it tries.

    Parameters
    ----------
    keep
        Descriptors it was given on purpose: its channel, the preview. A sensor's device and
        files opened for reading are recognised; anything else that is open is refused.

    Raises
    ------
    SandboxError
        When something is missing or an attack got through: do not ask for a frame.
    """
    return _lock(WORKER, keep, ())


def lock_web(*keep: int, readable: Sequence[Path] = ()) -> LockReport:
    """Lock the process that serves screens; call it when the event loop and listener exist.

    From then on it accepts connections on the listener, talks on what is open, reads the files
    beneath `readable`, and may start threads, which are locked as well.

    Parameters
    ----------
    keep
        The listener (bound to this machine only) and its channel.
    readable
        Its pages; nothing when they were loaded before. The folders of the Python library and
        of this project's packages are added: Python loads some modules late.
    """
    return _lock(WEB, keep, (*readable, *library_folders()))


def library_folders() -> tuple[Path, ...]:
    """Return the folders that hold code and nothing else; never the current folder."""
    library = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    packages = Path(__file__).resolve().parents[2]
    own = [packages / name for name in ("service", "screening", "device", "hardware")]
    return tuple(path for path in (*map(Path, sorted(library)), *own) if path.is_dir())


def _lock(profile: Profile, keep: Collection[int], readable: Sequence[Path]) -> LockReport:
    machine = this_machine()
    abi = landlock.require()
    confine.require_one_thread()
    confine.require_no_child()
    confine.require_no_mapped_file()
    descriptors = confine.inspect_descriptors(keep, local_sockets=profile.threads)
    first = seccomp.assemble((*profile.rules, _ADD_FILTER), seccomp.fail_with(_MARK), machine)
    final = seccomp.assemble(profile.rules, profile.default, machine)
    tried = attacks()
    kernel = os.uname().release

    memory_locked = confine.keep_out_of_swap()
    confine.limit(threads=profile.threads)
    confine.drop_rights()
    landlock.restrict(readable)
    files_alone = probe(attack for attack in tried if attack.landlock)
    seccomp.load(first)
    results = probe(tried)
    seccomp.load(final)

    report = LockReport(
        process=profile.name,
        kernel=kernel,
        machine=machine.name,
        landlock_abi=abi,
        filter_sha256=seccomp.fingerprint(final),
        memory_locked=memory_locked,
        descriptors=descriptors,
        files_alone=files_alone,
        attacks=results,
    )
    if report.got_through:
        names = "; ".join(f"{result.name} ({result.detail})" for result in report.got_through)
        raise SandboxError(
            f"The lock of the {profile.name} process does not hold: {names}.",
            "This station must not screen; report the kernel's version.",
        )
    return report
