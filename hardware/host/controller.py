"""The host controller of a USB port: a chip of this computer, or something that plays one.

Linux can be given USB devices that are not plugged in: over a network (USB/IP, `vhci_hcd`), by a
program (`dummy_hcd`, raw-gadget), by the computer that it is a guest of. What such a port shows is
whatever the other side sends. A controller counts as physical when it is a PCI function, or a
device that the board's firmware describes, under a driver that only drives chips.
"""

from dataclasses import dataclass
from pathlib import Path

# Drivers of host controllers that are chips, by the bus on which Linux finds them.
CHIPS = {
    "pci": {"ehci-pci", "ohci-pci", "uhci_hcd", "xhci-pci-renesas", "xhci_hcd"},
    "platform": {
        *("dwc2", "dwc3", "ehci-platform", "ohci-platform", "tegra-xusb", "xhci-hcd", "xhci-mtk"),
    },
}
# What plays a controller, and how.
PLAYED = {
    "vhci_hcd": "it brings devices over a network (USB over IP)",
    "usbip-vudc": "it is a device that a program plays (USB over IP)",
    "dummy_hcd": "a program on this computer plays the device (gadget)",
    "xen-vusb": "another machine passes the device on (Xen)",
    "vusb": "another machine passes the device on (Xen)",
}
# PCI vendors of controllers that only a hypervisor makes.
HYPERVISORS = {
    "15ad": "VMware",
    "1414": "Microsoft Hyper-V",
    "1ab8": "Parallels",
    "1af4": "virtio (QEMU)",
    "1b36": "QEMU",
    "5853": "Xen",
    "80ee": "VirtualBox",
}


@dataclass(frozen=True, slots=True)
class Controller:
    """A USB host controller as the host sees it.

    Attributes
    ----------
    driver, bus
        Its driver, and the bus on which Linux found it (`xhci_hcd`, `pci`); empty when unknown.
    ids, subsystem
        PCI vendor and product (`8086:a36d`), and those of who built it in; empty on other buses.
    described
        Whether the board's firmware describes it (device tree or ACPI).
    external
        Whether it can itself be unplugged, as one in a Thunderbolt dock.
    """

    driver: str = ""
    bus: str = ""
    ids: str = ""
    subsystem: str = ""
    described: bool = False
    external: bool = False

    @property
    def doubt(self) -> str:
        """Why it does not count as a chip of this computer; empty when it does."""
        if self.driver in PLAYED:
            return PLAYED[self.driver]
        if self.driver not in CHIPS.get(self.bus, ()):
            return "nobody here knows that kind of host controller"
        if maker := HYPERVISORS.get(self.ids[:4]) or HYPERVISORS.get(self.subsystem[:4]):
            return f"a virtual machine is given it ({maker})"
        if self.external:
            return "it is no part of this computer: it can be unplugged (Thunderbolt)"
        if self.bus == "platform" and not self.described:
            return "the board's firmware does not know it, so that a program may have made it"
        return ""

    def __str__(self) -> str:
        if not self.driver:
            return "an unknown host controller"
        return " ".join(part for part in (self.driver, f"on {self.bus}", self.ids) if part)


UNKNOWN = Controller()


def read(root_hub: Path) -> Controller:
    """Return the controller above a root hub (`/sys/bus/usb/devices/usb1`)."""
    try:
        chip = root_hub.resolve(strict=True).parent
    except OSError:
        return UNKNOWN
    return Controller(
        driver=_link(chip / "driver"),
        bus=_link(chip / "subsystem"),
        ids=_pair(chip / "vendor", chip / "device"),
        subsystem=_pair(chip / "subsystem_vendor", chip / "subsystem_device"),
        described=any(
            (folder / node).exists()
            for folder in (chip, chip.parent)
            for node in ("of_node", "firmware_node")
        ),
        external=any(_says(folder / "removable", "removable") for folder in (chip, *chip.parents)),
    )


def _link(path: Path) -> str:
    """Return the name of what a link of sysfs points to."""
    try:
        return path.readlink().name
    except OSError:
        return ""


def _says(path: Path, text: str) -> bool:
    try:
        return path.read_text().strip() == text
    except (OSError, UnicodeDecodeError):
        return False


def _pair(*files: Path) -> str:
    try:
        return ":".join(file.read_text().strip().removeprefix("0x").lower() for file in files)
    except (OSError, UnicodeDecodeError):
        return ""
