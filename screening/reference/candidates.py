"""What may be the reference before one is known: things like it that stand at one place.

One such thing is it. Several are a doubt that nobody but the admin can settle: by a mark, or by
taking the others away.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.reference.spot import MIN_CONTRAST_C, Spot, find
from screening.result import Box, Reason

CONFIRM_FRAMES: Final = 3
STILL_PX: Final = 1.0
CONFIRM_S: Final = 1.0  # at one place for so long: nobody who walks in carries a reference
RIVAL_S: Final = 3.0  # and for so long, to speak against one that has been found
# Lukewarm things are everywhere: at two real entrances up to 0.49 of the reference's contrast, or
# a third of its size. What stands out less than that beside another thing is no rival of it.
LEAST_CONTRAST: Final = 0.5
SMALL: Final = (0.4, 0.8)  # so much of its radius, with less of its contrast than that
BLINK_S: Final = 0.4  # out of sight for longer, and it has to be confirmed anew
BESIDE_FACE: Final = 0.3  # of a face's size: around it nothing is taken for a reference
BESIDE_BODY: Final = 1.5  # of a face's width, to both sides: arms and hands
BELOW_FACE: Final = 2.0  # of its height: neck, collar and hands
COLD_EVERY_S: Final = 0.5  # how often something cold is looked for
MARK_PX: Final = 6.0  # an admin's mark is that good, or within the reference's own radius


@dataclass(slots=True)
class _Candidate:
    """Something like a reference that may have stood at one place for a while."""

    spot: Spot
    since_s: float
    seen_s: float
    frames: int = 1

    def confirmed(self, time_s: float) -> bool:
        """Whether it has stood still for long enough."""
        return self.frames >= CONFIRM_FRAMES and time_s - self.since_s >= CONFIRM_S


class Candidates:
    """Follows everything like a reference between two temperatures.

    Parameters
    ----------
    between_c
        The coldest and the warmest that the sensor may read on it, deg C.
    mark
        Where the admin said it stands, in pixels; None lets it stand anywhere.
    """

    def __init__(self, between_c: tuple[float, float], mark: tuple[float, float] | None) -> None:
        self._between_c = between_c
        self._mark = mark
        self._known: list[_Candidate] = []
        self._cold: list[_Candidate] = []
        self._looked_for_cold_s = -math.inf
        self._cold_stands = False
        self._people: Sequence[Box] = ()
        self._shape: tuple[int, ...] = (0, 0)

    def look(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        taken: Sequence[Spot],
        people: Sequence[Box],
    ) -> list[Spot]:
        """Return what stands here in a `(H, W) float32` frame and has done so for long enough.

        Parameters
        ----------
        taken
            Other references in this frame.
        people
            Faces of the frame before: no reference is found on anybody.
        """
        self._people, self._shape = people, celsius.shape
        found = self._found(celsius, self._between_c, taken, people)
        self._known = _followed(self._known, found, time_s, STILL_PX)
        standing = [c for c in self._known if c.seen_s == time_s and c.confirmed(time_s)]
        return self._rivals([candidate.spot for candidate in standing])

    def unsure(self, time_s: float) -> bool:
        """Whether a rival is on its way to be confirmed: nothing is certain before it is."""
        steady = [c.spot for c in self._known if c.frames >= CONFIRM_FRAMES]
        standing = [c.spot for c in self._known if c.confirmed(time_s)]
        return len(self._rivals(steady)) > len(self._rivals(standing))

    def rival(self, own: Spot, time_s: float) -> bool:
        """Whether something else has stood for long that could be the reference as well as `own`.

        `look` was told that `own` is taken.
        """
        lasting = [c.spot for c in self._known if time_s - c.since_s >= RIVAL_S]
        return len(self._rivals([own, *lasting])) > 1

    def missing(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        taken: Sequence[Spot],
        people: Sequence[Box],
    ) -> Reason:
        """Say why there is none: something like it stands there cold, or there is nothing."""
        if not 0.0 <= time_s - self._looked_for_cold_s < COLD_EVERY_S:
            self._looked_for_cold_s = time_s
            room_c = float(np.median(celsius[::8, ::8]))
            between_c = (room_c + MIN_CONTRAST_C, self._between_c[0])
            found = self._found(celsius, between_c, taken, people)
            # only said, never measured with: a part of it in the noise of a level will do
            within_px = max((spot.radius_px for spot in found), default=STILL_PX)
            self._cold = _followed(self._cold, found, time_s, max(within_px, STILL_PX))
            self._cold_stands = any(c.confirmed(time_s) for c in self._cold) or bool(
                found and self._mark is not None
            )
        return Reason.REFERENCE_NOT_WARM if self._cold_stands else Reason.REFERENCE_MISSING

    def _found(
        self,
        celsius: NDArray[np.float32],
        between_c: tuple[float, float],
        taken: Sequence[Spot],
        people: Sequence[Box],
    ) -> list[Spot]:
        return [
            spot
            for spot in find(celsius, *between_c)
            if not is_taken(spot, taken) and not _on_somebody(spot, people) and self._at_mark(spot)
        ]

    def _rivals(self, spots: list[Spot]) -> list[Spot]:
        """Return those of `spots` that could be it as well as the best; nobody's hand is one."""
        apart = [
            spot
            for spot in spots
            if _is_whole(spot, self._shape) and not _beside_somebody(spot, self._people)
        ]
        return _rivals(apart or spots)

    def _at_mark(self, spot: Spot) -> bool:
        mark = self._mark
        within = max(MARK_PX, spot.radius_px)
        return mark is None or math.hypot(spot.x - mark[0], spot.y - mark[1]) <= within


def _followed(
    known: list[_Candidate], found: list[Spot], time_s: float, within_px: float
) -> list[_Candidate]:
    """Return the candidates with what was found now; what moved or is gone begins anew."""
    after = []
    for spot in found:
        same = min(known, key=lambda c: _apart(c.spot, spot), default=None)
        if same is None or _apart(same.spot, spot) > within_px:
            after.append(_Candidate(spot, time_s, time_s))
            continue
        known = [other for other in known if other is not same]
        same.spot, same.seen_s = spot, time_s
        same.frames += 1
        after.append(same)
    return after + [c for c in known if time_s - c.seen_s < max(BLINK_S, COLD_EVERY_S)]


def _rivals(spots: list[Spot]) -> list[Spot]:
    """Leave out what stands out so little, beside the best of them, that it is no rival of it."""
    best = max(spots, key=lambda s: s.apparent_c - s.around_c, default=None)
    if best is None:
        return []
    contrast_c = best.apparent_c - best.around_c

    def is_one(spot: Spot) -> bool:
        share = (spot.apparent_c - spot.around_c) / contrast_c
        small = spot.radius_px < SMALL[0] * best.radius_px and share < SMALL[1]
        return share >= LEAST_CONTRAST and not small

    return [spot for spot in spots if is_one(spot)]


def is_taken(spot: Spot, taken: Sequence[Spot]) -> bool:
    """Whether one of the other references is what was found."""
    return any(_apart(spot, other) < other.radius_px for other in taken)


def _apart(a: Spot, b: Spot) -> float:
    return math.hypot(a.x - b.x, a.y - b.y)


def _is_whole(spot: Spot, shape: tuple[int, ...]) -> bool:
    """Whether all of it is in the picture; what hangs in from the edge is somebody's hand."""
    reach, (height, width) = spot.radius_px - 0.5, shape
    return reach < spot.x < width - reach and reach < spot.y < height - reach


def _beside_somebody(spot: Spot, people: Sequence[Box]) -> bool:
    """Whether somebody's arm could reach it: below the chin, and no farther than their hands."""
    return any(
        x - BESIDE_BODY * w < spot.x < x + (1.0 + BESIDE_BODY) * w and spot.y > y + h
        for x, y, w, h in people
    )


def _on_somebody(spot: Spot, people: Sequence[Box]) -> bool:
    return any(
        x - BESIDE_FACE * w < spot.x < x + (1.0 + BESIDE_FACE) * w
        and y - BESIDE_FACE * h < spot.y < y + BELOW_FACE * h
        for x, y, w, h in people
    )
