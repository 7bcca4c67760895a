"""The doctor says what camera is there, whether it may be used, and what is missing."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from device.boson.emulator.camera import EmulatedCamera, Maker
from device.boson.emulator.link import EmulatedLink
from device.boson.emulator.scene import DoorScene
from device.errors import SensorLost
from device.evo_thermal.emulator import EmulatedEvoThermal
from device.info import Answer
from hardware.vetting.decision import SensorSays
from service.doctor.cameras import look
from service.doctor.finding import Finding, Level
from tests.hardware.trees import SENSOR_CONFIGURATION, Fake, device_bytes, plant

SAYS = SensorSays("93588", "20640A032-6IARX", "3.0.1")


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Finding]]:
    """Look at a computer with these USB devices, whose Bosons answer what `said` says."""
    (tmp_path / "dev").mkdir()
    (tmp_path / "rules").mkdir()

    def seen(
        *fakes: Fake,
        said: Answer | Exception | None = None,
        nodes: tuple[str, ...] = ("ttyACM0", "video0"),
        sensor: str | None = None,
    ) -> dict[str, Finding]:
        def ask(_serial: str | None, _video: str | None) -> Answer:
            if isinstance(said, Exception):
                raise said
            return said or Answer("Boson+ 640", SAYS, "boson-plus-640", radiometric=True)

        monkeypatch.setattr("device.boson.asking.ask", ask)
        for name in nodes:
            (tmp_path / "dev" / name).touch()
        plant(tmp_path / "sys", *fakes)
        found = look(
            sensor,
            sys_root=tmp_path / "sys",
            dev_root=tmp_path / "dev",
            rules=(tmp_path / "rules",),
        )
        return {finding.name: finding for finding in found}

    return seen


Box = Callable[..., dict[str, Finding]]


def test_no_camera_is_a_warning_or_a_failure_if_one_is_asked_for(box: Box) -> None:
    assert box()["camera"].level is Level.WARN
    failed = box(sensor="boson")["camera"]
    assert failed.level is Level.FAIL
    assert failed.sentence == "No Boson is plugged in."
    assert "cable" in failed.remedy


def test_the_simulated_sensor_needs_no_camera(box: Box) -> None:
    assert box(sensor="simulated")["camera"].level is Level.OK


def test_a_camera_is_told_with_its_port_and_who_it_says_it_is(box: Box) -> None:
    found = box(Fake())
    assert "port 1-2" in found["camera"].sentence
    assert "Boson+ 640, serial number 93588, firmware 3.0.1" in found["identity"].sentence
    assert found["radiometry"].level is Level.OK


def test_a_camera_that_is_not_in_the_register_fails_with_the_registers_reasons(box: Box) -> None:
    register = box(Fake())["register"]
    assert register.level is Level.FAIL
    assert "refused" in register.sentence
    assert register.remedy == "limen hardware show boson-plus-640"


def test_a_camera_that_only_makes_pictures_fails(box: Box) -> None:
    said = Answer("Boson 640", SAYS, "boson-plus-640", radiometric=False)
    radiometry = box(Fake(), said=said)["radiometry"]
    assert radiometry.level is Level.FAIL
    assert "ordered with radiometry" in radiometry.remedy


def test_a_missing_kernel_module_is_named(box: Box) -> None:
    found = box(Fake(nodes=("tty/ttyACM0",)))
    assert found["video node"].remedy == "Load the module: modprobe uvcvideo"
    assert "identity" not in found
    found = box(Fake(port="1-3", nodes=("video4linux/video0",)))
    assert found["serial port"].remedy == "Load the module: modprobe cdc_acm"


def test_a_node_that_vanished_is_told(box: Box) -> None:
    assert "is not there" in box(Fake(), nodes=())["access"].sentence


def test_a_node_of_a_group_that_the_user_is_not_in_is_told_with_the_command(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may use everything
    access = box(Fake())["access"]
    assert access.level is Level.FAIL
    assert access.remedy.startswith("sudo usermod -aG ")


def test_a_camera_that_does_not_answer_is_told_in_its_own_words(box: Box) -> None:
    identity = box(Fake(), said=SensorLost("the port is gone.", "Plug it in."))["identity"]
    assert identity.level is Level.FAIL
    assert "the port is gone. Plug it in." in identity.sentence


def test_a_rule_that_keeps_modem_managers_away_is_found(box: Box, tmp_path: Path) -> None:
    missing = box(Fake())["udev rule"]
    assert missing.level is Level.WARN
    line = missing.remedy.partition(": ")[2]
    (tmp_path / "rules" / "70-limen.rules").write_text(line + "\n")
    assert box(Fake())["udev rule"].level is Level.OK


def test_a_rule_about_another_device_does_not_count(box: Box, tmp_path: Path) -> None:
    rule = 'ATTRS{idVendor}=="09cb", ATTRS{idProduct}=="1234", ENV{ID_MM_DEVICE_IGNORE}="1"'
    (tmp_path / "rules" / "70-other.rules").write_text(rule)
    assert box(Fake())["udev rule"].level is Level.WARN


def test_two_cameras_are_both_looked_at(box: Box) -> None:
    found = list(
        box(Fake(), Fake(port="1-3", nodes=("tty/ttyACM1", "video4linux/video2"))).values()
    )
    assert found  # by name they fall together; no exception, and an identity
    assert any(finding.name == "identity" for finding in found)


def test_the_command_finds_an_emulated_boson_and_says_that_it_is_simulated(tmp_path: Path) -> None:
    camera = EmulatedCamera(DoorScene(320, 256), Maker())
    with EmulatedLink(camera, tmp_path / "boson") as link:
        findings = {finding.name: finding for finding in look("boson", link.port)}
    assert {finding.level for finding in findings.values()} == {Level.OK}
    assert "is no USB device" in findings["camera"].sentence
    assert "simulated" in findings["identity"].sentence
    assert "passes as simulated" in findings["register"].sentence


def test_a_chip_makers_example_ids_are_taken_for_an_evo_thermal_only_when_asked_for(
    box: Box,
) -> None:
    other = Fake(raw=device_bytes(SENSOR_CONFIGURATION, vid=0x0483, pid=0x5740), product="Toy")
    assert "No Boson" in box(other)["camera"].sentence
    assert (
        "Evo Thermal is plugged in" in box(other, sensor="evo-thermal", nodes=())["camera"].sentence
    )


def test_an_emulated_evo_thermal_is_found_too() -> None:
    with EmulatedEvoThermal() as camera:
        findings = {finding.name: finding for finding in look("evo-thermal", camera.port)}
    assert {finding.level for finding in findings.values()} == {Level.OK}
    assert "TeraRanger Evo Thermal" in findings["identity"].sentence


@pytest.mark.slow
def test_a_wrong_command_line_is_refused_and_a_failure_ends_with_1(tmp_path: Path) -> None:
    limen = Path(sys.executable).with_name("limen")
    wrong = subprocess.run([limen, "doctor", "--sensor", "toaster"], check=False)
    assert wrong.returncode == 2
    missing = subprocess.run(
        [limen, "doctor", "--sensor", "boson", "--port", tmp_path / "nothing"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert missing.returncode == 1
    assert "FAIL  camera: No Boson is plugged in." in missing.stdout
