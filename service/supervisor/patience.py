"""How long a worker may be silent, or take to start, measured on our own scheduling.

A suspended computer, a paused virtual machine or a stalled supervisor is not the worker's fault.
So only time counts in which this process itself ran: each turn of its loop adds what has passed
since the turn before, but never more than a turn may take. Nor is it the worker's fault that others
have the processor: while it wants to run, only the time counts in which it did. A worker that did
not get ready in time is given twice as much the next time: on a machine that is merely slow, one
start succeeds in the end.
"""

from typing import Final

TURN_S: Final = 0.25  # more than that between two turns, and this process did not run
SILENT_S: Final = 2.0
STARTS_WITHIN_S: Final = 30.0
STARTS_WITHIN_AT_MOST_S: Final = 240.0


class Patience:
    """Watches one worker after the other.

    Parameters
    ----------
    now_s
        Monotonic time in seconds, here and below.
    """

    def __init__(self, now_s: float) -> None:
        self._turn_s = now_s
        self._last: tuple[float, float | None] = (now_s, None)
        self._waited_s = self._ran_s = 0.0
        self._starts_within_s = STARTS_WITHIN_S

    def turn(self, now_s: float, ran_s: float | None = None) -> None:
        """Note a turn of the loop.

        Parameters
        ----------
        ran_s
            Processor time that the worker has had, while it wants more; None while it waits for
            anything else.
        """
        passed_s = min(max(now_s - self._turn_s, 0.0), TURN_S)
        self._turn_s = now_s
        if ran_s is not None:
            passed_s = min(passed_s, max(ran_s - self._ran_s, 0.0))
            self._ran_s = ran_s
        self._waited_s += passed_s

    def slept(self, now_s: float) -> bool:
        """Whether this process did not run since the last turn."""
        return now_s - self._turn_s > TURN_S

    def over(self, started_s: float, heard_s: float | None) -> bool:
        """Whether a worker has used up its time.

        Parameters
        ----------
        started_s
            When it was started.
        heard_s
            When it was heard last; None: not yet.
        """
        if (started_s, heard_s) != self._last:
            self._last = (started_s, heard_s)
            self._waited_s = 0.0
        if heard_s is not None:
            self._starts_within_s = STARTS_WITHIN_S
            return self._waited_s > SILENT_S
        if self._waited_s <= self._starts_within_s:
            return False
        self._starts_within_s = min(2.0 * self._starts_within_s, STARTS_WITHIN_AT_MOST_S)
        return True
