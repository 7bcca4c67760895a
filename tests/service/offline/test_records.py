"""An admin sees how the processes are locked and the sums per hour; nobody else does."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Literal, cast

import pytest

from screening.result import Reason
from service.ipc.messages import MESSAGES
from service.ipc.replies import LoggedIn, RecordsRead, Refused, Why
from service.ipc.requests import Login, ReadRecords
from service.ipc.settings import StationSettings
from service.ipc.vocabulary import MAX_MESSAGE_BYTES
from service.sandbox.__main__ import REPORT
from service.sandbox.report import LockReport
from service.state.admin_password import AdminDoor, set_password
from service.state.counters import Counted
from service.state.recorder import Recorder
from service.state.settings import SettingsStore
from service.supervisor.guard_view import GuardView
from service.supervisor.non_uniformity import NonUniformityLearning
from service.supervisor.requests import HOURS_SHOWN, Actions, Requests
from service.web.admin import records_of
from tests.narrow import of

PASSWORD = "correct horse"


Reports = dict[Literal["worker", "web"], LockReport]


@pytest.fixture(scope="module")
def reports() -> Reports:
    """Return real lock reports of both processes."""
    return {
        process: REPORT.validate_json(
            subprocess.run(
                [sys.executable, "-m", "service.sandbox", process],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
            ).stdout
        )
        for process in ("worker", "web")
    }


@pytest.fixture
def recorder(tmp_path: Path) -> Recorder:
    return Recorder(tmp_path, time.time)


@pytest.fixture
def requests(tmp_path: Path, recorder: Recorder) -> Requests:
    set_password(tmp_path, PASSWORD)
    door = AdminDoor(tmp_path, clock=time.monotonic, wall_clock=time.time)
    store = SettingsStore(tmp_path, StationSettings)
    return Requests(
        GuardView(), store, door, cast("Actions", None), recorder, NonUniformityLearning()
    )


def asked(requests: Requests) -> RecordsRead:
    session = of(LoggedIn, requests.answer(Login(1, PASSWORD))).session
    return of(RecordsRead, requests.answer(ReadRecords(2, session)))


def test_without_a_session_nothing_is_told(
    requests: Requests, recorder: Recorder, reports: Reports
) -> None:
    recorder.locked("worker", reports["worker"])
    answer = of(Refused, requests.answer(ReadRecords(1, "made up")))
    assert answer == Refused(1, Why.NO_SESSION, answer.sentence)


def test_the_locks_are_told_attack_by_attack(
    requests: Requests, recorder: Recorder, reports: Reports
) -> None:
    for process, report in reports.items():
        recorder.locked(process, report)
    records = records_of(asked(requests))
    assert {lock.process: lock.attacks - lock.denied for lock in records.locks} == {
        "worker": 0,
        "web": 0,
    }
    assert len(records.attacks) >= 100
    assert all(attack.worker and attack.web for attack in records.attacks)


@pytest.mark.parametrize("how", ["ended", "unlocked"])
def test_a_process_that_is_not_locked_has_no_lock_to_show(
    requests: Requests, recorder: Recorder, reports: Reports, how: str
) -> None:
    recorder.locked("worker", reports["worker"])
    if how == "ended":
        recorder.lost("worker", Reason.SENSOR_LOST)
    else:
        recorder.locked("worker", None)
    assert records_of(asked(requests)).locks == ()


def test_all_that_can_be_told_fits_into_one_message(
    requests: Requests, recorder: Recorder, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    for process, report in reports.items():
        recorder.locked(process, report)
    now = [1_767_258_000.0]
    monkeypatch.setattr(recorder._counters, "_wall_clock", lambda: now[0])
    for _ in range(HOURS_SHOWN + 5):
        for _ in range(9):
            recorder._counters.count(Counted.SCREENED)
            recorder._counters.count(Counted.NO_RESULT, tuple(Reason))
        now[0] += 3600.0
    answer = asked(requests)
    assert len(answer.hours) == HOURS_SHOWN
    assert len(MESSAGES.encode(answer)) < MAX_MESSAGE_BYTES
