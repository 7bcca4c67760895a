"""A token bucket: how often something may happen, whoever wants it to."""

from service.ipc.records import Rate


class Bucket:
    """Holds back, or tells of, what comes more often than a rate allows.

    Parameters
    ----------
    rate
        How many come back each second, and how many there may be at most.
    now_s
        Monotonic time in seconds, here and below.
    share
        Of the rate: whoever must stay below a bucket elsewhere takes a little less.
    """

    def __init__(self, rate: Rate, now_s: float, *, share: float = 1.0) -> None:
        self._per_s = rate.per_s * share
        self._most = float(rate.waiting)
        self._tokens = self._most
        self._at_s = now_s

    def take(self, now_s: float) -> bool:
        """Take a token; False when there is none."""
        grown = self._tokens + (now_s - self._at_s) * self._per_s
        self._tokens = max(self._tokens, min(self._most, grown))
        self._at_s = now_s
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def wait_s(self) -> float:
        """Return for how long there is no token."""
        return max(0.0, (1.0 - self._tokens) / self._per_s)

    def slept(self, now_s: float) -> None:
        """Make room for what came while we did not run: as much as the rate gives for that time.

        So the number in an hour is no larger than it would have been.
        """
        self._tokens += (now_s - self._at_s) * self._per_s
        self._at_s = now_s

    def give(self) -> None:
        """Add a token: something was asked for that will be answered once."""
        self._tokens += 1.0
