"""A disk that is full, fails, or may not be written stops screening, loses nothing, and goes on.

The limit on the size of files is the kernel's own (RLIMIT_FSIZE): it takes a part of a write, as
a full disk does. The small disks are real ones, where the tests may mount them.
"""

import errno
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest

from screening.result import Verdict
from screening.settings import Decision, Settings
from service.ipc.view import ShownVisitor
from service.state.audit import AuditLog, verify
from service.state.audit_events import (
    ClockJumped,
    EntriesWithheld,
    PasswordSet,
    ScenarioChosen,
    SettingChanged,
    TrailMended,
)
from service.state.audit_trail import TRAIL, AuditError, read
from service.state.recorder import Recorder
from tests.narrow import of
from tests.service.state.day import Clock

CALLS = ("open", "write", "pwrite", "fsync", "replace")


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: a write that would is cut there, the next one fails."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a disk of 256 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """Leave no byte on a disk; return what fills it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    assert os.statvfs(disk).f_bavail == 0
    return ballast


def settled(recorder: Recorder) -> str:
    """Let a recorder do all that it can; return what is wrong then."""
    recorder._again_at = 0.0
    recorder.tick()
    while recorder._unverified is not None:
        recorder.tick()
    return recorder.trouble


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def test_a_trail_that_may_not_grow_stays_whole_wherever_the_limit_is(state: Path) -> None:
    log = AuditLog(state)
    log.append(PasswordSet())
    size = (state / TRAIL).stat().st_size
    heads = [log.head]
    said: list[str] = []
    for room in range(0, 480, 16):
        before = (state / TRAIL).read_bytes()
        with files_of_at_most(len(before) + room):
            try:
                heads.append(log.append(PasswordSet()))
            except AuditError as error:
                said.append(str(error))
                assert (state / TRAIL).read_bytes() == before
        heads.append(log.append(PasswordSet()))
        assert verify(state, seen=tuple(heads)).head == heads[-1]
    assert len(said) > 10
    assert all("ulimit" in sentence for sentence in said)
    assert (state / TRAIL).stat().st_size > size


def test_a_first_line_that_does_not_fit_is_begun_again(state: Path) -> None:
    for room in (*range(0, 65, 8), 100, 300):
        with files_of_at_most(room), pytest.raises(AuditError, match="cannot be written"):
            AuditLog(state)
    AuditLog(state).append(PasswordSet())
    assert [entry.event.kind for entry in read(state)] == ["trail_started", "password_set"]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC, errno.EDQUOT, errno.EROFS])
@pytest.mark.parametrize("call", CALLS)
def test_an_error_at_any_call_loses_nothing_and_is_over_when_it_is_over(
    state: Path, clock: Clock, call: str, number: int
) -> None:
    real: Callable[..., object] = getattr(os, call)
    fired = 0
    for place in range(20):
        recorder = Recorder(state, clock, clock=clock)
        assert settled(recorder) == ""
        recorder.departed([ShownVisitor(1, 1, Verdict.CLEAR)])
        left = place

        def failing(*args: object, **kwargs: object) -> object:
            nonlocal left, fired
            if Path(str(args[0])).is_absolute() and str(state) not in str(args[0]):
                return real(*args, **kwargs)
            left -= 1
            if left < 0:
                fired += 1
                raise OSError(number, os.strerror(number))
            return real(*args, **kwargs)

        clock.now += 1000.0
        with patch.object(os, call, failing):
            recorder.note(ScenarioChosen(f"place-{place}"))
            recorder.tick()
        if left < 0:
            assert recorder.trouble, "it is said"
            assert os.strerror(number) in recorder.trouble
        assert settled(recorder) == ""
        told = [e.event.scenario for e in read(state) if isinstance(e.event, ScenarioChosen)]
        assert told[-1] == f"place-{place}"
        assert list(dict.fromkeys(told)) == [f"place-{n}" for n in range(place + 1)]
        verify(state, seen=(recorder.head,))
    assert fired


def test_a_half_written_line_that_cannot_be_cut_off_is_mended_when_it_can(
    state: Path, clock: Clock
) -> None:
    recorder = Recorder(state, clock, clock=clock)
    size = (state / TRAIL).stat().st_size

    def failing(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with files_of_at_most(size + 100), patch.object(os, "ftruncate", failing):
        recorder.note(PasswordSet())
    assert (state / TRAIL).stat().st_size == size + 100
    assert verify(state).number == 0, "the half line was never acknowledged"
    assert settled(recorder) == ""
    *_, mended, last = (entry.event for entry in read(state))
    assert (of(TrailMended, mended).bytes_cut, last) == (100, PasswordSet())


def test_a_full_disk_is_said_and_what_happened_meanwhile_is_written_when_there_is_room(
    small_disk: Path, clock: Clock
) -> None:
    recorder = Recorder(small_disk, clock, clock=clock)
    recorder.write(ScenarioChosen("before"))
    assert settled(recorder) == ""
    ballast = fill(small_disk)
    recorder.tick()
    assert "Make room on the disk." in recorder.trouble
    for _ in range(20):
        recorder.departed([ShownVisitor(1, 1, Verdict.CLEAR)])
    for number in range(300):  # more than the last page of the trail has room for
        recorder.note(ScenarioChosen(f"meanwhile-{number}"))
    with pytest.raises(AuditError, match="Make room"):
        recorder.write(ScenarioChosen("refused"))
    clock.now += 1000.0
    assert "Make room" in settled(recorder)
    verify(small_disk)
    ballast.unlink()
    assert settled(recorder) == ""
    told = [e.event for e in read(small_disk)]
    chosen = [event.scenario for event in told if isinstance(event, ScenarioChosen)]
    assert chosen[0] == "before"
    assert chosen[1:] == [f"meanwhile-{number}" for number in range(len(chosen) - 1)]
    assert "refused" not in chosen
    recorder.close()
    withheld = [e.event.times for e in read(small_disk) if isinstance(e.event, EntriesWithheld)]
    assert len(chosen) + sum(withheld) == 302, "each was written or counted"
    clock.now += 3600.0
    again = Recorder(small_disk, clock, clock=clock)
    settled(again)
    assert again.hours()[0].screened == 20


def test_a_disk_that_became_read_only_is_said_before_anything_is_to_be_written(
    small_disk: Path, clock: Clock
) -> None:
    recorder = Recorder(small_disk, clock, clock=clock)
    assert settled(recorder) == ""
    remount = ["mount", "-o", "remount,ro", str(small_disk)]
    subprocess.run(remount, check=True)
    recorder.tick()
    assert "can only be read" in recorder.trouble
    subprocess.run([*remount[:2], "remount,rw", str(small_disk)], check=True)
    assert settled(recorder) == ""


def test_a_disk_with_room_and_no_names_left_is_full(small_disk: Path, clock: Clock) -> None:
    recorder = Recorder(small_disk, clock, clock=clock)
    used = len(list(small_disk.iterdir())) + 1
    subprocess.run(["mount", "-o", f"remount,nr_inodes={used + 1}", str(small_disk)], check=True)
    recorder.tick()
    assert "Make room on the disk." in recorder.trouble


def test_a_change_of_settings_that_half_fits_is_taken_back(state: Path, clock: Clock) -> None:
    recorder = Recorder(state, clock, clock=clock)
    before = Settings()
    after = replace(before, references=(), decision=Decision(threshold_c=37.3))
    line = 480
    size = (state / TRAIL).stat().st_size
    with files_of_at_most(size + 2 * line), pytest.raises(AuditError):
        recorder.settings_change(before, after)
    assert settled(recorder) == ""
    changes = [e.event for e in read(state) if isinstance(e.event, SettingChanged)]
    assert len(changes) >= 2
    values: dict[str, object] = {}
    for change in changes:
        assert values.setdefault(change.setting, change.before) == change.before
        values[change.setting] = change.after
    assert all(values[one.setting] == one.before for one in changes[: len(changes) // 2])
    assert settled(recorder) == ""


def test_a_clock_that_is_set_or_was_behind_is_an_entry(state: Path, clock: Clock) -> None:
    wall = Clock()
    recorder = Recorder(state, wall, clock=clock)
    assert settled(recorder) == ""
    wall.now += 5.0
    recorder.tick()
    wall.now += 40 * 86400.0
    recorder.tick()
    wall.now = 0.0
    recorder.tick()
    again = Recorder(state, Clock(-1000.0), clock=clock)
    assert settled(again) == ""
    jumps = [e.event.by_s for e in read(state) if isinstance(e.event, ClockJumped)]
    assert jumps == [40 * 86400 + 5, round(-40 * 86400 - 5 - Clock().now), -1000]
    verify(state)
