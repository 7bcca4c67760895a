"""The answer of the register about one piece of hardware: what it is based on, and why.

These words load neither the register nor a rule: whoever drives a sensor knows no more of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hardware.host.usb import UsbIdentity
from hardware.register.effect import Effect


@dataclass(frozen=True, slots=True)
class SensorSays:
    """What a sensor says of itself over its control channel.

    Attributes
    ----------
    serial, part_number, firmware
        As it reports them; empty when it reports none.
    simulated
        It says that it is no physical camera (simulator, emulator, recording).
    """

    serial: str
    part_number: str = ""
    firmware: str = ""
    simulated: bool = False


class Outcome(StrEnum):
    """What the register answers."""

    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved_with_conditions"
    SIMULATED = "simulated"  # passes, as simulated and as nothing else
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a decision.

    Attributes
    ----------
    paragraph
        Number of the paragraph of the policy (`4.2`).
    title
        What that paragraph asks for.
    effect
        Whether it refuses or sets a condition.
    text
        What was found, in one sentence.
    """

    paragraph: str
    title: str
    effect: Effect
    text: str

    def __str__(self) -> str:
        return f"[{self.paragraph} {self.title}] {self.text}"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether hardware may be used, with every reason.

    Attributes
    ----------
    dossier
        Key of the dossier that was asked for.
    outcome
        The answer.
    reasons
        All that was found, refusals first.
    policy
        Name of the policy that was applied.
    """

    dossier: str
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    policy: str = ""

    @property
    def passes(self) -> bool:
        """Whether the sensor may be opened."""
        return self.outcome is not Outcome.REFUSED

    @property
    def refusals(self) -> tuple[Reason, ...]:
        """The reasons that refuse."""
        return tuple(reason for reason in self.reasons if reason.effect is Effect.REFUSE)

    @property
    def conditions(self) -> tuple[Reason, ...]:
        """The reasons that only set a condition."""
        return tuple(reason for reason in self.reasons if reason.effect is Effect.CONDITION)

    def __str__(self) -> str:
        head = f"{self.dossier}: {self.outcome.value.replace('_', ' ')}"
        return " ".join([f"{head}.", *map(str, self.refusals or self.conditions)])


Vet = Callable[[str, UsbIdentity | None, SensorSays], Decision]
"""What a driver asks before it opens: dossier, what the host sees, what the sensor says."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What was admitted: compare it with what is there later."""

    dossier: str
    usb: UsbIdentity | None
    says: SensorSays


def refusal(dossier: str, text: str) -> Decision:
    """Refuse for a reason that no policy can switch off."""
    reason = Reason("0.0", "Doubt is not screening", Effect.REFUSE, text)
    return Decision(dossier, Outcome.REFUSED, (reason,))


def decide(dossier: str, policy: str, reasons: tuple[Reason, ...]) -> Decision:
    """Turn reasons into an answer about real hardware: one refusal refuses."""
    effects = {reason.effect for reason in reasons}
    if Effect.REFUSE in effects:
        outcome = Outcome.REFUSED
    elif Effect.CONDITION in effects:
        outcome = Outcome.APPROVED_WITH_CONDITIONS
    else:
        outcome = Outcome.APPROVED
    ordered = sorted(reasons, key=lambda reason: reason.effect is not Effect.REFUSE)
    return Decision(dossier, outcome, tuple(ordered), policy)
