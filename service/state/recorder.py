"""What the supervisor keeps of a station's day: changes in the audit trail, visitors in sums.

The two never mix: the trail has no word for a visitor, the counters have no place for a name. An
event that keeps coming (a sensor with a loose plug) is written a few times an hour and then only
counted, so that the trail stays readable and the disk does not fill.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Literal

from device.info import SensorInfo
from hardware.errors import HardwareError
from hardware.register import documents
from screening.result import Reason, Verdict, Visitor
from screening.settings import Settings
from service.ipc.messages import HourCounts
from service.sandbox import LockReport
from service.state.audit import AuditLog
from service.state.audit_events import (
    EntriesWithheld,
    Event,
    ProcessLocked,
    ProcessLost,
    ProcessNotLocked,
    SensorOpened,
    SettingChanged,
    Value,
)
from service.state.counters import Counted, Counters

_SAME_PER_HOUR = 20
_HOUR_S = 3600.0


class Recorder:
    """Writes the audit trail and the counters of one station.

    Parameters
    ----------
    folder
        State folder.
    wall_clock
        Seconds since the epoch.
    own
        Folder of the institution's own register of hardware, if any.

    Raises
    ------
    AuditError
        When the trail cannot be continued: then the station must not screen.
    """

    def __init__(
        self, folder: Path, wall_clock: Callable[[], float], own: Path | None = None
    ) -> None:
        self._own = own
        self._audit = AuditLog(folder, wall_clock=wall_clock)
        self._counters = Counters(folder, wall_clock=wall_clock)
        self._wall_clock = wall_clock
        self._locks: dict[str, LockReport] = {}
        self._hour = -1
        self._written: Counter[str] = Counter()

    @property
    def head(self) -> str:
        """The audit trail's head as the screen shows it."""
        return self._audit.short_head

    def write(self, event: Event) -> None:
        """Add an event to the trail, unless it has come too often this hour."""
        hour = int(self._wall_clock() // _HOUR_S)
        if hour != self._hour:
            withheld = {kind: n - _SAME_PER_HOUR for kind, n in self._written.items()}
            self._hour, self._written = hour, Counter()
            for kind, times in withheld.items():
                if times > 0:
                    self._audit.append(EntriesWithheld(kind, times))
        self._written[event.kind] += 1
        if self._written[event.kind] <= _SAME_PER_HOUR:
            self._audit.append(event)

    # ---- what happens to the processes

    def sensor_opened(self, sensor: SensorInfo) -> None:
        """Note which sensor was opened, on what dossier; of its serial number only a digest."""
        try:
            dossier = documents.load(self._own).sha256(sensor.dossier)
        except HardwareError:  # whether it may be used at all was decided before it was opened
            dossier = None
        serial = sha256(sensor.serial.encode()).hexdigest()
        self.write(SensorOpened(sensor.dossier, dossier, serial, sensor.simulated))

    def locked(self, process: Literal["worker", "web"], report: LockReport | None) -> None:
        """Note how a process is locked, or that it is not."""
        self._locks.pop(process, None)
        if report is None:
            self.write(ProcessNotLocked(process))
        else:
            self._locks[process] = report
            self.write(
                ProcessLocked(
                    process,
                    report.landlock_abi,
                    report.filter_sha256,
                    len(report.files_alone) + len(report.attacks),
                    report.memory_locked,
                )
            )

    @property
    def locks(self) -> tuple[LockReport, ...]:
        """How the processes that run now are locked; one that is not is not in there."""
        return tuple(self._locks.values())

    def lost(self, process: Literal["worker", "web"], reason: Reason) -> None:
        """Note that a process ended that should not have."""
        self._locks.pop(process, None)
        self.write(ProcessLost(process, reason))

    # ---- what an admin changes

    def settings_changed(self, before: Settings | None, after: Settings) -> None:
        """Note every setting that differs, with both values."""
        old = dict(_leaves(before)) if before is not None else {}
        new = dict(_leaves(after))
        for name in sorted(old.keys() | new.keys()):
            if old.get(name) != new.get(name):
                # Settings are never held back: each is one thing that somebody did.
                self._audit.append(SettingChanged(name, old.get(name), new.get(name)))

    # ---- what visitors add up to

    def departed(self, visitors: Iterable[Visitor]) -> None:
        """Count visitors whose screening has ended."""
        for visitor in visitors:
            self._counters.count(Counted.SCREENED)
            if visitor.verdict is Verdict.ELEVATED:
                self._counters.count(Counted.ELEVATED)
            elif visitor.verdict is not Verdict.CLEAR:
                self._counters.count(Counted.NO_RESULT, visitor.reasons)

    def second_check(self, outcome: Literal["confirmed", "not_confirmed", "declined"]) -> None:
        """Count how a second check ended."""
        self._counters.count(Counted(outcome))

    def hours(self) -> tuple[HourCounts, ...]:
        """Return the counts of the hours that are over."""
        return self._counters.hours()

    def tick(self) -> None:
        """Let the counters write and erase when it is time to."""
        self._counters.tick()

    def close(self) -> None:
        """Write what is not written yet."""
        self._counters.write()


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
