"""The station and the register: what drivers ask, what the supervisor asks again, enrolment.

The worker vets its sensor before it locks itself. The supervisor, which can still read files, then
asks again every minute and whenever USB changes; it needs nothing from the worker for that.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from device.errors import SensorError
from device.sensor import Sensor, SensorInfo
from hardware.errors import EnrolmentError, HardwareError
from hardware.host import usb
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
from service.state.audit import AuditLog
from service.state.audit_events import SensorEnrolled

ENROLMENTS = "enrolments.json"
AGAIN_S = 60.0  # an admitted sensor is looked at again at least so often

Vet = Callable[[str, UsbIdentity | None, SensorSays], Decision]


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

    def admit(self, info: SensorInfo) -> Admission:
        """Note what a worker has opened, to compare it with what is there later.

        Raises
        ------
        HardwareError
            When the device is already gone, or the enrolments cannot be read.
        """
        if info.simulated:
            says = SensorSays(info.serial, "", info.firmware, simulated=True)
            return Admission(info.dossier, None, says)
        device = usb.read(info.port, self.sys_root)
        at_port = [entry for entry in self.enrolments() if entry.port == info.port]
        # The worker compared the part number with the enrolment before it opened the sensor.
        part_number = at_port[0].part_number if at_port else ""
        return Admission(info.dossier, device, SensorSays(info.serial, part_number, info.firmware))

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

    def enrol(self, admission: Admission, *, by: str, audit: AuditLog | None = None) -> Enrolment:
        """Enrol a sensor at this station, and write that into the audit trail.

        Raises
        ------
        EnrolmentError
            When it is no USB device, or the enrolments cannot be kept.
        """
        if admission.usb is None:
            raise EnrolmentError("Only a sensor on USB can be enrolled.", "Plug one in.")
        new = enrolment.enrol(
            admission.dossier, admission.usb, admission.says, on=self.today(), by=by
        )
        path = self.state / ENROLMENTS
        enrolment.save(path, enrolment.replace(enrolment.load(path), new))
        if audit is not None:
            audit.append(
                SensorEnrolled(
                    dossier=new.dossier,
                    serial_sha256=hashlib.sha256(new.serial.encode()).hexdigest(),
                    descriptors_sha256=new.descriptors_sha256,
                )
            )
        return new


def meet(open_sensor: Callable[[Vet], Sensor]) -> Admission:
    """Ask a sensor who it is, without setting anything in it or taking a frame.

    Parameters
    ----------
    open_sensor
        Opens it with the `vet` that it is given; that `vet` notes the answers and refuses.

    Raises
    ------
    SensorError
        When it does not answer.
    """
    met: list[Admission] = []

    def note(dossier: str, device: UsbIdentity | None, says: SensorSays) -> Decision:
        met.append(Admission(dossier, device, says))
        return refusal(dossier, "It was only asked who it is.")

    try:
        open_sensor(note).close()
    except SensorError:
        if not met:
            raise
    return met[0]
