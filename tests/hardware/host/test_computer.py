"""The station's computer: what it says of itself, beside its dossier."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hardware.host.computer import Computer, read
from hardware.host.network import look
from hardware.vetting.check import vet_host
from hardware.vetting.decision import Decision, Outcome
from tests.hardware.institution import Institution, told

HERE = Computer(
    product="A Maker Box 5",
    firmware="A Maker 1.2.3",
    serial="PC-1",
    tpm=True,
    network_drivers=("igc",),
)
SAYS: dict[str, Any] = {
    "products": told(["A Maker Box 5"]),
    "firmware": told(["A Maker 1.2.3"]),
    "tpm": told(value=True),
    "network_drivers": told(["igc"]),
    "guest": told(value=False),
}


def machine(root: Path, **files: str) -> Path:
    """Make a sysfs tree of a computer; `__` in a name is a step, and a text ends the path."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root


def card(root: Path, name: str, driver: str) -> None:
    """Fit a network interface whose hardware a driver holds."""
    (root / "bus/pci/drivers" / driver).mkdir(parents=True, exist_ok=True)
    device = root / "devices" / name
    device.mkdir(parents=True)
    (device / "driver").symlink_to(root / "bus/pci/drivers" / driver)
    (root / "class/net" / name).mkdir(parents=True)
    (root / "class/net" / name / "device").symlink_to(device)


def test_a_computer_says_who_it_is(tmp_path: Path) -> None:
    dmi = "class__dmi__id__"
    root = machine(
        tmp_path,
        **{
            f"{dmi}sys_vendor": "A Maker",
            f"{dmi}product_name": "Box\x1b 5",
            f"{dmi}bios_vendor": "A Maker",
            f"{dmi}bios_version": "1.2.3",
            f"{dmi}product_serial": "PC-1",
            "class__tpm__tpm0__dev": "10:224",
        },
    )
    card(root, "eth1", "r8169")
    card(root, "eth0", "igc")
    (root / "class/net/lo").mkdir()
    assert read(root) == Computer(
        "A Maker Box? 5", "A Maker 1.2.3", "PC-1", tpm=True, network_drivers=("igc", "r8169")
    )


def test_a_board_says_who_it_is_in_its_device_tree(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        firmware__devicetree__base__model="A Board\0",
        **{"firmware__devicetree__base__serial-number": "B-1\0"},
    )
    assert read(root) == Computer(product="A Board", serial="B-1")
    assert read(tmp_path / "nothing") == Computer()


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"hypervisor__type": "xen"}, "it runs on xen"),
        ({"class__dmi__id__sys_vendor": "QEMU"}, "its firmware calls it QEMU"),
        ({"class__dmi__id__sys_vendor": "VMware, Inc."}, "its firmware calls it VMware, Inc."),
        (
            {
                "class__dmi__id__sys_vendor": "Microsoft Corporation",
                "class__dmi__id__product_name": "Virtual Machine",
            },
            "its firmware calls it Microsoft Corporation Virtual Machine",
        ),
        ({"bus__virtio__devices__virtio0": ""}, "that only virtio (QEMU) makes"),
        ({"bus__vmbus__devices__a": ""}, "that only Microsoft Hyper-V makes"),
        ({"bus__xen__devices__a": ""}, "that only Xen makes"),
        ({"class__dmi__id__sys_vendor": "A Maker"}, ""),
    ],
)
def test_a_virtual_machine_is_known_by_what_only_one_has(
    tmp_path: Path, files: dict[str, str], says: str
) -> None:
    guest = read(machine(tmp_path, **files)).guest
    assert says in guest
    assert bool(guest) == bool(says)


def test_a_radio_is_found_switched_off_and_without_a_driver(tmp_path: Path) -> None:
    root = machine(
        tmp_path,
        class__ieee80211__phy0__index="0",
        class__bluetooth__hci0__type="0",
        class__wwan__wwan0__dev="1",
        class__nfc__nfc0__dev="1",
        **{
            "bus__pci__devices__0000:02:00.0__class": "0x028000",
            "bus__pci__devices__0000:03:00.0__class": "0x0d1100",
            "bus__pci__devices__0000:00:1f.6__class": "0x020000",
        },
    )
    assert read(root).radios == (
        "Wi-Fi radio phy0",
        "Bluetooth radio hci0",
        "mobile radio wwan0",
        "NFC radio nfc0",
        "radio card 0000:02:00.0 (PCI class 0x028000)",
        "radio card 0000:03:00.0 (PCI class 0x0d1100)",
    )


# ---- beside its dossier


def judged(institution: Institution, computer: Computer | None, **changes: object) -> Decision:
    institution.write_dossier(key="our-box", kind="computer", computer={**SAYS, **changes})
    known = institution.register()
    return vet_host(replace(look(0.0), checked_s=0.0), 0.0, register=known, computer=computer)


def against(decision: Decision) -> list[str]:
    return [reason.text for reason in decision.reasons if reason.paragraph == "6.4"]


def test_the_computer_of_an_approved_dossier_is_right(institution: Institution) -> None:
    assert against(judged(institution, HERE)) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"firmware": "A Maker 1.2.4"}, "the firmware 'A Maker 1.2.4'; its dossier lists A Maker"),
        ({"network_drivers": ("igc", "iwlwifi")}, "the network driver 'iwlwifi'; its dossier"),
        ({"tpm": False}, "Linux sees no TPM; its dossier says yes."),
        ({"radios": ("Wi-Fi radio phy0",)}, "A radio is fitted: Wi-Fi radio phy0."),
        ({"guest": "it runs on xen"}, "It is a virtual machine: it runs on xen; its dossier does"),
    ],
)
def test_every_difference_is_said(
    institution: Institution, changes: dict[str, Any], says: str
) -> None:
    (text,) = against(judged(institution, replace(HERE, **changes)))
    assert says in text


@pytest.mark.parametrize("name", ["firmware", "network_drivers", "tpm"])
def test_what_the_dossier_does_not_know_counts_against_it(
    institution: Institution, name: str
) -> None:
    (text,) = against(judged(institution, HERE, **{name: {"unknown": "somebody who looks"}}))
    assert "its dossier lists none" in text or "its dossier says nothing about one" in text


@pytest.mark.parametrize("computer", [None, replace(HERE, product="Another Box")])
def test_a_computer_without_a_dossier_is_said(
    institution: Institution, computer: Computer | None
) -> None:
    (text,) = against(judged(institution, computer))
    name = computer.product if computer else "a computer whose firmware names nobody"
    assert text == f"No dossier speaks for this computer ({name})."


def test_a_guest_without_a_dossier_says_that_too(institution: Institution) -> None:
    guest = replace(HERE, product="QEMU", guest="its firmware calls it QEMU")
    assert "It is a virtual machine: its firmware calls it QEMU." in against(
        judged(institution, guest)
    )


def test_a_dossier_that_is_not_approved_speaks_for_no_computer(institution: Institution) -> None:
    institution.write_dossier(institution.anna, key="our-box", kind="computer", computer=SAYS)
    decision = vet_host(look(0.0), 0.0, register=institution.register(), computer=HERE)
    (text,) = against(decision)
    assert text.startswith("The dossier our-box of this computer is not approved: 2 people must")


def test_a_broken_dossier_of_another_kind_does_not_matter(institution: Institution) -> None:
    (institution.own / "dossiers/broken.toml").write_text("?")
    assert against(judged(institution, HERE)) == []


def test_the_policy_of_an_institution_may_insist(institution: Institution) -> None:
    from hardware.register import documents
    from hardware.register.trust import What

    text = (documents.SHIPPED / "policy/default.toml").read_text(encoding="utf-8")
    head, tail = text.split('rule = "computer"\n')
    path = institution.own / "policy.toml"
    path.write_text(head + 'rule = "computer"\n' + tail.replace('"condition"', '"refuse"', 1))
    institution.sign(path, What.POLICY, *institution.people)
    decision = judged(institution, replace(HERE, radios=("Wi-Fi radio phy0",)))
    assert decision.outcome is Outcome.REFUSED
    assert "A radio is fitted" in str(decision)
