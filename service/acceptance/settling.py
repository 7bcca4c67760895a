"""When an adjustable source has settled. Pure: what it says and times in."""

from collections import deque
from typing import Final

WITHIN_C: Final = 0.05  # of where it was set to
STEADY_C: Final = 0.03  # all of its readings, over
STEADY_S: Final = 60.0
PATIENCE_S: Final = 1800.0
EVERY_S: Final = 2.0


class Settling:
    """A source on its way to a set point.

    Settled is a minute in which all that it says lies within 0.05 deg C of where it was set to, and
    within 0.03 of each other.

    Parameters
    ----------
    set_c
        Where it was set to, deg C.
    now_s
        Monotonic time in seconds, here and below.
    """

    def __init__(self, set_c: float, now_s: float) -> None:
        self._set_c, self._began_s = set_c, now_s
        self._said: deque[tuple[float, float]] = deque()

    def said(self, temp_c: float, now_s: float) -> float | None:
        """Take what it says; return the mean of the last minute when it has settled, deg C."""
        said = self._said
        said.append((now_s, temp_c))
        while now_s - said[0][0] > STEADY_S:
            said.popleft()
        values = [value for _, value in said]
        near = all(abs(value - self._set_c) <= WITHIN_C for value in values)
        since_s = min(now_s - self._began_s, now_s - said[0][0] + 2.0 * EVERY_S)
        if near and since_s >= STEADY_S and max(values) - min(values) <= STEADY_C:
            return sum(values) / len(values)
        return None

    def over(self, now_s: float) -> bool:
        """Whether half an hour has passed: it will not settle."""
        return now_s - self._began_s > PATIENCE_S
