"""How a process is locked: what its launcher put on and attacked, what the judge found in force."""

from dataclasses import dataclass

from service.sandbox.attempts import AttackResult, Outcome


@dataclass(frozen=True, slots=True)
class Descriptor:
    """One descriptor that is open in a locked process."""

    fd: int
    what: str
    writable: bool


@dataclass(frozen=True, slots=True)
class LockReport:
    """How a process is locked, and what every attack on the lock came to.

    Attributes
    ----------
    process
        `worker`, `web`, `camera_filter` or `calibrator`.
    filter_sha256
        Of the seccomp program in force; the same on every station of this version and processor.
    memory_locked
        Whether none of the process's memory can be swapped; the judge has looked.
    descriptors
        What was open when the judge looked.
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
