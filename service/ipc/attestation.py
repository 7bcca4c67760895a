"""What pages show of an attestation (`service.attestation`): bounded, and nothing of it made up.

Whoever attests writes it into the state folder; the supervisor reads it, the web process shows it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen

MAX_SENTENCES = 8  # of a part; more are only counted
MAX_SENTENCE = 300  # letters
Count = Annotated[int, Ge(0), Le(2**31)]
Word = Annotated[str, MaxLen(80)]


class Part(StrEnum):
    """What an attestation looks at."""

    PROCESSES = "processes"  # that run: rights, filters, memory, what is open and mapped
    ATTACKS = "attacks"  # all of them, under both locks and without one
    CODE = "code"  # against the lock and the lists of its packages
    UNITS = "units"  # of systemd, and what amends them
    COMPUTER = "computer"  # what the doctor says


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part, and what of it does not hold: `sentences` in English, and how many there are."""

    part: Part
    faults: Count
    sentences: Annotated[tuple[Annotated[str, MaxLen(MAX_SENTENCE)], ...], MaxLen(MAX_SENTENCES)]


@dataclass(frozen=True, slots=True)
class ShownProcess:
    """A locked process that ran; `compared`: its filters are those that were attacked."""

    process: Literal["worker", "web", "camera_filter", "calibrator"]
    pid: Count
    compared: bool


@dataclass(frozen=True, slots=True)
class ShownAttack:
    """What became of an attack: what stopped it, or how it ended where nothing did.

    `through` is whether it got through a lock.
    """

    name: Word
    unlocked: Word
    worker: Word
    web: Word
    through: bool


@dataclass(frozen=True, slots=True)
class ShownAttestation:
    """An attestation.

    Attributes
    ----------
    made_s
        Seconds since the epoch.
    holds
        Whether nothing is at fault.
    station, code_sha256, envelope_sha256
        The station's public key, and hashes of the code and of the signed attestation, hex.
    supervisor
        Its process; 0: no station ran.
    reached
        How many attacks get through without a lock: the control.
    packages, files, compiled
        How much of the code was compared.
    """

    made_s: Count
    holds: bool
    station: Word
    code_sha256: Word
    envelope_sha256: Word
    supervisor: Count
    processes: Annotated[tuple[ShownProcess, ...], MaxLen(8)]
    parts: Annotated[tuple[ShownPart, ...], MaxLen(len(Part))]
    reached: Count
    attacks: Annotated[tuple[ShownAttack, ...], MaxLen(300)]
    packages: Count
    files: Count
    compiled: Count

    @property
    def proven(self) -> bool:
        """Whether it holds and says of what: an empty list proves nothing."""
        return (
            self.holds
            and self.supervisor > 0
            and {"worker", "web"} <= {one.process for one in self.processes}
            and {one.part for one in self.parts} == set(Part)
            and all(one.compared for one in self.processes)
            and not any(one.faults for one in self.parts)
            and bool(self.attacks)
            and self.reached > 0
            and not any(one.through for one in self.attacks)
        )


@dataclass(frozen=True, slots=True)
class AttestationState:
    """The last attestation, and whether one is being made.

    Attributes
    ----------
    shown
        None: there is none, or it is damaged.
    holds
        Whether it holds, and is of the processes that run now.
    still
        Whether the processes that it looked at are those that run now.
    running_s
        For how long one has been under way; None when none is.
    failed
        Whether the last one that was asked for did not come about.
    """

    shown: ShownAttestation | None
    holds: bool
    still: bool
    running_s: float | None
    failed: bool
