"""The latest changes and troubles of a trail, also after a restart, each once."""

import time
from dataclasses import replace
from pathlib import Path

from screening.settings import Decision, Settings
from service.ipc.messages import MESSAGES
from service.ipc.replies import HistoryRead
from service.ipc.vocabulary import MAX_MESSAGE_BYTES
from service.state.audit_events import (
    AttestationIssued,
    LoginTried,
    PasswordSet,
    SettingChanged,
    StationStarted,
)
from service.state.history import KEPT, History
from service.state.recorder import Recorder

BEFORE = Settings()
AFTER = replace(BEFORE, decision=Decision(threshold_c=36.4))
AT = "2026-03-01T08:00:00Z"


def settled(folder: Path) -> Recorder:
    """Return a recorder that has read the whole trail."""
    recorder = Recorder(folder, time.time)
    for _ in range(100):
        recorder.tick()
    return recorder


def test_a_change_is_there_at_once_with_role_and_both_values(tmp_path: Path) -> None:
    recorder = settled(tmp_path)
    recorder.settings_change(BEFORE, AFTER)
    (change,) = recorder.history.changes()
    assert dict(change.fields) == {
        "setting": "decision.threshold_c",
        "before": 37.5,
        "after": 36.4,
        "by": "admin",
    }


def test_it_is_there_after_a_restart_and_only_once(tmp_path: Path) -> None:
    first = settled(tmp_path)
    first.write(PasswordSet("auditor", "admin"))
    first.settings_change(BEFORE, AFTER)
    again = settled(tmp_path)
    again.note(StationStarted("1.0", "simulated", unsandboxed=False))
    assert [change.kind for change in again.history.changes()] == [
        "setting_changed",
        "password_set",
    ]
    assert [trouble.kind for trouble in again.history.troubles()] == ["station_started"]


def test_changes_and_troubles_do_not_push_each_other_out() -> None:
    history = History()
    history.add(0, AT, PasswordSet())
    for number in range(1, 3 * KEPT):
        history.add(number, AT, LoginTried(granted=False))
    assert [change.number for change in history.changes()] == [0]
    troubles = history.troubles()
    assert len(troubles) == KEPT
    assert troubles[0].number == 3 * KEPT - 1


def test_all_that_is_kept_fits_into_one_message() -> None:
    history = History()
    for number in range(KEPT):
        history.add(number, AT, AttestationIssued("f" * 64))
        history.add(KEPT + number, AT, LoginTried(granted=False, role="auditor"))
    longest = SettingChanged("references.1.expanded_uncertainty_c", -999999.999, -999999.999)
    for number in range(2 * KEPT, 3 * KEPT):
        history.add(number, AT, longest)
    read = HistoryRead(1, history.changes(), history.troubles())
    assert len(MESSAGES.encode(read)) < MAX_MESSAGE_BYTES / 2
