"""Where requests about the calibration are answered: an auditor reads, an admin also changes."""

from service.ipc.calibration import DriftPoint
from service.ipc.replies import CalibrationRead, Done, DriftRead, Refused, Reply, Why
from service.ipc.requests import (
    CalibrationRequest,
    DecideAcceptance,
    DoChapter,
    ReadCalibration,
    ReadDrift,
    Role,
    SaveNotes,
    SaveTicks,
)
from service.state.acceptance import AcceptanceError
from service.state.admin_password import AdminDoor
from service.state.audit_trail import AuditError
from service.state.drift import DriftWatch
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.calibration import Calibration


class CalibrationRequests:
    """Answers every request with a `Reply`.

    Parameters
    ----------
    door
        Knows the sessions.
    calibration, acceptance, drift
        What is asked about.
    """

    def __init__(
        self,
        door: AdminDoor,
        calibration: Calibration,
        acceptance: Acceptance,
        drift: DriftWatch,
    ) -> None:
        self._door = door
        self._calibration = calibration
        self._acceptance = acceptance
        self._drift = drift

    def answer(self, request: CalibrationRequest) -> Reply:
        """Do what is asked for, and say whether it was done."""
        number = request.request
        role = self._door.role_of(request.session)
        if role is None:
            return Refused(number, Why.NO_SESSION, "Log in first: the session has ended.")
        if role is not Role.ADMIN and not isinstance(request, ReadCalibration | ReadDrift):
            return Refused(number, Why.NOT_ALLOWED, "An auditor reads and changes nothing.")
        try:
            return self._answer(request)
        except AcceptanceError as error:
            return Refused(number, Why.NOT_NOW, str(error))
        except AuditError as error:
            return Refused(number, Why.NOT_SAVED, str(error))

    def _answer(self, request: CalibrationRequest) -> Reply:
        number = request.request
        match request:
            case ReadCalibration(chapter=chapter):
                shown = self._calibration.shown()
                return CalibrationRead(number, shown, self._calibration.verdict(chapter))
            case ReadDrift(span=span):
                return self._history(number, self._drift.points(span))
            case SaveNotes(notes=notes):
                self._calibration.note(notes)
            case SaveTicks(ticks=ticks):
                self._calibration.tick(ticks)
            case DoChapter(doing=doing):
                self._calibration.do(doing)
            case DecideAcceptance(decision=decision, signers=signers, review=review, by_c=by_c):
                self._calibration.decide(decision, signers, review, by_c)
        return Done(number)

    def _history(self, number: int, points: tuple[DriftPoint, ...]) -> DriftRead:
        in_force = self._acceptance.in_force
        accepted = None if in_force is None else in_force.accepted
        if accepted is None:
            return DriftRead(number, points, None, None, ())
        base = DriftPoint(accepted.made.isoformat(), **accepted.baseline.model_dump())
        past, found = self._drift.against(accepted.baseline)
        return DriftRead(number, points, base, past, found)
