"""The drift watch: means of hours and days, kept for two years, held against the acceptance.

Hours are kept for a week and days after that. Of visitors only the median of a whole day is kept,
and only of a day on which there were enough of them that it says nothing of anybody.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.ipc.calibration import DriftPoint, Span
from service.ipc.records import Instruments, SpotSeen
from service.state.acceptance import Baseline
from service.state.files import write_atomically

FILE = "drift.json"
HOURS_KEPT: Final = 7 * 24
DAYS_KEPT: Final = 2 * 366
SECONDS_NEEDED: Final = 60  # of an hour, to say anything about it
VISITORS_NEEDED: Final = 20  # of a day
MAX_VISITORS: Final = 5000
HOURS_JUDGED: Final = 24
HOURS_NEEDED: Final = 2
# What the last day may differ by from the day of the acceptance: from where it warns, and stops.
# Our own numbers: an offset is taken out by the reference, and a sensor whose offset has moved by a
# degree is not the one that was measured; noise counts as a ratio.
LIMITS: Final = {
    "offset_c": (0.6, 1.0),
    "noise_k": (0.5, 1.0),
    "median_c": (0.3, 0.5),
}
_Hour = Annotated[str, Field(pattern=r"^\d{4,5}-\d\d-\d\d(T\d\d)?$")]
_Value = Annotated[float, Field(ge=-100.0, le=100.0)] | None
STEPS: Final = {"offset_c": 0.01, "corrected_scene_c": 0.1, "noise_k": 0.001, "median_c": 0.1}


class _Point(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    hour: _Hour
    offset_c: _Value = None
    corrected_scene_c: _Value = None
    noise_k: _Value = None
    median_c: _Value = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: Literal[1] = 1
    hours: tuple[_Point, ...] = ()
    days: tuple[_Point, ...] = ()


@dataclass(slots=True)
class _Mean:
    """A mean that keeps no value: an hour of seconds would grow until it is over."""

    count: int = 0
    total: float = 0.0

    def add(self, value: float) -> None:
        self.count += 1
        self.total += value


def _means() -> dict[str, _Mean]:
    return {name: _Mean() for name in ("offset_c", "corrected_scene_c", "noise_k")}


class DriftWatch:
    """The history of one station.

    Parameters
    ----------
    folder
        State folder.
    wall_clock
        Seconds since the epoch, as far as this computer knows: it names the hours.
    """

    def __init__(self, folder: Path, wall_clock: Callable[[], float] = time.time) -> None:
        self._path = folder / FILE
        self._wall_clock = wall_clock
        self._hours: deque[_Point] = deque(maxlen=HOURS_KEPT)
        self._days: deque[_Point] = deque(maxlen=DAYS_KEPT)
        self._hour = self._now()
        self._means = _means()  # of this hour
        self._visitors: list[float] = []
        self._offset_c: float | None = None
        self._load()

    def _load(self) -> None:
        try:
            file = _File.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):  # damage costs the past, never the station
            return
        self._hours.extend(file.hours)
        self._days.extend(file.days)

    def _now(self) -> str:
        return time.strftime("%Y-%m-%dT%H", time.gmtime(self._wall_clock()))

    # ---- what is measured

    def instruments(self, instruments: Instruments) -> None:
        """Take the reference's offset, once a second."""
        self._offset_c = instruments.offset_c
        if instruments.offset_c is not None:
            self._means["offset_c"].add(instruments.offset_c)

    def spot(self, spot: SpotSeen) -> None:
        """Take the witness and the noise at the reference, once a second."""
        if spot.look or self._offset_c is None:
            return
        self._means["corrected_scene_c"].add(spot.scene_c + self._offset_c)
        self._means["noise_k"].add(spot.noise_k)

    def visitor(self, skin_c: float | None) -> None:
        """Take what a visitor read who has gone."""
        if skin_c is not None and len(self._visitors) < MAX_VISITORS:
            self._visitors.append(skin_c)

    def tick(self) -> bool:
        """Close an hour that is over; True when one was closed.

        Raises
        ------
        OSError
            When it cannot be written; the hour is kept in memory.
        """
        now = self._now()
        if now == self._hour:
            return False
        before, self._hour = self._hour, now
        point = self._point(before)
        new_day = before[:10] != now[:10]
        if point is not None:
            self._hours.append(point)
        if new_day:
            self._close_day(before[:10])
        self._means = _means()
        file = _File(hours=tuple(self._hours), days=tuple(self._days))
        write_atomically(self._path, file.model_dump_json(exclude_none=True).encode())
        return True

    def _point(self, hour: str) -> _Point | None:
        if self._means["offset_c"].count < SECONDS_NEEDED:
            return None
        means = {n: m.total / m.count for n, m in self._means.items() if m.count}
        return _Point(hour=hour, **{name: _kept(name, mean) for name, mean in means.items()})

    def _close_day(self, day: str) -> None:
        hours = [one for one in self._hours if one.hour.startswith(day)]
        enough = len(self._visitors) >= VISITORS_NEEDED
        typical = _kept("median_c", median(self._visitors)) if enough else None
        self._visitors.clear()
        if hours:
            self._days.append(
                _mean_of(day, hours).model_copy(update={"median_c": typical}),
            )

    # ---- what it says

    def points(self, span: Span) -> tuple[DriftPoint, ...]:
        """Return the history: hours of a day or two, days of a month, or of a year."""
        if span is Span.DAY:
            chosen = list(self._hours)[-48:]
        else:
            chosen = list(self._days)[-(31 if span is Span.MONTH else 366) :]
        return tuple(DriftPoint(**one.model_dump()) for one in chosen)

    def baseline(self) -> Baseline:
        """Return what is measured now, to hold the time to come against."""
        now = self._point(self._hour) or (self._hours[-1] if self._hours else None)
        typical = next((d.median_c for d in reversed(self._days) if d.median_c is not None), None)
        if now is None:
            return Baseline(median_c=typical)
        return Baseline(
            offset_c=now.offset_c,
            corrected_scene_c=now.corrected_scene_c,
            noise_k=now.noise_k,
            median_c=typical,
        )

    def against(self, baseline: Baseline) -> tuple[bool | None, tuple[str, ...]]:
        """Hold the last day against the day of the acceptance.

        Returns
        -------
        tuple
            None: all is well; False: something is near its limit; True: something is past it. And
            what it is.
        """
        hours = list(self._hours)[-HOURS_JUDGED:]
        if len(hours) < HOURS_NEEDED:
            return None, ()
        last = _mean_of("", hours, hour=hours[-1].hour)
        medians = [one.median_c for one in list(self._days)[-7:] if one.median_c is not None]
        found = {
            "offset_c": _change(last.offset_c, baseline.offset_c),
            "noise_k": _growth(last.noise_k, baseline.noise_k),
            "median_c": _change(median(medians) if medians else None, baseline.median_c),
        }
        past = [n for n, by in found.items() if by is not None and by > LIMITS[n][1]]
        near = [n for n, by in found.items() if by is not None and by > LIMITS[n][0]]
        if past:
            return True, tuple(past)
        return (False if near else None), tuple(near)


def _kept(name: str, value: float) -> float:
    step = STEPS[name]
    return round(round(value / step) * step, 3)


def _mean_of(day: str, hours: list[_Point], hour: str = "") -> _Point:
    means = {}
    for name in STEPS:
        values = [v for one in hours if (v := getattr(one, name)) is not None]
        means[name] = _kept(name, fmean(values)) if values else None
    return _Point(hour=hour or day, **means)


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else abs(now - before)


def _growth(now: float | None, before: float | None) -> float | None:
    return None if now is None or not before else now / before - 1.0
