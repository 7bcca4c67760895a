"""Enrolment: this very sensor, on this very port of this station.

A dossier speaks for a kind of hardware, an enrolment for one device. It is made once, by an admin
who has the inspected device in hand and signs what the station saw; any later difference stops the
station. The enrolments lie beside the audit trail as DSSE envelopes, and the trail holds the hash
of each: one that was written by hand is not signed, and one that was brought here is not in it.
"""

import base64
import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import TypeAdapter, ValidationError

from hardware.errors import EnrolmentError, SignatureError
from hardware.host.functions import findings
from hardware.host.usb import UsbIdentity
from hardware.register import signature
from hardware.register.signature import Signatures
from hardware.register.trust import Trust, What, key_id
from hardware.vetting.decision import SensorSays


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One sensor at one station.

    Attributes
    ----------
    dossier
        Key of the dossier that speaks for its kind.
    ids, usb_serial, release, port, descriptors_sha256
        What the host saw.
    serial, part_number, firmware
        What the sensor said.
    functions
        Codes of its USB interfaces, in all configurations (`0e/01/00`).
    vendor_functions
        Vendor-specific ones among its functions, which the person accepted (`ff/00/00`).
    controller, hubs
        The host controller that it hangs on, and the hubs between.
    on, by
        When, and which admin did it: the person of the trust file whose key signed.
    """

    dossier: str
    ids: str
    usb_serial: str
    release: str
    port: str
    descriptors_sha256: str
    serial: str
    part_number: str
    firmware: str
    functions: tuple[str, ...]
    vendor_functions: tuple[str, ...]
    controller: str
    hubs: str
    on: date
    by: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment with the exact bytes that were signed, and the envelope."""

    enrolment: Enrolment
    payload: bytes
    envelope: bytes

    @property
    def sha256(self) -> str:
        """What the audit trail holds of it."""
        return hashlib.sha256(self.payload).hexdigest()

    def signed(self, trust: Trust, today: date) -> Signatures:
        """Return which admin signed it, and what is wrong with that."""
        found = signature.verify(self.payload, What.ENROLMENT, self.envelope, trust, today)
        if not found.problems and self.enrolment.by not in found.signers:
            who = ", ".join(found.signers)
            return Signatures(
                found.signers, (f"It says that {self.enrolment.by} made it; {who} signed.",)
            )
        return found


# What must stay as it was, with the words for it.
WATCHED = {
    "ids": "USB ids",
    "usb_serial": "USB serial number",
    "release": "USB release",
    "port": "USB port",
    "descriptors_sha256": "USB descriptors",
    "serial": "serial number",
    "part_number": "part number",
    "firmware": "firmware",
    "controller": "USB host controller",
    "hubs": "chain of hubs",
}
_ENROLMENT = TypeAdapter(Enrolment)
_STORED = TypeAdapter(tuple[dict[str, object], ...])


def enrol(
    dossier: str,
    usb: UsbIdentity,
    says: SensorSays,
    *,
    on: date,
    trust: Trust,
    private: Ed25519PrivateKey,
) -> Enrolled:
    """Make the enrolment of the sensor that is plugged in, signed by an admin.

    Raises
    ------
    EnrolmentError
        When the trust file does not let the holder of the key enrol.
    """
    key = trust.key(key_id(private.public_key().public_bytes_raw()))
    interfaces = {str(i.code) for i in usb.descriptors.interfaces if not i.association}
    vendor = {str(found.code) for found in findings(usb.descriptors) if found.vendor}
    made = Enrolment(
        dossier=dossier,
        **seen(usb, says),
        functions=tuple(sorted(interfaces)),
        vendor_functions=tuple(sorted(vendor)),
        on=on,
        by=key.name if key else "",
    )
    payload = json.dumps(asdict(made), default=str, indent=1, sort_keys=True).encode()
    entry = Enrolled(made, payload, signature.sign(payload, What.ENROLMENT, private))
    if problems := entry.signed(trust, on).problems:
        raise EnrolmentError(
            f"The enrolment would not count: {problems[0]}",
            "Enrol with the key of a person whom the trust file lets sign an enrolment.",
        )
    return entry


def seen(usb: UsbIdentity, says: SensorSays) -> dict[str, str]:
    """Return the watched values of a sensor, under their names in `Enrolment`."""
    return {
        "ids": usb.ids,
        "usb_serial": usb.serial,
        "release": usb.bcd_device,
        "port": usb.port,
        "descriptors_sha256": usb.descriptors_sha256,
        "serial": says.serial,
        "part_number": says.part_number,
        "firmware": says.firmware,
        "controller": str(usb.controller),
        "hubs": ", ".join(usb.hubs) or "none",
    }


def differences(enrolment: Enrolment, usb: UsbIdentity, says: SensorSays) -> tuple[str, ...]:
    """Return a sentence for everything that is not as it was enrolled."""
    now = seen(usb, says)
    return tuple(
        f"The {words} is {now[name] or 'empty'!r}; enrolled is {getattr(enrolment, name)!r}."
        for name, words in WATCHED.items()
        if now[name] != getattr(enrolment, name)
    )


def load(path: Path) -> tuple[Enrolled, ...]:
    """Return the enrolments of this station; none when the file is not there yet.

    Raises
    ------
    EnrolmentError
        When the file cannot be read to the end, or an entry is no signed enrolment.
    """
    try:
        envelopes = [json.dumps(entry) for entry in _STORED.validate_json(path.read_bytes())]
        return tuple(_opened(signature.reseal(text.encode())) for text in envelopes)
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, ValidationError, SignatureError) as error:
        raise EnrolmentError(
            f"The enrolments in {path} cannot be read ({error}).", "Enrol the sensor again."
        ) from error


def _opened(envelope: bytes) -> Enrolled:
    payload = base64.b64decode(json.loads(envelope)["payload"])
    return Enrolled(_ENROLMENT.validate_json(payload), payload, envelope)


def save(path: Path, enrolments: tuple[Enrolled, ...]) -> None:
    """Write the enrolments in one step: after a power cut it is the old file or the new one."""
    text = json.dumps([json.loads(entry.envelope) for entry in enrolments], indent=1)
    part = path.with_suffix(".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
            owner = path.parent.stat()
            if os.geteuid() == 0:  # the station is not root, and reads it
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise EnrolmentError(
            f"The enrolments cannot be written to {path} ({error}).",
            "Make room on the disk, and let the station's user write there; then enrol again.",
        ) from error


def replace(enrolments: tuple[Enrolled, ...], new: Enrolled) -> tuple[Enrolled, ...]:
    """Return the enrolments with `new`; one port has one sensor."""
    port = new.enrolment.port
    return (*(old for old in enrolments if old.enrolment.port != port), new)
