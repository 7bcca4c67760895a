"""How many, never who: sums per hour, small numbers hidden, everything erased after a set time.

Counts of the running hour stay in memory and are written seldom, so that neither the file nor the
time of its last change says when somebody passed. Nothing is shown of an hour before it is over,
and a count of one to four is shown as `FEW`: a guard who knows the one visitor of a quiet hour
learns nothing about them.

The clock only names the hours. They are kept in the order in which they were lived and erased by
the number of days after them on which the station ran, so that a clock in 1970, or forty days
ahead, erases nothing.
"""

import json
import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from screening.result import REASONS_OF_VISITORS, Reason
from service.ipc.view import KEPT_DAYS, HourCounts
from service.state.files import write_atomically

FILE = "counters.json"
SMALLEST_SHOWN = 5
MAX_PER_HOUR = 2047  # of anything: more people than can stand before one camera
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
    AGAIN = "again"  # asked to be measured again
    THERMOMETER = "thermometer"  # not clear in the end: use the clinical thermometer
    CLEARED = "cleared"  # measured again, and clear


_Hour = Annotated[str, Field(pattern=r"^\d{4,5}-\d\d-\d\dT\d\d$")]
# What is counted has the words of this version, or of another: those are carried, and not shown.
_Word = Annotated[str, Field(pattern=r"^[a-z_]{1,40}(:[a-z_]{1,40})?$")]
_Count = Annotated[int, Field(ge=0, lt=2**31)]
_HOURS: TypeAdapter[dict[str, dict[str, int]]] = TypeAdapter(dict[_Hour, dict[_Word, _Count]])


class Counters:
    """The counts of one station.

    Parameters
    ----------
    folder
        State folder.
    kept_days
        On how many days the station has run when a day is erased.
    wall_clock
        Seconds since the epoch, as far as this computer knows.
    clock
        Seconds of a clock that is never set.
    """

    def __init__(
        self,
        folder: Path,
        *,
        kept_days: int = KEPT_DAYS,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = folder / FILE
        self._kept_days = kept_days
        self._wall_clock = wall_clock
        self._clock = clock
        self._hours: dict[str, Counter[str]] = {}
        self._read = False
        self._written_at = clock()

    def count(self, what: Counted, because: tuple[Reason, ...] = ()) -> None:
        """Count one; `because` are the reasons why there was no result."""
        counts = self._now()
        for word in (
            what,
            *(f"{what}:{reason}" for reason in because if reason in REASONS_OF_VISITORS),
        ):
            counts[word] = min(counts[word] + 1, MAX_PER_HOUR)

    def tick(self) -> bool:
        """Read once, write when it is time to; return whether what was read was damaged.

        Raises
        ------
        OSError
            When the file cannot be read or written: what was counted is kept in memory.
        """
        damaged = self._load() if not self._read else False
        if self._clock() - self._written_at >= _WRITTEN_EVERY_S:
            self.write()
        return damaged

    def write(self) -> None:
        """Erase what is old and write; call it at the end, too.

        Raises
        ------
        OSError
            When the file cannot be read or written: what was counted is kept in memory.
        """
        if not self._read:
            self._load()
        self._now()  # a day without visitors is a day, too
        days = dict.fromkeys(_day(hour) for hour in reversed(self._hours))
        kept = set(list(days)[: self._kept_days])
        self._hours = {hour: n for hour, n in self._hours.items() if _day(hour) in kept}
        write_atomically(self._path, json.dumps(self._hours).encode())
        self._written_at = self._clock()

    def total(self) -> Counter[str]:
        """Return the sums of all hours that are kept, the running one too: for differences."""
        return sum(self._hours.values(), Counter())

    def hours(self) -> tuple[HourCounts, ...]:
        """Return the hours that are over, the latest first, with small numbers hidden."""
        now = self._hour()
        lived = reversed(self._hours.items())
        return tuple(_shown(hour, counts) for hour, counts in lived if hour != now and counts)

    def _load(self) -> bool:
        """Put what was saved before what was counted since; return whether it was damaged."""
        damaged = False
        try:
            stored = _HOURS.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            stored = {}
        except ValidationError:
            stored, damaged = {}, True  # damage costs the past, never the station
        self._read = True
        since, self._hours = self._hours, {hour: Counter(n) for hour, n in stored.items()}
        for hour, counts in since.items():
            self._hours[hour] = self._hours.pop(hour, Counter()) + counts
        return damaged

    def _now(self) -> Counter[str]:
        """Return the counts of this hour, which is the last one lived, whatever its name."""
        hour = self._hour()
        counts = self._hours[hour] = self._hours.pop(hour, Counter())
        return counts

    def _hour(self) -> str:
        return time.strftime("%Y-%m-%dT%H", time.gmtime(self._wall_clock()))


def _day(hour: str) -> str:
    return hour.partition("T")[0]


def _shown(hour: str, counts: Counter[str]) -> HourCounts:
    def show(what: str) -> int | None:
        # With fewer than five visitors nothing about the hour is shown, zeros neither.
        few = counts[Counted.SCREENED] < SMALLEST_SHOWN or 0 < counts[what] < SMALLEST_SHOWN
        return FEW if few else counts[what]

    no_result = {reason: f"{Counted.NO_RESULT}:{reason}" for reason in sorted(Reason)}
    return HourCounts(
        hour,
        screened=show(Counted.SCREENED),
        elevated=show(Counted.ELEVATED),
        confirmed=show(Counted.CONFIRMED),
        not_confirmed=show(Counted.NOT_CONFIRMED),
        declined=show(Counted.DECLINED),
        no_result=show(Counted.NO_RESULT),
        again=show(Counted.AGAIN),
        thermometer=show(Counted.THERMOMETER),
        cleared=show(Counted.CLEARED),
        no_result_because=tuple((r, show(word)) for r, word in no_result.items() if word in counts),
    )
