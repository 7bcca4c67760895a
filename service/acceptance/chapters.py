"""Measured series to verdicts: one function per chapter, and `judge` for all of them.

Each function takes a series that is not whole yet, and says what is missing (TOO_FEW, TOO_SHORT):
a procedure that runs shows the same verdict as the record. A figure is held against the
requirement of its name (`requirements`) by the decision rule (`rule`).
"""

from dataclasses import dataclass
from typing import Any, Final

from service.acceptance import accuracy, handling, laboratory
from service.acceptance.rule import conclude
from service.acceptance.series import Measured
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Chapter, Finding


@dataclass(frozen=True, slots=True)
class Procedure:
    """How much a chapter asks for: for its progress and the time that is left.

    Attributes
    ----------
    min_s
        How long the series lasts at least; 0 where time does not count.
    min_count
        How many readings, visits to places, set points, thresholds, trials or people.
    """

    min_s: float
    min_count: int


PROCEDURE: Final = {
    Chapter.WARM_UP: Procedure(laboratory.WINDOW_S, laboratory.MIN_IN_WINDOW),
    Chapter.STABILITY: Procedure(laboratory.WATCHED_S, laboratory.MIN_READINGS),
    Chapter.UNIFORMITY: Procedure(0.0, 6),
    Chapter.RESOLUTION: Procedure(0.0, laboratory.MIN_AT_PLACE),
    Chapter.ACCURACY: Procedure(0.0, 3),
    Chapter.THRESHOLD: Procedure(0.0, 51),
    Chapter.ALARM: Procedure(0.0, handling.MIN_ALARMS),
    Chapter.NOT_FUNCTIONING: Procedure(0.0, len(handling.NEEDED)),
    Chapter.PEOPLE: Procedure(0.0, handling.MIN_PEOPLE),
}
_JUDGES: Final[dict[Chapter, Any]] = {
    Chapter.WARM_UP: laboratory.warm_up,
    Chapter.STABILITY: laboratory.stability,
    Chapter.UNIFORMITY: laboratory.uniformity,
    Chapter.RESOLUTION: laboratory.resolution,
    Chapter.ACCURACY: accuracy.accuracy,
    Chapter.THRESHOLD: handling.threshold,
    Chapter.ALARM: handling.alarm,
    Chapter.NOT_FUNCTIONING: handling.not_functioning,
    Chapter.PEOPLE: handling.people,
}


def judge_chapter(chapter: Chapter, measured: Measured) -> ChapterVerdict:
    """Return how one chapter stands; a chapter without a series is not measured."""
    series = getattr(measured, chapter.value)
    if series is None:
        return conclude(chapter, (), [Finding.TOO_FEW])
    verdict: ChapterVerdict = _JUDGES[chapter](series)
    return verdict


def judge(measured: Measured) -> tuple[ChapterVerdict, ...]:
    """Return how all chapters stand, in the order of the record."""
    return tuple(judge_chapter(chapter, measured) for chapter in Chapter)
