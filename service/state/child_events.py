"""What processes that see pixels bring about, on its way to the trail and the log.

A hostile library can end its process when it likes, and so choose what is written of it, and when.
That is a channel to whatever outlives the process, and it is kept narrow here: a few events an
hour, written on the full ten seconds; of the others only how many they were, to a limit. How many
bits an hour that leaves is in `service.state.budget`.
"""

import math
from typing import Final

from service.state.audit_events import (
    DutyNoted,
    EntriesWithheld,
    LoginTried,
    ProcessLost,
    ScreenFrozen,
    SensorOpened,
)

EVENTS_PER_HOUR: Final = 4
WRITTEN_EVERY_S: Final = 10
MAX_WITHHELD: Final = 15
WITHHELD: Final = "of_locked_processes"
HOUR_S: Final = 3600.0

OfChildren = ProcessLost | ScreenFrozen | LoginTried | SensorOpened | DutyNoted


class ChildEvents:
    """Holds events until they may be written.

    Parameters
    ----------
    now_s
        Seconds of a clock that is never set, here and below.
    """

    def __init__(self, now_s: float) -> None:
        self._hour = now_s // HOUR_S
        self._taken = self._withheld = 0
        self._held: list[OfChildren] = []
        self._due_s = math.inf

    def add(self, event: OfChildren, now_s: float) -> None:
        """Take an event, or only count it when the hour has had its share."""
        if self._taken == EVENTS_PER_HOUR:
            self._withheld = min(self._withheld + 1, MAX_WITHHELD)
            return
        self._taken += 1
        self._held.append(event)
        self._due_s = min(self._due_s, (now_s // WRITTEN_EVERY_S + 1) * WRITTEN_EVERY_S)

    def due(self, now_s: float) -> list[OfChildren | EntriesWithheld]:
        """Return what is to be written now, and forget it."""
        told: list[OfChildren | EntriesWithheld] = []
        if now_s >= self._due_s:
            told += self.rest()
        if now_s // HOUR_S != self._hour:
            if self._withheld:
                told.append(EntriesWithheld(WITHHELD, self._withheld))
            self._hour, self._taken, self._withheld = now_s // HOUR_S, 0, 0
        return told

    def rest(self) -> list[OfChildren | EntriesWithheld]:
        """Return all that is held, and forget it."""
        held, self._held, self._due_s = self._held, [], math.inf
        return [*held]
