"""The supervisor's record: changes in the trail, visitors in sums, and never the other way."""

from dataclasses import replace
from pathlib import Path

import pytest

from device.info import SensorInfo
from hardware.register import documents
from screening.result import Reason, Verdict
from screening.settings import Decision, Settings
from service.ipc.view import ShownVisitor
from service.state.audit import verify
from service.state.audit_events import ClockJumped, EntriesWithheld, SensorOpened, SettingChanged
from service.state.audit_trail import TRAIL, read
from service.state.counters import Counted
from service.state.recorder import Recorder
from tests.narrow import of


class Clock:
    now = 1_767_258_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recorder(tmp_path: Path, clock: Clock) -> Recorder:
    return Recorder(tmp_path, clock, clock=clock)


def told(folder: Path) -> list[str]:
    return [entry.event.kind for entry in read(folder)]


def test_every_setting_that_changed_is_noted_with_both_values(
    recorder: Recorder, tmp_path: Path
) -> None:
    before = Settings()
    after = replace(
        before, references=(), decision=Decision(threshold_c=37.3, guard_k=before.decision.guard_k)
    )
    recorder.settings_change(before, after)
    events = [of(SettingChanged, entry.event) for entry in list(read(tmp_path))[1:]]
    changes = {event.setting: (event.before, event.after) for event in events}
    assert changes["decision.threshold_c"] == (37.5, 37.3)
    assert changes["references.0.temp_c"] == (36.0, None)
    assert set(changes) == {
        "decision.threshold_c",
        "references.0.temp_c",
        "references.0.emissivity",
        "references.0.expanded_uncertainty_c",
    }


def test_a_serial_number_is_not_in_the_trail(recorder: Recorder, tmp_path: Path) -> None:
    recorder.sensor_opened(
        SensorInfo(
            dossier="boson-plus-640",
            model="Boson+",
            serial="SN-1234567",
            firmware="4.0",
            width=640,
            height=512,
            frame_rate_hz=30.0,
            hfov_deg=50.0,
            netd_k=0.02,
            simulated=False,
        )
    )
    recorder.close()
    assert b"1234567" not in (tmp_path / TRAIL).read_bytes()
    *_, last = list(read(tmp_path))
    assert of(SensorOpened, last.event).dossier_sha256 == documents.load().sha256("boson-plus-640")


def test_visitors_are_counted_and_leave_no_trace_in_the_trail(
    recorder: Recorder, tmp_path: Path, clock: Clock
) -> None:
    head = recorder.head
    verdicts = [Verdict.CLEAR] * 40 + [Verdict.ELEVATED] * 6 + [Verdict.NO_RESULT, None] * 4
    for number, verdict in enumerate(verdicts):
        recorder.departed([ShownVisitor(number, number % 64, verdict, (Reason.GLASSES,))])
    for _ in range(5):
        recorder.count([Counted.CONFIRMED, Counted.AGAIN])
    assert recorder.head == head
    clock.now += 3600.0
    (hour,) = recorder.hours()
    assert (hour.screened, hour.elevated, hour.no_result, hour.confirmed) == (54, 6, 8, 5)
    assert (hour.again, hour.thermometer) == (5, 0)
    assert dict(hour.no_result_because) == {Reason.GLASSES: 8}


def test_what_keeps_happening_is_counted_instead_of_written(
    recorder: Recorder, tmp_path: Path, clock: Clock
) -> None:
    for _ in range(500):
        recorder.note(ClockJumped(3600))
        clock.now += 2.0
    assert told(tmp_path).count("clock_jumped") == 20
    clock.now += 3600.0
    recorder.note(ClockJumped(60))
    *_, withheld, last = list(read(tmp_path))
    assert withheld.event == EntriesWithheld("clock_jumped", 480)
    assert last.event == ClockJumped(60)
    verify(tmp_path)
