"""Asking the register about a sensor: the genuine one passes, and hostile ones say why not."""

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from hardware.errors import RegisterError, UsbError
from hardware.host.computer import Computer
from hardware.host.descriptors import Code
from hardware.host.network import look
from hardware.host.usb import behind, ports, read
from hardware.register import documents
from hardware.register.memory import Memory
from hardware.register.trust import What
from hardware.vetting.check import still_vetted, vet, vet_dossier, vet_host
from hardware.vetting.decision import Admission, Decision, Outcome, SensorSays
from hardware.vetting.device_rules import NEEDED_OF_A_DEVICE
from tests.hardware.institution import KEY, SAYS, TODAY, Institution, told
from tests.hardware.trees import (
    ACM,
    CDC_DATA,
    SENSOR_CONFIGURATION,
    SENSOR_PARTS,
    VIDEO_STREAM,
    Association,
    Fake,
    Setting,
    configuration,
    device_bytes,
    functional,
    plant,
)

HID, STORAGE = Code(3, 1, 1), Code(8, 6, 0x50)


def having(*parts: Setting | Association) -> bytes:
    """Return the descriptors of the sensor with something more in its configuration."""
    return device_bytes(configuration(*SENSOR_PARTS, *parts))


def second(*parts: Setting | Association) -> bytes:
    """Return the descriptors of the sensor with a second configuration."""
    return device_bytes(SENSOR_CONFIGURATION, configuration(*parts, value=2))


def refused(decision: Decision, paragraph: str, says: str) -> None:
    """Check that a decision refuses, by this paragraph, with these words."""
    assert decision.outcome is Outcome.REFUSED
    assert not decision.passes
    texts = [r.text for r in decision.refusals if r.paragraph == paragraph]
    assert any(says in text for text in texts), (says, [str(r) for r in decision.reasons])


def test_the_genuine_sensor_is_approved(institution: Institution) -> None:
    decision = institution.vet(Fake(), enrolments=institution.enrol())
    assert decision.outcome is Outcome.APPROVED, str(decision)
    assert decision.reasons == ()


HOSTILE_DESCRIPTORS = {
    "network adapter in a second configuration": (
        second(Setting(Code(2, 6, 0), 0)),
        "network adapter (CDC-ECM) (02/06/00) in configuration 2, interface 0",
    ),
    "network adapter in an alternate setting": (
        having(Setting(CDC_DATA, 4), Setting(Code(2, 0x0D, 0), 4, alternate=1)),
        "network adapter (CDC-NCM) (02/0d/00) in configuration 1, interface 4, alternate setting 1",
    ),
    "EEM adapter": (having(Setting(Code(2, 0x0C, 7), 4)), "network adapter (CDC-EEM)"),
    "mobile modem": (having(Setting(Code(2, 0x0E, 0), 4)), "mobile broadband (MBIM)"),
    "RNDIS as a wireless controller": (
        having(Setting(Code(0xE0, 1, 3), 4)),
        "network adapter (RNDIS) (e0/01/03)",
    ),
    "RNDIS as a miscellaneous device": (
        having(Setting(Code(0xEF, 4, 1), 4)),
        "network adapter (RNDIS) (ef/04/01)",
    ),
    "RNDIS as a modem of a vendor's own protocol": (
        having(Setting(Code(2, 2, 0xFF), 4)),
        "network adapter (RNDIS) (02/02/ff)",
    ),
    "network adapter that calls itself a serial port": (
        having(Setting(ACM, 4, extra=functional(0x0F, *range(10)))),
        "network adapter (functional descriptor Ethernet)",
    ),
    "function told only by an association": (
        having(Association(Code(0xE0, 1, 3), first=4), Setting(ACM, 4), Setting(CDC_DATA, 5)),
        "function at interface 4",
    ),
    "Bluetooth radio": (having(Setting(Code(0xE0, 1, 1), 4)), "Bluetooth radio"),
    "keyboard": (having(Setting(HID, 4)), "keyboard or mouse (HID)"),
    "keyboard in a second configuration": (second(Setting(HID, 0)), "configuration 2"),
    "memory": (having(Setting(STORAGE, 4)), "mass storage"),
    "firmware upgrade": (having(Setting(Code(0xFE, 1, 1), 4)), "firmware upgrade (DFU)"),
    "microphone": (having(Setting(Code(1, 2, 0), 4)), "audio function"),
    "still camera": (having(Setting(Code(6, 1, 1), 4)), "still-image function (PTP)"),
    "class that nobody knows": (having(Setting(Code(0x5A, 0, 0), 4)), "unknown kind"),
    "hub": (device_bytes(SENSOR_CONFIGURATION, code=Code(9, 0, 1)), "hub (09/00/01)"),
    "hub as an interface": (having(Setting(Code(9, 0, 0), 4)), "hub (09/00/00)"),
    "device that calls itself a wireless controller": (
        device_bytes(SENSOR_CONFIGURATION, code=Code(0xE0, 1, 3)),
        "in the device itself",
    ),
}


@pytest.mark.parametrize("name", HOSTILE_DESCRIPTORS)
def test_a_sensor_with_another_function_is_refused(name: str, institution: Institution) -> None:
    raw, says = HOSTILE_DESCRIPTORS[name]
    fake = Fake(raw=raw)
    # Enrolling it as it is does not help: it is refused for what it can do.
    decision = institution.vet(fake, enrolments=institution.enrol(fake))
    refused(decision, "5.2", says)


def test_a_function_that_the_dossier_does_not_list_is_refused(institution: Institution) -> None:
    institution.write_dossier(usb__functions=told(["0e/03/00", "0e/01/00", "0e/02/00"]))
    decision = institution.vet(Fake(), enrolments=institution.enrol())
    refused(decision, "5.2", "It has the function 02/02/01, which its dossier does not list.")


def test_a_vendor_function_passes_only_when_it_was_enrolled(institution: Institution) -> None:
    fake = Fake(raw=having(Setting(Code(0xFF, 0, 0), 4)))
    functions = ["0e/03/00", "0e/01/00", "0e/02/00", "02/02/01", "0a/00/00", "ff/00/00"]
    institution.write_dossier(usb__functions=told(functions))
    plain = institution.enrol()
    refused(institution.vet(fake, enrolments=plain), "5.3", "not enrolled with it")
    decision = institution.vet(fake, enrolments=institution.enrol(fake))
    assert decision.outcome is Outcome.APPROVED, str(decision)


OTHER_DEVICES = {
    "other ids": (Fake(raw=device_bytes(SENSOR_CONFIGURATION, vid=0x2BDF)), "5.1", "2bdf:4007"),
    "other release": (
        Fake(raw=device_bytes(SENSOR_CONFIGURATION, release=0x0300)),
        "5.1",
        "The USB release is 0300; the dossier says 0200.",
    ),
    "other port": (Fake(port="1-3"), "6.1", "No sensor is enrolled at port 1-3"),
    "other USB serial": (
        Fake(serial="USB-93589"),
        "6.2",
        "The USB serial number is 'USB-93589'; enrolled is 'USB-93588'.",
    ),
    "no USB serial": (Fake(missing=("serial",)), "6.2", "The USB serial number is 'empty'"),
    "one more endpoint": (
        Fake(raw=device_bytes(configuration(*SENSOR_PARTS[:-1], Setting(CDC_DATA, 3)))),
        "6.2",
        "The USB descriptors is",
    ),
}


@pytest.mark.parametrize("name", OTHER_DEVICES)
def test_another_device_than_the_enrolled_one_is_refused(
    name: str, institution: Institution, tmp_path: Path
) -> None:
    enrolled = institution.enrol()
    institution.sys = tmp_path / "sys after the swap"
    fake, paragraph, says = OTHER_DEVICES[name]
    refused(institution.vet(fake, enrolments=enrolled), paragraph, says)


OTHER_WORDS = {
    "another serial": (SensorSays("93589", SAYS.part_number, SAYS.firmware), "5.5", "'93589'"),
    "no serial": (SensorSays("", SAYS.part_number, SAYS.firmware), "5.5", "serial number ''"),
    "another part": (SensorSays(SAYS.serial, "22640", SAYS.firmware), "5.5", "'22640'"),
    "another firmware": (
        SensorSays(SAYS.serial, SAYS.part_number, "4.1.0"),
        "5.6",
        "The sensor runs firmware '4.1.0'; accepted is 4.0.27648.",
    ),
}


@pytest.mark.parametrize("name", OTHER_WORDS)
def test_a_sensor_that_says_something_else_is_refused(name: str, institution: Institution) -> None:
    says, paragraph, text = OTHER_WORDS[name]
    decision = institution.vet(Fake(), says=says, enrolments=institution.enrol())
    refused(decision, paragraph, text)
    refused(decision, "6.2", "enrolled is")


UNKNOWN_OF_IT = {
    "usb__ids": ("5.1", "The dossier does not know the USB id; the host sees 09cb:4007."),
    "usb__releases": ("5.1", "The dossier does not know the USB release; the host sees 0200."),
    "usb__functions": ("5.2", "The dossier does not know its USB functions."),
    "units__serials": ("5.5", "The dossier knows no serial number; the sensor says '93588'."),
    "identity__part_numbers": ("5.5", "The dossier knows no part number; the sensor says"),
    "units__firmware": ("5.6", "The dossier accepts no firmware yet; the sensor runs"),
}


@pytest.mark.parametrize("name", UNKNOWN_OF_IT)
def test_a_sensor_of_which_the_dossier_knows_nothing_to_compare_is_refused(
    name: str, institution: Institution
) -> None:
    institution.write_dossier(**{name: {"unknown": "ask the device"}})
    paragraph, text = UNKNOWN_OF_IT[name]
    decision = institution.vet(Fake(), enrolments=institution.enrol())
    refused(decision, paragraph, text)
    assert {reason.paragraph for reason in decision.refusals} == {paragraph}


def test_what_is_compared_with_a_device_is_what_its_dossier_has_to_know() -> None:
    """`limen hardware todo` asks an owner for these."""
    assert set(NEEDED_OF_A_DEVICE) == {name.replace("__", ".") for name in UNKNOWN_OF_IT}


def test_an_enrolment_by_an_admin_whose_key_was_revoked_counts_no_more(
    institution: Institution,
) -> None:
    lost = f'[[revoked]]\nid = "{institution.admin.key_id}"\non = 2026-12-01\nreason = "lost"\n'
    institution.trust(institution.anna.entry() + institution.bert.entry() + lost)
    decision = institution.vet(Fake(), enrolments=institution.enrolled)
    refused(decision, "6.1", "The enrolment at port 1-2: The key")
    refused(decision, "6.1", "of Ada was revoked on 2026-12-01: lost")


def test_accepted_firmware_that_was_not_enrolled_is_refused(institution: Institution) -> None:
    institution.write_dossier(units__firmware=told([SAYS.firmware, "4.1.0"]))
    newer = SensorSays(SAYS.serial, SAYS.part_number, "4.1.0")
    decision = institution.vet(Fake(), says=newer, enrolments=institution.enrol())
    assert [reason.paragraph for reason in decision.refusals] == ["6.2"]


def test_a_keyboard_on_the_same_hub_is_refused(institution: Institution) -> None:
    sensor = Fake(port="1-2.1")
    keyboard = Fake(port="1-2.3", raw=device_bytes(configuration(Setting(HID, 0))), nodes=())
    alone = institution.vet(sensor, enrolments=institution.enrol(sensor))
    assert alone.outcome is Outcome.APPROVED
    decision = institution.vet(sensor, keyboard, enrolments=institution.enrol(sensor))
    refused(decision, "5.4", "On the same hub, port 1-2.3, is a keyboard or mouse (HID)")


def test_a_disk_on_the_fast_half_of_the_same_hub_is_refused(institution: Institution) -> None:
    """A USB 3 hub is two hubs: what is fast on it is on another bus than the sensor."""
    sensor = Fake(port="1-2.1")
    disk = Fake(port="2-2.3", raw=device_bytes(configuration(Setting(STORAGE))), nodes=())
    enrolled = institution.enrol(sensor)
    assert institution.vet(sensor, disk, enrolments=enrolled).outcome is Outcome.APPROVED
    devices = institution.sys / "bus/usb/devices"
    for hub, other in (("1-2", "2-2"), ("2-2", "1-2")):
        socket = devices / hub / "port"
        socket.mkdir()
        (socket / "device").symlink_to((devices / hub).resolve())
        (socket / "peer").symlink_to((devices / other).resolve() / "port")
    decision = institution.vet(sensor, disk, enrolments=enrolled)
    refused(decision, "5.4", "On the same hub, port 2-2.3, is a mass storage")


def test_a_keyboard_on_another_port_of_the_computer_is_no_neighbour(
    institution: Institution,
) -> None:
    keyboard = Fake(port="1-3", raw=device_bytes(configuration(Setting(HID, 0))), nodes=())
    decision = institution.vet(Fake(), keyboard, enrolments=institution.enrol())
    assert decision.outcome is Outcome.APPROVED


def test_a_sensor_that_is_not_enrolled_is_refused(institution: Institution) -> None:
    refused(institution.vet(Fake()), "6.1", "No sensor is enrolled at port 1-2")


def test_the_enrolment_of_another_port_is_none(institution: Institution) -> None:
    other = institution.enrol(Fake(port="1-3"))
    assert institution.vet(Fake(), enrolments=(*other, *institution.enrolled)).passes
    refused(institution.vet(Fake(), enrolments=other), "6.1", "No sensor is enrolled at port 1-2")


def test_an_enrolment_counts_that_is_the_last_in_the_trail(institution: Institution) -> None:
    (entry,) = institution.enrolled
    seen = institution.register(memory=Memory()).remembered()
    for trail, passes in (({"1-2": entry.sha256}, True), ({"1-2": "0" * 64}, False), ({}, False)):
        memory = replace(seen, enrolled=trail)
        decision = institution.vet(Fake(), enrolments=institution.enrolled, memory=memory)
        assert decision.passes is passes
        assert ("is not the last one in the audit trail" in str(decision)) is not passes


def test_a_kind_of_hardware_is_judged_without_a_device(institution: Institution) -> None:
    known = institution.register()
    assert vet_dossier(KEY, register=known).outcome is Outcome.APPROVED
    assert vet_dossier("simulated", register=known).outcome is Outcome.SIMULATED
    refused(vet_dossier("unheard-of", register=known), "0.0", "There is no dossier")


def test_a_computer_is_refused_when_the_register_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> NoReturn:
        raise RegisterError("The register cannot be read.")

    monkeypatch.setattr(documents, "load", broken)
    decision = vet_host(look(0.0), 0.0)
    assert decision.dossier == "host"
    refused(decision, "0.0", "The register cannot be read.")


def test_a_rule_that_the_policy_switches_off_finds_nothing(institution: Institution) -> None:
    text = (documents.SHIPPED / "policy/default.toml").read_text(encoding="utf-8")
    head, tail = text.split('rule = "computer"\n')
    path = institution.own / "policy.toml"
    path.write_text(head + 'rule = "computer"\n' + tail.replace('"condition"', '"none"', 1))
    institution.sign(path, What.POLICY, *institution.people)
    decision = vet_host(look(0.0), 0.0, register=institution.register(), computer=Computer())
    assert "6.4" not in {reason.paragraph for reason in decision.reasons}


def test_a_paragraph_may_be_for_some_kinds_of_hardware_alone(institution: Institution) -> None:
    """Where a policy asks only references for the country, a sensor is not asked; both are here."""
    text = (documents.SHIPPED / "policy/default.toml").read_text(encoding="utf-8")
    path = institution.own / "policy.toml"
    found = {}
    for kind in ("reference", "sensor"):
        path.write_text(
            text.replace('rule = "jurisdiction"\n', f'rule = "jurisdiction"\nkinds = ["{kind}"]\n')
        )
        institution.sign(path, What.POLICY, *institution.people)
        institution.write_dossier(components__lens__country=told("CN"))
        decision = vet_dossier(KEY, register=institution.register())
        found[kind] = [r.text for r in decision.reasons if r.paragraph == "2.2"]
    assert found == {"reference": [], "sensor": ["components: lens: country: CN."]}


# ---- simulated and real never mix


def test_the_simulated_sensor_passes_as_simulated() -> None:
    decision = vet("simulated", None, SensorSays("S1", simulated=True))
    assert decision.outcome is Outcome.SIMULATED
    assert decision.passes


@pytest.mark.parametrize("plugged", [True, False])
def test_a_simulated_sensor_never_passes_as_real(
    institution: Institution, *, plugged: bool
) -> None:
    says = SensorSays(SAYS.serial, SAYS.part_number, SAYS.firmware, simulated=True)
    fakes = [Fake()] if plugged else []
    decision = institution.vet(*fakes, says=says, enrolments=institution.enrol())
    refused(decision, "0.0", "it says that it is simulated")


def test_what_is_no_usb_device_never_passes_as_real(institution: Institution) -> None:
    decision = institution.vet(enrolments=institution.enrol())
    refused(decision, "0.0", "it is no USB device")


def test_a_real_sensor_never_passes_as_simulated(institution: Institution) -> None:
    usb = institution.plug(Fake())
    as_simulated = vet("simulated", usb, SensorSays("S1", simulated=True))
    refused(as_simulated, "0.0", "but it is a USB device")
    silent = vet("simulated", None, SensorSays("S1"))
    refused(silent, "0.0", "does not say so itself")


def test_a_sensor_without_a_dossier_is_refused(institution: Institution) -> None:
    usb = institution.plug(Fake())
    for key in ("unheard-of", "../dossiers/our-boson", ""):
        decision = vet(key, usb, SAYS, register=institution.register())
        refused(decision, "0.0", "There is no dossier")


def test_a_reference_is_no_sensor(institution: Institution) -> None:
    institution.write_dossier(kind="reference")
    refused(institution.vet(Fake(), enrolments=institution.enrol()), "0.0", "no sensor")


# ---- while it runs


@pytest.fixture
def admission(institution: Institution) -> Admission:
    return Admission(KEY, institution.plug(Fake()), SAYS)


def again(institution: Institution, admission: Admission, **more: object) -> Decision:
    return still_vetted(
        admission,
        register=institution.register(more.pop("today", TODAY)),  # type: ignore[arg-type]
        enrolments=institution.enrolled,
        sys_root=institution.sys,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture(autouse=True)
def _enrolled(institution: Institution) -> None:
    institution.enrolled = institution.enrol()


def test_an_unchanged_sensor_stays_vetted(institution: Institution, admission: Admission) -> None:
    assert again(institution, admission).outcome is Outcome.APPROVED


def test_a_sensor_that_is_unplugged_is_no_longer_vetted(
    institution: Institution, admission: Admission
) -> None:
    (institution.sys / "bus/usb/devices/1-2").unlink()
    refused(again(institution, admission), "0.0", "The sensor is gone")


def test_a_quick_replug_of_the_same_sensor_is_seen(
    institution: Institution, admission: Admission
) -> None:
    plant(institution.sys, Fake(devnum=5))
    refused(again(institution, admission), "0.0", "It was unplugged, and something was plugged in")


def test_a_sensor_whose_descriptors_change_in_place_is_seen(
    institution: Institution, admission: Admission
) -> None:
    plant(institution.sys, Fake(raw=having(Setting(HID, 4))))
    refused(again(institution, admission), "0.0", "It has changed")


def test_a_sensor_that_suddenly_says_something_else_is_seen(
    institution: Institution, admission: Admission
) -> None:
    decision = again(institution, admission, says=SensorSays("1", "", ""))
    refused(decision, "6.2", "The serial number is '1'; enrolled is '93588'.")


def test_an_approval_that_expires_while_the_station_runs_stops_it(
    institution: Institution, admission: Admission
) -> None:
    decision = again(institution, admission, today=TODAY.replace(year=2027))
    refused(decision, "1.1", "Its approval expired on 2027-11-24.")


def test_a_keyboard_that_joins_the_hub_is_seen(institution: Institution) -> None:
    sensor = Fake(port="1-2.1")
    institution.enrolled = institution.enrol(sensor)
    admission = Admission(KEY, institution.plug(sensor), SAYS)
    assert again(institution, admission).passes
    plant(institution.sys, Fake(port="1-2.2", raw=device_bytes(configuration(Setting(HID)))))
    refused(again(institution, admission), "5.4", "port 1-2.2")


def test_the_simulated_sensor_stays_simulated() -> None:
    admission = Admission("simulated", None, SensorSays("S", simulated=True))
    assert still_vetted(admission).outcome is Outcome.SIMULATED


# ---- what the host sees


def test_the_device_behind_a_node_is_found(tmp_path: Path) -> None:
    root = plant(tmp_path / "sys", Fake(), Fake(port="1-3.1", nodes=("tty/ttyACM1",), serial="B"))
    dev = tmp_path / "dev"
    dev.mkdir()
    for name in ("ttyACM0", "ttyACM1", "video0", "tty5"):
        (dev / name).touch()
    (dev / "by-id").symlink_to("ttyACM1")
    found = {name: behind(dev / name, root) for name in ("ttyACM0", "video0", "by-id")}
    assert [usb.port for usb in found.values() if usb] == ["1-2", "1-2", "1-3.1"]
    assert behind(dev / "tty5", root) is None
    with pytest.raises(UsbError, match="There is no device"):
        behind(dev / "ttyACM9", root)


def test_a_scan_lists_devices_and_leaves_out_root_hubs_and_interfaces(tmp_path: Path) -> None:
    root = plant(tmp_path, Fake(), Fake(port="1-3.1", serial="B\x1b[2J\n"))
    (root / "bus/usb/devices/1-2:1.0").mkdir()
    assert ports(root) == ("1-2", "1-3", "1-3.1")  # a hub is a device like others
    first, other = read("1-2", root), read("1-3.1", root)
    assert str(first) == "09cb:4007 FLIR Boson, serial USB-93588, release 0200, port 1-2"
    assert other.serial == "B\\x1b[2J"  # a device's words cannot move the cursor
    assert ports(tmp_path / "no such folder") == ()


def test_a_device_that_cannot_be_read_to_the_end_is_refused(institution: Institution) -> None:
    plant(institution.sys, Fake(port="1-4", missing=("devnum",), nodes=()))
    with pytest.raises(UsbError, match="Nothing readable is plugged in at USB port 1-4"):
        read("1-4", institution.sys)
    with pytest.raises(UsbError, match="is no USB port"):
        read("../etc", institution.sys)


def test_a_video_only_sensor_is_judged_by_its_own_dossier(institution: Institution) -> None:
    fake = Fake(raw=device_bytes(configuration(Setting(VIDEO_STREAM, 0))))
    institution.write_dossier(usb__functions=told(["0e/02/00"]))
    decision = institution.vet(fake, enrolments=institution.enrol(fake))
    assert decision.outcome is Outcome.APPROVED
