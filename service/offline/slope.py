"""The slope test on any camera: set points in, what it shows for each out, and what that says.

By hand, with a blackbody that can be set and any camera that a driver here can read, vetted or
not; or from a table that somebody wrote down from a screen.
"""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from device.frame import KELVIN_OFFSET, FfcState, RadiometricFrame
from device.sensor import Sensor
from service.acceptance.accuracy import accuracy
from service.acceptance.arithmetic import apparent_c
from service.acceptance.series import Accuracy, SetPoint
from service.acceptance.sweep import Judgement, judge
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Way

MAX_ROWS: Final = 10_000
_PARTS = 5  # readings per set point: the frames in so many parts
_STALE = 40  # frames that may have waited since: a line keeps 64 kB, of an Evo Thermal 32 frames


class SlopeError(ValueError):
    """A table or a camera that gives no sweep; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A square of the picture: its centre in upright pixels, and half its width."""

    x: float
    y: float
    half: float = 4.0

    def mean_c(self, frame: RadiometricFrame) -> float:
        """Return the mean of what the sensor reads there, taken as a blackbody.

        Raises
        ------
        SlopeError
            When it does not lie inside the picture.
        """
        height, width = frame.counts.shape
        left, right = round(self.x - self.half), round(self.x + self.half) + 1
        upper, lower = round(self.y - self.half), round(self.y + self.half) + 1
        if left < 0 or upper < 0 or right > width or lower > height:
            raise SlopeError(
                f"The spot at {self.x:g}, {self.y:g} does not lie inside the picture of"
                f" {width} x {height} pixels."
            )
        counts = float(frame.counts[upper:lower, left:right].mean(dtype=np.float64))
        return counts * frame.radiometry.kelvin_per_count - KELVIN_OFFSET


@dataclass(frozen=True, slots=True)
class Slope:
    """What a sweep says: the verdict of the chapter, and the judgement of the line."""

    chapter: ChapterVerdict
    judgement: Judgement


def watch(sensor: Sensor, heated: Spot, steady: Spot | None, frames: int) -> Iterator[list[float]]:
    """Yield, each time it is asked, what the camera shows on the heated spot: some readings.

    Parameters
    ----------
    steady
        A target that is not heated: what it shows differently from the first time is drift and
        FFC, and is taken out.
    frames
        How many frames per set point; those during an FFC are not counted, nor the first few,
        which may have waited since before the blackbody was set.
    """
    began: float | None = None
    kept: list[float] = []
    stale = _STALE
    for frame in sensor.frames():
        if stale:
            stale -= 1
            continue
        if frame.ffc in {FfcState.IN_PROGRESS, FfcState.IMMINENT}:
            continue
        shift = 0.0
        if steady is not None:
            now = steady.mean_c(frame)
            began = now if began is None else began
            shift = now - began
        kept.append(heated.mean_c(frame) - shift)
        if len(kept) == frames:
            parts = np.array_split(np.asarray(kept), _PARTS)
            kept, stale = [], _STALE
            yield [float(part.mean()) for part in parts if len(part)]


def read_table(path: Path) -> list[SetPoint]:
    """Return the set points of a CSV file with the columns set_c and shown_c.

    Raises
    ------
    SlopeError
        When it is no such table.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(zip(range(MAX_ROWS), csv.DictReader(file), strict=False))
    found: dict[tuple[float, Way, int], list[float]] = {}
    before, run, way = -math.inf, 0, Way.UP
    for number, row in rows:
        try:
            set_c, shown_c = float(row["set_c"]), float(row["shown_c"])
        except (KeyError, TypeError, ValueError) as error:
            raise SlopeError(
                f"{path}: row {number + 2}: two numbers are needed, in columns set_c and shown_c."
            ) from error
        if not (math.isfinite(set_c) and math.isfinite(shown_c)):
            raise SlopeError(f"{path}: row {number + 2}: {set_c}, {shown_c} are no temperatures.")
        if set_c != before:
            way, run = Way.UP if set_c > before else Way.DOWN, run + 1
        before = set_c
        found.setdefault((set_c, way, run), []).append(shown_c)
    return [SetPoint(c, 0.1, thrice(shown), way) for (c, way, _), shown in found.items()]


def thrice(shown: list[float]) -> tuple[float, ...]:
    """Return readings as a chapter wants them: at least three."""
    return tuple(shown) if len(shown) > 2 else tuple(shown[:1] * (3 - len(shown)) + shown)


def of_points(points: list[SetPoint], emissivity: float, reflected_c: float) -> Slope:
    """Return what set points say of a camera that takes everything for a blackbody.

    Parameters
    ----------
    emissivity, reflected_c
        Of the source at the set points, and what it mirrors.

    Raises
    ------
    SlopeError
        When they are too few or too near to each other.
    """
    seen = [
        SetPoint(apparent_c(p.set_c, emissivity, reflected_c), p.set_u_c, p.shown_c, p.way)
        for p in points
    ]
    series = Accuracy(
        tuple(seen), target_emissivity=emissivity, reflected_c=reflected_c, corrected=False
    )
    try:
        judgement = judge([p.set_c for p in seen], [sum(p.shown_c) / len(p.shown_c) for p in seen])
    except ValueError as error:
        raise SlopeError(str(error)) from error
    return Slope(accuracy(series), judgement)
