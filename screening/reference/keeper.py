"""Keeps one reference in sight: finds, confirms and checks it, and says what is wrong with it.

Failure and occlusion look alike on the reference's own pixels. They differ around it: somebody who
stands before it covers the surroundings too, and leaves again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.reference.offset import OffsetFilter
from screening.reference.spot import Lens, Spot, find
from screening.result import Box, Reason
from screening.settings import Reference

CONFIRM_FRAMES: Final = 3
CONFIRM_S: Final = 1.0  # at one place for so long: nobody who walks in carries a reference
BESIDE_FACE: Final = 0.3  # of a face's size: around it nothing is taken for a reference
BELOW_FACE: Final = 2.0  # of its height: neck, collar and hands
FOUND_WITHIN_PX: Final = 2.0
MOST_OFFSET_C: Final = 6.0  # of a sensor that is radiometric at all (data sheets: 5)
COLDEST_C: Final = 5.0  # below its surroundings plus contrast there is nothing to look for
JUMP_C: Final = 0.6  # between two frames, without a correction: something stands before it
HIDDEN_S: Final = 8.0  # longer, and it counts as missing
MOVED_S: Final = 4.0  # an unmarked reference that stays at its new place is taken on again
MARK_PX: Final = 6.0  # an admin's mark is that good, or within the reference's own radius
WITNESS_TAU_S: Final = 30.0
FAILING_C: Final = 0.3  # change of the reference that its surroundings do not share
SETTLED_RATE_C_S: Final = 0.06
SETTLED_DOUBT_C_S: Final = 0.03  # standard uncertainty of that rate


class Sight(Enum):
    """How the reference stands in this frame."""

    SEARCHING = auto()
    SEEN = auto()
    LOST = auto()


@dataclass(slots=True)
class _Candidate:
    spot: Spot
    since_s: float
    frames: int = 1


class ReferenceKeeper:
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
        self._lens: Lens | None = None
        self._candidate: _Candidate | None = None
        self._offset: OffsetFilter | None = None
        self._seen_s = 0.0
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
        self._lens = self._candidate = None
        self._offset = None
        self.spot = None
        self.reason = Reason.REFERENCE_UNSTABLE

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
        if self._lens is None:
            self._search(celsius, time_s, taken, people)
            return
        offset = self._offset
        assert offset is not None  # noqa: S101  # made together with the lens
        if self._corrected:
            offset.loosen()
        spot = self._lens.look(celsius)
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
        if error_c > MOST_OFFSET_C:
            self.reason = Reason.REFERENCE_NOT_WARM
        elif error_c < -MOST_OFFSET_C:
            self.reason = Reason.REFERENCE_OUT_OF_LIMITS
        elif self._failing(spot, time_s):
            self.reason = Reason.REFERENCE_UNSTABLE
        else:
            self.reason = None

    def _failing(self, spot: Spot, time_s: float) -> bool:
        """Whether it changes while what stands around it does not: no sensor drifts like that."""
        if self._witness is None:
            self._witness = (time_s, spot.apparent_c, spot.around_c)
            return False
        then_s, reference_c, around_c = self._witness
        own, shared = spot.apparent_c - reference_c, spot.around_c - around_c
        failing = abs(own - shared) > FAILING_C and abs(shared) < 0.5 * abs(own)
        if not failing:
            weight = min(1.0, max(0.0, time_s - then_s) / WITNESS_TAU_S)
            self._witness = (time_s, reference_c + weight * own, around_c + weight * shared)
        return failing

    def _what_is_wrong(
        self, celsius: NDArray[np.float32], spot: Spot, time_s: float, taken: list[Spot]
    ) -> Reason:
        assert self._lens is not None  # noqa: S101  # only called with one
        gone_s = time_s - self._seen_s
        if gone_s > 0.5:
            for other in self._look_around(celsius, taken):
                if np.hypot(other.x - spot.x, other.y - spot.y) > FOUND_WITHIN_PX:
                    self._moved_s = time_s if self._moved_s is None else self._moved_s
                    if self._reference.mark is None and time_s - self._moved_s > MOVED_S:
                        self._lens = None  # search anew, from nothing
                    return Reason.REFERENCE_MOVED
                self._lens = Lens(other.x, other.y, other.radius_px, celsius.shape)
        surroundings_changed = abs(spot.around_c - self._around_c) > 1.0
        if gone_s < HIDDEN_S and (surroundings_changed or spot.apparent_c < self._last_c + 3.0):
            return Reason.REFERENCE_HIDDEN
        if gone_s > HIDDEN_S and self._reference.mark is None:
            self._lens = None
        return Reason.REFERENCE_MISSING

    def _look_around(self, celsius: NDArray[np.float32], taken: list[Spot]) -> list[Spot]:
        lens = self._lens
        assert lens is not None  # noqa: S101  # looks around only from one
        found = find(celsius, self._last_c - 1.5, self._last_c + 1.5, self._last_c + 3.0)
        return [
            s for s in found if 0.7 < s.radius_px / lens.radius_px < 1.4 and not _is_taken(s, taken)
        ]

    def _search(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        taken: list[Spot],
        people: Sequence[Box],
    ) -> None:
        self.spot = None
        self.reason = Reason.REFERENCE_MISSING
        warmest_c = self._expected_c + MOST_OFFSET_C
        found = [
            s
            for s in find(celsius, self._expected_c - MOST_OFFSET_C, warmest_c, warmest_c)
            if not _is_taken(s, taken) and not _on_somebody(s, people) and self._at_mark(s)
        ]
        if not found:
            self._candidate = None
            if self._reference.mark is not None:
                self.reason = self._at_cold_mark(celsius)
            return
        best = max(found, key=lambda s: self._rank * s.apparent_c) if self._rank else found[0]
        before = self._candidate
        if before is None or np.hypot(before.spot.x - best.x, before.spot.y - best.y) > 1.0:
            self._candidate = _Candidate(best, time_s)
            return
        before.frames += 1
        before.spot = best
        if before.frames >= CONFIRM_FRAMES and time_s - before.since_s >= CONFIRM_S:
            self._candidate = None
            self._lens = Lens(best.x, best.y, best.radius_px, celsius.shape)
            self._offset = OffsetFilter(
                self._netd_k / self._lens.core_px**0.5, creeping=self._creeping
            )
            self._witness = self._moved_s = None
            self._settling = self._creeping
            self._take(self._lens.look(celsius), time_s, self._offset)

    def _at_mark(self, spot: Spot) -> bool:
        mark = self._reference.mark
        within = max(MARK_PX, spot.radius_px)
        return mark is None or np.hypot(spot.x - mark[0], spot.y - mark[1]) <= within

    def _at_cold_mark(self, celsius: NDArray[np.float32]) -> Reason:
        """Say whether something reference-like but cold stands at the mark."""
        coldest_c = self._expected_c - MOST_OFFSET_C
        cold = find(celsius, COLDEST_C, coldest_c, coldest_c)
        if any(self._at_mark(s) for s in cold):
            return Reason.REFERENCE_NOT_WARM
        return Reason.REFERENCE_MISSING


def _on_somebody(spot: Spot, people: Sequence[Box]) -> bool:
    return any(
        x - BESIDE_FACE * w < spot.x < x + (1.0 + BESIDE_FACE) * w
        and y - BESIDE_FACE * h < spot.y < y + BELOW_FACE * h
        for x, y, w, h in people
    )


def _is_taken(spot: Spot, taken: list[Spot]) -> bool:
    return any(np.hypot(spot.x - t.x, spot.y - t.y) < t.radius_px for t in taken)
