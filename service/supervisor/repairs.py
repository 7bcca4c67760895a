"""Faults as rows: what is wrong with the station now, and what was while nobody looked.

A fault is a word of a closed list: a reason for which nobody is screened, or one of `OTHERS`. It
is looked for ten times a second, opens a row when it has lasted for a moment, and closes it by
itself when it is gone. Closed rows stay for three days, so that the night is there in the morning.
They are in memory only: what of a night outlives a restart is what the trail says of it
(`service.state.history`). Pure: facts and times go in, rows come out.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from screening.result import Reason, State
from service.ipc.view import Repair, Severity, View

LASTS_S: Final = 2.0  # shorter than that is no fault yet
PLANNED_LASTS_S: Final = 60.0  # a healthy station adjusts itself, and a screen starts, in less
SHOWN_FOR_S: Final = 3 * 24 * 3600.0  # after it is over: from Friday night to Monday morning
SLOW_SHARE: Final = 0.2  # of the frames skipped: the computer does not keep up

OTHERS: Final[dict[str, Severity]] = {
    "unlocked": Severity.WEAKENS,
    "no_reference": Severity.WEAKENS,
    "network": Severity.WEAKENS,
    "unaccepted": Severity.WEAKENS,
    "acceptance_due": Severity.NOTE,
    "review_due": Severity.NOTE,
    "slow": Severity.WEAKENS,
    "screen_frozen": Severity.WEAKENS,
    "no_screen": Severity.WEAKENS,
    "shape_unknown": Severity.NOTE,
    "shape_of_another": Severity.WEAKENS,
    "no_auditor": Severity.NOTE,
    "welcome_damaged": Severity.NOTE,
}
_PLANNED: Final = frozenset(
    {Reason.FFC.value, Reason.SETTLING.value, Reason.WARMING_UP.value, "no_screen"}
)
CODES: Final = frozenset({*(reason.value for reason in Reason), *OTHERS})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the supervisor knows besides the view.

    Attributes
    ----------
    watching
        How many screens watch.
    shape
        Whether the learnt non-uniformity is that of the open sensor; None when none was learnt.
    auditor
        Whether the auditor has a password.
    welcome
        Whether the file of the words of welcome can be read.
    """

    watching: int
    shape: bool | None
    auditor: bool
    welcome: bool = True


def faults(view: View, facts: Facts) -> set[str]:
    """Return the faults of this moment."""
    found: set[str] = set()
    if view.state is State.NOT_SCREENING:
        found |= {reason.value for reason in view.reasons}
    so = {
        "unlocked": not view.locked and Reason.NOT_LOCKED not in view.reasons,
        "no_reference": view.relative,
        "network": bool(view.network) and Reason.NETWORK_FOUND not in view.reasons,
        "unaccepted": bool(view.acceptance.causes) and Reason.NOT_ACCEPTED not in view.reasons,
        "acceptance_due": view.acceptance.days_left is not None,
        "review_due": view.acceptance.review_left is not None,
        "slow": view.skipped_share > SLOW_SHARE,
        "screen_frozen": view.frozen_screens > 0,
        "no_screen": facts.watching == 0,
        "shape_unknown": view.sensor is not None and facts.shape is None,
        "shape_of_another": view.sensor is not None and facts.shape is False,
        "no_auditor": not facts.auditor,
        "welcome_damaged": not facts.welcome,
    }
    return found | {code for code, holds in so.items() if holds}


def severity(code: str) -> Severity:
    """Return how much a fault takes away."""
    return OTHERS.get(code, Severity.STOPS)


class Repairs:
    """The rows of one station."""

    def __init__(self) -> None:
        self._rows: dict[str, Repair] = {}
        self._began: dict[str, float] = {}  # since when a fault is there, in monotonic seconds
        self._ended: dict[str, float] = {}

    def look(self, now_faults: Iterable[str], now_s: float, wall_s: float) -> None:
        """Open rows for the faults that last, and close those of faults that are gone.

        Parameters
        ----------
        now_faults
            Those of this moment.
        now_s, wall_s
            Monotonic time, and seconds since the epoch.
        """
        here = set(now_faults)
        for code in here:
            began = self._began.setdefault(code, now_s)
            lasts_s = PLANNED_LASTS_S if code in _PLANNED else LASTS_S
            if now_s - began >= lasts_s and not self._lasts(code):
                self._open(code, int(wall_s - (now_s - began)))
        for code in set(self._began) - here:
            del self._began[code]
            if self._lasts(code):
                self._rows[code] = replace(self._rows[code], until_s=int(wall_s))
                self._ended[code] = now_s
        for code, ended_s in tuple(self._ended.items()):
            if now_s - ended_s > SHOWN_FOR_S:
                del self._ended[code], self._rows[code]

    def _lasts(self, code: str) -> bool:
        row = self._rows.get(code)
        return row is not None and row.until_s is None

    def _open(self, code: str, since_s: int) -> None:
        before = self._rows.get(code)
        times = 1 if before is None else before.times + 1
        self._rows[code] = Repair(code, severity(code), since_s, times=times)
        self._ended.pop(code, None)

    def rows(self) -> tuple[Repair, ...]:
        """Return what lasts, the worst first, then what is over, the latest first."""
        order = list(Severity)
        lasting = [row for row in self._rows.values() if row.until_s is None]
        over = [row for row in self._rows.values() if row.until_s is not None]
        return (
            *sorted(lasting, key=lambda row: (order.index(row.severity), row.since_s)),
            *sorted(over, key=lambda row: -(row.until_s or 0)),
        )
