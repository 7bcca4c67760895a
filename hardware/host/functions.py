"""What a USB function is, and which kinds a thermal sensor may have.

Two tables. A sensor may have what `ALLOWED` lists; everything else is refused, by its name where
`FORBIDDEN` knows it. Codes are from the USB-IF's list of defined class codes and from Linux
(`drivers/net/usb`: RNDIS is found under three codes).
"""

from dataclasses import dataclass

from hardware.host.descriptors import Code, Descriptors, Interface


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of USB function; None stands for any value.

    Attributes
    ----------
    name
        The field's name of it.
    can
        What it could do to the station, as the end of the sentence "it can ...".
    """

    klass: int
    subclass: int | None
    protocol: int | None
    name: str
    can: str = ""

    def covers(self, code: Code) -> bool:
        """Whether `code` is of this kind."""
        return (
            self.klass == code.klass
            and self.subclass in {None, code.subclass}
            and self.protocol in {None, code.protocol}
        )


ALLOWED = (
    Kind(0x02, 0x02, 0x00, "serial port (CDC-ACM)"),
    Kind(0x02, 0x02, 0x01, "serial port (CDC-ACM)"),
    Kind(0x0A, 0x00, None, "data of a serial port (CDC data)"),
    Kind(0x0E, 0x01, None, "video control (UVC)"),
    Kind(0x0E, 0x02, None, "video stream (UVC)"),
    Kind(0x0E, 0x03, None, "video function (UVC)"),
)
# The class of a device as a whole: told by its interfaces, or a composite with associations.
ALLOWED_DEVICE = (
    Kind(0x00, 0x00, 0x00, "told by its interfaces"),
    Kind(0x02, None, 0x00, "communications device"),
    Kind(0xEF, 0x02, 0x01, "composite device with interface associations"),
)
VENDOR = Kind(0xFF, None, None, "vendor-specific function", "do what only its maker knows")
FORBIDDEN = (
    Kind(0x02, 0x02, 0xFF, "network adapter (RNDIS)", "send pictures over a network"),
    Kind(0x02, 0x06, None, "network adapter (CDC-ECM)", "send pictures over a network"),
    Kind(0x02, 0x0C, None, "network adapter (CDC-EEM)", "send pictures over a network"),
    Kind(0x02, 0x0D, None, "network adapter (CDC-NCM)", "send pictures over a network"),
    Kind(0x02, 0x0E, None, "mobile broadband (MBIM)", "send pictures over a mobile network"),
    Kind(0x02, None, None, "communications function that is no plain serial port", "dial out"),
    Kind(0x03, None, None, "keyboard or mouse (HID)", "type commands"),
    Kind(0x01, None, None, "audio function", "listen"),
    Kind(0x06, None, None, "still-image function (PTP)", "keep pictures"),
    Kind(0x07, None, None, "printer", "keep what it prints"),
    Kind(0x08, None, None, "mass storage", "keep recordings"),
    Kind(0x09, None, None, "hub", "bring other devices with it"),
    Kind(0x0B, None, None, "smart-card reader", "carry keys"),
    Kind(0x0D, None, None, "content-security function", "hide what it does"),
    Kind(0x10, None, None, "audio/video function", "listen"),
    Kind(0x11, None, None, "billboard", "announce modes that the host does not see"),
    Kind(0x12, None, None, "USB-C bridge", "bring other devices with it"),
    Kind(0xDC, None, None, "diagnostic function", "read and change the host's memory"),
    Kind(0xE0, 0x01, 0x01, "Bluetooth radio", "send pictures by radio"),
    Kind(0xE0, 0x01, 0x03, "network adapter (RNDIS)", "send pictures over a network"),
    Kind(0xE0, None, None, "wireless function", "send pictures by radio"),
    Kind(0xEF, 0x04, 0x01, "network adapter (RNDIS)", "send pictures over a network"),
    Kind(0xFE, 0x01, None, "firmware upgrade (DFU)", "have its firmware replaced"),
    Kind(0xFE, 0x02, None, "infrared bridge (IrDA)", "send by light"),
)
# CDC functional descriptors that belong to a network adapter, whatever the interface is called.
NETWORK_CDC = {0x0F: "Ethernet", 0x1A: "NCM", 0x1B: "MBIM", 0x1C: "extended MBIM"}


@dataclass(frozen=True, slots=True)
class Finding:
    """A function that a sensor may not have, or may have only when it is enrolled with it."""

    place: str
    code: Code
    name: str
    can: str
    vendor: bool = False

    def __str__(self) -> str:
        return f"{self.name} ({self.code}) in {self.place}: it can {self.can}"


def findings(device: Descriptors) -> tuple[Finding, ...]:
    """Return every function of a device that is not plainly a serial port or a video stream."""
    found = [] if _any(ALLOWED_DEVICE, device.code) else [_judge("the device itself", device.code)]
    for interface in device.interfaces:
        if names := [NETWORK_CDC[n] for n in sorted(interface.cdc & NETWORK_CDC.keys())]:
            name = f"network adapter (functional descriptor {', '.join(names)})"
            can = "send pictures over a network"
            found.append(Finding(interface.place, interface.code, name, can))
        if not allowed(interface):
            found.append(_judge(interface.place, interface.code))
    return tuple(found)


def allowed(interface: Interface) -> bool:
    """Whether an interface is of a kind that a sensor may have."""
    return _any(ALLOWED, interface.code)


def name_of(code: Code) -> str:
    """Return the name of what a code stands for."""
    for kind in (*ALLOWED, VENDOR, *FORBIDDEN):
        if kind.covers(code):
            return kind.name
    return "function of an unknown kind"


def _any(kinds: tuple[Kind, ...], code: Code) -> bool:
    return any(kind.covers(code) for kind in kinds)


def _judge(place: str, code: Code) -> Finding:
    if VENDOR.covers(code):
        return Finding(place, code, VENDOR.name, VENDOR.can, vendor=True)
    can = next((kind.can for kind in FORBIDDEN if kind.covers(code)), "do what nobody here knows")
    return Finding(place, code, name_of(code), can)
