"""The register as one station asks it: its own documents, its enrolments, its day.

Whoever opens a sensor asks before anything is set in it. The supervisor asks again every minute
and whenever USB changes; it needs nothing from the process that opened the sensor for that.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import TypeAdapter

from hardware.errors import HardwareError
from hardware.host import computer as host_computer
from hardware.host.computer import Computer
from hardware.host.network import HostNetwork
from hardware.host.usb import SYS, UsbIdentity
from hardware.register import documents
from hardware.register.documents import Register
from hardware.register.memory import Memory, Remembering
from hardware.register.trust import Trust
from hardware.vetting import enrolment
from hardware.vetting.check import still_vetted, vet, vet_host
from hardware.vetting.decision import Admission, Decision, SensorSays, refusal
from hardware.vetting.enrolment import Enrolled

ENROLMENTS = "enrolments.json"


@dataclass(frozen=True, slots=True)
class Unit:
    """One device that is enrolled at a station, for a reader.

    Attributes
    ----------
    dossier, serial, firmware, port, on, by
        Kind, what it said of itself, where it hangs, when it was enrolled and by whom.
    problem
        Why the enrolment does not count; empty when it does.
    """

    dossier: str
    serial: str
    firmware: str
    port: str
    on: str
    by: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Here:
    """What a page may say of one station: how high its memory is, and what hangs on its wall.

    It is handed, as JSON, to a process that can read neither the trail nor the enrolments.

    Attributes
    ----------
    memory
        The highest that the station has seen; None where nobody remembers.
    units
        The devices that are enrolled.
    trouble
        Why the register or the enrolments cannot be relied on; empty when they can.
    """

    memory: Memory | None = None
    units: tuple[Unit, ...] = ()
    trouble: str = ""

    def to_json(self) -> str:
        """Return it as one line."""
        return _HERE.dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str) -> "Here":
        """Read it back.

        Raises
        ------
        ValueError
            When it is none.
        """
        return _HERE.validate_json(text)


@dataclass(frozen=True, slots=True)
class Vetting:
    """Where the register and the enrolments of this station are.

    Attributes
    ----------
    own
        Folder of the institution's own register; None when there is none.
    state
        State folder, which holds the enrolments.
    sys_root
        Root of sysfs.
    today
        Tells the day on which expiries, ages of lists and validities of keys are judged.
    memory
        What this station has seen before. None for a process that cannot read the audit trail:
        the supervisor, which can, asks again before any frame is screened.
    clock
        Seconds since the epoch.
    """

    own: Path | None
    state: Path
    sys_root: Path = SYS
    today: Callable[[], date] = date.today
    memory: Remembering | None = None
    clock: Callable[[], float] = time.time

    def register(self) -> Register:
        """Load the register, and refuse what is older than what this station has seen.

        Raises
        ------
        HardwareError
            When it cannot be relied on, or the clock has gone back.
        """
        if self.memory is None:
            return documents.load(self.own, today=self.today())
        before = self.memory.recall()
        before.check_clock(datetime.fromtimestamp(self.clock(), UTC))
        known = documents.load(self.own, today=self.today(), memory=before)
        self.memory.note(known.remembered())
        return known

    def vet(self, dossier: str, device: UsbIdentity | None, says: SensorSays) -> Decision:
        """Decide whether a sensor may be opened; this is what drivers are given as `vet`."""
        try:
            known = self.register()
            enrolled = self.enrolments()
        except HardwareError as error:
            return refusal(dossier, str(error))
        return vet(
            dossier,
            device,
            says,
            register=known,
            enrolments=enrolled,
            computer=self.computer(),
        )

    def computer(self) -> Computer:
        """Return what this computer says of itself."""
        return host_computer.read(self.sys_root)

    def enrolments(self) -> tuple[Enrolled, ...]:
        """Return the enrolments of this station."""
        return enrolment.load(self.state / ENROLMENTS)

    def here(self) -> Here:
        """Return what a page may say of this station."""
        try:
            memory = self.memory.recall() if self.memory else None
            trust = documents.load_trust(self.own, today=self.today())
            units = tuple(_unit(entry, trust, self.today(), memory) for entry in self.enrolments())
        except HardwareError as error:
            return Here(trouble=str(error))
        return Here(memory, units)

    def still(self, admission: Admission) -> Decision:
        """Decide whether an admitted sensor may go on; everything is read anew."""
        try:
            known = self.register()
            enrolled = self.enrolments()
        except HardwareError as error:
            return refusal(admission.dossier, str(error))
        return still_vetted(
            admission,
            register=known,
            enrolments=enrolled,
            computer=self.computer(),
            sys_root=self.sys_root,
        )

    def host(self, network: HostNetwork, now_s: float) -> Decision:
        """Decide whether a real sensor may run on this computer, by its network."""
        try:
            known = self.register()
        except HardwareError as error:
            return refusal("host", str(error))
        return vet_host(network, now_s, register=known, computer=self.computer())


def _unit(entry: Enrolled, trust: Trust, today: date, memory: Memory | None) -> Unit:
    made = entry.enrolment
    problem = " ".join(entry.signed(trust, today).problems[:1])
    if not problem and memory and memory.enrolled.get(made.port) != entry.sha256:
        problem = "It is not the last one in the audit trail."
    on = made.on.isoformat()
    return Unit(made.dossier, made.serial, made.firmware, made.port, on, made.by, problem)


_HERE = TypeAdapter(Here)
