"""Which face is which: constant-velocity Kalman filters and optimal assignment.

A track lives through gaps (somebody walks in front, a head turns away) by coasting, and its
uncertainty of place grows meanwhile, so that it is found again where it may be: on its way, or
where it was seen last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from screening.faces.detection import Detection
from screening.result import Box

PLACE_NOISE: Final = 0.05  # standard deviation of a detection's place, in face sizes
ACCELERATION: Final = 4.0  # of a face, in face sizes s-2 per root Hz
FIRST_SPEED: Final = 1.5  # standard deviation of an unknown velocity, in face sizes s-1
SIZE_GAIN: Final = 0.3  # how fast a track's size follows its detections
GROWTH_TAU_S: Final = 0.4
RECEDING: Final = -0.3  # of ln(size) per second
LEFT_SHARE: Final = 0.75  # of the size it had
SIZE_NOISE: Final = 0.15  # standard deviation of ln(size) of a detection
MOST_GROWTH: Final = 0.6  # of ln(size): nobody comes twice as near between frames
GATE: Final = 4.0  # standard deviations
REACH: Final = 0.8  # in face sizes: heads nod and turn faster than any filter follows
NEWCOMER: Final = 1.0  # standard deviations by which a track that is not confirmed stands back
NEVER: Final = 1e6
KEEP_S: Final = 1.5  # how long a confirmed track coasts
KEEP_TENTATIVE_S: Final = 0.4
CONFIRM_HITS: Final = 3
SAME_FACE: Final = 0.5  # distance in face sizes below which two tracks may be one face


@dataclass(slots=True, eq=False)
class Track:
    """One face through time.

    `place` and `speed` are `(2,)` in pixels and pixels per second, `last` the place where it was
    seen last. The variances are those of one coordinate, in squared face sizes: both share them.
    """

    id: int
    place: NDArray[np.float64]
    size_px: float
    time_s: float
    seen_s: float
    last: NDArray[np.float64]
    speed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    variance: tuple[float, float, float] = (PLACE_NOISE**2, 0.0, FIRST_SPEED**2)
    growth: float = 0.0  # of ln(size), per second: below zero somebody walks away
    largest_px: float = 0.0
    hits: int = 1
    gap_s: float = 0.0  # for how long it had been out of sight before it was seen last
    detection: Detection | None = None  # in this frame
    met: set[int] = field(default_factory=set)  # tracks that were seen in one frame with it

    @property
    def confirmed(self) -> bool:
        """Whether it has been seen often enough to be somebody."""
        return self.hits >= CONFIRM_HITS

    @property
    def leaving(self) -> bool:
        """Whether this face walks away: then it is the back of a head, whatever it looks like."""
        return self.growth < RECEDING or self.size_px < LEFT_SHARE * self.largest_px

    def predict(self, time_s: float) -> None:
        """Move on to `time_s`."""
        self.detection = None
        dt = time_s - self.time_s
        self.time_s = time_s
        if dt <= 0.0:
            return
        self.place += self.speed * dt
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
        there = place_of(detection)
        innovation = there - self.place
        self.place += k0 * innovation
        self.speed += k1 * innovation
        self.variance = ((1.0 - k0) * p00, (1.0 - k0) * p01, p11 - k1 * p01)
        step = SIZE_GAIN * float(np.log(size_of(detection.box) / self.size_px))
        self.size_px *= float(np.exp(step))
        self.largest_px = max(self.largest_px, self.size_px)
        self.last = there
        self.gap_s = self.time_s - self.seen_s
        if self.gap_s > 0.0:
            weight = min(1.0, self.gap_s / GROWTH_TAU_S)
            self.growth += weight * (step / self.gap_s - self.growth)
        self.seen_s = self.time_s
        self.hits += 1
        self.detection = detection

    def distance(self, detection: Detection) -> float:
        """Return how far off a detection is, in standard deviations; `NEVER` outside the gate."""
        there = place_of(detection)
        apart = float(np.hypot(*(there - self.place))) / self.size_px
        sd = float((self.variance[0] + PLACE_NOISE**2) ** 0.5)
        stayed = float(np.hypot(*(there - self.last))) / self.size_px
        growth = abs(float(np.log(size_of(detection.box) / self.size_px)))
        if (apart > GATE * sd and min(apart, stayed) > REACH) or growth > MOST_GROWTH:
            return NEVER
        distance = float(np.hypot(min(apart, stayed + sd) / sd, growth / SIZE_NOISE))
        return distance if self.confirmed else distance + NEWCOMER


def place_of(detection: Detection) -> NDArray[np.float64]:
    """Return the middle of eyes, nose and mouth: it jitters less than the box's."""
    return np.asarray(detection.landmarks.mean(axis=0), dtype=np.float64)


def size_of(box: Box) -> float:
    """Return the side of a square as large as the box."""
    return float(max(box[2] * box[3], 1.0) ** 0.5)


class Tracker:
    """All faces of one camera."""

    def __init__(self) -> None:
        self._next_id = 1
        self.tracks: list[Track] = []

    def step(
        self, detections: Sequence[Detection], time_s: float
    ) -> tuple[list[Track], list[Track]]:
        """Advance to a frame; return the tracks seen in it and the confirmed ones that ended."""
        for track in self.tracks:
            track.predict(time_s)
        free = set(range(len(detections)))
        if self.tracks and detections:
            cost = np.array([[t.distance(d) for d in detections] for t in self.tracks])
            for row, column in zip(*linear_sum_assignment(cost), strict=True):
                if cost[row, column] < NEVER:
                    self.tracks[row].update(detections[int(column)])
                    free.discard(int(column))
        for index in sorted(free):
            self._begin(detections[index], time_s)
        seen = [t for t in self.tracks if t.detection is not None]
        for track in seen:
            track.met.update(other.id for other in seen if other is not track)
        ended = [t for t in self.tracks if time_s - t.seen_s > _patience_s(t)]
        doubles = [t for t in self.tracks if t not in ended and self._is_double(t, seen)]
        self.tracks = [t for t in self.tracks if t not in ended and t not in doubles]
        return seen, [t for t in ended + doubles if t.confirmed]

    def _begin(self, detection: Detection, time_s: float) -> None:
        place = place_of(detection)
        size = size_of(detection.box)
        track = Track(self._next_id, place.copy(), size, time_s, time_s, place)
        track.detection = detection
        self._next_id += 1
        self.tracks.append(track)

    @staticmethod
    def _is_double(track: Track, seen: list[Track]) -> bool:
        """Whether an unseen track follows a face that another one follows already.

        Somebody who is hidden behind another was seen beside them before.
        """
        return track.detection is None and any(
            other.id not in track.met
            and other.hits >= track.hits
            and np.hypot(*(other.place - track.place)) < SAME_FACE * other.size_px
            for other in seen
        )


def _patience_s(track: Track) -> float:
    return KEEP_S if track.confirmed else KEEP_TENTATIVE_S
