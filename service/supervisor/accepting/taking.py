"""How numbers that come every second become the series of a chapter. Pure: numbers and times in."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from service.acceptance.chapters import PROCEDURE
from service.acceptance.series import (
    Accuracy,
    AtPlace,
    Measured,
    NotFunctioning,
    Resolution,
    SetPoint,
    Stability,
    Uniformity,
    WarmUp,
)
from service.acceptance.words import Chapter
from service.ipc.calibration import READING_EVERY_S, READINGS_PER_ACT, Doing, Ticks
from service.ipc.records import SpotSeen

NOISES: Final = 30  # seconds of noise
MAX_VALUES: Final = 720  # of a long series: two hours
MAX_POINTS: Final = 60  # set points, and visits to places
LONG: Final = frozenset({Chapter.WARM_UP, Chapter.STABILITY})
TAKEN: Final = LONG | {Chapter.UNIFORMITY, Chapter.RESOLUTION, Chapter.ACCURACY}


@dataclass(frozen=True, slots=True)
class Second:
    """What came in one second of the chapter that runs."""

    spot: SpotSeen
    offset_c: float | None


class Taking:
    """One run of one chapter: seconds go in, whole values go into what was measured.

    Parameters
    ----------
    doing
        What the admin asked for.
    start_s
        At which time of the chapter's own clock this run begins.
    held_offset_c
        The reference's offset at the beginning of the chapter, where the correction is held.
    """

    def __init__(self, doing: Doing, start_s: float, held_offset_c: float | None) -> None:
        self.doing = doing
        self._held_c = held_offset_c
        self._seconds: list[Second] = []
        self._next_s = start_s
        self.count = 0

    def second(
        self, second: Second, at_s: float, measured: Measured, ticks: Ticks
    ) -> Measured | None:
        """Take a second; return what was measured when something whole was added, else None.

        Parameters
        ----------
        at_s
            On the chapter's own clock.
        """
        self._seconds.append(second)
        chapter = self.doing.chapter
        if chapter in LONG:
            if at_s < self._next_s:
                return None
            self._next_s = at_s + READING_EVERY_S
            seconds, self._seconds = self._seconds, []
            return _longer(measured, chapter, seconds, at_s, self._held_c)
        self.count += 1
        if chapter is Chapter.RESOLUTION:
            return _noisier(measured, second) if self.count <= NOISES else None
        if self.count < READINGS_PER_ACT:
            return None
        shown = [one.spot.surface_c for one in self._seconds]
        self._seconds = []
        whole = tuple(round(value, 3) for value in shown if value is not None)
        if chapter is Chapter.UNIFORMITY:
            return _another_place(measured, self.doing, whole)
        return _another_point(measured, self.doing, whole, ticks)

    @property
    def over(self) -> bool:
        """Whether this run has all that it was begun for."""
        if self.doing.chapter in LONG:
            return False
        return self.count >= (
            NOISES if self.doing.chapter is Chapter.RESOLUTION else READINGS_PER_ACT
        )


def _longer(
    measured: Measured,
    chapter: Chapter,
    seconds: Sequence[Second],
    at_s: float,
    held_c: float | None,
) -> Measured | None:
    at = round(at_s, 1)
    if chapter is Chapter.WARM_UP:
        own = [-one.offset_c for one in seconds if one.offset_c is not None]
        before = measured.warm_up or WarmUp((), ())
        if not own or len(before.times_s) >= MAX_VALUES:
            return None
        longer = WarmUp((*before.times_s, at), (*before.own_c, round(fmean(own), 3)))
        return replace(measured, warm_up=longer)
    if held_c is None:
        shown = [one.spot.surface_c for one in seconds if one.spot.surface_c is not None]
    else:
        shown = [one.spot.raw_c + held_c for one in seconds]
    steady = measured.stability or Stability((), (), held=held_c is not None)
    if not shown or len(steady.times_s) >= MAX_VALUES:
        return None
    value = round(fmean(shown), 3)
    longest = replace(steady, times_s=(*steady.times_s, at), shown_c=(*steady.shown_c, value))
    return replace(measured, stability=longest)


def _noisier(measured: Measured, second: Second) -> Measured:
    spot = second.spot
    before = measured.resolution or Resolution()
    noises = (*before.netd_k, spot.noise_k)[-NOISES:]
    return replace(
        measured,
        resolution=replace(before, netd_k=noises, footprint_share=spot.footprint_share),
    )


def _another_place(measured: Measured, doing: Doing, shown: tuple[float, ...]) -> Measured | None:
    before = () if measured.uniformity is None else measured.uniformity.places
    if doing.place is None or doing.at is None or not shown or len(before) >= MAX_POINTS:
        return None
    at = AtPlace(doing.place, doing.at[0], doing.at[1], shown)
    return replace(measured, uniformity=Uniformity((*before, at)))


def _another_point(
    measured: Measured, doing: Doing, shown: tuple[float, ...], ticks: Ticks
) -> Measured | None:
    before = measured.accuracy or Accuracy(())
    if doing.set_c is None or not shown or len(before.points) >= MAX_POINTS:
        return None
    point = SetPoint(doing.set_c, ticks.target_expanded_c, shown, doing.way)
    return replace(
        measured,
        accuracy=replace(
            before,
            points=(*before.points, point),
            target_emissivity=ticks.target_emissivity,
        ),
    )


def undone(measured: Measured, chapter: Chapter) -> Measured:
    """Return what was measured without the last value of a chapter of single values."""
    match chapter:
        case Chapter.UNIFORMITY if measured.uniformity:
            places = measured.uniformity.places[:-1]
            return replace(measured, uniformity=Uniformity(places) if places else None)
        case Chapter.ACCURACY if measured.accuracy:
            points = measured.accuracy.points[:-1]
            rest = replace(measured.accuracy, points=points) if points else None
            return replace(measured, accuracy=rest)
        case Chapter.ALARM if measured.alarm:
            alarms = measured.alarm.alarms[:-1]
            return replace(measured, alarm=replace(measured.alarm, alarms=alarms))
        case Chapter.NOT_FUNCTIONING if measured.not_functioning:
            tried = measured.not_functioning.tried[:-1]
            return replace(measured, not_functioning=NotFunctioning(tried))
        case Chapter.PEOPLE if measured.people:
            people = measured.people.people[:-1]
            return replace(measured, people=replace(measured.people, people=people))
    return measured


def progress(measured: Measured, chapter: Chapter) -> tuple[int, int, float | None]:
    """Return how much of a chapter there is, how much is needed, and the seconds that are left."""
    wanted = PROCEDURE[chapter]
    series = getattr(measured, chapter.value)
    if chapter in LONG:
        times = () if series is None else series.times_s
        have = times[-1] - times[0] if times else 0.0
        return round(have), round(wanted.min_s), max(0.0, wanted.min_s - have)
    return _count(series), wanted.min_count, None


def _count(series: object) -> int:
    for name in ("places", "points", "switches", "alarms", "tried", "people"):
        if (values := getattr(series, name, None)) is not None:
            return len(values)
    return len(getattr(series, "netd_k", ()))
