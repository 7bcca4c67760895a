"""Rules for udev and USBGuard from the enrolled sensors: whom the kernel lets in at their ports.

The station looks at a device before it opens it; these rules keep the kernel from talking to
another device at an enrolled port at all. They say nothing about other ports, so that nobody is
locked out of a keyboard.
"""

import re
from collections.abc import Callable

from hardware.errors import EnrolmentError
from hardware.vetting.enrolment import Enrolled

_PLAIN = re.compile(r"[A-Za-z0-9 ._:-]*")  # nothing that either language gives a meaning to
_HEAD = (
    "# Written by `limen hardware rules` from the enrolled sensors. Do not edit; enrol instead.\n"
)


def udev(enrolments: tuple[Enrolled, ...]) -> str:
    """Return rules for `/etc/udev/rules.d/70-limen.rules`.

    Raises
    ------
    EnrolmentError
        When a serial number has characters that would mean something in a rule.
    """
    return _HEAD + "".join(map(_udev, enrolments))


def usbguard(enrolments: tuple[Enrolled, ...]) -> str:
    """Return rules for `/etc/usbguard/rules.d/70-limen.conf`.

    Raises
    ------
    EnrolmentError
        When a serial number has characters that would mean something in a rule.
    """
    return _HEAD + "".join(map(_usbguard, enrolments))


LANGUAGES: dict[str, Callable[[tuple[Enrolled, ...]], str]] = {"udev": udev, "usbguard": usbguard}


def _udev(enrolled: Enrolled) -> str:
    entry = enrolled.enrolment
    vid, pid = entry.ids.split(":")
    at = f'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", KERNEL=="{entry.port}"'
    same = (
        f'ATTR{{idVendor}}=="{vid}", ATTR{{idProduct}}=="{pid}", '
        f'ATTR{{bcdDevice}}=="{entry.release}", ATTR{{serial}}=="{_plain(entry.usb_serial)}"'
    )
    above = (
        f'KERNELS=="{entry.port}", ATTRS{{idVendor}}=="{vid}", '
        f'ATTRS{{serial}}=="{_plain(entry.usb_serial)}"'
    )
    return (
        f"\n# {entry.dossier}, enrolled on {entry.on}\n"
        f'ACTION=="add", {at}, ATTR{{authorized}}="0"\n'
        f'ACTION=="add", {at}, {same}, ATTR{{authorized}}="1"\n'
        f'SUBSYSTEM=="tty", {above}, GROUP="limen", MODE="0660"\n'
        f'SUBSYSTEM=="video4linux", {above}, GROUP="limen", MODE="0660"\n'
    )


def _usbguard(enrolled: Enrolled) -> str:
    entry = enrolled.enrolment
    functions = " ".join(code.replace("/", ":") for code in entry.functions)
    return (
        f"\n# {entry.dossier}, enrolled on {entry.on}\n"
        f'allow id {entry.ids} serial "{_plain(entry.usb_serial)}" via-port "{entry.port}"'
        f" with-interface match-all {{ {functions} }}\n"
        f'reject via-port "{entry.port}"\n'
    )


def _plain(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise EnrolmentError(
            f"The USB serial number {text!r} has characters that a rule would misread.",
            "Write the rule for this sensor by hand.",
        )
    return text
