"""Parse the raw USB descriptors of a device: every configuration, every alternate setting.

Linux keeps them, as the device sent them, in `/sys/bus/usb/devices/PORT/descriptors`: the device
descriptor (18 bytes), then each configuration with all that belongs to it (USB 2.0, chapter 9.6;
USB 3.2, chapter 9.6)::

    12 01 ...                        device: bcdUSB class subclass protocol vid pid bcdDevice n
    09 02 total(2) n value ...       configuration, n interfaces, `total` bytes to its end
      08 0B first n class sub proto  interface association: one function of several interfaces
      09 04 number alternate eps class sub proto
        05 24 0F ...                 class-specific (a CDC functional descriptor)
        07 05 ...                    endpoint

The parser is strict. A count or a length that does not add up is refused and never guessed:
what a host cannot read to the end may hide anything.
"""

import struct
from dataclasses import dataclass

from hardware.errors import DescriptorError

DEVICE, CONFIGURATION, INTERFACE, ASSOCIATION, CDC_INTERFACE = 0x01, 0x02, 0x04, 0x0B, 0x24
MAX_BYTES = 64 * 1024  # eight configurations of a rich composite device fill less than 8 KiB


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """Class, subclass and protocol of a USB device, function or interface."""

    klass: int
    subclass: int
    protocol: int

    def __str__(self) -> str:
        return f"{self.klass:02x}/{self.subclass:02x}/{self.protocol:02x}"

    @classmethod
    def parse(cls, text: str) -> "Code":
        """Read `02/02/01` back."""
        parts = text.split("/")
        if len(parts) != 3:
            raise DescriptorError(f"{text!r} is no class/subclass/protocol such as 02/02/01.")
        try:
            klass, subclass, protocol = (int(part, 16) for part in parts)
        except ValueError as error:
            raise DescriptorError(f"{text!r} is not hexadecimal, such as 02/02/01.") from error
        return cls(klass, subclass, protocol)


@dataclass(frozen=True, slots=True)
class Interface:
    """One alternate setting of one interface of one configuration.

    Attributes
    ----------
    configuration, number, alternate
        Where it stands; only one configuration and one alternate setting are active at a time,
        and the device can be asked to change at any moment.
    code
        What it says it is.
    cdc
        Subtypes of its CDC functional descriptors; they tell an Ethernet adapter (0x0F) that
        calls itself a modem.
    association
        True for an interface association: the function that a group of interfaces forms.
    """

    configuration: int
    number: int
    alternate: int
    code: Code
    cdc: frozenset[int] = frozenset()
    association: bool = False

    @property
    def place(self) -> str:
        """Where it stands, in words."""
        kind = "function at interface" if self.association else "interface"
        where = f"configuration {self.configuration}, {kind} {self.number}"
        return f"{where}, alternate setting {self.alternate}" if self.alternate else where


@dataclass(frozen=True, slots=True)
class Descriptors:
    """All that a device says of itself in its descriptors.

    Attributes
    ----------
    usb_version, device_version
        `bcdUSB` and `bcdDevice`, binary coded decimal (0x0210 = 2.10).
    code
        Class of the device as a whole.
    vid, pid
        Vendor and product id.
    configurations
        How many there are.
    interfaces
        Interfaces with all their alternate settings, and interface associations.
    """

    usb_version: int
    code: Code
    vid: int
    pid: int
    device_version: int
    configurations: int
    interfaces: tuple[Interface, ...]


def parse(raw: bytes) -> Descriptors:
    """Parse what sysfs gives for one device.

    Raises
    ------
    DescriptorError
        When a length or a count does not add up; no other exception, whatever the bytes.
    """
    if len(raw) > MAX_BYTES:
        raise DescriptorError(f"The descriptors are {len(raw)} bytes; {MAX_BYTES} is the limit.")
    if len(raw) < 18 or raw[0] != 18 or raw[1] != DEVICE:
        raise DescriptorError(
            f"The device descriptor is {raw[:18].hex() or 'empty'}; it must be 18 bytes of type 1."
        )
    fields = struct.unpack_from("<HBBBBHHHBBBB", raw, 2)
    usb, klass, subclass, protocol, _packet, vid, pid, version, *_strings, count = fields
    interfaces: list[Interface] = []
    values: list[int] = []
    at = 18
    while at < len(raw):
        value, found, at = _configuration(raw, at)
        if value in values:
            raise DescriptorError(f"Two configurations have the value {value}.")
        values.append(value)
        interfaces += found
    if not count or len(values) != count:
        raise DescriptorError(
            f"The device announces {count} configurations and sends {len(values)}."
        )
    code = Code(klass, subclass, protocol)
    return Descriptors(usb, code, vid, pid, version, count, tuple(interfaces))


def _configuration(raw: bytes, start: int) -> tuple[int, list[Interface], int]:
    """Parse one configuration at `start`; return its value, its interfaces and where it ends."""
    if len(raw) - start < 9 or raw[start] != 9 or raw[start + 1] != CONFIGURATION:
        raise DescriptorError(f"No configuration descriptor of 9 bytes at byte {start}.")
    total, announced, value = struct.unpack_from("<HBB", raw, start + 2)
    end = start + total
    if total < 9 or end > len(raw):
        raise DescriptorError(
            f"Configuration {value} claims {total} bytes; {len(raw) - start} are there."
        )
    found: list[Interface] = []
    at = start + 9
    while at < end:
        length = raw[at]
        if length < 2 or at + length > end:
            raise DescriptorError(f"A descriptor at byte {at} claims {length} bytes.")
        _descriptor(raw[at : at + length], value, found, at)
        at += length
    plain = [(i.number, i.alternate) for i in found if not i.association]
    if len(set(plain)) != len(plain):
        raise DescriptorError(f"Configuration {value} describes an interface twice.")
    numbers = {number for number, _ in plain}
    if len(numbers) != announced:
        raise DescriptorError(
            f"Configuration {value} announces {announced} interfaces and describes {len(numbers)}."
        )
    return value, found, end


def _descriptor(body: bytes, configuration: int, found: list[Interface], at: int) -> None:
    """Add what one descriptor inside a configuration says to `found`."""
    kind = body[1]
    if kind in {DEVICE, CONFIGURATION}:
        raise DescriptorError(f"A descriptor of type {kind} stands inside a configuration.")
    if kind == INTERFACE:
        if len(body) < 9:
            raise DescriptorError(f"The interface descriptor at byte {at} is shorter than 9 bytes.")
        found.append(Interface(configuration, body[2], body[3], Code(body[5], body[6], body[7])))
    elif kind == ASSOCIATION:
        if len(body) < 8:
            raise DescriptorError(f"The association at byte {at} is shorter than 8 bytes.")
        code = Code(body[4], body[5], body[6])
        found.append(Interface(configuration, body[2], 0, code, association=True))
    elif kind == CDC_INTERFACE and len(body) >= 3 and found and not found[-1].association:
        last = found[-1]
        if last.code.klass == 0x02:  # subtypes have this meaning under the communications class
            found[-1] = Interface(
                last.configuration, last.number, last.alternate, last.code, last.cdc | {body[2]}
            )
