"""The doctor's look at the station: its folder, its last days, and what it says itself."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from screening.result import Reason, State
from service.doctor import station
from service.doctor.finding import Level
from service.ipc.view import Repair, Severity
from service.state.admin_password import set_password
from service.state.audit import KEY, AuditLog
from service.state.audit_events import PasswordSet, ProcessLost
from service.state.audit_trail import TRAIL
from tests.service.stage import Stage, view

NIGHT = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    set_password(tmp_path, "correct horse")
    log = AuditLog(tmp_path, wall_clock=NIGHT.timestamp)
    log.append(PasswordSet())
    log.append(ProcessLost("worker", Reason.SENSOR_LOST))
    log.append(ProcessLost("worker", Reason.SENSOR_LOST))
    return tmp_path


def bad(state: Path) -> dict[str, str]:
    """Return what is not well in a state folder, with its remedy."""
    return {one.name: one.remedy for one in station.kept(state) if one.level is not Level.OK}


def test_a_whole_folder_is_well(state: Path) -> None:
    assert bad(state) == {}


def test_a_folder_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    (finding,) = station.kept(tmp_path / "none")
    assert finding.level is Level.OK


def test_damaged_settings_a_changed_trail_and_a_missing_password_each_have_a_row(
    state: Path,
) -> None:
    (state / "settings.json").write_text("damaged")
    assert set(bad(state)) == {"settings"}
    (state / TRAIL).write_bytes((state / TRAIL).read_bytes().replace(b"password_set", b"password"))
    assert set(bad(state)) == {"settings", "audit trail"}
    (state / "admin.json").unlink()
    assert bad(state)["password"].endswith(f"limen admin password --state {state}")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_that_root_left_behind_is_named_with_what_mends_it(state: Path) -> None:
    os.chown(state / KEY, 54321, 54321)
    assert bad(state) == {"owner": f"sudo chown -R --reference={state} {state}"}


def test_a_fault_of_the_night_is_there_in_the_morning_and_gone_after_days(state: Path) -> None:
    (row,) = station.happened(state, NIGHT + timedelta(hours=5))
    assert row.level is Level.WARN
    assert "2 times, last at 2026-03-01T03:00:00Z" in row.sentence
    assert "(worker: sensor lost)" in row.sentence
    (row,) = station.happened(state, NIGHT + timedelta(days=station.DAYS, hours=1))
    assert row.level is Level.OK


def test_the_running_station_is_asked_for_its_faults() -> None:
    stage = Stage()
    try:
        rows = (
            Repair("sensor_lost", Severity.STOPS, 10**9),
            Repair("slow", Severity.WEAKENS, 10**9),
            Repair("ffc", Severity.STOPS, 10**9, 10**9 + 5),
        )
        stage.show(view(State.READY, repairs=rows))
        stage.reset()
        stage.show(view(State.READY, repairs=rows))
        found = wait_for_rows(stage)
    finally:
        stage.close()
    assert found == {"sensor_lost": Level.FAIL, "slow": Level.WARN}


def wait_for_rows(stage: Stage) -> dict[str, Level]:
    """Return the faults that the doctor hears of, as soon as it hears of any."""
    for _ in range(100):
        found = station.says(stage.authority, lambda code: (code, f"mend {code}"))
        named: dict[str, Level] = {
            one.name: one.level for one in found if one.level is not Level.OK
        }
        if named:
            return named
    raise TimeoutError("the station names no fault")


def test_where_no_station_answers_the_doctor_says_how_to_ask_an_installed_one() -> None:
    (finding,) = station.says("127.0.0.1:1", lambda code: (code, ""))
    assert finding.level is Level.OK
    assert "nsenter" in finding.remedy
