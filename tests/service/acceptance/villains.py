"""Stations as they measure, one of them good and each other with one fault: all chapters of each.

Simple physics with noise: what a camera does to the temperature of a target, over time, over the
picture, and what its station says of it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from service.acceptance import series
from service.acceptance.words import Place, Trial, Way

MIDDLE = 36.0  # of the reference in view


def straight(true_c: float) -> float:
    return true_c


@dataclass
class Station:
    """One station; the defaults are a good one's."""

    drift_c_per_h: float = 0.05  # of what it shows, its reference's correction in force
    corner_c: float = 0.05  # by which it reads too high in the corners
    netd_k: float = 0.045
    noise_c: float = 0.01  # of a mean of frames
    warm_c: float = 2.5  # own reading of a cold sensor
    warms_in_s: float = 300.0
    offset_c: float = 0.03
    alarm_s: float = 1.1
    heard: bool = True
    indicated_s: float | None = 0.4
    transfer: Callable[[float], float] = straight
    threshold_step_c: float = 0.1
    switches_late_c: float = 0.0
    person_sd_c: float = 0.25
    second_operator_c: float = 0.0
    seed: int = 1
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 # the same noise at each run

    def shown(self, true_c: float, at_s: float = 0.0, corner: float = 0.0) -> float:
        drift = self.drift_c_per_h * at_s / 3600.0
        value = self.transfer(true_c) + self.offset_c + drift + corner * self.corner_c
        return value + self.random.gauss(0.0, self.noise_c)

    def measured(self) -> series.Measured:
        self.random.seed(self.seed)  # the same each time it is asked
        return series.Measured(
            warm_up=self._warm_up(),
            stability=self._stability(),
            uniformity=self._uniformity(),
            resolution=series.Resolution(
                netd_k=tuple(self.random.gauss(self.netd_k, 0.001) for _ in range(8)),
                footprint_share=0.87,
            ),
            accuracy=self.accuracy(),
            threshold=self._threshold(),
            alarm=series.Alarms(
                tuple(series.Alarmed(self.alarm_s + 0.1 * i, self.heard, 68.0) for i in range(3))
            ),
            not_functioning=series.NotFunctioning(
                tuple(series.Tried(trial, self.indicated_s) for trial in Trial)
            ),
            people=self._people(),
        )

    def _warm_up(self) -> series.WarmUp:
        times = tuple(10.0 * i for i in range(361))
        own = (
            self.warm_c * math.exp(-t / self.warms_in_s) + self.random.gauss(0.0, 0.01)
            for t in times
        )
        return series.WarmUp(times, tuple(own))

    def _stability(self) -> series.Stability:
        times = tuple(10.0 * i for i in range(181))
        return series.Stability(times, tuple(self.shown(37.0, t) for t in times))

    def _uniformity(self) -> series.Uniformity:
        corners = [place for place in Place if place is not Place.MIDDLE]
        visits = [Place.MIDDLE, *corners, Place.MIDDLE]
        return series.Uniformity(
            tuple(
                series.AtPlace(
                    place,
                    320.0,
                    256.0,
                    tuple(
                        self.shown(MIDDLE, 60.0 * i, 0.0 if place is Place.MIDDLE else 1.0)
                        for _ in range(6)
                    ),
                )
                for i, place in enumerate(visits)
            )
        )

    def accuracy(self) -> series.Accuracy:
        up = [34.0 + 0.25 * i for i in range(25)]
        visits = [*((c, Way.UP) for c in up), *((c, Way.DOWN) for c in reversed(up))]
        return series.Accuracy(
            tuple(
                series.SetPoint(c, 0.1, tuple(self.shown(c, 20.0 * i) for _ in range(5)), way)
                for i, (c, way) in enumerate(visits)
            )
        )

    def _threshold(self) -> series.Threshold:
        steps = round(5.0 / self.threshold_step_c)
        late = self.switches_late_c
        return series.Threshold(
            tuple(
                series.Switch(t, 0.15, t + 0.13 + late, t + 0.17 + late)
                if i % (steps // 3) == 0
                else series.Switch(t, 0.15)
                for i, t in enumerate(34.0 + self.threshold_step_c * i for i in range(steps + 1))
            )
        )

    def _people(self) -> series.People:
        each = [self.random.gauss(-0.9, self.person_sd_c) for _ in range(10)]
        return series.People(
            tuple(
                series.PersonTwice(c, c - self.second_operator_c + self.random.gauss(0.0, 0.05))
                for c in each
            )
        )


def normalising(true_c: float) -> float:
    return 36.5 + 0.3 * (true_c - 36.5)


def pulled_in_the_middle(true_c: float) -> float:
    """Rises too little around 36.5 and catches up on both sides: small errors, right overall."""
    away = true_c - 36.5
    return true_c - 0.6 * away * max(0.0, 1.0 - abs(away) / 1.5)


def clipped(true_c: float) -> float:
    return min(true_c, 38.0)


def wrong_emissivity(true_c: float) -> float:
    """Set to 0.93 instead of 0.98, and corrected by a reference at 36 deg C."""
    return MIDDLE + (true_c - MIDDLE) * 0.98 / 0.93


def sluggish_slope(true_c: float) -> float:
    return MIDDLE + 0.92 * (true_c - MIDDLE)


def backwards(true_c: float) -> float:
    return true_c - (0.4 if 37.0 <= true_c < 37.6 else 0.0)
