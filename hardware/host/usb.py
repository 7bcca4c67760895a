"""What the host sees on USB: the identity of a device, read from sysfs and from nothing else.

The device is not opened and not spoken to. Every function takes the root of sysfs, so that a
test, or an auditor with a copy of the tree, sees exactly what the station sees.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from hardware.errors import UsbError
from hardware.host import controller as host_controller
from hardware.host.controller import UNKNOWN, Controller
from hardware.host.descriptors import Descriptors, parse

SYS = Path("/sys")
PORT = re.compile(
    r"\d+-\d+(\.\d+)*"
)  # 1-2.3: bus 1, port 2 of its root hub, port 3 of the hub there


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """A USB device as the host sees it.

    Attributes
    ----------
    port
        Where it is plugged in: bus and chain of ports (`1-2`, `1-2.3`).
    devnum
        Number that the host gave it; it changes with every plugging in.
    serial, manufacturer, product
        Strings of the device; empty when it has none.
    descriptors
        All configurations and alternate settings.
    descriptors_sha256
        Hash of the raw descriptors: two devices of one kind and revision have the same.
    neighbours
        Devices that hang on the same hub outside the computer (`1-2.4`).
    controller
        The host controller that the port belongs to.
    hubs
        The hubs between the computer and the device, outermost last: port, ids, descriptors.
    """

    port: str
    devnum: int
    serial: str
    manufacturer: str
    product: str
    descriptors: Descriptors
    descriptors_sha256: str
    neighbours: tuple["UsbIdentity", ...] = ()
    controller: Controller = UNKNOWN
    hubs: tuple[str, ...] = ()

    @property
    def vid(self) -> int:
        """Vendor id."""
        return self.descriptors.vid

    @property
    def pid(self) -> int:
        """Product id."""
        return self.descriptors.pid

    @property
    def ids(self) -> str:
        """Vendor and product id as `09cb:4007`."""
        return f"{self.vid:04x}:{self.pid:04x}"

    @property
    def bcd_device(self) -> str:
        """Release number of the device as four digits (`0210`)."""
        return f"{self.descriptors.device_version:04x}"

    def __str__(self) -> str:
        name = " ".join(part for part in (self.manufacturer, self.product) if part) or "no name"
        serial = self.serial or "none"
        return f"{self.ids} {name}, serial {serial}, release {self.bcd_device}, port {self.port}"


def ports(sys_root: Path = SYS) -> tuple[str, ...]:
    """Return the ports that have a device; root hubs are part of the computer."""
    folder = sys_root / "bus/usb/devices"
    if not folder.is_dir():
        return ()
    return tuple(sorted(entry.name for entry in folder.iterdir() if PORT.fullmatch(entry.name)))


def read(port: str, sys_root: Path = SYS) -> UsbIdentity:
    """Return the identity of the device at `port`, with its neighbours on the same hub.

    Raises
    ------
    UsbError
        When nothing is plugged in there, or it goes away while it is read.
    DescriptorError
        When its descriptors do not add up.
    """
    hub = port.rpartition(".")[0]
    halves = {hub, _other_half(hub, sys_root)} - {""}
    near = tuple(
        _read(other, sys_root)
        for other in ports(sys_root)
        if other.rpartition(".")[0] in halves and other != port
    )
    return _read(port, sys_root, near)


def behind(device: Path, sys_root: Path = SYS) -> UsbIdentity | None:
    """Return the USB device behind a device node (`/dev/ttyACM0`, `/dev/video0`).

    Links such as `/dev/serial/by-id/...` are followed. None when the node belongs to no USB
    device: a pseudo-terminal, a built-in port, a regular file.

    Raises
    ------
    UsbError
        When the node does not exist, or the device goes away while it is read.
    DescriptorError
        When its descriptors do not add up.
    """
    try:
        name = device.resolve(strict=True).name
    except OSError as error:
        raise UsbError(f"There is no device {device}.", "Plug the sensor in.") from error
    for group in ("tty", "video4linux"):
        link = sys_root / "class" / group / name / "device"
        if not link.exists():
            continue
        here = link.resolve()
        for folder in (here, *here.parents):
            if PORT.fullmatch(folder.name) and (folder / "idVendor").is_file():
                return read(folder.name, sys_root)
    return None


def _read(port: str, sys_root: Path, neighbours: tuple[UsbIdentity, ...] = ()) -> UsbIdentity:
    if not PORT.fullmatch(port):
        raise UsbError(f"{port!r} is no USB port; one looks like 1-2 or 1-2.3.")
    devices = sys_root / "bus/usb/devices"
    folder = devices / port
    try:
        raw = (folder / "descriptors").read_bytes()
        devnum = int((folder / "devnum").read_text())
    except (OSError, ValueError) as error:
        raise UsbError(
            f"Nothing readable is plugged in at USB port {port} ({error}).", "Check the cable."
        ) from error
    return UsbIdentity(
        port=port,
        devnum=devnum,
        serial=_text(folder / "serial"),
        manufacturer=_text(folder / "manufacturer"),
        product=_text(folder / "product"),
        descriptors=parse(raw),
        descriptors_sha256=hashlib.sha256(raw).hexdigest(),
        neighbours=neighbours,
        controller=host_controller.read(devices / f"usb{port.partition('-')[0]}"),
        hubs=tuple(_hub(port, sys_root) for port in _above(port)),
    )


def _above(port: str) -> tuple[str, ...]:
    """Return the ports of the hubs above a port: 1-2.3.4 hangs on 1-2.3, and that on 1-2."""
    bus, _, chain = port.partition("-")
    steps = chain.split(".")
    return tuple(f"{bus}-{'.'.join(steps[:n])}" for n in range(1, len(steps)))


def _other_half(hub: str, sys_root: Path) -> str:
    """Return the port of the same hub on the other bus; empty when it has none.

    A USB 3 hub is two hubs in one case: its fast devices are on another bus than its slow ones.
    Linux links the ports of one socket as peers (Documentation/ABI/testing/sysfs-bus-usb).
    """
    try:
        other = (sys_root / "bus/usb/devices" / hub / "port/peer/device").resolve(strict=True)
    except OSError:
        return ""
    return other.name if hub and PORT.fullmatch(other.name) else ""


def _hub(port: str, sys_root: Path) -> str:
    """Return what tells a hub from another one."""
    try:
        raw = (sys_root / "bus/usb/devices" / port / "descriptors").read_bytes()
    except OSError as error:
        raise UsbError(f"The hub at USB port {port} cannot be read ({error}).") from error
    ids = parse(raw)
    return f"{port} {ids.vid:04x}:{ids.pid:04x} {hashlib.sha256(raw).hexdigest()[:16]}"


def _text(path: Path) -> str:
    """Return a string of the device with everything but plain printable characters made visible."""
    try:
        raw = path.read_bytes()[:512]
    except OSError:
        return ""
    text = raw.decode("utf-8", "backslashreplace").strip()
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
