"""The register as one station asks it: its own documents, its enrolments, its day.

Whoever opens a sensor asks before anything is set in it. The supervisor asks again every minute
and whenever USB changes; it needs nothing from the process that opened the sensor for that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hardware.errors import HardwareError
from hardware.host.network import HostNetwork
from hardware.host.usb import SYS, UsbIdentity
from hardware.register import documents
from hardware.vetting import enrolment
from hardware.vetting.check import (
    Admission,
    Decision,
    SensorSays,
    refusal,
    still_vetted,
    vet,
    vet_host,
)
from hardware.vetting.enrolment import Enrolment

ENROLMENTS = "enrolments.json"


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
    """

    own: Path | None
    state: Path
    sys_root: Path = SYS
    today: Callable[[], date] = date.today

    def vet(self, dossier: str, device: UsbIdentity | None, says: SensorSays) -> Decision:
        """Decide whether a sensor may be opened; this is what drivers are given as `vet`."""
        try:
            known = documents.load(self.own, today=self.today())
            enrolled = self.enrolments()
        except HardwareError as error:
            return refusal(dossier, str(error))
        return vet(dossier, device, says, register=known, enrolments=enrolled)

    def enrolments(self) -> tuple[Enrolment, ...]:
        """Return the enrolments of this station."""
        return enrolment.load(self.state / ENROLMENTS)

    def still(self, admission: Admission) -> Decision:
        """Decide whether an admitted sensor may go on; everything is read anew."""
        try:
            known = documents.load(self.own, today=self.today())
            enrolled = self.enrolments()
        except HardwareError as error:
            return refusal(admission.dossier, str(error))
        return still_vetted(admission, register=known, enrolments=enrolled, sys_root=self.sys_root)

    def host(self, network: HostNetwork, now_s: float) -> Decision:
        """Decide whether a real sensor may run on this computer, by its network."""
        try:
            known = documents.load(self.own, today=self.today())
        except HardwareError as error:
            return refusal("host", str(error))
        return vet_host(network, now_s, register=known)
