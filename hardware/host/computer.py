"""What the station's computer says of itself: maker, firmware, TPM, network, radios; from /sys.

The strings come from the firmware's tables (DMI) or the device tree. Whoever can rewrite the
firmware can rewrite them: wrong ones prove something, right ones do not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware.host.usb import SYS

# Makers that DMI names for a machine which is a program.
_GUESTS = ("QEMU", "innotek GmbH", "VMware", "Xen", "Parallels", "Bochs", "KVM")
_GUEST_PRODUCTS = ("Virtual Machine", "VirtualBox", "VMware", "HVM domU", "KVM")
# Buses that only a hypervisor has.
_GUEST_BUSES = {"virtio": "virtio (QEMU)", "vmbus": "Microsoft Hyper-V", "xen": "Xen"}
# Radios by the group in which Linux puts them, and by what a card says it is (PCI class), with or
# without a driver: network controllers that are no Ethernet, and wireless controllers.
_RADIOS = {"ieee80211": "Wi-Fi", "bluetooth": "Bluetooth", "wwan": "mobile", "nfc": "NFC"}
_RADIO_CARDS = ("0x0280", "0x0d")


@dataclass(frozen=True, slots=True)
class Computer:
    """The computer as its firmware and kernel describe it.

    Attributes
    ----------
    product
        Maker and model; empty when the firmware names none.
    firmware
        Maker and version of the firmware.
    serial
        Its serial number, where this process may read it; empty otherwise.
    tpm
        Whether it has a TPM that Linux sees.
    network_drivers
        Drivers that hold network hardware, whether or not it is up.
    radios
        Radios that are fitted, whether or not they are switched on or have a driver.
    guest
        Why it is taken for a virtual machine; empty when it is not.
    """

    product: str = ""
    firmware: str = ""
    serial: str = ""
    tpm: bool = False
    network_drivers: tuple[str, ...] = ()
    radios: tuple[str, ...] = ()
    guest: str = ""


def read(sys_root: Path = SYS) -> Computer:
    """Return what this computer says of itself."""
    dmi = sys_root / "class/dmi/id"
    maker, model = _text(dmi / "sys_vendor"), _text(dmi / "product_name")
    tree = sys_root / "firmware/devicetree/base"
    product = " ".join(filter(None, (maker, model))) or _text(tree / "model")
    net = sys_root / "class/net"
    drivers = {
        (entry / "device/driver").resolve().name
        for entry in (net.iterdir() if net.is_dir() else ())
        if (entry / "device/driver").exists()
    }
    return Computer(
        product=product,
        firmware=" ".join(filter(None, (_text(dmi / "bios_vendor"), _text(dmi / "bios_version")))),
        serial=_text(dmi / "product_serial") or _text(tree / "serial-number"),
        tpm=(sys_root / "class/tpm/tpm0").exists(),
        network_drivers=tuple(sorted(drivers)),
        radios=tuple(_radios(sys_root)),
        guest=_guest(maker, model, sys_root),
    )


def _radios(sys_root: Path) -> Iterator[str]:
    for group, words in _RADIOS.items():
        folder = sys_root / "class" / group
        for entry in sorted(folder.iterdir()) if folder.is_dir() else ():
            yield f"{words} radio {entry.name}"
    cards = sys_root / "bus/pci/devices"
    for card in sorted(cards.iterdir()) if cards.is_dir() else ():
        kind = _text(card / "class")
        if kind.startswith(_RADIO_CARDS):
            yield f"radio card {card.name} (PCI class {kind})"


def _guest(maker: str, model: str, sys_root: Path) -> str:
    if hypervisor := _text(sys_root / "hypervisor/type"):
        return f"it runs on {hypervisor}"
    if maker.startswith(_GUESTS) or any(name in model for name in _GUEST_PRODUCTS):
        return f"its firmware calls it {maker} {model}".rstrip()
    for bus, hypervisor in _GUEST_BUSES.items():
        if any((sys_root / "bus" / bus / "devices").glob("*")):
            return f"it has devices of a kind that only {hypervisor} makes"
    return ""


def _text(path: Path) -> str:
    """Return a short string of the firmware with only plain printable characters."""
    try:
        raw = path.read_bytes()[:256]
    except OSError:
        return ""
    text = raw.rstrip(b"\0\n").decode("utf-8", "backslashreplace").strip()
    return "".join(c if c.isprintable() else "?" for c in text)
