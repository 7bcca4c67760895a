"""Where everybody is and looks at a given time: paths with human accelerations, sway and gait."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.simulator.scenario.schema import Person, Step

_DT_S = 0.02
_ACCELERATION_M_S2 = 0.9  # comfortable starting and stopping
_HEAD_TURN_S = 0.12  # time constant with which a head follows
_STEP_LENGTH_M = 0.68


@dataclass(frozen=True, slots=True)
class Pose:
    """A person's place and attitude at one moment.

    Attributes
    ----------
    x_m, z_m
        On the floor.
    lift_m, sway_m
        Up and sideways from gait and from balancing.
    vx_m_s, vz_m_s
        Velocity on the floor.
    heading_deg
        Where the body faces: 0 towards the camera's side (-z), 90 to the picture's right.
    yaw_deg, pitch_deg, roll_deg
        Of the head against the line to the camera: 0 looks into it; positive yaw shows the
        person's right cheek (nose to the picture's right), positive pitch looks down.
    stride
        Double steps walked: its fraction is the phase of the gait.
    vlift_m_s, vsway_m_s
        How fast lift and sway change.
    yaw_deg_s, pitch_deg_s
        How fast the head turns.
    """

    x_m: float
    z_m: float
    lift_m: float
    sway_m: float
    vx_m_s: float
    vz_m_s: float
    heading_deg: float
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    stride: float
    vlift_m_s: float = 0.0
    vsway_m_s: float = 0.0
    yaw_deg_s: float = 0.0
    pitch_deg_s: float = 0.0


class Path:
    """One person's way through the scenario, sampled once and interpolated.

    Parameters
    ----------
    person
        Whose steps to follow.
    rng
        Draws the phases of sway and gait.
    """

    def __init__(self, person: Person, rng: np.random.Generator) -> None:
        self.starts_s = person.at_s
        walk = _walk(person)
        self.ends_s = person.at_s + len(walk) * _DT_S
        self._columns = _settle(walk, rolling=person.wheelchair, rng=rng)
        self.nearest_m = float(walk[:, 1].min())

    def at(self, time_s: float) -> Pose | None:
        """Return the pose, or None before the person comes and after they have left."""
        if not self.starts_s <= time_s < self.ends_s:
            return None
        where = (time_s - self.starts_s) / _DT_S
        index = min(int(where), len(self._columns) - 2)
        part = where - index
        row = self._columns[index] * (1.0 - part) + self._columns[index + 1] * part
        return Pose(*(float(v) for v in row))


def _walk(person: Person) -> NDArray[np.float64]:
    """Rows of x, z, heading, wanted yaw, wanted pitch every `_DT_S`."""
    rows: list[tuple[float, float, float, float, float]] = []
    x, z = person.start
    heading = _bearing(x, z)
    for step in person.steps:
        if step.walk_to is None:
            heading = _bearing(x, z)
            samples = range(max(1, round((step.stand_s or 0.0) / _DT_S)))
            rows.extend((x, z, heading, *_gaze(step, heading, x, z, i * _DT_S)) for i in samples)
            continue
        x1, z1 = step.walk_to
        length = float(np.hypot(x1 - x, z1 - z))
        if length > 0.0:
            heading = float(np.degrees(np.arctan2(x1 - x, -(z1 - z))))
        for i, part in enumerate(_trapezoid(length, step.speed_m_s)):
            here = (x + (x1 - x) * part, z + (z1 - z) * part)
            rows.append((*here, heading, *_gaze(step, heading, *here, i * _DT_S)))
        x, z = x1, z1
    rows.append(rows[-1])
    return np.array(rows)


def _bearing(x: float, z: float) -> float:
    """Heading in degrees of somebody at (x, z) who faces the camera."""
    return float(np.degrees(np.arctan2(-x, z)))


def _gaze(step: Step, heading: float, x: float, z: float, t: float) -> tuple[float, float]:
    if step.look == "camera":
        yaw = 0.0
    elif step.look == "ahead":
        yaw = (heading - _bearing(x, z) + 180.0) % 360.0 - 180.0
    else:
        yaw = float(step.look)
    swing = float(np.sin(2.0 * np.pi * 0.9 * t))
    return yaw + step.shake_deg * swing, step.pitch_deg + step.nod_deg * swing


def _trapezoid(length_m: float, speed_m_s: float) -> NDArray[np.float64]:
    """Share of the way covered every `_DT_S`, speeding up and slowing down as people do."""
    if length_m <= 0.0:
        return np.zeros(1)
    peak = min(speed_m_s, float(np.sqrt(length_m * _ACCELERATION_M_S2)))
    ramp = peak / _ACCELERATION_M_S2
    total = length_m / peak + ramp
    t = np.arange(0.0, total, _DT_S)
    speed = np.minimum(np.minimum(t, total - t) * _ACCELERATION_M_S2, peak)
    done = np.cumsum(speed)
    return np.asarray(done / done[-1])


def _settle(
    walk: NDArray[np.float64], *, rolling: bool, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Rows of `Pose`: smoothed attitude, velocity, gait and sway added."""
    count = len(walk)
    time = np.arange(count, dtype=np.float64) * _DT_S
    velocity = np.gradient(walk[:, :2], _DT_S, axis=0) if count > 1 else np.zeros((count, 2))
    pace = np.hypot(velocity[:, 0], velocity[:, 1])
    phase = np.cumsum(pace) * _DT_S / _STEP_LENGTH_M * 2.0 * np.pi
    gait = np.asarray(np.minimum(pace / 1.2, 1.2) * (not rolling))
    lift = 0.018 * gait * np.sin(phase) + _wander(time, rng, 0.0015)
    sway = 0.015 * gait * np.sin(phase / 2.0) + _wander(time, rng, 0.004)
    heading = np.degrees(np.unwrap(np.radians(walk[:, 2])))
    yaw = _follow(np.degrees(np.unwrap(np.radians(walk[:, 3])))) + _wander(time, rng, 1.2)
    pitch = _follow(walk[:, 4]) + _wander(time, rng, 1.0) + 1.5 * gait * np.sin(phase)
    roll = _wander(time, rng, 1.0) + rng.normal(0.0, 1.5)
    return np.column_stack(
        [
            walk[:, 0],
            walk[:, 1],
            lift,
            sway,
            velocity,
            _follow(heading, 0.25),
            yaw,
            pitch,
            roll,
            phase / (4.0 * np.pi),
            *(_rate(values) for values in (lift, sway, yaw, pitch)),
        ]
    )


def _rate(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.gradient(values, _DT_S) if len(values) > 1 else np.zeros(len(values))


def _follow(wanted: NDArray[np.float64], tau_s: float = _HEAD_TURN_S) -> NDArray[np.float64]:
    """Second-order lag: a head neither jumps nor turns with infinite acceleration."""
    gain = 1.0 - float(np.exp(-_DT_S / tau_s))
    out = np.empty_like(wanted)
    first = second = float(wanted[0])
    for i, value in enumerate(wanted):
        first += gain * (float(value) - first)
        second += gain * (first - second)
        out[i] = second
    return out


def _wander(
    time: NDArray[np.float64], rng: np.random.Generator, size: float
) -> NDArray[np.float64]:
    """Slow irregular movement with standard deviation `size`: postural sway is below 1 Hz."""
    out = np.zeros(len(time), np.float64)
    for hertz in (0.11, 0.23, 0.41, 0.83):
        out += np.sin(2.0 * np.pi * (hertz * time + rng.random())) / np.sqrt(hertz / 0.11)
    return out * size
