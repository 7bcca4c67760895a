"""What an admin and an auditor read of the trail: the latest changes, and the latest troubles.

The trail itself may hold years and is read line by line (`limen audit show`). This keeps the last
entries of two kinds in memory, filled while the trail is verified at the start and as it grows, so
that a page asks nothing of the disk. Changes and troubles do not push each other out.
"""

from typing import Final

from service.ipc.view import Recorded
from service.state.audit_events import (
    AcceptanceEnded,
    AcceptanceRecorded,
    AttestationIssued,
    BackupRestored,
    ClockJumped,
    CountersDamaged,
    EntriesWithheld,
    Event,
    LoginTried,
    OtherEvent,
    PasswordSet,
    ProcessLost,
    ProcessNotLocked,
    RegisterSeen,
    ScenarioChosen,
    ScreenFrozen,
    SensorEnrolled,
    SettingChanged,
    StationStarted,
    StationStopped,
    TrailMended,
    WelcomeChanged,
    said,
)

CHANGES: Final = (
    SettingChanged,
    PasswordSet,
    ScenarioChosen,
    WelcomeChanged,
    SensorEnrolled,
    RegisterSeen,
    BackupRestored,
    AcceptanceRecorded,
    AcceptanceEnded,
    AttestationIssued,
)
TROUBLES: Final = (
    StationStarted,
    StationStopped,
    ProcessLost,
    ProcessNotLocked,
    ScreenFrozen,
    LoginTried,
    TrailMended,
    ClockJumped,
    CountersDamaged,
    EntriesWithheld,
)
KEPT: Final = 80  # of each kind: together they fit into one message


class History:
    """The latest entries of a trail, by their numbers."""

    def __init__(self) -> None:
        self._changes: dict[int, Recorded] = {}
        self._troubles: dict[int, Recorded] = {}

    def add(self, number: int, at: str, event: Event | OtherEvent) -> None:
        """Keep an entry when it is of a kind that is shown; one that is known already once."""
        if isinstance(event, CHANGES):
            self._keep(self._changes, number, at, event)
        elif isinstance(event, TROUBLES):
            self._keep(self._troubles, number, at, event)

    @staticmethod
    def _keep(kept: dict[int, Recorded], number: int, at: str, event: Event) -> None:
        fields = tuple(
            (name, value if isinstance(value, bool | int | float) else str(value))
            for name, value in said(event).items()
            if name != "kind" and value is not None
        )
        kept[number] = Recorded(number, at, event.kind, fields)
        if len(kept) > KEPT:
            del kept[min(kept)]

    def changes(self) -> tuple[Recorded, ...]:
        """Return what people changed, the latest first."""
        return tuple(self._changes[number] for number in sorted(self._changes, reverse=True))

    def troubles(self) -> tuple[Recorded, ...]:
        """Return what happened to the station, the latest first."""
        return tuple(self._troubles[number] for number in sorted(self._troubles, reverse=True))
