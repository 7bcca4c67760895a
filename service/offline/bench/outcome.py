"""A screener that is watched: the words it shows, and each visitor beside the truth."""

from collections.abc import Iterable
from dataclasses import dataclass

from device.frame import RadiometricFrame
from device.info import SensorInfo
from device.simulator.scenario.truth import FrameTruth
from screening.result import Verdict, Visitor
from screening.screener import Screener
from screening.settings import Settings
from service.offline.ground_truth import GroundTruth


@dataclass(frozen=True, slots=True)
class Outcome:
    """A screened visitor beside what was true of them (deg C); None where nothing was measured."""

    visitor: Visitor
    person: int | None
    truth_c: float | None

    @property
    def error_c(self) -> float | None:
        """Stated minus true skin temperature."""
        if self.truth_c is None or self.visitor.skin_temp_c is None:
            return None
        return self.visitor.skin_temp_c - self.truth_c

    @property
    def inside(self) -> bool | None:
        """Whether the truth lies inside the stated interval."""
        error_c, expanded_c = self.error_c, self.visitor.expanded_uncertainty_c
        return None if error_c is None or expanded_c is None else abs(error_c) <= expanded_c


class Watched:
    """A screener under `settings`, with what it has said so far.

    Several may be stepped through the same frames, each under settings of its own.

    Attributes
    ----------
    words
        States and reasons that it showed, verdicts and reasons of visitors who have left.
    outcomes
        Visitors who have left.
    """

    def __init__(self, info: SensorInfo, settings: Settings) -> None:
        self._screener = Screener.of(info, settings)
        self._truth = GroundTruth()
        self.words: set[str] = set()
        self.outcomes: list[Outcome] = []

    def step(self, frame: RadiometricFrame, truth: FrameTruth) -> None:
        """Screen a frame of which `truth` is true."""
        result = self._screener.step(frame)
        self._truth.follow(result, truth)
        self.words.update((result.state, *result.reasons))
        self._left(result.departed)

    def finish(self) -> None:
        """Hear the last word on whoever is still in view."""
        self._left(self._screener.finish())

    def _left(self, visitors: Iterable[Visitor]) -> None:
        for visitor in visitors:
            self.words.update((visitor.verdict or Verdict.NO_RESULT, *visitor.reasons))
            self.outcomes.append(Outcome(visitor, *self._truth.of(visitor)))
