"""How often the web process may say what, kind by kind."""

from typing import Any, Final

from service.ipc import requests
from service.ipc.bucket import Bucket
from service.ipc.records import Rate

# A guard's and an admin's hands are not faster.
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
