"""How many, never who: sums per hour, small numbers hidden, everything erased after a set time.

Counts of the running hour stay in memory and are written seldom, so that neither the file nor the
time of its last change says when somebody passed. Nothing is shown of an hour before it is over,
and a count of one to four is shown as `FEW`: a guard who knows the one visitor of a quiet hour
learns nothing about them.
"""

import json
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from screening.result import Reason
from service.ipc.messages import HourCounts
from service.state.files import write_atomically

FILE = "counters.json"
SMALLEST_SHOWN = 5
KEPT_HOURS = 30 * 24
_WRITTEN_EVERY_S = 15 * 60.0
FEW = None


class Counted(StrEnum):
    """What is counted."""

    SCREENED = "screened"  # visitors whose screening ended, with whatever result
    ELEVATED = "elevated"
    CONFIRMED = "confirmed"  # by the second check
    NOT_CONFIRMED = "not_confirmed"
    DECLINED = "declined"
    NO_RESULT = "no_result"


_HOURS: TypeAdapter[dict[str, dict[str, int]]] = TypeAdapter(dict[str, dict[str, int]])


class Counters:
    """The counts of one station.

    Parameters
    ----------
    folder
        State folder.
    kept_hours
        After how many hours an hour is erased.
    wall_clock
        Seconds since the epoch.
    """

    def __init__(
        self,
        folder: Path,
        *,
        kept_hours: int = KEPT_HOURS,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = folder / FILE
        self._kept_hours = kept_hours
        self._wall_clock = wall_clock
        self._hours = self._load()
        self._written_at = wall_clock()
        self._changed = False
        self.erase_old()

    def _load(self) -> dict[str, Counter[str]]:
        try:
            stored = _HOURS.validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return {}  # counts are nice to have: a damaged file costs the past, never the station
        return {hour: Counter(counts) for hour, counts in stored.items()}

    def count(self, what: Counted, because: tuple[Reason, ...] = ()) -> None:
        """Count one; `because` are the reasons why there was no result."""
        counts = self._hours.setdefault(self._hour(), Counter())
        counts[what] += 1
        for reason in because:
            counts[f"{what}:{reason}"] += 1
        self._changed = True

    def tick(self) -> None:
        """Write and erase when it is time to; call it every now and then."""
        if abs(self._wall_clock() - self._written_at) >= _WRITTEN_EVERY_S:
            self.write()

    def write(self) -> None:
        """Erase what is old and write what has changed; call it at the end, too."""
        self._written_at = self._wall_clock()
        self.erase_old()
        if self._changed:
            write_atomically(self._path, json.dumps(self._hours).encode())
            self._changed = False

    def erase_old(self) -> None:
        """Erase the hours whose time is over, and those that the clock says are yet to come."""
        now = self._wall_clock()
        oldest, newest = self._hour(now - self._kept_hours * 3600), self._hour(now)
        for hour in [hour for hour in self._hours if not oldest < hour <= newest]:
            del self._hours[hour]
            self._changed = True

    def hours(self) -> tuple[HourCounts, ...]:
        """Return the hours that are over, the latest first, with small numbers hidden."""
        now = self._hour()
        return tuple(
            _shown(hour, self._hours[hour])
            for hour in sorted(self._hours, reverse=True)
            if hour < now
        )

    def _hour(self, at: float | None = None) -> str:
        return time.strftime("%Y-%m-%dT%H", time.gmtime(self._wall_clock() if at is None else at))


def _shown(hour: str, counts: Counter[str]) -> HourCounts:
    def show(what: str) -> int | None:
        # With fewer than five visitors nothing about the hour is shown, zeros neither.
        few = counts[Counted.SCREENED] < SMALLEST_SHOWN or 0 < counts[what] < SMALLEST_SHOWN
        return FEW if few else counts[what]

    reasons = sorted(key.partition(":")[2] for key in counts if ":" in key)
    return HourCounts(
        hour,
        screened=show(Counted.SCREENED),
        elevated=show(Counted.ELEVATED),
        confirmed=show(Counted.CONFIRMED),
        not_confirmed=show(Counted.NOT_CONFIRMED),
        declined=show(Counted.DECLINED),
        no_result=show(Counted.NO_RESULT),
        no_result_because=tuple((Reason(r), show(f"{Counted.NO_RESULT}:{r}")) for r in reasons),
    )
