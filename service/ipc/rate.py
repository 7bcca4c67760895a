"""A token bucket: how often something may happen, whoever wants it to."""

from typing import Any, Final

from service.ipc import requests
from service.ipc.records import Rate

# How often the web process may say what: a guard's and an admin's hands are not faster.
OF_WEB: Final[dict[type, Rate]] = {
    requests.Screens: Rate(5.0, 20),
    requests.Acknowledge: Rate(2.0, 20),
    requests.SecondCheck: Rate(2.0, 20),
    requests.UndoOutcome: Rate(2.0, 20),
    requests.NoteDuty: Rate(0.2, 10),
    requests.ReadShift: Rate(1.0, 10),
    requests.Login: Rate(0.2, 10),
    requests.Logout: Rate(0.2, 10),
    requests.ReadSettings: Rate(2.0, 30),
    requests.ReadRecords: Rate(1.0, 10),
    requests.ReadHistory: Rate(0.2, 10),
    requests.ReadAttestation: Rate(0.4, 10),
    requests.AskAttestation: Rate(1.0 / 1800.0, 2),
    requests.ChangePassword: Rate(0.02, 3),
    requests.ChangeSettings: Rate(0.2, 10),
    requests.SaveWelcome: Rate(0.001, 3),
    requests.AskFfc: Rate(0.2, 10),
    requests.AskNonUniformity: Rate(0.1, 5),
    requests.ChooseScenario: Rate(0.2, 10),
    requests.ReadCalibration: Rate(1.2, 60),
    requests.SaveNotes: Rate(0.001, 6),
    requests.SaveTicks: Rate(0.02, 20),
    requests.DoChapter: Rate(0.05, 40),
    requests.DecideAcceptance: Rate(0.05, 10),
    requests.ReadDrift: Rate(0.1, 10),
}


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


class Buckets:
    """A bucket for each kind of message of the web process.

    The supervisor keeps two: those of one process, which ends when it is past them, and those of
    the station, which outlive it, and by which a request is refused. So one that dies and is
    started again is granted no more than one that lives, and none is ended for another's requests.

    Parameters
    ----------
    now_s, share
        As for a `Bucket`.
    """

    def __init__(self, now_s: float, *, share: float = 1.0) -> None:
        self._of = {kind: Bucket(rate, now_s, share=share) for kind, rate in OF_WEB.items()}

    def take(self, message: Any, now_s: float) -> bool:
        """Take a token for a message; False when there is none, or none of its kind may come."""
        bucket = self._of.get(type(message))
        return bucket is not None and bucket.take(now_s)

    def wait_s(self, message: Any) -> float:
        """Return for how long none of its kind may come."""
        bucket = self._of.get(type(message))
        return 0.0 if bucket is None else bucket.wait_s()
