"""What a guard is shown, from what the worker says: cards that stay, verdicts that fade, silence.

Pure: records and times go in, a `View` comes out, whole, of one moment. It is the one place where
that is decided. Whatever is not screening shows nobody: no verdict, no number, nothing green.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

from device.info import SensorInfo
from screening.result import Reason, State, Verdict
from screening.settings import Settings
from service.ipc.acceptance import ShownAcceptance
from service.ipc.calibration import ShownReading
from service.ipc.expiry import expiry_s
from service.ipc.records import Instruments, Presence, Seen, Status
from service.ipc.view import DOWN, Advice, Outcome, ShownReference, ShownVisitor, View
from service.ipc.vocabulary import ChannelError
from service.state.counters import Counted
from service.supervisor.cards import MAX_OPEN, Cards

CLEAR_SHOWN_S: Final = 4.0
RECHECK_SHOWN_S: Final = 6.0
FFC_S: Final = 2.0  # of an FFC itself; it is settling that takes longer
PAUSE_S: Final = 30.0  # a planned pause that lasts longer is a fault
PAUSES: Final = frozenset({Reason.FFC, Reason.SETTLING})
STEP_M: Final = 0.1  # how finely a visitor is told how far to step
OF_REASON: Final = {
    Reason.TOO_CLOSE: Advice.BACK,
    Reason.COVERED: Advice.UNCOVER,
    Reason.SUN_WARMED: Advice.SHADE,
}
_FADING: Final = {
    Verdict.CLEAR: (State.CLEAR, CLEAR_SHOWN_S),
    Verdict.RECHECK: (State.RECHECK, RECHECK_SHOWN_S),
    Verdict.NO_RESULT: (State.RECHECK, RECHECK_SHOWN_S),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A verdict in the headline: it belongs to one visitor and fades."""

    state: State
    visitor: ShownVisitor
    since: float
    shown_s: float

    def left(self, now: float) -> float:
        return 1.0 - (now - self.since) / self.shown_s


class GuardView:
    """What is known of one worker and its visitors, and what of it a guard still has to see.

    Parameters
    ----------
    allow_unlocked
        Whether the station may screen although the worker's process lock is missing.
    """

    def __init__(self, *, allow_unlocked: bool = False) -> None:
        self._allow_unlocked = allow_unlocked
        self._down: tuple[State, tuple[Reason, ...]] = (State.STARTING, ())
        self._failure = ""
        self._sensor: SensorInfo | None = None
        self._locked = True
        self._settings: Settings | None = None
        self._status: Status | None = None
        self._status_at = self._until_s = 0.0
        self._instruments: Instruments | None = None
        self._cards = Cards()
        self._now = 0.0
        self._pause: tuple[float, float] | None = None  # since when, and until when it may take
        self._screened = False  # whether this worker has screened at all: a pause comes after it
        self._visitors: dict[int, ShownVisitor] = {}  # by mark, this worker only
        self._missed: set[int] = set()  # marks of visitors whose face is not found just now
        self._told: dict[int, Verdict] = {}  # verdicts that had their time in the headline
        self._headline: _Shown | None = None
        self._acceptance = ShownAcceptance()
        self._trial = False

    # ---- what happens to the worker

    def started(self, sensor: SensorInfo, *, locked: bool) -> None:
        """Note that a worker has opened its sensor."""
        self._sensor = sensor
        self._locked = locked
        self._failure = ""

    def lost(self, reason: Reason, what: str = "") -> tuple[ShownVisitor, ...]:
        """Note that nothing screens, and why; return the last word on everybody who was there.

        Who was there is forgotten, cards are not.
        """
        self._down = (State.NOT_SCREENING, (reason,))
        self._failure = what or self._failure
        self._status = self._instruments = self._headline = None
        self._visitors.clear()
        self._missed.clear()
        self._told.clear()
        self._pause, self._screened = None, False
        return self._cards.lost(self._now)

    def configured(self, settings: Settings) -> None:
        """Note the settings in force."""
        self._settings = settings

    def stands(self, acceptance: ShownAcceptance, *, trial: bool = False) -> None:
        """Note whether people answer for the numbers; a trial of the alarm screens without it."""
        self._acceptance, self._trial = acceptance, trial
        if self.held:
            self._headline = None

    @property
    def held(self) -> bool:
        """Whether nobody is screened because the station is not accepted."""
        return not (self._acceptance.screens or self._trial)

    def readings(self) -> tuple[ShownReading, ...]:
        """Return what visitors in view read, for an admin: also while nobody is screened."""
        offset_c = self._instruments.offset_c if self._instruments else None
        return tuple(
            ShownReading(
                one.id,
                one.raw_c,
                one.reference_corrected_c,
                one.skin_temp_c,
                one.mm_per_px,
                offset_c,
            )
            for mark, one in self._visitors.items()
            if mark not in self._missed
        )

    @property
    def counts(self) -> bool:
        """Whether visitors are counted: not in a trial, and not while nobody is screened."""
        return self._acceptance.screens and not self._trial

    @property
    def heard_at(self) -> float | None:
        """When the last status came; None when none came since the worker was lost."""
        return self._status_at if self._status is not None else None

    # ---- what the worker says

    def status(self, status: Status, now: float) -> None:
        """Take in what the screener says of this moment."""
        self._status, self._status_at, self._now = status, now, now
        self._until_s = expiry_s(status.exposed, now)
        self._pause = self._pause_at(status, now)
        if status.state in DOWN:
            self._headline = None
        self._screened |= self._up
        if self._screens(now):
            self._cards.screening()
        self._let_fade(now)

    def _screens(self, now: float) -> bool:
        """Whether people are screened, or will be in a moment."""
        return not self.held and (self._up or (self._screened and self._pauses(now)))

    @property
    def _up(self) -> bool:
        return self._status is not None and self._status.state not in DOWN

    def _pause_at(self, status: Status, now: float) -> tuple[float, float] | None:
        """Return since when a planned pause lasts, and until when it should be over."""
        if status.state is not State.NOT_SCREENING or not PAUSES.issuperset(_reasons(status)):
            return None
        if self._pause is not None:
            return self._pause
        settle_s = self._settings.limits.ffc_settle_s if self._settings is not None else 0.0
        ffc_s = FFC_S if status.reason is Reason.FFC else 0.0
        return now, now + ffc_s + settle_s

    def _pauses(self, now: float) -> bool:
        return self._pause is not None and now - self._pause[0] < PAUSE_S

    def instruments(self, instruments: Instruments) -> None:
        """Take in how the sensor does."""
        self._instruments = instruments

    def seen(self, record: Seen, now: float) -> ShownVisitor | None:
        """Take in what is said of a visitor; return the last word on them.

        Raises
        ------
        ChannelError
            When it is said of a visitor who never came, or who came twice.
        """
        known = self._visitors.get(record.mark)
        if record.begins == (known is not None):
            raise ChannelError("The worker spoke of a visitor who never came, or came twice.")
        self._now = now
        number = self._cards.number() if known is None else known.id
        visitor = _shown(number, record)
        if self.held:  # then no verdict asks anything of a guard
            unsaid = replace(visitor, verdict=None)
            self._cards.heard(unsaid, record.presence, screening=False, now=now)
        else:
            visitor = self._cards.heard(
                visitor, record.presence, screening=self._screens(now), now=now
            )
        self._visitors[record.mark] = visitor
        self._missed.discard(record.mark)
        if not self.held:
            self._choose(visitor, record.presence, now)
        if record.presence is Presence.MISSED:
            self._missed.add(record.mark)
        if record.presence is not Presence.DEPARTED:
            return None
        del self._visitors[record.mark]
        self._told.pop(number, None)
        return visitor

    def _choose(self, visitor: ShownVisitor, presence: Presence, now: float) -> None:
        """Give a new verdict its time in the headline."""
        self._let_fade(now)
        verdict = visitor.verdict
        if verdict in _FADING and self._told.get(visitor.id) is not verdict:
            if verdict is Verdict.NO_RESULT and presence is not Presence.DEPARTED:
                return  # not the last word on them yet
            self._told[visitor.id] = verdict
            state, shown_s = _FADING[verdict]
            self._headline = _Shown(state, visitor, now, shown_s)

    def _let_fade(self, now: float) -> None:
        """End a verdict's time, a *clear* also because somebody else stands there now."""
        shown = self._headline
        if shown is None:
            return
        others = any(
            visitor.id != shown.visitor.id
            for mark, visitor in self._visitors.items()
            if mark not in self._missed
        )
        if shown.left(now) <= 0.0 or (shown.state is State.CLEAR and others):
            self._headline = None

    # ---- what guards do

    def acknowledge(self, number: int) -> bool:
        """Note that a guard has seen an alarm; False when there is no such alarm."""
        return self._cards.acknowledge(number)

    def second_check(self, number: int, outcome: Outcome, now: float) -> bool:
        """Note how an alarm ended; False when there is no such one, or it cannot end so."""
        return self._cards.end(number, outcome, now)

    def undo(self, number: int, now: float) -> bool:
        """Open an alarm again; False when there is none that ended a moment ago."""
        return self._cards.undo(number, now)

    # ---- what time does

    def turn(self, now: float) -> list[Counted]:
        """Let time pass; return what is to be counted since the last time."""
        for number in self._cards.turn(now):
            for visitor in self._visitors.values():
                if visitor.id == number and visitor.verdict is Verdict.RECHECK:
                    self._headline = _Shown(State.RECHECK, visitor, now, RECHECK_SHOWN_S)
        return self._cards.counted()

    def close(self) -> list[Counted]:
        """Take every end as final; return what is to be counted."""
        self._cards.close()
        return self._cards.counted()

    # ---- what is shown

    def view(self, now: float) -> View:
        """Return what a screen shows at this moment."""
        settings = self._settings
        shown = View(
            state=State.NOT_SCREENING,
            alarms=self._cards.shown(now),
            waiting=self._cards.waiting,
            sensor=self._sensor,
            locked=self._locked,
            failure=self._failure,
            relative=settings is not None and not settings.references,
            threshold_c=settings.decision.threshold_c if settings is not None else None,
            acceptance=self._acceptance,
        )
        status = self._status
        if status is None:
            state, reasons = self._down
            return replace(shown, state=state, reasons=reasons)
        why_not = self._why_not(now)
        if why_not is not None:
            return replace(shown, reasons=(why_not,))
        instruments = self._instruments
        shown = replace(
            shown,
            state=status.state,
            reasons=_reasons(status),
            until_s=self._until_s,
            reference=ShownReference(
                status.reference_found,
                instruments.apparent_c if instruments else None,
                instruments.offset_c if instruments else None,
            ),
            frame_rate_hz=instruments.frame_rate_hz if instruments else 0.0,
            step_ms=instruments.step_ms if instruments else 0.0,
            skipped_share=instruments.skipped_share if instruments else 0.0,
            fpa_temp_c=instruments.fpa_temp_c if instruments else None,
        )
        if self.held:
            why = shown.reasons if status.state in DOWN else ()
            return replace(
                shown, state=State.NOT_SCREENING, reasons=(Reason.NOT_ACCEPTED, *why)[:2]
            )
        if status.state not in DOWN:
            return self._with_people(shown, now)
        if self._pause is not None and self._pauses(now):
            left_s = max(1.0, self._pause[1] - now)
            return replace(shown, advice=Advice.MOMENT, moment_s=left_s)
        return shown

    def _why_not(self, now: float) -> Reason | None:
        """Return why what the worker says may not be believed, or not be shown."""
        if now >= self._until_s:
            return Reason.SILENT
        if not self._locked and not self._allow_unlocked:
            return Reason.NOT_LOCKED
        return Reason.UNANSWERED if self._cards.waiting >= MAX_OPEN else None

    def _with_people(self, shown: View, now: float) -> View:
        here = tuple(
            visitor for mark, visitor in self._visitors.items() if mark not in self._missed
        )
        shown = replace(shown, visitors=tuple(sorted(here, key=lambda visitor: visitor.id)))
        first = self._cards.unacknowledged()
        if first is not None:
            return replace(shown, state=State.ELEVATED, reasons=first.reasons, visitor=first)
        # The worker goes on saying it for a while; whoever was answered for and has left is over.
        gone = not any(visitor.verdict is Verdict.ELEVATED for visitor in here)
        if shown.state is State.ELEVATED and gone and self._cards.answered:
            shown = replace(shown, state=State.READY, reasons=())
        told = self._headline
        if (
            told is not None
            and told.left(now) > 0.0
            and shown.state in (State.READY, State.CLEAR, State.RECHECK)
        ):
            return self._with_advice(
                replace(
                    shown,
                    state=told.state,
                    reasons=told.visitor.reasons,
                    visitor=told.visitor,
                    fading=told.left(now),
                )
            )
        if shown.state is State.CLEAR:  # its time is over: the next visitor may come
            return replace(shown, state=State.READY, reasons=())
        return self._with_advice(shown)

    def _with_advice(self, shown: View) -> View:
        """Say what to do about a visitor where the state alone does not."""
        if shown.state is State.LOOK_AT_CAMERA or Reason.TOO_FAR in shown.reasons:
            advice = next((OF_REASON[one] for one in shown.reasons if one in OF_REASON), None)
            return replace(shown, advice=advice, step_m=self._step_m(shown))
        if shown.state is not State.RECHECK:
            return shown
        about = shown.visitor or next(
            (one for one in shown.visitors if one.verdict is Verdict.RECHECK), None
        )
        advice = Advice.AGAIN if about is None else self._cards.advice(about)
        return replace(shown, visitor=about, advice=advice)

    def _step_m(self, shown: View) -> float | None:
        """Return how far the foremost visitor has to step to the mark."""
        settings, sensor = self._settings, self._sensor
        if settings is None or sensor is None:
            return None
        if not {Reason.TOO_FAR, Reason.TOO_CLOSE}.intersection(shown.reasons):
            return None
        away = [m for one in shown.visitors if (m := _distance_m(one, sensor)) is not None]
        if not away:
            return None
        step = round((min(away) - settings.scene.distance_m) / STEP_M) * STEP_M
        right = step > 0.0 if Reason.TOO_FAR in shown.reasons else step < 0.0
        return round(step, 1) if right else None


def _distance_m(visitor: ShownVisitor, sensor: SensorInfo) -> float | None:
    """Return how far away a face is, from the size of a pixel at it and the angle of a pixel."""
    if visitor.mm_per_px is None or sensor.hfov_deg is None:
        return None
    across = 2.0 * math.tan(math.radians(sensor.hfov_deg) / 2.0)
    return visitor.mm_per_px * sensor.width / (1000.0 * across)


def _reasons(status: Status) -> tuple[Reason, ...]:
    return tuple(r for r in (status.reason, status.second_reason) if r is not None)


def _shown(number: int, record: Seen) -> ShownVisitor:
    return ShownVisitor(
        id=number,
        mark=record.mark,
        verdict=record.verdict,
        reasons=tuple(r for r in (record.reason, record.second_reason) if r is not None),
        skin_temp_c=record.skin_temp_c,
        expanded_uncertainty_c=record.expanded_uncertainty_c,
        raw_c=record.raw_c,
        reference_corrected_c=record.reference_corrected_c,
        site=record.site,
        mm_per_px=record.mm_per_px,
        place=record.place,
        came_from=record.came_from,
    )
