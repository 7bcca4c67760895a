"""Fake sysfs trees, made of the bytes that real devices send: the far end of the real parser."""

import struct
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hardware.host.descriptors import Code

COMPOSITE = Code(0xEF, 0x02, 0x01)
ACM, CDC_DATA = Code(0x02, 0x02, 0x01), Code(0x0A, 0x00, 0x00)
VIDEO, VIDEO_CONTROL, VIDEO_STREAM = Code(0x0E, 3, 0), Code(0x0E, 1, 0), Code(0x0E, 2, 0)


@dataclass(frozen=True)
class Setting:
    """An alternate setting of an interface, with what belongs to it."""

    code: Code
    number: int = 0
    alternate: int = 0
    extra: bytes = b""
    endpoints: int = 0

    def to_bytes(self) -> bytes:
        code = self.code
        head = bytes([9, 4, self.number, self.alternate, self.endpoints])
        body = head + bytes([code.klass, code.subclass, code.protocol, 0]) + self.extra
        for n in range(self.endpoints):
            body += bytes([7, 5, 0x81 + n, 2]) + struct.pack("<H", 512) + b"\0"
        return body


@dataclass(frozen=True)
class Association:
    """An interface association: one function of several interfaces."""

    code: Code
    first: int = 0
    count: int = 2

    def to_bytes(self) -> bytes:
        code = self.code
        return bytes([8, 11, self.first, self.count, code.klass, code.subclass, code.protocol, 0])


def functional(subtype: int, *more: int) -> bytes:
    """Return a CDC functional descriptor."""
    return bytes([3 + len(more), 0x24, subtype, *more])


def configuration(*parts: Setting | Association, value: int = 1) -> bytes:
    """Return a configuration descriptor with all that belongs to it."""
    body = b"".join(part.to_bytes() for part in parts)
    numbers = {part.number for part in parts if isinstance(part, Setting)}
    head = struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), len(numbers), value, 0, 0x80, 250)
    return head + body


def device_bytes(
    *configurations: bytes,
    vid: int = 0x09CB,
    pid: int = 0x4007,
    release: int = 0x0200,
    code: Code = COMPOSITE,
) -> bytes:
    """Return what sysfs gives as `descriptors`."""
    head = struct.pack(
        "<BBHBBBBHHHBBBB",
        *(18, 1, 0x0200, code.klass, code.subclass, code.protocol, 64),
        *(vid, pid, release, 1, 2, 3, len(configurations)),
    )
    return head + b"".join(configurations)


SENSOR_PARTS = (
    Association(VIDEO, first=0),
    Setting(VIDEO_CONTROL, 0, endpoints=1),
    Setting(VIDEO_STREAM, 1),
    Setting(VIDEO_STREAM, 1, alternate=1, endpoints=1),
    Association(ACM, first=2),
    Setting(ACM, 2, extra=functional(0x00, 0x10, 0x01) + functional(0x02, 0x02), endpoints=1),
    Setting(CDC_DATA, 3, endpoints=2),
)
SENSOR_CONFIGURATION = configuration(*SENSOR_PARTS)


@dataclass(frozen=True)
class Fake:
    """A device in a fake sysfs tree; as it stands, a sensor like the dossier of the tests."""

    port: str = "1-2"
    raw: bytes = device_bytes(SENSOR_CONFIGURATION)
    serial: str = "USB-93588"
    devnum: int = 4
    manufacturer: str = "FLIR"
    product: str = "Boson"
    nodes: tuple[str, ...] = ("tty/ttyACM0", "video4linux/video0")
    missing: tuple[str, ...] = field(default=())
    hub: bytes = b""  # descriptors of the hub that it hangs on, when its port has one

    def with_(self, **changes: Any) -> "Fake":
        return replace(self, **changes)


HUB = device_bytes(
    configuration(Setting(Code(9, 0, 0))), vid=0x0424, pid=0x2514, code=Code(9, 0, 1)
)


def controller(root: Path, driver: str = "xhci_hcd", bus: str = "pci", **files: str) -> None:
    """Make the host controller of bus 1, with its root hub, which is part of the computer.

    `files` are those of the PCI function (`vendor`, `device`), or links such as `of_node`.
    """
    folder = root / "bus/usb/devices"
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "usb1").exists():
        return
    chip = root / "devices" / f"{bus}0000:00" / "0000:00:14.0"
    (chip / "usb1").mkdir(parents=True)
    for name, target in (("driver", f"drivers/{driver}"), ("subsystem", f"bus/{bus}")):
        (root / target).mkdir(parents=True, exist_ok=True)
        (chip / name).symlink_to(root / target)
    pci = {"vendor": "0x8086", "device": "0xa0ed"} if bus == "pci" else {}
    for name, text in {**pci, **files}.items():
        (chip / name).write_text(f"{text}\n")
    (folder / "usb1").symlink_to(chip / "usb1")


def plant(root: Path, *fakes: Fake) -> Path:
    """Make a sysfs tree with these devices under `root`, linked as Linux links them."""
    folder = root / "bus/usb/devices"
    folder.mkdir(parents=True, exist_ok=True)
    controller(root)
    for fake in fakes:
        here = (folder / "usb1").resolve() / "/".join(_chain(fake.port))
        here.mkdir(parents=True, exist_ok=True)
        for port in _chain(fake.port)[:-1]:
            (here.parents[_chain(fake.port)[::-1].index(port) - 1] / "descriptors").write_bytes(
                fake.hub or HUB
            )
            if not (folder / port).exists():
                (folder / port).symlink_to(here.parents[_chain(fake.port)[::-1].index(port) - 1])
        files = {
            "descriptors": fake.raw,
            "devnum": f"{fake.devnum}\n".encode(),
            "idVendor": fake.raw[8:10][::-1].hex().encode() + b"\n",
            "serial": fake.serial.encode() + b"\n",
            "manufacturer": fake.manufacturer.encode() + b"\n",
            "product": fake.product.encode() + b"\n",
        }
        for name, data in files.items():
            if name not in fake.missing:
                (here / name).write_bytes(data)
        if not (folder / fake.port).exists():
            (folder / fake.port).symlink_to(here)
        for node in fake.nodes:
            group, name = node.split("/")
            interface = here / f"{fake.port}:1.0"
            (interface / group / name).mkdir(parents=True, exist_ok=True)
            link = root / "class" / group / name
            link.mkdir(parents=True, exist_ok=True)
            if not (link / "device").exists():
                (link / "device").symlink_to(interface)
    return root


def _chain(port: str) -> list[str]:
    """Return the folders that lead to a port: 1-2.3 hangs under 1-2."""
    bus, _, rest = port.partition("-")
    steps = rest.split(".")
    return [f"{bus}-{'.'.join(steps[: n + 1])}" for n in range(len(steps))]
