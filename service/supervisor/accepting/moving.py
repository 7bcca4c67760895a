"""The other challenge: the reference is set to another temperature, and must be seen to follow.

What is read at its mark has to move by what it was set to, against the rest of the picture: what
the sensor itself does, the rest does too. So something else that is marked does not pass, nor a
source that is not set as was said.
"""

import math
from collections import deque
from typing import Final

from service.acceptance.arithmetic import apparent_c
from service.ipc.calibration import Challenge
from service.ipc.records import SpotSeen, Status
from service.ipc.settings import ReferenceSettings
from service.ipc.view import DOWN

LEAST_C: Final = 0.5  # by which it must be set elsewhere
BEFORE: Final = 5  # seconds that are read before it is set
STEADY: Final = 30  # seconds that all have to lie together ...
TOGETHER_C: Final = 0.08  # ... within so much
WITNESS_C: Final = 0.1  # by how much the rest of a picture wanders in some minutes, k = 2
WITHIN_S: Final = 1200.0  # a blackbody takes minutes
STILL_S: Final = 240.0  # and nobody waits longer for one that does not move at all


def told_apart_c(reference: ReferenceSettings) -> float:
    """Return within what a change of a reference is known, deg C (k = 2): its U, and the witness.

    >>> round(told_apart_c(ReferenceSettings(expanded_uncertainty_c=0.2)), 3)
    0.224
    """
    return math.hypot(reference.expanded_uncertainty_c, WITNESS_C)


class SetPointChallenge:
    """One change of the set point of one reference.

    Parameters
    ----------
    reference
        As it is set.
    by_c
        By how much its set point is changed, deg C.
    reflected_c
        What it mirrors.
    look
        Number of the `Look` at its mark.
    now_s
        Monotonic time in seconds, here and below.

    Attributes
    ----------
    look
        As above.
    stands
        How it stands.
    """

    def __init__(
        self, reference: ReferenceSettings, by_c: float, reflected_c: float, look: int, now_s: float
    ) -> None:
        def shown_c(set_c: float) -> float:
            return apparent_c(set_c, reference.emissivity, reflected_c)

        self.from_c, self.by_c = reference.temp_c, by_c
        self._share = (shown_c(self.from_c + by_c) - shown_c(self.from_c)) / by_c
        self._within_c = told_apart_c(reference)
        self.look = look
        self._since_s = now_s
        self._seconds: deque[float] = deque(maxlen=STEADY)
        self._before_c: float | None = None
        self.stands = Challenge.BEFORE

    @property
    def moved_c(self) -> float | None:
        """By how much the surface has moved until now, deg C; None before it was read."""
        if self._before_c is None or not self._seconds:
            return None
        return round((self._seconds[-1] - self._before_c) / self._share, 2)

    @property
    def active(self) -> bool:
        """Whether it still goes on."""
        return self.stands in {Challenge.BEFORE, Challenge.CHANGE, Challenge.SET_BACK}

    def spot(self, spot: SpotSeen, now_s: float) -> None:
        """Take what is read at the mark, once a second."""
        if spot.look != self.look or not self.active:
            return
        self._seconds.append(spot.raw_c - spot.scene_c)
        if self.stands is Challenge.BEFORE and len(self._seconds) >= BEFORE:
            self._before_c = sum(self._seconds) / len(self._seconds)
            self._seconds.clear()
            self.stands, self._since_s = Challenge.CHANGE, now_s
        elif self.stands is Challenge.CHANGE and len(self._seconds) == STEADY:
            self._judge(now_s)

    def step(self, status: Status | None, now_s: float) -> bool:
        """Follow what the station says; True once, when the challenge is passed."""
        found = status is not None and status.reference_found and status.state not in DOWN
        back = self.moved_c is not None and abs(self.moved_c) <= self._within_c
        if self.stands is Challenge.SET_BACK and found and back:
            self.stands = Challenge.PROVEN
            return True
        if self.active and now_s - self._since_s > WITHIN_S:
            self.stands = Challenge.FAILED if self.stands is Challenge.SET_BACK else self._missed()
        return False

    def _judge(self, now_s: float) -> None:
        if max(self._seconds) - min(self._seconds) > TOGETHER_C:
            return
        if abs(self._mean_c() - self.by_c) <= self._within_c:
            self.stands, self._since_s = Challenge.SET_BACK, now_s
        elif abs(self._mean_c()) > self._within_c or now_s - self._since_s > STILL_S:
            self.stands = self._missed()

    def _mean_c(self) -> float:
        middle = sum(self._seconds) / len(self._seconds) if self._seconds else 0.0
        return (middle - (self._before_c or 0.0)) / self._share

    def _missed(self) -> Challenge:
        if self._before_c is None or not self._seconds:
            return Challenge.NOT_MOVED  # nothing could be read
        moved = abs(self._mean_c()) > self._within_c
        return Challenge.OTHER_AMOUNT if moved else Challenge.NOT_MOVED
