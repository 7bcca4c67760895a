"""The station on a disk that becomes full: it says so, loses nothing, and goes on by itself."""

import contextlib
import http.client
import json
import resource
import signal
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from service.state.admin_password import set_password
from service.state.audit import restart, verify
from service.state.audit_trail import TRAIL, read
from service.state.child_events import WRITTEN_EVERY_S
from service.state.recorder import boot_clock
from tests.service.running import RunningStation

BLIND_WITHIN_S = 1.5
PASSWORD = "a full disk"
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


def login(station: RunningStation, password: str) -> int:
    """Return the status of the answer to somebody who says a password."""
    headers = {"Origin": station.address, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(station.authority, timeout=30.0)
    with contextlib.closing(connection):
        connection.request("POST", "/api/admin/login", json.dumps({"password": password}), headers)
        with connection.getresponse() as response:
            response.read()
            return response.status


def until_written_s() -> float:
    """Return how long an event of a locked process waits that comes now."""
    return WRITTEN_EVERY_S - boot_clock() % WRITTEN_EVERY_S


def kinds(state: Path) -> list[str]:
    return [entry.event.kind for entry in read(state)]


# What has to be recorded: before it happens, or of a locked process on the full ten seconds. Not
# the end of a worker: the limit that stands for the disk holds for the next one's memory too.
@pytest.mark.parametrize(("password", "at_once"), [(PASSWORD, True), ("not " + PASSWORD, False)])
def test_a_full_disk_stops_screening_with_a_sentence_and_it_goes_on_when_there_is_room(
    station: RunningStation, state: Path, password: str, at_once: bool
) -> None:
    set_password(state, PASSWORD)
    station.screening()
    full(station, state)
    status = login(station, password)
    within_s = BLIND_WITHIN_S + (0.0 if at_once else until_written_s())
    assert status >= HTTPStatus.BAD_REQUEST, "nobody gets in unrecorded"
    view = station.wait_for(lambda view: "audit trail" in view["failure"], within_s=within_s)
    assert (view["state"], view["reasons"]) == ("not_screening", ["configuration"])
    assert "Let the station's files grow" in view["failure"]
    assert view["visitors"] == []
    verify(state)
    assert "login_tried" not in kinds(state)
    resource.prlimit(station.process.pid, resource.RLIMIT_FSIZE, NO_LIMIT)
    view = station.screening()
    assert view["failure"] == ""
    station.wait_for(
        lambda view: (
            view["audit_head"] == verify(state).short_head and "process_lost" in kinds(state)
        ),
        within_s=WRITTEN_EVERY_S + BLIND_WITHIN_S,
    )
    assert kinds(state).count("login_tried") == (0 if at_once else 1), "what happened, and no more"


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
