"""A day of a station as its state folder sees it: everything that is ever written there."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from screening.result import Reason, Verdict
from service.ipc.settings import DecisionSettings, SettingsError, StationSettings
from service.ipc.view import ShownVisitor
from service.state.admin_password import AdminDoor, AdminError, set_password
from service.state.audit import AuditLog, verify
from service.state.audit_events import LoginTried, PasswordSet, StationStarted, StationStopped
from service.state.audit_trail import AuditError, read
from service.state.claim import claim_state
from service.state.recorder import Recorder
from service.state.settings import SettingsStore

PASSWORD = "correct horse"
MORNING = 1_767_258_000.0
BOX = (0.0, 0.0, 1.0, 1.0)


@dataclass
class Acknowledged:
    """What the folder has promised to keep, because a call returned."""

    heads: list[str] = field(default_factory=list)
    threshold_c: list[float] = field(default_factory=lambda: [37.5])  # the last one asked for, too
    password: bool = False
    counted: int = 0

    def copy(self) -> "Acknowledged":
        return Acknowledged(
            list(self.heads), list(self.threshold_c), password=self.password, counted=self.counted
        )


@dataclass
class Clock:
    now: float = MORNING

    def __call__(self) -> float:
        return self.now


def settings(threshold_c: float) -> StationSettings:
    return StationSettings(decision=DecisionSettings(threshold_c=threshold_c))


def live(folder: Path, done: Acknowledged, *, password: bool = True) -> None:
    """Live a day: a password is set, the station starts, is changed, screens, and stops."""
    clock = Clock()
    if password:
        AuditLog(folder, wall_clock=clock).append(PasswordSet())
        set_password(folder, PASSWORD)
        done.password = True
    lock = claim_state(folder)
    try:
        recorder = Recorder(folder, clock, clock=clock)
        store = SettingsStore(folder, StationSettings)
        door = AdminDoor(folder, clock=clock, wall_clock=clock)

        def keep(act: Callable[[], object]) -> None:
            act()
            assert not recorder.trouble
            done.heads.append(recorder.head)

        keep(lambda: recorder.note(StationStarted("0.1.0", "simulated", unsandboxed=False)))
        if password:
            session = door.login(PASSWORD).session
            assert session
            keep(lambda: recorder.write(LoginTried(granted=True)))
        for threshold_c in (37.6, 38.1):
            before = store.load()
            after = settings(threshold_c)
            done.threshold_c.append(threshold_c)
            keep(partial(recorder.settings_change, before.plain(), after.plain()))
            store.save(after)
            done.threshold_c = [threshold_c]
        for _ in range(2):
            recorder.departed(ShownVisitor(n, n % 64, Verdict.CLEAR) for n in range(20))
            clock.now += 3600.0
            recorder.tick()
            done.counted += 20
        keep(lambda: recorder.lost("worker", Reason.SENSOR_LOST))
        keep(lambda: recorder.note(StationStopped()))
        recorder.close()
    finally:
        os.close(lock)


def look(folder: Path) -> tuple[Recorder, str]:
    """Start a station on a folder; return its recorder and what it says is wrong, if anything."""
    clock = Clock(MORNING + 86400.0)
    lock = claim_state(folder)
    try:
        recorder = Recorder(folder, clock, clock=clock)
        deadline = time.monotonic() + 10.0
        recorder.tick()
        while recorder._unverified is not None:
            assert time.monotonic() < deadline
            recorder.tick()
        return recorder, recorder.trouble
    finally:
        os.close(lock)


def agree(folder: Path, trouble: str) -> None:
    """Check that `limen audit verify` says all is well exactly when the station does."""
    if trouble and "trail" not in trouble:
        trouble = ""
    said = ""
    try:
        verify(folder)
    except AuditError as error:
        said = str(error)
    assert bool(said) == bool(trouble), f"verify says {said!r}, the station {trouble!r}"


def kept(folder: Path, done: Acknowledged) -> None:
    """Check that a folder holds all that was acknowledged, and starts a station by itself."""
    recorder, trouble = look(folder)
    assert trouble == ""
    agree(folder, trouble)
    heads = [entry.short_head for entry in read(folder)]
    assert set(done.heads) <= set(heads)
    store = SettingsStore(folder, StationSettings)
    assert store.load().decision.threshold_c in done.threshold_c
    assert AdminDoor(folder, clock=Clock(), wall_clock=Clock()).password_set >= done.password
    assert sum(hour.screened or 0 for hour in recorder.hours()) >= done.counted


def told(folder: Path, *, login: bool = False) -> str:
    """Return what a station in this folder says is to be done, all of it; empty when nothing."""
    _, trouble = look(folder)
    agree(folder, trouble)
    sentences = [trouble]
    try:
        SettingsStore(folder, StationSettings).load()
    except SettingsError as error:
        sentences.append(str(error))
    try:
        door = AdminDoor(folder, clock=Clock(), wall_clock=Clock(MORNING + 86400.0))
        if door.password_set and login:
            door.login(PASSWORD)
    except AdminError as error:
        sentences.append(str(error))
    return " ".join(filter(None, sentences))
