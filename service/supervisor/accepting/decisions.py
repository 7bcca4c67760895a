"""What an admin decides of what is in force: its end, screening without it, and its necessity.

Each is written to the audit trail first: what the trail does not take is not done (AuditError).
"""

from datetime import date

from service.acceptance.validity import TWELVE_MONTHS
from service.ipc.calibration import Review
from service.state.acceptance import AcceptanceError, InForce
from service.state.audit_events import AcceptanceEnded, SettingChanged
from service.state.recorder import Recorder
from service.supervisor.accepting.acceptance import Acceptance


def end(acceptance: Acceptance, recorder: Recorder, today: date) -> None:
    """End the acceptance.

    Raises
    ------
    AcceptanceError
        When there is none; here and below also when what is in force cannot be read or written.
    """
    before = acceptance.in_force
    if before is None or before.accepted is None:
        raise AcceptanceError("There is no acceptance to end.")
    recorder.write(AcceptanceEnded())
    ended = before.accepted.model_copy(update={"ended": today})
    acceptance.save(before.model_copy(update={"accepted": ended}))


def let_screen(acceptance: Acceptance, recorder: Recorder, *, on: bool) -> None:
    """Let the station screen without an acceptance, or not."""
    before = _readable(acceptance)
    said = acceptance.screen_unaccepted
    recorder.write(SettingChanged("acceptance.screen_unaccepted", said, on))
    acceptance.save(before.model_copy(update={"screen_unaccepted": on}))


def reviewed(
    acceptance: Acceptance, recorder: Recorder, review: Review | None, today: date
) -> None:
    """Note that screening is needed until a day: at most a year, and then looked at again."""
    before = _readable(acceptance)
    days = 0 if review is None else (review.until - today).days
    if review is None or not 0 < days <= TWELVE_MONTHS.days:
        raise AcceptanceError("The next review is on a day to come, within a year.")
    old = before.review_until
    recorder.write(
        SettingChanged(
            "necessity.review_until",
            None if old is None else old.isoformat(),
            review.until.isoformat(),
        )
    )
    if before.review_blocks != review.blocks:
        recorder.write(
            SettingChanged("necessity.review_blocks", before.review_blocks, review.blocks)
        )
    acceptance.save(
        before.model_copy(update={"review_until": review.until, "review_blocks": review.blocks})
    )


def review_of(acceptance: Acceptance) -> Review | None:
    """Return what was decided of the necessity; None when nobody has."""
    now = acceptance.in_force
    if now is None or now.review_until is None:
        return None
    return Review(until=now.review_until, blocks=now.review_blocks)


def _readable(acceptance: Acceptance) -> InForce:
    if acceptance.in_force is None:
        raise AcceptanceError(acceptance.problem)
    return acceptance.in_force
