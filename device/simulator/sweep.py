"""A sweep that finds cameras out: two plates, one of them heated from too cold to feverish.

The steady plate takes out what all pixels have in common (offset, drift); what is left is a line,
and its slope the camera's alone. Seven devices on the market failed such a test (Healy et al. 2021,
J. Biomed. Opt. 26(4) 043009): they pulled what they measured towards normal. A sweep tells what
kind of lie it is, by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import KELVIN_PER_COUNT
from device.simulator.physics import radiometry
from device.simulator.scenario import schema
from device.simulator.sensor import SimulatedSensor

Values = NDArray[np.float64]
FROM_C, TO_C = 34.0, 40.0
_SECONDS = 50.0
_RATE_HZ = 4.0
_STEADY_C = 36.0
_AWAY_M = 0.5
_STEP_C = 0.25
_WINDOW_C = 1.0  # over which a slope is taken
_FLAT = 0.1  # a slope below this does not rise
_PULLED = 0.9  # and one below this rises too little
_HONEST = 0.02  # by which the slope of an honest camera may be off


class Finding(StrEnum):
    """What a sweep says of a camera."""

    HONEST = "honest"
    NORMALISES = "normalises"  # rises too little, and catches up elsewhere
    CLIPS = "clips"  # does not rise at one end of the range
    WRONG_EMISSIVITY = "wrong_emissivity"  # radiance too large by one factor everywhere
    WRONG_SLOPE = "wrong_slope"  # too small by one factor: no emissivity does that


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a sweep has found.

    Attributes
    ----------
    slope
        Shown over true, over the whole range.
    least_slope
        Over the kelvin in which it is least.
    limit_c
        True temperature at which a camera that clips stops to rise (or begins); else None.
    emissivity
        That a camera with a wrong one is set to; else None.
    """

    finding: Finding
    slope: float
    least_slope: float
    limit_c: float | None = None
    emissivity: float | None = None


def plates(camera: schema.Camera) -> schema.Scenario:
    """Return the scenario: a steady plate and one that is heated, before an even wall."""
    steady, heated = (
        schema.Reference(
            temp_c=temp_c,
            at=(x, camera.height_m, _AWAY_M),
            drift_k_per_min=drift,
            stability_k=0.0,
            uniformity_k=0.0,
            housing=False,
            on_for_s=1e6,
        )
        for temp_c, x, drift in (
            (_STEADY_C, -0.07, 0.0),
            (FROM_C, 0.07, (TO_C - FROM_C) / _SECONDS * 60.0),
        )
    )
    return schema.Scenario(
        name="sweep",
        title="A plate that is heated from too cold to feverish, beside a steady one",
        duration_s=_SECONDS + 1.0 / _RATE_HZ,
        camera=camera.model_copy(update={"frame_rate_hz": _RATE_HZ}),
        references=(steady, heated),
    )


def sweep(camera: schema.Camera, seed: int = 0) -> Judgement:
    """Film the plates with this camera, and judge it."""
    plan = plates(camera)
    true, shown = [], []
    with SimulatedSensor(plan, realtime=False, loop=False, seed=seed) as sensor:
        for frame in sensor.frames():
            expected, read = [], []
            for plate, reference in zip(sensor.truth().references, plan.references, strict=True):
                expected.append(_apparent_c(plate.surface_c, reference, plan.room))
                x, y, w, h = plate.box
                inner = frame.counts[
                    round(y + 0.25 * h) : round(y + 0.75 * h),
                    round(x + 0.25 * w) : round(x + 0.75 * w),
                ]
                read.append(float(inner.mean()) * KELVIN_PER_COUNT - radiometry.KELVIN_OFFSET)
            # what all pixels have in common is radiance, and moves the steady plate as well
            own = radiometry.radiance(read)
            corrected = own[1] - (own[0] - radiometry.radiance(expected[0]))
            true.append(expected[1])
            shown.append(float(radiometry.apparent_temp_c(corrected)))
    return judge(true, shown)


def judge(true_c: Sequence[float], shown_c: Sequence[float]) -> Judgement:
    """Say what a camera or a station does that shows these temperatures for those.

    Parameters
    ----------
    true_c
        In any order, over at least three kelvin, several in each.
    shown_c
        For each of them, offset and drift taken out.

    Raises
    ------
    ValueError
        When there are too few to judge by.
    """
    order = np.argsort(true_c)
    true, shown = np.asarray(true_c, np.float64)[order], np.asarray(shown_c, np.float64)[order]
    if len(true) != len(shown) or len(true) < 12 or true[-1] - true[0] < 3.0 * _WINDOW_C:
        raise ValueError(
            f"{len(true)} true and {len(shown)} shown temperatures are no sweep: give at least"
            f" twelve pairs that span {3.0 * _WINDOW_C:.0f} kelvin."
        )
    middles, slopes = _slopes(true, shown)
    slope, least = float(np.polyfit(true, shown, 1)[0]), float(slopes.min())
    flat = slopes < _FLAT
    if flat[0] != flat[-1]:
        # the run of flat places that reaches an end
        run = flat if flat[0] else flat[::-1]
        length = int(np.argmin(run))
        edge = middles[length - 1] if flat[0] else middles[len(middles) - length]
        return Judgement(Finding.CLIPS, slope, least, limit_c=float(edge))
    if least < _PULLED:
        return Judgement(Finding.NORMALISES, slope, least)
    factor = float(np.polyfit(radiometry.radiance(true), radiometry.radiance(shown), 1)[0])
    if factor > 1.0 + _HONEST:
        return Judgement(Finding.WRONG_EMISSIVITY, slope, least, emissivity=1.0 / factor)
    if factor < 1.0 - _HONEST:
        return Judgement(Finding.WRONG_SLOPE, slope, least)
    return Judgement(Finding.HONEST, slope, least)


def _slopes(true: Values, shown: Values) -> tuple[Values, Values]:
    """Middles of windows along the range, and the slope in each."""
    half = _WINDOW_C / 2.0
    middles, slopes = [], []
    for middle in np.arange(true[0] + half, true[-1] - half + 1e-6, _STEP_C):
        near = np.abs(true - middle) <= half + 1e-6
        if near.sum() >= 3 and np.ptp(true[near]) > half:
            middles.append(float(middle))
            slopes.append(float(np.polyfit(true[near], shown[near], 1)[0]))
    return np.array(middles), np.array(slopes)


def _apparent_c(surface_c: float, reference: schema.Reference, room: schema.Room) -> float:
    """Temperature at emissivity 1 that a plate has at the lens."""
    tau = radiometry.transmission(reference.at[2], room.ambient_c, room.relative_humidity)
    leaves = float(radiometry.leaving(surface_c, reference.emissivity, room.mirrored_c))
    arrives = tau * leaves + (1.0 - tau) * float(radiometry.radiance(room.ambient_c))
    return float(radiometry.apparent_temp_c(arrives))
