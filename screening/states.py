"""What the guard is shown: one state at a time, held long enough to be read."""

from typing import Final

from screening.result import Reason, State, Verdict
from screening.visitors.visitor import VisitorRecord

STEADY_S: Final = 0.4  # an instruction must last so long before it is shown
ASK_S: Final = 5.0  # a visitor is asked to take something off before the second check is called
FADE_S: Final = {Verdict.CLEAR: 1.5, Verdict.RECHECK: 3.0, Verdict.ELEVATED: 4.0}

_OF_VERDICT: Final = {
    Verdict.CLEAR: State.CLEAR,
    Verdict.RECHECK: State.RECHECK,
    Verdict.ELEVATED: State.ELEVATED,
}
_OF_OBSTACLE: Final = {
    Reason.SEVERAL_PEOPLE: State.ONE_AT_A_TIME,
    Reason.TOO_FAR: State.COME_CLOSER,
    Reason.TURNED_AWAY: State.LOOK_AT_CAMERA,
    Reason.CUT_OFF: State.LOOK_AT_CAMERA,
    Reason.TOO_CLOSE: State.LOOK_AT_CAMERA,
    Reason.COVERED: State.LOOK_AT_CAMERA,
    Reason.SUN_WARMED: State.LOOK_AT_CAMERA,  # its advice says what to do
    Reason.GLASSES: State.TAKE_OFF_GLASSES,
    Reason.BLURRED: State.HOLD_STILL,
}

_INSTRUCTIONS: Final = {State.READY, *_OF_OBSTACLE.values()}

Shown = tuple[State, tuple[Reason, ...]]


class Board:
    """Chooses the state; it does not flicker, and a `clear` fades."""

    def __init__(self) -> None:
        self._shown: Shown = (State.STARTING, ())
        self._next: Shown | None = None
        self._next_since_s = 0.0
        self._verdict: tuple[int, Verdict, tuple[Reason, ...]] | None = None
        self._verdict_until_s = 0.0
        self._asked: tuple[int, float, float] | None = None  # visitor, since and until when

    def step(
        self,
        time_s: float,
        fault: Shown | None,
        present: list[VisitorRecord],
        *,
        unseen: bool = False,
    ) -> Shown:
        """Return what to show.

        Parameters
        ----------
        fault
            Why the station does not screen; shown at once, and it ends every verdict.
        present
            Visitors in the zone, the nearest first.
        unseen
            Somebody stands in the zone whose face is not seen.
        """
        if fault is not None:
            self._verdict = self._asked = None
            return self._show(fault)
        foremost = present[0] if present else None
        if self._alarm_of_another(time_s, foremost):
            return self._show((State.ELEVATED, self._verdict[2] if self._verdict else ()))
        if foremost is not None and foremost.verdict in _OF_VERDICT:
            verdict = foremost.verdict
            self._verdict = (foremost.id or 0, verdict, foremost.reasons)
            self._verdict_until_s = time_s + FADE_S[verdict]
        elif foremost is not None and self._shows(Verdict.CLEAR):
            self._verdict = None  # somebody else's, or from before a gap: it may be somebody else
        asks = self._ask(time_s, foremost)
        if asks is not None:
            return self._show(asks)
        if self._verdict is not None and time_s <= self._verdict_until_s:
            _, verdict, reasons = self._verdict
            return self._show((_OF_VERDICT[verdict], reasons))
        self._verdict = None
        return self._settle(time_s, _instruction(foremost, unseen=unseen))

    def _alarm_of_another(self, time_s: float, foremost: VisitorRecord | None) -> bool:
        """Whether somebody else's alarm is still to be read: no word on the next one ends it."""
        if self._verdict is None or self._verdict[1] is not Verdict.ELEVATED:
            return False
        if time_s > self._verdict_until_s or foremost is None:
            return False
        return (foremost.id or 0) != self._verdict[0] and foremost.verdict is not Verdict.ELEVATED

    def _ask(self, time_s: float, foremost: VisitorRecord | None) -> Shown | None:
        """Return what to ask of a visitor who would be sent to a second check for it alone.

        Nobody has to be sent away for their glasses; whoever keeps them on has the second check.
        """
        if foremost is None or foremost.mendable is None:
            blinked = foremost is None and self._asked is not None and time_s <= self._asked[2]
            return self._shown if blinked else None
        number = foremost.id or 0
        since_s = self._asked[1] if self._asked and self._asked[0] == number else time_s
        self._asked = (number, since_s, time_s + STEADY_S)
        if time_s - since_s > ASK_S:
            return None
        return _OF_OBSTACLE[foremost.mendable], (foremost.mendable,)

    def _shows(self, verdict: Verdict) -> bool:
        return self._verdict is not None and self._verdict[1] is verdict

    def _settle(self, time_s: float, wanted: Shown) -> Shown:
        """Change an instruction only when the new one has lasted."""
        if self._shown[0] not in _INSTRUCTIONS or wanted[0] is self._shown[0]:
            return self._show(wanted)
        if self._next is None or self._next[0] is not wanted[0]:
            self._next, self._next_since_s = wanted, time_s
        if time_s - self._next_since_s >= STEADY_S:
            return self._show(wanted)
        return self._shown

    def _show(self, shown: Shown) -> Shown:
        self._shown, self._next = shown, None
        return shown


def _instruction(foremost: VisitorRecord | None, *, unseen: bool) -> Shown:
    if foremost is None and unseen:
        return State.LOOK_AT_CAMERA, (Reason.TURNED_AWAY,)
    if foremost is None:
        return State.READY, ()
    told = foremost.verdict is Verdict.NO_RESULT
    obstacles = foremost.reasons if told else foremost.obstacles
    for reason in obstacles:
        if reason in _OF_OBSTACLE:
            return _OF_OBSTACLE[reason], (reason,)
    return State.HOLD_STILL, obstacles
