"""A Lepton behind the real cv2.VideoCapture: opened, measured, stalled, unplugged."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.device.v4l2_shim.node import FakeNode, Session
from tests.narrow import of

SCRIPT = "lepton_session.py"


@pytest.fixture
def node(tmp_path: Path, v4l2_preload: Path) -> Iterator[FakeNode]:
    node = FakeNode(tmp_path, v4l2_preload, 160, 122)
    yield node
    node.unplug()


@pytest.fixture
def session(node: FakeNode) -> Iterator[Session]:
    session = Session(SCRIPT, node, "approved", "500-0771-01")
    yield session
    session.close()


def test_a_vetted_lepton_is_set_up_and_measures(session: Session) -> None:
    assert session.ask("open") == {
        "model": "Lepton 3.5",
        "serial": str(0x24048A4E),
        "port": str(of(list, session.process.args)[2]),
        "dossier": "lepton-3-5-purethermal",
    }
    first, second = session.ask("frame"), session.ask("frame")
    assert first["warmest_c"] == pytest.approx(34.0, abs=0.3)
    assert second["sequence"] > first["sequence"]


def test_an_unvetted_lepton_is_refused(node: FakeNode) -> None:
    session = Session(SCRIPT, node, "refused", "500-0771-01")
    answer = session.ask("open")
    session.close()
    assert answer["error"] == "SensorRefused"
    assert "not vetted" in answer["says"]


def test_faults_of_the_camera_are_named_through_the_whole_path(session: Session) -> None:
    session.ask("open")
    session.ask("fault corrupt_telemetry")
    assert [session.ask("frame").get("error") for _ in range(5)] == [None] * 5
    assert session.ask("frame")["rejected"]["corrupt_telemetry"] > 0


def test_a_stall_and_an_unplug_are_told_apart(node: FakeNode, session: Session) -> None:
    session.ask("open")
    session.ask("fault stall")
    for _ in range(8):  # frames that were on their way
        answer = session.ask("frame")
        if "error" in answer:
            break
    assert answer["error"] == "SensorStalled"
    session.ask("pull")
    node.unplug()
    assert session.ask("frame")["error"] == "SensorLost"


def test_an_emulated_lepton_passes_the_real_register_as_simulated_only(node: FakeNode) -> None:
    session = Session(SCRIPT, node, "register", "SIMULATED 500-0771-01")
    assert session.ask("open")["dossier"] == "simulated"
    assert session.ask("frame")["warmest_c"] == pytest.approx(34.0, abs=0.3)
    session.close()


def test_an_emulated_lepton_cannot_pass_the_real_register_as_a_camera(node: FakeNode) -> None:
    session = Session(SCRIPT, node, "register", "500-0771-01")
    assert session.ask("open")["error"] == "SensorRefused"
    session.close()
