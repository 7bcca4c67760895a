"""Which face is which: constant-velocity Kalman filters and optimal assignment.

A track lives through gaps (somebody walks in front, a head turns away) by coasting, and its
uncertainty of place grows meanwhile, so that it is found again where it may be: on its way, or
where it was seen last. Whoever appears elsewhere, or farther back, is the next person.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from screening.faces.detection import Detection
from screening.visitors.assignment import assign

PLACE_NOISE: Final = 0.05  # standard deviation of a detection's place, in face sizes
ACCELERATION: Final = 4.0  # of a face, in face sizes s-2 per root Hz
FIRST_SPEED: Final = 1.5  # standard deviation of an unknown velocity, in face sizes s-1
SIZE_GAIN: Final = 0.3  # how fast a track's size follows its detections
GROWTH_TAU_S: Final = 0.4
RECEDING: Final = -0.3  # of ln(size) per second
LEFT_SHARE: Final = 0.75  # of the size it had
SIZE_NOISE: Final = 0.15  # standard deviation of ln(size) of a detection
MAX_CHANGE: Final = 0.5  # of ln(size): nobody is suddenly twice as near or as far
GATE: Final = 4.0  # standard deviations
REACH: Final = 0.8  # in face sizes: heads nod and turn faster than any filter follows
NEWCOMER: Final = 1.0  # standard deviations by which a track that is not confirmed stands back
NEVER: Final = 1e6
KEEP_S: Final = 1.5  # how long a confirmed track coasts
KEEP_TENTATIVE_S: Final = 0.4
CONFIRM_HITS: Final = 3
SAME_FACE: Final = 0.5  # distance in face sizes below which two tracks may be one face
AWAY_S: Final = 0.3  # out of sight for longer, and another person may have taken the place
SWAY: Final = 2.0  # face sizes per second that somebody out of sight strays from their way
FARTHER: Final = -0.3  # of ln(size): nobody walks backwards while out of sight


class Sighting(NamedTuple):
    """Where a detection is and how large: pixels.

    `(x, y)` is the middle of eyes, nose and mouth, which jitters less than the box's; `size_px`
    the side of a square as large as the box.
    """

    x: float
    y: float
    size_px: float

    @classmethod
    def at(cls, detection: Detection) -> "Sighting":
        """Return the sighting that a detection is."""
        points = detection.landmarks.tolist()
        _, _, width, height = detection.box
        return cls(
            sum(x for x, _ in points) / len(points),
            sum(y for _, y in points) / len(points),
            math.sqrt(max(width * height, 1.0)),
        )


@dataclass(slots=True, eq=False)
class Track:
    """One face through time.

    `x`, `y` and the speeds `vx`, `vy` are in pixels and pixels per second; `seen` is how it looked
    when it was seen last. The variances are those of one coordinate, in squared face sizes: both
    share them.
    """

    id: int
    x: float
    y: float
    size_px: float
    time_s: float
    seen_s: float
    seen: Sighting
    vx: float = 0.0
    vy: float = 0.0
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
    def speed_px_s(self) -> float:
        """How fast it moves over the picture."""
        return math.hypot(self.vx, self.vy)

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
        self.x += self.vx * dt
        self.y += self.vy * dt
        p00, p01, p11 = self.variance
        q = ACCELERATION**2
        self.variance = (
            p00 + dt * (2.0 * p01 + dt * p11) + q * dt**3 / 3.0,
            p01 + dt * p11 + q * dt**2 / 2.0,
            p11 + q * dt,
        )

    def update(self, detection: Detection, look: Sighting) -> None:
        """Take a detection at the time predicted to."""
        p00, p01, p11 = self.variance
        s = p00 + PLACE_NOISE**2
        k0, k1 = p00 / s, p01 / s
        off_x, off_y = look.x - self.x, look.y - self.y
        self.x += k0 * off_x
        self.y += k0 * off_y
        self.vx += k1 * off_x
        self.vy += k1 * off_y
        self.variance = ((1.0 - k0) * p00, (1.0 - k0) * p01, p11 - k1 * p01)
        step = SIZE_GAIN * math.log(look.size_px / self.size_px)
        self.size_px *= math.exp(step)
        self.largest_px = max(self.largest_px, self.size_px)
        self.seen = look
        self.gap_s = self.time_s - self.seen_s
        if self.gap_s > 0.0:
            weight = min(1.0, self.gap_s / GROWTH_TAU_S)
            self.growth += weight * (step / self.gap_s - self.growth)
        self.seen_s = self.time_s
        self.hits += 1
        self.detection = detection

    def misfit(self, look: Sighting) -> float:
        """Return how little a detection fits this track; `NEVER` outside the gate.

        Minus twice the logarithm of its likelihood, but for a constant: of two tracks as near to
        it in standard deviations, the one with the narrower guess has the better claim (Bar-Shalom
        et al. 2001, *Estimation with Applications to Tracking and Navigation*, 1.4 and 6.3).
        """
        apart = math.hypot(look.x - self.x, look.y - self.y) / self.size_px
        stayed = math.hypot(look.x - self.seen.x, look.y - self.seen.y) / self.size_px
        sd = math.sqrt(self.variance[0] + PLACE_NOISE**2)
        growth = math.log(look.size_px / self.size_px)
        near = min(apart / max(GATE * sd, REACH), stayed / REACH)
        if math.hypot(near, growth / MAX_CHANGE) > 1.0:
            return NEVER
        if self.time_s - self.seen_s > AWAY_S and (growth < FARTHER or self._strayed(look)):
            return NEVER
        deviations = math.hypot(min(apart, stayed + sd) / sd, growth / SIZE_NOISE)
        if not self.confirmed:
            deviations += NEWCOMER
        return deviations**2 + 4.0 * math.log(sd / PLACE_NOISE)

    def _strayed(self, look: Sighting) -> bool:
        """Whether a face is off the way from where this one was seen last to where it was going."""
        way_x, way_y = self.x - self.seen.x, self.y - self.seen.y
        off_x, off_y = look.x - self.seen.x, look.y - self.seen.y
        length = way_x**2 + way_y**2
        along = (off_x * way_x + off_y * way_y) / length if length > 0.0 else 0.0
        along = min(1.0, max(0.0, along))
        off = math.hypot(off_x - along * way_x, off_y - along * way_y) / self.size_px
        return off > REACH + SWAY * (self.time_s - self.seen_s)


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
        looks = [Sighting.at(detection) for detection in detections]
        if self.tracks and detections:
            cost = [[t.misfit(look) for look in looks] for t in self.tracks]
            for row, column in assign(cost):
                if cost[row][column] < NEVER:
                    self.tracks[row].update(detections[column], looks[column])
                    free.discard(column)
        for index in sorted(free):
            self._begin(detections[index], looks[index], time_s)
        seen = [t for t in self.tracks if t.detection is not None]
        for track in seen:
            track.met.update(other.id for other in seen if other is not track)
        ended = [t for t in self.tracks if time_s - t.seen_s > _patience_s(t)]
        doubles = [t for t in self.tracks if t not in ended and self._is_double(t, seen)]
        self.tracks = [t for t in self.tracks if t not in ended and t not in doubles]
        return seen, [t for t in ended + doubles if t.confirmed]

    def forget(self) -> None:
        """Follow nobody any more; numbers go on counting."""
        self.tracks = []

    def _begin(self, detection: Detection, look: Sighting, time_s: float) -> None:
        track = Track(self._next_id, *look, time_s=time_s, seen_s=time_s, seen=look)
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
            and math.hypot(other.x - track.x, other.y - track.y) < SAME_FACE * other.size_px
            for other in seen
        )


def _patience_s(track: Track) -> float:
    return KEEP_S if track.confirmed else KEEP_TENTATIVE_S
