"""Which face is which: constant-velocity Kalman filters and optimal assignment.

A track lives through gaps (somebody walks in front, a head turns away) by coasting, and its
uncertainty of place grows meanwhile, so that it is found again where it may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from screening.faces.detection import Detection
from screening.result import Box

PLACE_NOISE: Final = 0.04  # standard deviation of a detection's centre and size, in face sizes
ACCELERATION: Final = 4.0  # of a face, in face sizes s-2
FIRST_SPEED: Final = 1.5  # standard deviation of an unknown velocity, in face sizes s-1
SIZE_WEIGHT: Final = 2.0  # how much a difference of ln(size) counts beside one of place
GATE: Final = 4.0  # standard deviations
GATE_FLOOR: Final = 0.45  # in face sizes: heads move as they like
NEVER: Final = 1e6
KEEP_S: Final = 1.5  # how long a confirmed track coasts
KEEP_TENTATIVE_S: Final = 0.4
CONFIRM_HITS: Final = 3


@dataclass(slots=True, eq=False)
class Track:
    """One face through time.

    `mean` is `(4,)`: centre x, centre y, width, height in pixels; `speed` its rate per second.
    The variances are those of one coordinate, in squared face sizes: all four share them.
    """

    id: int
    mean: NDArray[np.float64]
    time_s: float
    speed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    variance: tuple[float, float, float] = (PLACE_NOISE**2, 0.0, FIRST_SPEED**2)
    hits: int = 1
    seen_s: float = 0.0
    detection: Detection | None = None

    @property
    def confirmed(self) -> bool:
        """Whether it has been seen often enough to be somebody."""
        return self.hits >= CONFIRM_HITS

    @property
    def size_px(self) -> float:
        """Side of a square as large as the face."""
        return float(np.sqrt(max(self.mean[2] * self.mean[3], 1.0)))

    @property
    def box(self) -> Box:
        """Where the face is: x, y, width, height."""
        x, y, w, h = (float(v) for v in self.mean)
        return (x - w / 2, y - h / 2, w, h)

    def predict(self, time_s: float) -> None:
        """Move on to `time_s`."""
        dt = time_s - self.time_s
        self.time_s = time_s
        if dt <= 0.0:
            return
        self.mean += self.speed * dt
        np.maximum(self.mean[2:], 4.0, out=self.mean[2:])
        p00, p01, p11 = self.variance
        q = ACCELERATION**2
        self.variance = (
            p00 + dt * (2.0 * p01 + dt * p11) + q * dt**3 / 3.0,
            p01 + dt * p11 + q * dt**2 / 2.0,
            p11 + q * dt,
        )

    def update(self, detection: Detection) -> None:
        """Take a detection at the time predicted to."""
        p00, p01, p11 = self.variance
        s = p00 + PLACE_NOISE**2
        k0, k1 = p00 / s, p01 / s
        innovation = _centre(detection.box) - self.mean
        self.mean += k0 * innovation
        self.speed += k1 * innovation
        self.speed[2:] *= 0.8  # a size changes slowly; its rate is mostly noise
        self.variance = ((1.0 - k0) * p00, (1.0 - k0) * p01, p11 - k1 * p01)
        self.hits += 1
        self.seen_s = self.time_s
        self.detection = detection

    def distance(self, detection: Detection) -> float:
        """Return how far off a detection is, in standard deviations; `NEVER` outside the gate."""
        there = _centre(detection.box)
        size = self.size_px
        apart = float(np.hypot(*(there[:2] - self.mean[:2]))) / size
        growth = abs(float(np.log(there[2] * there[3] / (self.mean[2] * self.mean[3])))) / 2.0
        sd = float(np.sqrt(self.variance[0] + PLACE_NOISE**2))
        if apart > max(GATE * sd, GATE_FLOOR) or growth > 0.6:
            return NEVER
        return float(np.hypot(apart, SIZE_WEIGHT * growth)) / sd


def _centre(box: Box) -> NDArray[np.float64]:
    x, y, w, h = box
    return np.array([x + w / 2, y + h / 2, w, h])


class Tracker:
    """All faces of one camera."""

    def __init__(self) -> None:
        self._next_id = 1
        self.tracks: list[Track] = []

    def step(
        self, detections: Sequence[Detection], time_s: float
    ) -> tuple[list[Track], list[Track]]:
        """Advance to a frame; return the tracks seen in it and the confirmed ones that ended.

        A seen track's `detection` is this frame's; the others' is None.
        """
        for track in self.tracks:
            track.predict(time_s)
            track.detection = None
        free = set(range(len(detections)))
        # those who are known choose first, so that a passing false alarm takes nobody's face
        for wanted in (True, False):
            tracks = [t for t in self.tracks if t.confirmed is wanted]
            columns = sorted(free)
            if not (tracks and columns):
                continue
            cost = np.array([[t.distance(detections[c]) for c in columns] for t in tracks])
            for row, column in zip(*linear_sum_assignment(cost), strict=True):
                if cost[row, column] < NEVER:
                    tracks[row].update(detections[columns[column]])
                    free.discard(columns[column])
        for index in sorted(free):
            self._begin(detections[index], time_s)
        ended = [t for t in self.tracks if time_s - t.seen_s > self._patience_s(t)]
        self.tracks = [t for t in self.tracks if t not in ended]
        return [t for t in self.tracks if t.detection is not None], [
            t for t in ended if t.confirmed
        ]

    def _begin(self, detection: Detection, time_s: float) -> None:
        track = Track(self._next_id, _centre(detection.box), time_s, seen_s=time_s)
        track.detection = detection
        self._next_id += 1
        self.tracks.append(track)

    @staticmethod
    def _patience_s(track: Track) -> float:
        return KEEP_S if track.confirmed else KEEP_TENTATIVE_S
