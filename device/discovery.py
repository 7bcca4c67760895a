"""Which serial port and which video node are one USB device: told by its port, not by order.

A camera that is one device to the user is two to Linux, and with two cameras their order is chance.
Everything is read from sysfs; nothing is opened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from device.errors import SensorNotFound
from hardware.errors import HardwareError
from hardware.host import usb
from hardware.host.usb import SYS, UsbIdentity

_DEV = Path("/dev")


@dataclass(frozen=True, slots=True)
class Found:
    """A USB device with the nodes that belong to it.

    Attributes
    ----------
    usb
        What the host sees.
    serial_port
        Path of its serial port (`/dev/ttyACM0`); None when it has none.
    video_node
        Path of its capture node (`/dev/video0`), not of its metadata node; None when it has none.
    """

    usb: UsbIdentity
    serial_port: str | None
    video_node: str | None

    def __str__(self) -> str:
        nodes = ", ".join(node for node in (self.serial_port, self.video_node) if node)
        return f"{self.usb} ({nodes or 'no device nodes'})"


def find(ids: str, *, sys_root: Path = SYS, dev_root: Path = _DEV) -> tuple[Found, ...]:
    """Return the devices with vendor and product id `ids` (`09cb:4007`), in the order of ports.

    A device that cannot be read to the end, because it is just being unplugged, is left out.
    """
    found = []
    for port in usb.ports(sys_root):
        try:
            identity = usb.read(port, sys_root)
        except HardwareError:
            continue
        if identity.ids == ids:
            found.append(at(identity, sys_root=sys_root, dev_root=dev_root))
    return tuple(found)


def at(identity: UsbIdentity, *, sys_root: Path = SYS, dev_root: Path = _DEV) -> Found:
    """Return a device with the nodes that belong to it."""
    serial = min(_nodes("tty", identity.port, sys_root), default=None)
    video = min(_nodes("video4linux", identity.port, sys_root), default=None)
    return Found(
        identity,
        serial_port=str(dev_root / serial[1]) if serial else None,
        video_node=str(dev_root / video[1]) if video else None,
    )


def choose(found: tuple[Found, ...], what: str, *, serial: str | None = None) -> Found:
    """Return the only device, or the one whose USB serial number is `serial`.

    Raises
    ------
    SensorNotFound
        When there is none, or more than one to choose from.
    """
    named = tuple(one for one in found if serial is None or one.usb.serial == serial)
    if len(named) == 1:
        return named[0]
    if not found:
        raise SensorNotFound(f"no {what} is plugged in.", "Plug it in, and look at its cable.")
    seen = "; ".join(map(str, found))
    if not named:
        raise SensorNotFound(f"no {what} has the serial number {serial}; there is: {seen}.")
    raise SensorNotFound(
        f"there are {len(named)} to choose from: {seen}.",
        "Say which by its USB port (1-2), or plug the other out.",
    )


def _nodes(group: str, port: str, sys_root: Path) -> Iterator[tuple[int, str]]:
    """Yield (index, name) of the device nodes of a group that belong to the device at a port.

    A UVC device has a second node for metadata; its `index` is 1, that of the video is 0.
    """
    folder = sys_root / "class" / group
    for node in folder.iterdir() if folder.is_dir() else ():
        device = (node / "device").resolve()
        owner = next((f.name for f in (device, *device.parents) if usb.PORT.fullmatch(f.name)), "")
        if owner == port:
            yield _number(node / "index"), node.name


def _number(path: Path) -> int:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return 0
