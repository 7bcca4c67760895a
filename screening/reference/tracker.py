"""Keeps one reference in sight: finds, proves and watches it, and says what is wrong with it.

What stands in its place is the reference while it looks like one and is as warm against the rest
of the scene as it always was. Failure and occlusion look alike on the reference's own pixels: they
differ around it, for somebody who stands before it covers the surroundings too.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.reference.candidates import Candidates, is_taken
from screening.reference.identity import Identity
from screening.reference.offset import OffsetFilter
from screening.reference.spot import MIN_CONTRAST_C, RegionSampler, Spot, find
from screening.result import Box, Reason
from screening.settings import Reference

SEARCH_EVERY_S: Final = 0.1  # while it is not in sight
RIVALS_EVERY_S: Final = 0.5  # and for others like it, until it is proven
FOUND_WITHIN_PX: Final = 2.0
SAME_SIZE: Final = (0.7, 1.4)  # of its radius, of what may be the reference at another place
MAX_OFFSET_C: Final = 6.0  # of a sensor that is radiometric at all (data sheets: 5)
JUMP_C: Final = 0.6  # between two frames, alone: something stands before it
STEP_C: Final = 0.2  # against the offset so far, with the scene: the sensor's own step
KNOWN_C: Final = 0.05  # standard uncertainty from which on the offset can be held against a step
GLIMPSE_S: Final = 0.5  # out of sight for longer, it is looked for elsewhere
HIDDEN_S: Final = 8.0  # longer, and it counts as missing
MOVED_S: Final = 4.0  # an unmarked reference that stays at its new place is taken on again
OUTSIDE_C: Final = 1.0  # such a change after which it has left its set point for certain
SETTLED_RATE_C_S: Final = 0.06
SETTLED_DOUBT_C_S: Final = 0.03  # standard uncertainty of that rate
RUNAWAY_C_S: Final = 0.15  # and the sensor that was at rest no longer is
RECENT_S: Final = 0.2  # time constant of the error that two references are compared by


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
        self._marked = reference.mark is not None
        self._expected_c = expected_c
        self._netd_k = netd_k
        between_c = (expected_c - MAX_OFFSET_C, expected_c + MAX_OFFSET_C)
        self._candidates = Candidates(between_c, reference.mark)
        self._sampler: RegionSampler | None = None
        self._identity: Identity | None = None
        self._offset: OffsetFilter | None = None
        self._seen_s = self._time_s = 0.0
        self._searched_s = self._moved_s = -math.inf
        self._elsewhere: Spot | None = None  # where it may have been moved to
        self._around_c = self._last_c = self._apart_c = 0.0
        self._corrected = self._creeping = self._settling = self._rival = False
        self._lost_time = False
        self.error_c = 0.0
        self.spot: Spot | None = None
        self.reason: Reason | None = Reason.REFERENCE_MISSING

    @property
    def seen(self) -> bool:
        """Whether this frame's reading of it was taken."""
        return self.reason is None

    @property
    def known(self) -> bool:
        """Whether it has been found."""
        return self._sampler is not None

    @property
    def proven(self) -> bool:
        """Whether it has been steady for so long that nothing else is taken for it."""
        return self._identity is not None and self._identity.proven

    @property
    def gone_s(self) -> float:
        """For how long it has not been believed."""
        return self._time_s - self._seen_s

    @property
    def offset(self) -> OffsetFilter | None:
        """The offset; None until the reference has been found once."""
        return self._offset

    @property
    def settled(self) -> bool:
        """Whether the sensor has come to rest, as the reference says, after what it did last."""
        return self._offset is not None and not self._settling

    def forget(self) -> None:
        """Search anew: what was taken for it is something else."""
        self._sampler = self._offset = self._identity = self.spot = None
        self.reason = Reason.REFERENCE_OUT_OF_LIMITS

    def distrust(self) -> None:
        """Take note that another reference speaks against it: it proves nothing meanwhile."""
        if self._identity is not None:
            self._identity.begin_again()

    def lose_time(self) -> None:
        """Take note that the clock is another one; what it is known by stays."""
        self._lost_time, self._settling = True, self.known

    def corrected(self) -> None:
        """Take note of a flat-field correction: temperatures jump, places do not."""
        self._corrected = self._settling = True
        if self._identity is not None:
            self._identity.corrected()

    def step(
        self,
        celsius: NDArray[np.float32],
        time_s: float,
        taken: Sequence[Spot],
        *,
        level_c: float | None = 0.0,
        people: Sequence[Box] = (),
        creeping: bool = False,
        wanted: int = 1,
    ) -> None:
        """Look at one frame.

        Parameters
        ----------
        celsius
            `(H, W) float32`, apparent deg C.
        taken
            Other references in this frame.
        level_c
            By how much the rest of the scene has moved; None where it is not known.
        people
            Faces of the frame before: a new reference is not found on anybody.
        creeping
            A flat-field correction was not long ago: the sensor may still creep.
        wanted
            How many references are still to be found, with this one.
        """
        if self._lost_time:
            self._lost_time = False
            self._time_s = self._seen_s = time_s
            if self._offset is not None and self._identity is not None:
                self._offset.lose_time()
                self._identity.resume(time_s)
        since_s, self._time_s = self._time_s, time_s
        self._creeping = creeping
        sampler, offset, identity = self._sampler, self._offset, self._identity
        if sampler is None or offset is None or identity is None:  # made together, in `_search`
            if not 0.0 <= time_s - self._searched_s < SEARCH_EVERY_S:
                self._searched_s = time_s
                self._search(celsius, taken, people, level_c, wanted)
            return
        if self._corrected:
            offset.loosen()
        offset.coast(time_s)
        spot = sampler.sample(celsius)
        departed_c = identity.departed_c(spot.apparent_c, level_c, time_s)
        moved_c, self._apart_c = departed_c - self._apart_c, departed_c
        if spot.stands_out and identity.is_it(departed_c):
            self._take(offset, identity, spot, departed_c, level_c, time_s - since_s)
            self._look_for_rivals(celsius, taken, people)
        elif spot.stands_out and abs(moved_c) < JUMP_C and self.reason in _BY_ITSELF:
            # it has gone there by itself, and nobody stands before it
            identity.doubt(departed_c)
            self.spot = spot
            outside_c = 0.9 * OUTSIDE_C if self.reason is _OUT else OUTSIDE_C  # no flicker
            self.reason = _OUT if abs(departed_c) > outside_c else Reason.REFERENCE_UNSTABLE
        else:
            self.reason = self._what_is_wrong(celsius, spot, taken, sampler, identity)

    def _take(
        self,
        offset: OffsetFilter,
        identity: Identity,
        spot: Spot,
        departed_c: float,
        level_c: float | None,
        elapsed_s: float,
    ) -> None:
        """Believe what stands there, and ask what the sensor has done since."""
        error_c = self._expected_c - spot.apparent_c
        stepped = offset.uncertainty_c < KNOWN_C and abs(error_c - offset.offset_c) > STEP_C
        if stepped and level_c is None:
            self.reason = Reason.REFERENCE_UNSTABLE  # it or the sensor: nothing tells
            return
        if stepped:
            offset.restart(error_c)
            self._settling = True
        self.spot = spot
        self._seen_s, self._last_c, self._around_c = self._time_s, spot.apparent_c, spot.around_c
        self._elsewhere = None
        self._corrected = False
        identity.believe(departed_c)
        offset.read(self._time_s, error_c)
        self.error_c += (error_c - self.error_c) * min(1.0, max(elapsed_s, 0.0) / RECENT_S)
        if offset.rate_uncertainty_c_s < SETTLED_DOUBT_C_S:
            most_c_s = SETTLED_RATE_C_S if self._settling else RUNAWAY_C_S
            self._settling = abs(offset.rate_c_s) > most_c_s
        if not self._settling:
            identity.settled()
        if error_c > MAX_OFFSET_C:
            self.reason = Reason.REFERENCE_NOT_WARM
        elif error_c < -MAX_OFFSET_C:
            self.reason = Reason.REFERENCE_OUT_OF_LIMITS
        else:
            self.reason = Reason.REFERENCE_AMBIGUOUS if self._rival else None

    def _look_for_rivals(
        self, celsius: NDArray[np.float32], taken: Sequence[Spot], people: Sequence[Box]
    ) -> None:
        """See whether something else could be the reference as well, until it is proven."""
        if self.proven:
            self._rival = False
        elif not 0.0 <= self._time_s - self._searched_s < RIVALS_EVERY_S and self.spot:
            self._searched_s = self._time_s
            self._candidates.look(celsius, self._time_s, [*taken, self.spot], people)
            self._rival = self._candidates.rival(self.spot, self._time_s)

    def _what_is_wrong(
        self,
        celsius: NDArray[np.float32],
        spot: Spot,
        taken: Sequence[Spot],
        sampler: RegionSampler,
        identity: Identity,
    ) -> Reason:
        around_changed = abs(spot.around_c - self._around_c) > 1.0
        bare = not around_changed and abs(spot.apparent_c - spot.around_c) < MIN_CONTRAST_C
        if self.gone_s > GLIMPSE_S:
            if self._stands_elsewhere(celsius, spot, taken, sampler, identity, bare=bare):
                return Reason.REFERENCE_MOVED
            if bare:
                return Reason.REFERENCE_MISSING  # nothing stands there, and nobody before it
        if self.gone_s < HIDDEN_S and (around_changed or spot.apparent_c < self._last_c + 3.0):
            return Reason.REFERENCE_HIDDEN
        return Reason.REFERENCE_MISSING

    def _stands_elsewhere(
        self,
        celsius: NDArray[np.float32],
        spot: Spot,
        taken: Sequence[Spot],
        sampler: RegionSampler,
        identity: Identity,
        *,
        bare: bool,
    ) -> bool:
        """Look for it at other places: as large as it was, and as warm against the scene."""
        warm_c = spot.apparent_c - self._apart_c
        for other in find(celsius, warm_c - 1.5, warm_c + 1.5):
            alike = SAME_SIZE[0] < other.radius_px / sampler.radius_px < SAME_SIZE[1]
            if not alike or is_taken(other, taken):
                continue
            if not identity.is_it(other.apparent_c - warm_c):
                continue
            if math.hypot(other.x - spot.x, other.y - spot.y) <= FOUND_WITHIN_PX:
                self._sampler = _sampler(other, celsius)  # nudged
                return False
            before = self._elsewhere
            if before is None or math.hypot(other.x - before.x, other.y - before.y) > 1.0:
                self._elsewhere, self._moved_s = other, self._time_s
            if not self._marked and bare and self._time_s - self._moved_s > MOVED_S:
                self._sampler = _sampler(other, celsius)
            return True
        return False

    def _search(
        self,
        celsius: NDArray[np.float32],
        taken: Sequence[Spot],
        people: Sequence[Box],
        level_c: float | None,
        wanted: int,
    ) -> None:
        self.spot = None
        found = self._candidates.look(celsius, self._time_s, taken, people)
        sure = not self._candidates.unsure(self._time_s)
        if len(found) == (1 if self._marked else wanted) and sure:
            best = max(found, key=lambda s: self._rank * s.apparent_c)
            self._begin(celsius, best, level_c)
        elif len(found) > wanted or (found and self._marked):
            self.reason = Reason.REFERENCE_AMBIGUOUS
        else:
            self.reason = self._candidates.missing(celsius, self._time_s, taken, people)

    def _begin(self, celsius: NDArray[np.float32], best: Spot, level_c: float | None) -> None:
        """Keep to what was found from now on."""
        self._sampler = _sampler(best, celsius)
        sd_c = self._netd_k / self._sampler.core_px**0.5
        self._offset = OffsetFilter(sd_c, creeping=self._creeping)
        spot = self._sampler.sample(celsius)
        self._identity = Identity(spot.apparent_c, level_c, self._time_s)
        if self._creeping:
            self._identity.corrected()
        self._apart_c, self._rival = 0.0, False
        self._settling = self._creeping
        self.error_c = self._expected_c - spot.apparent_c
        self._take(self._offset, self._identity, spot, 0.0, level_c, 0.0)


_OUT: Final = Reason.REFERENCE_OUT_OF_LIMITS
# how it was in the frame before, when it can go on to depart without anybody before it
_BY_ITSELF: Final = frozenset({None, Reason.REFERENCE_UNSTABLE, _OUT, Reason.REFERENCE_AMBIGUOUS})


def _sampler(spot: Spot, celsius: NDArray[np.float32]) -> RegionSampler:
    return RegionSampler(spot.x, spot.y, spot.radius_px, celsius.shape)
