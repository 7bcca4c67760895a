"""The station on a disk that becomes full: it says so, loses nothing, and goes on by itself."""

import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.state.audit import restart, verify
from service.state.audit_trail import TRAIL, read
from tests.service.running import RunningStation

BLIND_WITHIN_S = 1.5
NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def station(state: Path) -> Iterator[RunningStation]:
    running = RunningStation(state, "--scenario", "empty")
    yield running
    running.close()


def full(station: RunningStation, state: Path) -> None:
    """Let no file of the station's only writer grow."""
    size = (state / TRAIL).stat().st_size
    resource.prlimit(station.process.pid, resource.RLIMIT_FSIZE, (size, NO_LIMIT[1]))


def test_a_full_disk_stops_screening_with_a_sentence_and_it_goes_on_when_there_is_room(
    station: RunningStation, state: Path
) -> None:
    station.screening()
    full(station, state)
    station.kill("worker")  # something that has to be recorded
    view = station.wait_for(lambda view: "audit trail" in view["failure"], within_s=BLIND_WITHIN_S)
    assert (view["state"], view["reasons"]) == ("not_screening", ["configuration"])
    assert "Let the station's files grow" in view["failure"]
    assert view["visitors"] == []
    verify(state)
    resource.prlimit(station.process.pid, resource.RLIMIT_FSIZE, NO_LIMIT)
    view = station.screening()
    assert view["failure"] == ""
    assert [entry.event.kind for entry in read(state)].count("process_lost") >= 1
    assert view["audit_head"] == verify(state).short_head


def test_it_starts_on_a_damaged_trail_to_say_so_and_screens_when_it_was_begun_anew(
    station: RunningStation, state: Path
) -> None:
    station.screening()
    station.process.send_signal(signal.SIGTERM)
    assert station.process.wait(timeout=5.0) == 0
    trail = state / TRAIL
    trail.write_bytes(trail.read_bytes().replace(b'"n":1,', b'"n":7,', 1))
    again = RunningStation(state, "--scenario", "empty")
    try:
        view = again.wait_for(lambda view: "limen audit restart" in view["failure"])
        assert (view["state"], view["reasons"]) == ("not_screening", ["configuration"])
        assert "Entry 1 " in view["failure"]
        restart(state)
        again.screening()
    finally:
        again.close()
