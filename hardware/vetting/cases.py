"""What the rules look at: a dossier with its lists and signatures, or one device at its port."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from hardware.host.usb import UsbIdentity
from hardware.register.dossier import Dossier
from hardware.register.evidence import NOTHING_HELD, EvidenceFolder
from hardware.register.lists import Snapshot
from hardware.register.people import person
from hardware.register.policy import Paragraph
from hardware.register.sentence import Sentence
from hardware.register.signature import Signatures
from hardware.vetting.decision import SensorSays
from hardware.vetting.enrolment import Enrolled, Enrolment


@dataclass(frozen=True, slots=True)
class Documents:
    """What the rules about documents look at."""

    dossier: Dossier
    signatures: Signatures
    lists: tuple[Snapshot, ...]
    today: date
    evidence: EvidenceFolder = NOTHING_HELD

    def signer(self, name: str) -> bool:
        """Whether a person is among those who signed the dossier."""
        return person(name) in map(person, self.signatures.signers)


@dataclass(frozen=True, slots=True)
class Device:
    """What the rules about one device look at.

    Attributes
    ----------
    enrolled, signatures, audited
        The enrolment at its port, who signed that, and whether the audit trail holds it.
    controllers
        Host controllers that the approved dossier of this computer allows although they are
        none of its chips.
    """

    dossier: Dossier
    usb: UsbIdentity
    says: SensorSays
    enrolled: Enrolled | None
    signatures: Signatures
    audited: bool
    controllers: tuple[str, ...]

    @property
    def enrolment(self) -> Enrolment | None:
        """What the sensor was like when it was enrolled."""
        return self.enrolled.enrolment if self.enrolled else None


Sentences = Iterator[str]


def too_long_ago(case: Documents, paragraph: Paragraph, what: str, on: date) -> Sentences:
    """Find that something was done longer ago than a paragraph allows, or is still to come."""
    age = (case.today - on).days
    if age > paragraph.days:
        yield Sentence(
            "too_long_ago",
            "{what} {day}, {age} days ago; the limit is {limit}.",
            what=what,
            day=on,
            age=age,
            limit=paragraph.days,
        )
    elif age < 0:
        yield Sentence(
            "still_to_come",
            "{what} {day}, which is {age} days from now: check the date and the clock.",
            what=what,
            day=on,
            age=-age,
        )
