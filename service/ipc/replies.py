"""How the supervisor answers the web process: one reply to each request.

Typed messages, see `service.ipc.messages`.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from service.acceptance.verdict import ChapterVerdict
from service.ipc.attestation import AttestationState
from service.ipc.calibration import DriftPoint, ShownCalibration
from service.ipc.requests import Duty, Role
from service.ipc.settings import StationSettings
from service.ipc.view import HourCounts, Lane, Recorded
from service.sandbox.report import LockReport


class Why(StrEnum):
    """Why a request was refused."""

    NO_SESSION = "no_session"
    NOT_ALLOWED = "not_allowed"
    NO_PASSWORD = "no_password"  # noqa: S105 - a reason
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a reason
    TOO_SOON = "too_soon"
    NO_SUCH_ALARM = "no_such_alarm"
    NO_SUCH_SCENARIO = "no_such_scenario"
    NO_SENSOR = "no_sensor"
    NOT_SAVED = "not_saved"
    NOT_NOW = "not_now"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a request: it was done."""

    request: int
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a request: it was not done, and a sentence for the person who asked."""

    request: int
    why: Why
    sentence: str
    retry_after_s: float = 0.0
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The answer to a password: a session."""

    request: int
    session: str
    role: Role = Role.ADMIN
    kind: Literal["logged_in"] = "logged_in"


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """What is set; `settings` is None when the saved ones are damaged, and `problem` says so.

    Attributes
    ----------
    learning, learning_problem, holds
        Whether the sensor's non-uniformity is being learnt, why it was not the last time, and
        whether the saved one is that of the open sensor.
    scenario, scenarios
        What a simulated sensor shows, and can show.
    defaults
        What is in force until somebody saves settings.
    role
        Whose session it is.
    auditor
        Whether the auditor has a password.
    version
        By which `ChangeSettings` names these; empty when they are damaged.
    """

    request: int
    settings: StationSettings | None
    problem: str = ""
    learning: bool = False
    learning_problem: str = ""
    holds: bool = False
    scenario: str = ""
    scenarios: tuple[str, ...] = ()
    defaults: StationSettings = field(default_factory=StationSettings)
    role: Role = Role.ADMIN
    auditor: bool = False
    version: str = ""
    kind: Literal["settings_read"] = "settings_read"


@dataclass(frozen=True, slots=True)
class RecordsRead:
    """How the processes are locked, and the counts of the last hours."""

    request: int
    locks: tuple[LockReport, ...]
    hours: tuple[HourCounts, ...]
    kind: Literal["records_read"] = "records_read"


@dataclass(frozen=True, slots=True)
class Noted:
    """A line of the logbook.

    Attributes
    ----------
    well
        Whether everything that was tried at the beginning of a shift was found well.
    age_s
        How long ago.
    """

    duty: Duty
    well: bool
    age_s: float


@dataclass(frozen=True, slots=True)
class ShiftRead:
    """The shift; its sums once it has ended. None (`FEW`) stands for one to four.

    Attributes
    ----------
    begun_s
        How long ago it began; None: none has since the station was started.
    log
        Of this run of the station, the latest first.
    """

    request: int
    lane: Lane
    begun_s: float | None
    screened: int | None
    elevated: int | None
    confirmed: int | None
    not_confirmed: int | None
    declined: int | None
    no_result: int | None
    log: tuple[Noted, ...]
    kind: Literal["shift_read"] = "shift_read"


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """What people changed, and what happened to the station, the latest first."""

    request: int
    changes: tuple[Recorded, ...]
    troubles: tuple[Recorded, ...]
    kind: Literal["history_read"] = "history_read"


@dataclass(frozen=True, slots=True)
class AttestationRead:
    """The last attestation, and whether one is being made."""

    request: int
    state: AttestationState
    kind: Literal["attestation_read"] = "attestation_read"


@dataclass(frozen=True, slots=True)
class CalibrationRead:
    """How the calibration stands, and one chapter of it with its figures and its table."""

    request: int
    shown: ShownCalibration
    verdict: ChapterVerdict
    kind: Literal["calibration_read"] = "calibration_read"


@dataclass(frozen=True, slots=True)
class DriftRead:
    """The history of the drift watch, what it is held against, and what is past its limits.

    `past`: None, all is well; false, something is near; true, it is past.
    """

    request: int
    points: tuple[DriftPoint, ...]
    accepted: DriftPoint | None
    past: bool | None
    found: tuple[str, ...]
    kind: Literal["drift_read"] = "drift_read"


Reply = (
    Done
    | Refused
    | LoggedIn
    | SettingsRead
    | RecordsRead
    | ShiftRead
    | HistoryRead
    | AttestationRead
    | CalibrationRead
    | DriftRead
)
