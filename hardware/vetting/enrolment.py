"""Enrolment: this very sensor, on this very port of this station.

A dossier speaks for a kind of hardware, an enrolment for one device. It is made once, by a person
who has the inspected device in hand, and any later difference stops the station. The supervisor
keeps the enrolments and writes each into the audit log.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from hardware.errors import EnrolmentError
from hardware.host.functions import findings
from hardware.host.usb import UsbIdentity
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
    on, by
        When, and which account of the station did it.
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
    on: date
    by: str


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
}
_STORED = TypeAdapter(tuple[Enrolment, ...])


def enrol(dossier: str, usb: UsbIdentity, says: SensorSays, *, on: date, by: str) -> Enrolment:
    """Make the enrolment of the sensor that is plugged in."""
    interfaces = {str(i.code) for i in usb.descriptors.interfaces if not i.association}
    vendor = {str(found.code) for found in findings(usb.descriptors) if found.vendor}
    return Enrolment(
        dossier=dossier,
        **seen(usb, says),
        functions=tuple(sorted(interfaces)),
        vendor_functions=tuple(sorted(vendor)),
        on=on,
        by=by,
    )


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
    }


def differences(enrolment: Enrolment, usb: UsbIdentity, says: SensorSays) -> tuple[str, ...]:
    """Return a sentence for everything that is not as it was enrolled."""
    now = seen(usb, says)
    return tuple(
        f"The {words} is {now[name] or 'empty'!r}; enrolled is {getattr(enrolment, name)!r}."
        for name, words in WATCHED.items()
        if now[name] != getattr(enrolment, name)
    )


def load(path: Path) -> tuple[Enrolment, ...]:
    """Return the enrolments of this station; none when the file is not there yet.

    Raises
    ------
    EnrolmentError
        When the file cannot be read to the end.
    """
    try:
        return _STORED.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError) as error:
        raise EnrolmentError(
            f"The enrolments in {path} cannot be read ({error}).", "Enrol the sensor again."
        ) from error


def save(path: Path, enrolments: tuple[Enrolment, ...]) -> None:
    """Write the enrolments in one step: after a power cut it is the old file or the new one."""
    text = json.dumps([asdict(entry) for entry in enrolments], default=str, indent=1)
    part = path.with_suffix(".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
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


def replace(enrolments: tuple[Enrolment, ...], new: Enrolment) -> tuple[Enrolment, ...]:
    """Return the enrolments with `new`; one port has one sensor."""
    return (*(old for old in enrolments if old.port != new.port), new)
