"""What the supervisor keeps of a station's day: changes in the audit trail, visitors in sums.

The two never mix: the trail has no word for a visitor, the counters have no place for a name. An
event that keeps coming (a sensor with a loose plug) is written a few times an hour and then only
counted, so that the trail stays readable and the disk does not fill.

What somebody asks for is done after it is in the trail, or not at all (`write`). What has happened
cannot be refused: it waits until the disk takes it (`note`). What a process that sees pixels can
bring about is written seldom and late (`note_of_child`). While anything waits, or a file cannot be
written, or the trail does not verify, `trouble` says so and nothing is screened; it is tried again
every second, so that the station goes on by itself.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Literal

from device.info import SensorInfo
from hardware.errors import HardwareError
from hardware.register import documents
from screening.result import Reason, Verdict
from screening.settings import Settings
from service.ipc.view import HourCounts, ShownVisitor
from service.sandbox.report import LockReport
from service.state.audit import AuditLog
from service.state.audit_events import (
    By,
    ClockJumped,
    CountersDamaged,
    EntriesWithheld,
    Event,
    ProcessLocked,
    ProcessLost,
    ProcessNotLocked,
    SensorOpened,
    SettingChanged,
    Value,
    said,
)
from service.state.audit_trail import AuditError, Entry, read
from service.state.child_events import ChildEvents, OfChildren
from service.state.counters import Counted, Counters
from service.state.files import cause, require_room
from service.state.history import History

SAME_PER_HOUR = 20
_HOUR_S = 3600.0
_MOST_WAITING = 100  # what comes while more wait is only counted
_AGAIN_S = 1.0
_VERIFIED_FOR_S = 0.03  # of a turn, until the whole trail is read
_JUMP_S = 60.0


def boot_clock() -> float:
    """Return seconds that nobody can set, and that go on while the computer sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Recorder:
    """Writes the audit trail and the counters of one station.

    Parameters
    ----------
    folder
        State folder.
    wall_clock
        Seconds since the epoch, as far as this computer knows.
    own
        Folder of the institution's own register of hardware, if any.
    clock
        Seconds of a clock that is never set.

    Attributes
    ----------
    trouble
        Why nothing can be recorded, and what mends it; then nothing may be screened. Empty while
        all is well.
    head
        The audit trail's head as the screen shows it.
    history
        The latest entries of the trail.
    told
        Called with every event of a child when it is written: the log says no more than the trail.
    """

    def __init__(
        self,
        folder: Path,
        wall_clock: Callable[[], float],
        own: Path | None = None,
        clock: Callable[[], float] = boot_clock,
    ) -> None:
        self.trouble = ""
        self.head = ""
        self.told: Callable[[Event], None] = lambda _event: None
        self._folder = folder
        self._own = own
        self._wall_clock = wall_clock
        self._clock = clock
        self._audit: AuditLog | None = None
        self._unverified: Iterator[Entry] | None = None
        self._waiting: deque[Event] = deque()
        self._again_at = 0.0
        self._counters = Counters(folder, wall_clock=wall_clock, clock=clock)
        self._of_children = ChildEvents(clock())
        self._last: dict[str, Event] = {}  # by what, of which only news is written
        self._locks: dict[str, LockReport] = {}
        self.history = History()
        self._hour = -1
        self._written: Counter[str] = Counter()
        self._withheld: Counter[str] = Counter()
        self._ahead_s: float | None = None  # of a clock that is never set; None until the start
        with suppress(AuditError):
            self._settle()

    def write(self, event: Event) -> None:
        """Add an event to the trail before it happens, unless it has come too often this hour.

        Raises
        ------
        AuditError
            When the trail does not take it: then it must not happen.
        EventRefused
            When it says what the vocabulary has no words for.
        """
        admitted = self._admitted(event)
        self._settle()
        if admitted:
            self._append(event)

    def note(self, event: Event) -> None:
        """Add an event that has happened, now or as soon as the disk takes it.

        Raises
        ------
        EventRefused
            When it says what the vocabulary has no words for.
        """
        said(event)
        if self._admitted(event):
            self._waiting.append(event)
        with suppress(AuditError):
            self._settle()

    def note_of_child(self, event: OfChildren) -> None:
        """Note what a process that sees pixels brought about: seldom, and on the full ten seconds.

        Raises
        ------
        EventRefused
            When it says what the vocabulary has no words for.
        """
        said(event)
        self._write_of_children(self._of_children.due(self._clock()))
        self._of_children.add(event, self._clock())

    def _write_of_children(self, events: Iterable[Event]) -> None:
        for event in events:
            self.told(event)
            self._waiting.append(event)

    def tick(self) -> None:
        """Look whether all can be written, and verify the trail on; call it every now and then."""
        if self._audit is None and self._clock() < self._again_at:
            return
        self._look_at_clock()
        self._write_of_children(self._of_children.due(self._clock()))
        try:
            require_room(self._folder)
            self._tick_counters()
            self._settle()
            self._verify_on()
        except OSError as error:
            self._stop(f"The state folder {self._folder} cannot be written {cause(error)}")
        except AuditError as error:
            self._stop(str(error))

    def _tick_counters(self) -> None:
        try:
            if self._counters.tick():
                self.note(CountersDamaged())
        except OSError as error:
            raise AuditError(
                f"The counters in {self._folder} cannot be kept {cause(error)}"
            ) from error

    def close(self) -> None:
        """Write what is not written yet.

        Raises
        ------
        AuditError
            When something is lost because the disk does not take it.
        """
        self._write_of_children(self._of_children.rest())
        self._tell_withheld()
        self._settle()
        try:
            self._counters.write()
        except OSError as error:
            raise AuditError(
                f"The last counts in {self._folder} cannot be written {cause(error)}"
            ) from error

    def _settle(self) -> None:
        """Open the trail, and write what waits."""
        try:
            if self._audit is None:
                self._audit = AuditLog(self._folder, wall_clock=self._wall_clock)
                self._unverified = read(self._folder)
                self.head = self._audit.short_head
                self._look_at_last_time(self._audit)
            while self._waiting:
                self._append(self._waiting[0])
                self._waiting.popleft()
        except AuditError as error:
            self._stop(str(error))
            raise

    def _append(self, event: Event) -> None:
        if self._audit is None:
            raise AuditError(self.trouble)
        try:
            self._audit.append(event)
        except AuditError as error:
            self._stop(str(error))
            raise
        self.head = self._audit.short_head
        self.history.add(self._audit.number, self._audit.at, event)

    def _stop(self, trouble: str) -> None:
        """Keep why nothing can be recorded, until the trail was opened and read anew."""
        self.trouble = trouble
        self._audit = self._unverified = None
        self._again_at = self._clock() + _AGAIN_S

    def _verify_on(self) -> None:
        """Read on in the trail; the end of it is the end of any trouble."""
        until = time.perf_counter() + _VERIFIED_FOR_S
        while self._unverified is not None and time.perf_counter() < until:
            entry = next(self._unverified, None)
            if entry is None:
                self._unverified, self.trouble = None, ""
            else:
                self.history.add(entry.number, entry.at, entry.event)

    def _look_at_last_time(self, audit: AuditLog) -> None:
        """Note at the start that the clock is behind the last entry; once is enough."""
        if self._ahead_s is None:
            self._ahead_s = self._wall_clock() - self._clock()
            by_s = self._wall_clock() - audit.written_at
            if by_s < -_JUMP_S:
                self._waiting.append(ClockJumped(round(by_s)))

    def _look_at_clock(self) -> None:
        ahead_s = self._wall_clock() - self._clock()
        if self._ahead_s is not None and abs(by_s := ahead_s - self._ahead_s) > _JUMP_S:
            self._ahead_s = ahead_s
            self.note(ClockJumped(round(by_s)))

    def _admitted(self, event: Event) -> bool:
        """Count an event; False when it came too often, or too many wait."""
        hour = int(self._clock() // _HOUR_S)
        if hour != self._hour:
            self._hour = hour
            self._tell_withheld()
        self._written[event.kind] += 1
        admitted = self._written[event.kind] <= SAME_PER_HOUR and len(self._waiting) < _MOST_WAITING
        if not admitted:
            self._withheld[event.kind] += 1
        return admitted

    def _tell_withheld(self) -> None:
        self._waiting += [EntriesWithheld(kind, times) for kind, times in self._withheld.items()]
        self._written.clear()
        self._withheld.clear()

    # ---- what happens to the processes

    def sensor_opened(self, sensor: SensorInfo) -> None:
        """Note which sensor was opened, on what dossier; of its serial number only a digest."""
        try:
            dossier = documents.load(self._own).sha256(sensor.dossier)
        except HardwareError:  # whether it may be used at all was decided before it was opened
            dossier = None
        serial = sha256(sensor.serial.encode()).hexdigest()
        opened = SensorOpened(sensor.dossier, dossier, serial, sensor.simulated)
        if self._news("sensor", opened):
            self.note_of_child(opened)

    def _news(self, what: str, event: Event) -> bool:
        """Whether an event differs from the last one: a child that starts anew is no news."""
        before, self._last[what] = self._last.get(what), event
        return event != before

    def locked(self, process: Literal["worker", "web"], report: LockReport | None) -> None:
        """Note how a process is locked, or that it is not."""
        self._locks.pop(process, None)
        event: Event
        if report is None:
            event = ProcessNotLocked(process)
        else:
            self._locks[process] = report
            event = ProcessLocked(
                process,
                report.landlock_abi,
                report.filter_sha256,
                len(report.files_alone) + len(report.attacks),
                report.memory_locked,
            )
        if self._news(process, event):
            self.note(event)

    @property
    def locks(self) -> tuple[LockReport, ...]:
        """How the processes that run now are locked; one that is not is not in there."""
        return tuple(self._locks.values())

    def lost(self, process: Literal["worker", "web"], reason: Reason) -> None:
        """Note that a process ended that should not have."""
        self._locks.pop(process, None)
        self.note_of_child(ProcessLost(process, reason))

    # ---- what an admin changes

    def settings_change(self, before: Settings | None, after: Settings) -> None:
        """Write every setting that will differ, with both values, before the settings are saved.

        Raises
        ------
        AuditError
            When the trail does not take them all: then nothing may be changed.
        """
        made = changes(before, after)
        self._settle()
        for place, change in enumerate(made):
            try:
                self._append(change)  # never held back: each is one thing that somebody did
            except AuditError:
                self._take_back(made[:place])
                raise

    def settings_kept(self, before: Settings | None, after: Settings) -> None:
        """Note that a change that was written did not come to be."""
        self._take_back(changes(before, after))
        with suppress(AuditError):
            self._settle()

    def _take_back(self, made: list[SettingChanged]) -> None:
        self._waiting += [replace(one, before=one.after, after=one.before) for one in made]

    # ---- what visitors add up to

    def departed(self, visitors: Iterable[ShownVisitor]) -> None:
        """Count visitors whose screening has ended."""
        for visitor in visitors:
            self._counters.count(Counted.SCREENED)
            if visitor.verdict is Verdict.ELEVATED:
                self._counters.count(Counted.ELEVATED)
            elif visitor.verdict is not Verdict.CLEAR:
                self._counters.count(Counted.NO_RESULT, visitor.reasons)

    def count(self, words: Iterable[Counted]) -> None:
        """Count what was asked of visitors, and how that ended."""
        for word in words:
            self._counters.count(word)

    def total(self) -> Counter[str]:
        """Return the sums of all hours that are kept: the beginning or the end of a difference."""
        return self._counters.total()

    def hours(self) -> tuple[HourCounts, ...]:
        """Return the counts of the hours that are over."""
        return self._counters.hours()


def changes(before: Settings | None, after: Settings, by: By = "admin") -> list[SettingChanged]:
    """Return every setting that differs, by its dotted name, with both values."""
    old = dict(_leaves(before)) if before is not None else {}
    new = dict(_leaves(after))
    return [
        SettingChanged(name, old.get(name), new.get(name), by)
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _leaves(settings: object, path: str = "") -> Iterator[tuple[str, Value]]:
    """Yield every number, choice and switch of nested settings by its dotted name."""
    if is_dataclass(settings):
        for one in fields(settings):
            yield from _leaves(getattr(settings, one.name), f"{path}.{one.name}".lstrip("."))
    elif isinstance(settings, tuple):
        for place, inner in enumerate(settings):
            yield from _leaves(inner, f"{path}.{place}")
    elif isinstance(settings, Enum):
        yield path, str(settings.value)
    elif settings is None or isinstance(settings, bool | int | float):
        yield path, settings
    else:
        raise TypeError(f"{path} is a {type(settings).__name__}, which has no place in the trail")
