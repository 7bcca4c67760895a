"""Keeps one reference in sight: finds, confirms and checks it, and says what is wrong with it.

Failure and occlusion look alike on the reference's own pixels. They differ around it: somebody who
stands before it covers the surroundings too, and leaves again.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.reference.offset import OffsetFilter
from screening.reference.spot import MIN_CONTRAST_C, RegionSampler, Spot, find
from screening.result import Box, Reason
from screening.settings import Reference

CONFIRM_FRAMES: Final = 3
STILL_PX: Final = 1.0
CONFIRM_S: Final = 1.0  # at one place for so long: nobody who walks in carries a reference
BESIDE_FACE: Final = 0.3  # of a face's size: around it nothing is taken for a reference
BELOW_FACE: Final = 2.0  # of its height: neck, collar and hands
SEARCH_EVERY_S: Final = 0.1  # while it is not in sight
COLD_EVERY_S: Final = 0.5  # and whether it stands there cold
FOUND_WITHIN_PX: Final = 2.0
MAX_OFFSET_C: Final = 6.0  # of a sensor that is radiometric at all (data sheets: 5)
JUMP_C: Final = 0.6  # between two frames, without a correction: something stands before it
GLIMPSE_S: Final = 0.5  # out of sight for longer, it is looked for elsewhere
HIDDEN_S: Final = 8.0  # longer, and it counts as missing
MOVED_S: Final = 4.0  # an unmarked reference that stays at its new place is taken on again
MARK_PX: Final = 6.0  # an admin's mark is that good, or within the reference's own radius
WITNESS_TAU_S: Final = 30.0
FAILING_C: Final = 0.3  # change of the reference that its surroundings do not share
OUTSIDE_C: Final = 1.0  # such a change after which it has left its set point for certain
SETTLED_RATE_C_S: Final = 0.06
SETTLED_DOUBT_C_S: Final = 0.03  # standard uncertainty of that rate


@dataclass(slots=True)
class _Candidate:
    """Something like a reference that may have stood at one place for a while."""

    spot: Spot
    since_s: float
    frames: int = 1

    def stays(self, spot: Spot, time_s: float, within_px: float = STILL_PX) -> bool:
        """Take the next sight of it; return whether it has stood still long enough."""
        if math.hypot(self.spot.x - spot.x, self.spot.y - spot.y) > within_px:
            self.frames, self.since_s = 0, time_s
        self.spot = spot
        self.frames += 1
        return self.frames >= CONFIRM_FRAMES and time_s - self.since_s >= CONFIRM_S


class ReferenceTracker:
    """One reference, from the first frame on.

    Parameters
    ----------
    reference
        What the admin says of it.
    expected_c
        What a perfect sensor would read on it, taken as a blackbody.
    netd_k
        Noise of a pixel.
    rank
        Of two references, the warmer is 1 and looks for the warmest, the cooler -1; alone 0.
    """

    def __init__(
        self, reference: Reference, expected_c: float, netd_k: float, rank: int = 0
    ) -> None:
        self._rank = rank
        self._reference = reference
        self._expected_c = expected_c
        self._netd_k = netd_k
        self._sampler: RegionSampler | None = None
        self._candidate: _Candidate | None = None
        self._cold: _Candidate | None = None
        self._offset: OffsetFilter | None = None
        self._seen_s = 0.0
        self._searched_s = self._looked_for_cold_s = -math.inf
        self._moved_s: float | None = None
        self._witness: tuple[float, float, float] | None = None  # time, reference, surroundings
        self._around_c = 0.0
        self._last_c = 0.0
        self._corrected = self._creeping = self._settling = False
        self.spot: Spot | None = None
        self.reason: Reason | None = Reason.REFERENCE_MISSING

    @property
    def seen(self) -> bool:
        """Whether this frame's reading of it was taken."""
        return self.reason is None

    @property
    def offset(self) -> OffsetFilter | None:
        """The offset; None until the reference has been found once."""
        return self._offset

    @property
    def settled(self) -> bool:
        """Whether the reference has said that the sensor came to rest after its last correction."""
        return self._offset is not None and not self._settling

    def forget(self) -> None:
        """Search anew: what was taken for it is something else."""
        self._sampler = self._candidate = self._cold = None
        self._offset = None
        self.spot = None
        self.reason = Reason.REFERENCE_OUT_OF_LIMITS

    def corrected(self) -> None:
        """Take note of a flat-field correction: temperatures jump, places do not."""
        self._corrected = self._settling = True
        self._witness = None

    def step(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        taken: list[Spot],
        *,
        people: Sequence[Box] = (),
        creeping: bool = False,
    ) -> None:
        """Look at one frame.

        Parameters
        ----------
        celsius
            `(H, W) float32`, apparent deg C.
        taken
            Other references in this frame.
        people
            Faces of the frame before: a new reference is not found on anybody.
        creeping
            A flat-field correction was not long ago: the sensor may still creep.
        """
        self._creeping = creeping
        if self._sampler is None:
            if not 0.0 <= time_s - self._searched_s < SEARCH_EVERY_S:
                self._searched_s = time_s
                self._search(celsius, time_s, taken, people)
            return
        offset = self._offset
        assert offset is not None  # noqa: S101  # made together with the sampler
        if self._corrected:
            offset.loosen()
        spot = self._sampler.sample(celsius)
        jumped = abs(spot.apparent_c - self._last_c) > JUMP_C and not self._corrected
        if spot.stands_out and not jumped:
            self._corrected = False
            self._take(spot, time_s, offset)
        else:
            offset.coast(time_s)
            self.reason = self._what_is_wrong(celsius, spot, time_s, taken)

    def _take(self, spot: Spot, time_s: float, offset: OffsetFilter) -> None:
        self.spot = spot
        self._seen_s, self._last_c, self._around_c = time_s, spot.apparent_c, spot.around_c
        self._moved_s = None
        error_c = self._expected_c - spot.apparent_c
        offset.read(time_s, error_c)
        if self._settling:
            slow = abs(offset.rate_c_s) < SETTLED_RATE_C_S
            self._settling = not (slow and offset.rate_uncertainty_c_s < SETTLED_DOUBT_C_S)
        departed_c = self._departed_c(spot, time_s)
        was_outside = self.reason is Reason.REFERENCE_OUT_OF_LIMITS
        outside_c = 0.9 * OUTSIDE_C if was_outside else OUTSIDE_C  # no flicker at the border
        if error_c > MAX_OFFSET_C:
            self.reason = Reason.REFERENCE_NOT_WARM
        elif error_c < -MAX_OFFSET_C or departed_c > outside_c:
            self.reason = Reason.REFERENCE_OUT_OF_LIMITS
        elif departed_c > 0.0:
            self.reason = Reason.REFERENCE_UNSTABLE
        else:
            self.reason = None

    def _departed_c(self, spot: Spot, time_s: float) -> float:
        """Return by how much it has changed while what stands around it has not; 0 when sound.

        No sensor drifts like that.
        """
        if self._witness is None:
            self._witness = (time_s, spot.apparent_c, spot.around_c)
            return 0.0
        then_s, reference_c, around_c = self._witness
        own, shared = spot.apparent_c - reference_c, spot.around_c - around_c
        failing = abs(own - shared) > FAILING_C and abs(shared) < 0.5 * abs(own)
        if failing:
            return abs(own - shared)
        weight = min(1.0, max(0.0, time_s - then_s) / WITNESS_TAU_S)
        self._witness = (time_s, reference_c + weight * own, around_c + weight * shared)
        return 0.0

    def _what_is_wrong(
        self, celsius: NDArray[np.float32], spot: Spot, time_s: float, taken: list[Spot]
    ) -> Reason:
        assert self._sampler is not None  # noqa: S101  # only called with one
        gone_s = time_s - self._seen_s
        if gone_s > GLIMPSE_S:
            for other in self._look_around(celsius, taken):
                if math.hypot(other.x - spot.x, other.y - spot.y) > FOUND_WITHIN_PX:
                    self._moved_s = time_s if self._moved_s is None else self._moved_s
                    if self._reference.mark is None and time_s - self._moved_s > MOVED_S:
                        self._sampler = None  # search anew, from nothing
                    return Reason.REFERENCE_MOVED
                self._sampler = RegionSampler(other.x, other.y, other.radius_px, celsius.shape)
        around_changed = abs(spot.around_c - self._around_c) > 1.0
        bare = not around_changed and abs(spot.apparent_c - spot.around_c) < MIN_CONTRAST_C
        if gone_s > GLIMPSE_S and bare:
            return Reason.REFERENCE_MISSING  # nothing stands there, and nobody before it
        if gone_s < HIDDEN_S and (around_changed or spot.apparent_c < self._last_c + 3.0):
            return Reason.REFERENCE_HIDDEN
        if gone_s > HIDDEN_S and self._reference.mark is None:
            self._sampler = None
        return Reason.REFERENCE_MISSING

    def _look_around(self, celsius: NDArray[np.float32], taken: list[Spot]) -> list[Spot]:
        sampler = self._sampler
        assert sampler is not None  # noqa: S101  # looks around only from one
        found = find(celsius, self._last_c - 1.5, self._last_c + 1.5)
        return [
            s
            for s in found
            if 0.7 < s.radius_px / sampler.radius_px < 1.4 and not _is_taken(s, taken)
        ]

    def _search(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        taken: list[Spot],
        people: Sequence[Box],
    ) -> None:
        self.spot = None
        coldest_c, warmest_c = self._expected_c - MAX_OFFSET_C, self._expected_c + MAX_OFFSET_C
        found = self._candidates(celsius, (coldest_c, warmest_c), taken, people)
        if self._confirms(found, time_s):
            self._begin(celsius, time_s)
        elif not 0.0 <= time_s - self._looked_for_cold_s < COLD_EVERY_S:
            self._looked_for_cold_s = time_s
            cold = self._stands_cold(celsius, time_s, coldest_c, taken, people)
            self.reason = Reason.REFERENCE_NOT_WARM if cold else Reason.REFERENCE_MISSING

    def _confirms(self, found: list[Spot], time_s: float) -> bool:
        """Say whether the best of what was found has stood at one place for long enough."""
        if not found:
            self._candidate = None
            return False
        best = max(found, key=lambda s: self._rank * s.apparent_c) if self._rank else found[0]
        if self._candidate is None:
            self._candidate = _Candidate(best, time_s)
            return False
        return self._candidate.stays(best, time_s)

    def _begin(self, celsius: NDArray[np.float32], time_s: float) -> None:
        """Keep to the candidate from now on."""
        assert self._candidate is not None  # noqa: S101  # confirmed just now
        best = self._candidate.spot
        self._candidate = self._cold = None
        self._sampler = RegionSampler(best.x, best.y, best.radius_px, celsius.shape)
        self._offset = OffsetFilter(
            self._netd_k / self._sampler.core_px**0.5, creeping=self._creeping
        )
        self._witness = self._moved_s = None
        self._settling = self._creeping
        self._take(self._sampler.sample(celsius), time_s, self._offset)

    def _candidates(
        self,
        celsius: NDArray[np.float32],
        between_c: tuple[float, float],
        taken: list[Spot],
        people: Sequence[Box],
    ) -> list[Spot]:
        return [
            s
            for s in find(celsius, *between_c)
            if not _is_taken(s, taken) and not _on_somebody(s, people) and self._at_mark(s)
        ]

    def _stands_cold(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        coldest_c: float,
        taken: list[Spot],
        people: Sequence[Box],
    ) -> bool:
        """Say whether something reference-like but cold stands at the mark, or has for a while."""
        room_c = float(np.median(celsius[::8, ::8]))
        between_c = (room_c + MIN_CONTRAST_C, coldest_c)
        found = self._candidates(celsius, between_c, taken, people)
        if not found:
            self._cold = None
            return False
        if self._reference.mark is not None:
            return True
        if self._cold is None:
            self._cold = _Candidate(found[0], time_s)
            return False
        before = self._cold.spot
        nearest = min(found, key=lambda s: math.hypot(s.x - before.x, s.y - before.y))
        # only said, never measured with: a part of it in the noise of a level will do
        within_px = max(STILL_PX, before.radius_px, nearest.radius_px)
        return self._cold.stays(nearest, time_s, within_px)

    def _at_mark(self, spot: Spot) -> bool:
        mark = self._reference.mark
        within = max(MARK_PX, spot.radius_px)
        return mark is None or math.hypot(spot.x - mark[0], spot.y - mark[1]) <= within


def _on_somebody(spot: Spot, people: Sequence[Box]) -> bool:
    return any(
        x - BESIDE_FACE * w < spot.x < x + (1.0 + BESIDE_FACE) * w
        and y - BESIDE_FACE * h < spot.y < y + BELOW_FACE * h
        for x, y, w, h in people
    )


def _is_taken(spot: Spot, taken: list[Spot]) -> bool:
    return any(math.hypot(spot.x - t.x, spot.y - t.y) < t.radius_px for t in taken)
