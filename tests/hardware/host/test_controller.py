"""Physical or nothing: a sensor hangs on a chip of this computer."""

from pathlib import Path

import pytest

from hardware.host import controller as host
from hardware.host.controller import CHIPS, HYPERVISORS, PLAYED, Controller
from hardware.host.usb import read
from hardware.vetting.decision import Outcome
from tests.hardware.institution import Institution, told
from tests.hardware.trees import Fake, controller, plant


def at(root: Path, driver: str = "xhci_hcd", bus: str = "pci", **files: str) -> Controller:
    controller(root, driver, bus, **files)
    return host.read(root / "bus/usb/devices/usb1")


@pytest.mark.parametrize(
    ("bus", "driver"), [(b, d) for b, drivers in CHIPS.items() for d in sorted(drivers)]
)
def test_a_chip_counts(tmp_path: Path, bus: str, driver: str) -> None:
    files = {"of_node": ""} if bus == "platform" else {}
    found = at(tmp_path, driver, bus, removable="fixed", **files)
    assert found.doubt == ""
    assert str(found).startswith(f"{driver} on {bus}")


PLAYING = {
    "USB over IP": (("vhci_hcd", "platform"), {}, "over a network (USB over IP)"),
    "USB over IP that the firmware seems to describe": (
        ("vhci_hcd", "platform"),
        {"firmware_node": ""},
        "over a network (USB over IP)",
    ),
    "a gadget": (("dummy_hcd", "platform"), {}, "a program on this computer plays the device"),
    "a device that a program plays": (("usbip-vudc", "platform"), {}, "a program plays"),
    "a guest of Xen": (("xen-vusb", "xen"), {}, "another machine passes the device on"),
    "a driver that nobody knows": (("my_hcd", "pci"), {}, "nobody here knows that kind"),
    "a driver on another bus": (("xhci_hcd", "usb"), {}, "nobody here knows that kind"),
    "a platform device that a program made": (
        ("xhci-hcd", "platform"),
        {},
        "the board's firmware does not know it",
    ),
    **{
        f"a controller of {name}": (("xhci_hcd", "pci"), {"vendor": f"0x{ids}"}, name)
        for ids, name in HYPERVISORS.items()
    },
    "a controller in a dock": (
        ("xhci_hcd", "pci"),
        {"removable": "removable"},
        "it is no part of this computer: it can be unplugged",
    ),
    "a chip that QEMU built in": (
        ("xhci_hcd", "pci"),
        {"subsystem_vendor": "0x1af4", "subsystem_device": "0x1100"},
        "a virtual machine is given it (virtio (QEMU))",
    ),
}


@pytest.mark.parametrize("name", PLAYING)
def test_what_plays_a_controller_refuses(
    institution: Institution, tmp_path: Path, name: str
) -> None:
    (driver, bus), files, says = PLAYING[name]
    institution.sys = tmp_path / "another sys"
    assert says in at(institution.sys, driver, bus, **files).doubt
    decision = institution.vet(Fake(), enrolments=institution.enrol())
    assert [reason.paragraph for reason in decision.refusals] == ["5.7"]
    assert says in str(decision)
    assert f"It hangs on {driver} on {bus}" in str(decision)


def test_a_port_without_a_controller_refuses(institution: Institution) -> None:
    usb = institution.plug(Fake())
    (institution.sys / "bus/usb/devices/usb1").unlink()
    assert host.read(institution.sys / "bus/usb/devices/usb1") == host.UNKNOWN
    assert read(usb.port, institution.sys).controller == host.UNKNOWN
    assert host.UNKNOWN.doubt
    assert str(host.UNKNOWN) == "an unknown host controller"


def test_every_driver_that_plays_is_none_of_the_chips() -> None:
    assert not set(PLAYED) & {driver for drivers in CHIPS.values() for driver in drivers}


def test_only_the_approved_dossier_of_the_computer_allows_one(
    institution: Institution, tmp_path: Path
) -> None:
    """A test bench in a virtual machine, which two people approved."""
    institution.sys = tmp_path / "bench"
    at(institution.sys, "xhci_hcd", "pci", vendor="0x1b36", device="0x000d")
    dmi = institution.sys / "class/dmi/id"
    dmi.mkdir(parents=True)
    (dmi / "sys_vendor").write_text("QEMU\n")
    (dmi / "product_name").write_text("Standard PC\n")

    def answer(allowed: list[str], *signers: object) -> Outcome:
        computer = {
            "products": told(["QEMU Standard PC"]),
            "guest": told(value=True),
            "controllers": told(allowed),
        }
        institution.write_dossier(
            *signers,  # type: ignore[arg-type]
            key="our-bench",
            kind="computer",
            computer=computer,
        )
        return institution.vet(Fake(), enrolments=institution.enrol()).outcome

    assert institution.vet(Fake(), enrolments=institution.enrol()).outcome is Outcome.REFUSED
    assert answer(["xhci_hcd on pci 1b36:000d"]) is Outcome.APPROVED
    assert answer(["xhci_hcd on pci 1b36:000d"], institution.anna) is Outcome.REFUSED
    assert answer(["xhci_hcd on pci 1b36:000e"]) is Outcome.REFUSED


def test_another_controller_or_hub_than_the_enrolled_one_refuses(
    institution: Institution, tmp_path: Path
) -> None:
    sensor = Fake(port="1-2.1")
    enrolled = institution.enrol(sensor)
    assert institution.vet(sensor, enrolments=enrolled).passes
    institution.sys = tmp_path / "another chip"
    at(institution.sys, "xhci_hcd", "pci", vendor="0x1022")
    text = str(institution.vet(sensor, enrolments=enrolled))
    assert "The USB host controller is 'xhci_hcd on pci 1022:a0ed'; enrolled is" in text
    institution.sys = tmp_path / "another hub"
    other = bytearray(sensor.raw)
    other[8:10] = b"\x34\x12"
    plant(institution.sys, sensor.with_(hub=bytes(other)))
    text = str(institution.vet(sensor.with_(hub=bytes(other)), enrolments=enrolled))
    assert "The chain of hubs is '1-2 1234:" in text
