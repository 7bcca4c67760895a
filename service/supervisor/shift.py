"""The guards' shift: whether the lane is open, what was noted, and the sums since it began.

Nothing here knows who. It lives as long as the station runs; what of it is kept longer is in the
audit trail, a few lines an hour (`service.state.child_events`).
"""

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

from service.ipc.replies import Noted, ShiftRead
from service.ipc.requests import Duty
from service.ipc.view import Lane
from service.state.counters import FEW, SMALLEST_SHOWN, Counted

LINES_KEPT: Final = 40
_LANE: Final = {Duty.OPENED: Lane.OPEN, Duty.PAUSED: Lane.PAUSED, Duty.CLOSED: Lane.CLOSED}


@dataclass(frozen=True, slots=True)
class _Line:
    duty: Duty
    well: bool
    at_s: float


class Shift:
    """One shift after the other. Times are monotonic, in seconds.

    Parameters
    ----------
    before
        What was counted before this run of the station: it is of no shift that is known here.
    """

    def __init__(self, before: Counter[str]) -> None:
        self.lane = Lane.OPEN
        self._begun_at: float | None = None
        self._ended_with: Counter[str] | None = None
        self._before = before
        self._log: deque[_Line] = deque(maxlen=LINES_KEPT)

    def note(self, duty: Duty, now_s: float, total: Counter[str], *, well: bool) -> None:
        """Take in what a guard notes.

        Parameters
        ----------
        total
            All that was counted until now.
        well
            How the trial at the beginning of a shift ended.
        """
        self._log.appendleft(_Line(duty, well, now_s))
        self.lane = _LANE.get(duty, self.lane)
        if duty is Duty.BEGUN:
            self._begun_at, self._before, self._ended_with = now_s, total, None
            self.lane = Lane.OPEN
        elif duty is Duty.ENDED:
            self._ended_with = total

    def read(self, request: int, now_s: float) -> ShiftRead:
        """Return the shift; its sums when it has ended, with small numbers hidden."""
        ended = self._ended_with is not None
        sums = (self._ended_with or Counter()) - self._before

        def show(what: Counted) -> int | None:
            few = (
                not ended
                or sums[Counted.SCREENED] < SMALLEST_SHOWN
                or 0 < sums[what] < SMALLEST_SHOWN
            )
            return FEW if few else sums[what]

        return ShiftRead(
            request,
            self.lane,
            None if self._begun_at is None else now_s - self._begun_at,
            screened=show(Counted.SCREENED),
            elevated=show(Counted.ELEVATED),
            confirmed=show(Counted.CONFIRMED),
            not_confirmed=show(Counted.NOT_CONFIRMED),
            declined=show(Counted.DECLINED),
            no_result=show(Counted.NO_RESULT),
            log=tuple(Noted(one.duty, one.well, now_s - one.at_s) for one in self._log),
        )
