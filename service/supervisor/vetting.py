"""What the supervisor notes of an open sensor, and the enrolment of one at this station."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from device.info import SensorInfo
from hardware.errors import EnrolmentError
from hardware.host import usb
from hardware.vetting import enrolment
from hardware.vetting.decision import Admission, SensorSays
from hardware.vetting.enrolment import Enrolment
from hardware.vetting.station import ENROLMENTS, Vetting
from service.state.audit import AuditLog
from service.state.audit_events import SensorEnrolled


def admit(vetting: Vetting, info: SensorInfo) -> Admission:
    """Note what a worker has opened, to compare it with what is there later.

    Raises
    ------
    HardwareError
        When the device is already gone, or the enrolments cannot be read.
    """
    if info.simulated:
        says = SensorSays(info.serial, "", info.firmware, simulated=True)
        return Admission(info.dossier, None, says)
    device = usb.read(info.port, vetting.sys_root)
    at_port = [
        entry.enrolment for entry in vetting.enrolments() if entry.enrolment.port == info.port
    ]
    # The worker compared the part number with the enrolment before it opened the sensor.
    part_number = at_port[0].part_number if at_port else ""
    return Admission(info.dossier, device, SensorSays(info.serial, part_number, info.firmware))


def enrol(
    vetting: Vetting, admission: Admission, *, private: Ed25519PrivateKey, audit: AuditLog
) -> Enrolment:
    """Enrol a sensor here with an admin's key, after that was written into the audit trail.

    Raises
    ------
    EnrolmentError
        When it is no USB device, the key may not enrol, or the enrolments cannot be kept.
    RegisterError
        When the register cannot be relied on, or is older than what this station has seen.
    """
    if admission.usb is None:
        raise EnrolmentError("Only a sensor on USB can be enrolled.", "Plug one in.")
    trust = vetting.register().trust  # not an older one, in which the key was not yet revoked
    signed = enrolment.enrol(
        admission.dossier,
        admission.usb,
        admission.says,
        on=vetting.today(),
        trust=trust,
        private=private,
    )
    path = vetting.state / ENROLMENTS
    new, kept = signed.enrolment, enrolment.replace(enrolment.load(path), signed)
    audit.append(
        SensorEnrolled(
            dossier=new.dossier,
            serial_sha256=hashlib.sha256(new.serial.encode()).hexdigest(),
            descriptors_sha256=new.descriptors_sha256,
            enrolment_sha256=signed.sha256,
            port=new.port,
        )
    )
    enrolment.save(path, kept)
    return new
