"""The station and the register, with an emulated camera on a fake USB tree, from start to swap."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from device.boson.emulator.link import EmulatedLink
from device.boson.opening import open_boson
from device.boson.transport import SerialTransport
from device.drivers import meet
from device.errors import SensorRefused
from device.sensor import Sensor
from hardware.errors import EnrolmentError, RegisterError
from hardware.host.network import look
from hardware.vetting.decision import Outcome, Vet
from hardware.vetting.enrolment import Enrolment
from hardware.vetting.station import Vetting
from service.state import audit_trail
from service.state.audit import AuditLog
from service.state.audit_events import SensorEnrolled
from service.supervisor.trail_memory import TrailMemory
from service.supervisor.vetting import enrol
from tests.device.boson.conftest import Emulate, emulate  # noqa: F401 - a fixture
from tests.device.boson.test_video import Film
from tests.device.conftest import v4l2_preload  # noqa: F401 - a fixture
from tests.device.v4l2_shim.node import FakeNode
from tests.hardware.institution import TODAY, Institution, told
from tests.hardware.trees import Fake, plant
from tests.narrow import of

ROOT = Path(__file__).parents[3]
KEY, PART = "boson-plus-320", "20320A034-6IARX"
CAMERA = {"part": "20{array}A034-6IARX", "product": "Boson+", "serial": 93588}


@pytest.fixture
def institution(tmp_path: Path) -> Institution:
    return Institution(tmp_path)


@pytest.fixture
def vetting(institution: Institution, tmp_path: Path) -> Vetting:
    return Vetting(institution.own, tmp_path / "state", institution.sys, lambda: TODAY)


@pytest.fixture
def camera(emulate: Emulate, institution: Institution, vetting: Vetting) -> EmulatedLink:  # noqa: F811
    """Plug in an emulated camera that says it is a real one, and make a state folder."""
    vetting.state.mkdir()
    plant(institution.sys, Fake())
    return emulate(**CAMERA)


def opener(camera: EmulatedLink, institution: Institution) -> Callable[[Vet], Sensor]:
    return lambda vet: open_boson(
        "1-2",
        vet=vet,
        connect=lambda _: SerialTransport(camera.port),
        sys_root=institution.sys,
    )


def approve(institution: Institution) -> None:
    institution.write_dossier(
        key=KEY, identity__part_numbers=told([PART]), units__firmware=told(["4.1.0"])
    )


def enrolled(vetting: Vetting, camera: EmulatedLink, institution: Institution) -> Enrolment:
    log = AuditLog(vetting.state)
    private = institution.admin.private
    return enrol(vetting, meet(opener(camera, institution)), private=private, audit=log)


# ---- before it is opened


def test_without_an_approved_dossier_a_real_sensor_is_not_opened(
    camera: EmulatedLink, institution: Institution, vetting: Vetting
) -> None:
    enrolled(vetting, camera, institution)
    with pytest.raises(SensorRefused, match="It is not yet approved"):
        opener(camera, institution)(vetting.vet)


def test_an_approved_sensor_that_is_not_enrolled_here_is_not_opened(
    camera: EmulatedLink, institution: Institution, vetting: Vetting
) -> None:
    approve(institution)
    with pytest.raises(SensorRefused, match="No sensor is enrolled at port 1-2"):
        opener(camera, institution)(vetting.vet)


def test_a_register_that_cannot_be_relied_on_opens_nothing(
    camera: EmulatedLink, institution: Institution, vetting: Vetting
) -> None:
    approve(institution)
    enrolled(vetting, camera, institution)
    (institution.own / "trust.toml").write_text("?")
    with pytest.raises(SensorRefused, match="trust file is no TOML"):
        opener(camera, institution)(vetting.vet)


def test_enrolments_that_cannot_be_read_open_nothing(
    camera: EmulatedLink, institution: Institution, vetting: Vetting
) -> None:
    approve(institution)
    (vetting.state / "enrolments.json").write_text("?")
    with pytest.raises(SensorRefused, match=r"enrolments in .* cannot be read"):
        opener(camera, institution)(vetting.vet)


def test_being_asked_who_it_is_changes_nothing_in_the_camera(
    camera: EmulatedLink, institution: Institution
) -> None:
    met = meet(opener(camera, institution))
    assert met.dossier == KEY
    assert met.usb is not None
    assert met.usb.port == "1-2"
    assert (met.says.serial, met.says.part_number, met.says.firmware) == ("93588", PART, "4.1.0")


# ---- enrolment


def test_an_enrolment_is_kept_and_stands_in_the_audit_trail(
    camera: EmulatedLink, institution: Institution, vetting: Vetting
) -> None:
    audit = AuditLog(vetting.state)
    met = meet(opener(camera, institution))
    new = enrol(vetting, met, private=institution.admin.private, audit=audit)
    (kept,) = vetting.enrolments()
    assert kept.enrolment == new
    events = [entry.event for entry in audit_trail.read(vetting.state)]
    enrolled = of(SensorEnrolled, events[-1])
    assert enrolled.dossier == KEY
    assert enrolled.descriptors_sha256 == new.descriptors_sha256
    assert enrolled.enrolment_sha256 == kept.sha256
    assert "93588" not in (vetting.state / "audit.jsonl").read_text()


def test_what_is_no_usb_device_cannot_be_enrolled(
    emulate: Emulate,  # noqa: F811
    institution: Institution,
    vetting: Vetting,
) -> None:
    vetting.state.mkdir()
    log = AuditLog(vetting.state)
    link = emulate()
    met = meet(lambda vet: open_boson(link.port, vet=vet))
    assert met.usb is None
    with pytest.raises(EnrolmentError, match="Only a sensor on USB"):
        enrol(vetting, met, private=institution.admin.private, audit=log)


def test_nobody_enrols_by_a_register_of_yesterday(
    camera: EmulatedLink, institution: Institution, vetting: Vetting
) -> None:
    """The admin's key was revoked since; the trail knows, and nothing new comes into it."""
    audit = AuditLog(vetting.state)
    remembering = replace(vetting, memory=TrailMemory(vetting.state, audit.append))
    yesterday = institution.own.parent / "yesterday"
    copytree(institution.own, yesterday)
    admin = institution.admin.key_id
    lost = f'[[revoked]]\nid = "{admin}"\non = 2026-12-01\nreason = "lost"\n'
    institution.trust(institution.anna.entry() + institution.bert.entry() + lost)
    remembering.register()
    entries = len(list(audit_trail.read(vetting.state)))
    met = meet(opener(camera, institution))
    with pytest.raises(RegisterError, match="has already seen version"):
        enrol(
            replace(remembering, own=yesterday),
            met,
            private=institution.admin.private,
            audit=audit,
        )
    assert len(list(audit_trail.read(vetting.state))) == entries
    with pytest.raises(EnrolmentError, match="was revoked on 2026-12-01: lost"):
        enrol(remembering, met, private=institution.admin.private, audit=audit)


# ---- opened, and while it runs


class Session:
    """A process that opened the sensor."""

    def __init__(self, node: FakeNode, camera: EmulatedLink, vetting: Vetting) -> None:
        self._film = Film(camera.camera, node)
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.service.vetted_boson"),
                *map(str, (node.path, camera.port, vetting.own, vetting.state, vetting.sys_root)),
            ],
            env=node.environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.opened = self._answer()

    def ask(self, word: str) -> dict[str, Any]:
        assert self._process.stdin
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, f"the session ended with {self._process.wait(5)}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._film.end()


@pytest.fixture
def session(
    camera: EmulatedLink,
    institution: Institution,
    vetting: Vetting,
    tmp_path: Path,
    v4l2_preload: Path,  # noqa: F811
) -> Iterator[Session]:
    """Open an approved, enrolled sensor."""
    approve(institution)
    enrolled(vetting, camera, institution)
    node = FakeNode(tmp_path, v4l2_preload, 320, 258)
    session = Session(node, camera, vetting)
    assert session.opened == {"opened": "93588"}
    yield session
    session.close()
    node.unplug()


def test_an_approved_and_enrolled_sensor_is_opened_and_screens(session: Session) -> None:
    assert session.ask("frame")["sequence"] > 0
    assert session.ask("still")["passes"]


def test_a_sensor_that_is_swapped_while_it_runs_is_no_longer_vetted(
    session: Session, institution: Institution
) -> None:
    assert session.ask("still")["passes"]
    plant(institution.sys, Fake(serial="USB-93589", devnum=9))
    answer = session.ask("still")
    assert not answer["passes"]
    assert "It was unplugged, and something was plugged in" in answer["says"]


def test_a_sensor_that_is_unplugged_while_it_runs_is_no_longer_vetted(
    session: Session, institution: Institution
) -> None:
    (institution.sys / "bus/usb/devices/1-2").unlink()
    assert "The sensor is gone" in session.ask("still")["says"]


def test_a_key_that_is_revoked_while_it_runs_stops_it(
    session: Session, institution: Institution
) -> None:
    revoked = f'[[revoked]]\nid = "{institution.anna.key_id}"\non = 2026-12-01\nreason = "lost"\n'
    institution.trust(institution.anna.entry() + institution.bert.entry() + revoked)
    assert "of Anna was revoked on 2026-12-01: lost" in session.ask("still")["says"]


def test_a_camera_that_answers_with_another_serial_number_stops_by_itself(
    session: Session, camera: EmulatedLink
) -> None:
    session.ask("frame")
    emulated = camera.camera
    camera.later(0.0, lambda: setattr(emulated, "maker", replace(emulated.maker, serial=93589)))
    for _ in range(60):
        answer = session.ask("frame")
        if "error" in answer:
            break
    assert answer["error"] == "SensorRefused"
    assert "it is another camera" in answer["says"]


# ---- the computer


def test_the_network_of_the_computer_is_judged_by_the_policy(vetting: Vetting) -> None:
    decision = vetting.host(look(0.0), 30.0)
    assert decision.outcome in {Outcome.APPROVED, Outcome.REFUSED}
    assert vetting.host(look(0.0), 61.0).outcome is Outcome.REFUSED
