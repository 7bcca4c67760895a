"""What a guard is shown, from what the screener says: alarms that stay, words that fade, silence.

Pure: results and times go in, a `View` comes out. The screener speaks of the frame before it;
the station remembers what a guard has not seen yet.
"""

from dataclasses import dataclass, replace

from device.info import SensorInfo
from screening.result import Reason, ScreeningResult, State, Verdict, Visitor
from screening.settings import Settings
from service.ipc.messages import Alarm, Stepped, View

SILENT_AFTER_S = 0.5  # without a result the station is blind; the screen has the same limit
CLEAR_SHOWN_S = 4.0
RECHECK_SHOWN_S = 6.0
LINGER_S = 0.4  # a visitor whose face is missed in a frame or two stays on the screen
ALARMS_KEPT = 8  # waiting for their second check; the oldest is forgotten first
_FADING = {
    Verdict.CLEAR: (State.CLEAR, CLEAR_SHOWN_S),
    Verdict.RECHECK: (State.RECHECK, RECHECK_SHOWN_S),
    Verdict.NO_RESULT: (State.RECHECK, RECHECK_SHOWN_S),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A verdict's word on the screen: it belongs to one visitor and fades."""

    state: State
    visitor: Visitor
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
        self._last: Stepped | None = None
        self._last_at = 0.0
        self._period_s = 0.0
        self._alarms: dict[int, tuple[Alarm, float]] = {}
        self._alarm_of: dict[int, int] = {}  # the screener's visitor -> alarm, this worker only
        self._in_view: dict[int, tuple[Visitor, float]] = {}
        self._told: dict[int, Verdict] = {}  # verdicts in view that had their word
        self._word: _Shown | None = None
        self._next_alarm = 1

    # ---- what happens to the worker

    def started(self, sensor: SensorInfo, *, locked: bool) -> None:
        """Note that a worker has opened its sensor."""
        self._sensor = sensor
        self._locked = locked
        self._failure = ""

    def lost(self, reason: Reason, what: str = "") -> None:
        """Note that nothing screens, and why; what was in view is forgotten, alarms are not."""
        self._down = (State.NOT_SCREENING, (reason,))
        self._failure = what or self._failure
        self._last = None
        self._word = None
        self._alarm_of.clear()
        self._in_view.clear()
        self._told.clear()

    def configured(self, settings: Settings) -> None:
        """Note the settings in force."""
        self._settings = settings

    @property
    def heard_at(self) -> float | None:
        """When the last result came; None when none came since the worker was lost."""
        return self._last_at if self._last is not None else None

    # ---- what the screener says

    def stepped(self, message: Stepped, now: float) -> tuple[Alarm, ...]:
        """Take in a result; return the alarms that it raised."""
        if self._last is not None:
            self._period_s += 0.1 * ((now - self._last_at) - self._period_s)
        self._last, self._last_at = message, now
        result = message.result
        raised = [self._alarm(visitor, now) for visitor in (*result.visitors, *result.departed)]
        self._choose_word(result, now)
        self._in_view |= {visitor.id: (visitor, now) for visitor in result.visitors}
        for visitor in result.departed:
            self._in_view.pop(visitor.id, None)
            self._alarm_of.pop(visitor.id, None)
            self._told.pop(visitor.id, None)
        return tuple(alarm for alarm in raised if alarm is not None)

    def _alarm(self, visitor: Visitor, now: float) -> Alarm | None:
        if visitor.verdict is not Verdict.ELEVATED:
            return None
        number = self._alarm_of.get(visitor.id)
        if number is not None:
            if number in self._alarms:  # not yet answered: its numbers may have become better
                alarm, since = self._alarms[number]
                self._alarms[number] = (replace(alarm, visitor=visitor), since)
            return None
        alarm = Alarm(self._next_alarm, visitor)
        self._next_alarm += 1
        self._alarm_of[visitor.id] = alarm.number
        self._alarms[alarm.number] = (alarm, now)
        while len(self._alarms) > ALARMS_KEPT:
            del self._alarms[min(self._alarms)]
        return alarm

    def _choose_word(self, result: ScreeningResult, now: float) -> None:
        here = {visitor.id for visitor in result.visitors}
        word = self._word
        if word is not None and (
            word.left(now) <= 0.0 or (word.state is State.CLEAR and here - {word.visitor.id})
        ):
            self._word = None  # it has faded, or somebody else stands there now
        for visitor in (*result.departed, *result.visitors):
            verdict = visitor.verdict
            if verdict not in _FADING or self._told.get(visitor.id) is verdict:
                continue
            if verdict is Verdict.NO_RESULT and visitor.id in here:
                continue  # not their last word yet
            self._told[visitor.id] = verdict
            state, shown_s = _FADING[verdict]
            self._word = _Shown(state, visitor, now, shown_s)

    # ---- what guards do

    def acknowledge(self, number: int) -> bool:
        """Note that a guard has seen an alarm; False when there is no such alarm."""
        return self._answer(number, keep=True)

    def second_check(self, number: int) -> bool:
        """Note that the second check of an alarm is done; False when there is no such alarm."""
        return self._answer(number, keep=False)

    def _answer(self, number: int, *, keep: bool) -> bool:
        if number not in self._alarms:
            return False
        alarm, since = self._alarms.pop(number)
        if keep:
            self._alarms[number] = (replace(alarm, acknowledged=True), since)
        return True

    # ---- what is shown

    def view(self, now: float) -> View:
        """Return what a screen shows at this moment."""
        alarms = tuple(replace(alarm, age_s=now - since) for alarm, since in self._alarms.values())
        settings = self._settings
        shown = View(
            state=State.NOT_SCREENING,
            alarms=tuple(sorted(alarms, key=lambda alarm: alarm.number)),
            sensor=self._sensor,
            locked=self._locked,
            failure=self._failure,
            relative=settings is not None and not settings.references,
            threshold_c=settings.decision.threshold_c if settings is not None else None,
        )
        if self._last is None:
            state, reasons = self._down
            return replace(shown, state=state, reasons=reasons)
        if now - self._last_at > SILENT_AFTER_S:
            return replace(shown, reasons=(Reason.SILENT,))
        if not self._locked and not self._allow_unlocked:
            return replace(shown, reasons=(Reason.NOT_LOCKED,))
        result = self._last.result
        state, reasons, visitor, fading = self._headline(result, now)
        return replace(
            shown,
            state=state,
            reasons=reasons,
            visitor=visitor,
            fading=fading,
            visitors=tuple(
                visitor for visitor, seen_at in self._in_view.values() if now - seen_at < LINGER_S
            ),
            reference=result.reference,
            frame_rate_hz=1.0 / self._period_s if self._period_s > 0.0 else 0.0,
            step_ms=self._last.step_ms,
            skipped=self._last.skipped,
            fpa_temp_c=self._last.fpa_temp_c,
        )

    def _headline(
        self, result: ScreeningResult, now: float
    ) -> tuple[State, tuple[Reason, ...], Visitor | None, float | None]:
        if result.state is State.NOT_SCREENING:
            return State.NOT_SCREENING, result.reasons, None, None
        waiting = [alarm for alarm, _ in self._alarms.values() if not alarm.acknowledged]
        if waiting:
            first = min(waiting, key=lambda alarm: alarm.number)
            return State.ELEVATED, first.visitor.reasons, first.visitor, None
        word = self._word
        if (
            word is not None
            and word.left(now) > 0.0
            and result.state in (State.READY, State.CLEAR, State.RECHECK)
        ):
            return word.state, word.visitor.reasons, word.visitor, word.left(now)
        if result.state is State.CLEAR:  # the word has faded: the next visitor may come
            return State.READY, (), None, None
        return result.state, result.reasons, None, None
