"""What guards, admins and auditors ask for, as the web process tells the supervisor.

Each is bounded type by type, for `service.ipc.capacity` to count; see `service.ipc.messages`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from service.acceptance.words import Chapter
from service.ipc.calibration import Decision, Doing, Moved, Notes, Review, Signers, Span, Ticks
from service.ipc.capacity import Bits
from service.ipc.settings import StationSettings
from service.ipc.view import Outcome
from service.ipc.visitor_window import Welcome

MAX_PASSWORD_LENGTH = 128
MAX_SCREENS = 16
SESSION_S = 5 * 60.0  # a session, without a request; an open console asks every few seconds
# What the web process says is bounded type by type: see `service.ipc.capacity`.
MAX_REQUESTS = 2**16  # they are numbered anew after so many
RequestNumber = Annotated[int, Field(ge=0, le=MAX_REQUESTS - 1)]
AlarmNumber = Annotated[int, Field(ge=1, le=2**20)]
Password = Annotated[str, Field(max_length=MAX_PASSWORD_LENGTH)]
Session = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{22})?$"), Bits(132)]  # empty: none
ScenarioName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$"), Bits(40 * 5.21)]
Version = Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$"), Bits(64)]  # of saved settings
Some = Annotated[int, Field(ge=0, le=MAX_SCREENS)]


class Role(StrEnum):
    """Who has a password. A guard needs none: what a guard does is on the alert screen."""

    ADMIN = "admin"  # changes
    AUDITOR = "auditor"  # reads


class Duty(StrEnum):
    """What a guard notes of the shift; who it was is nowhere."""

    BEGUN = "begun"
    OPENED = "opened"
    PAUSED = "paused"
    CLOSED = "closed"
    TRAINED = "trained"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Screens:
    """How many screens watch, and how many of those are connected but no longer paint."""

    watching: Some
    frozen: Some
    kind: Literal["screens"] = "screens"


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A guard has seen the alarm."""

    request: RequestNumber
    alarm: AlarmNumber
    kind: Literal["acknowledge"] = "acknowledge"


@dataclass(frozen=True, slots=True)
class SecondCheck:
    """How the second check of an alarm's visitor ended."""

    request: RequestNumber
    alarm: AlarmNumber
    outcome: Outcome
    kind: Literal["second_check"] = "second_check"


@dataclass(frozen=True, slots=True)
class UndoOutcome:
    """An alarm has not ended after all."""

    request: RequestNumber
    alarm: AlarmNumber
    kind: Literal["undo_outcome"] = "undo_outcome"


@dataclass(frozen=True, slots=True)
class NoteDuty:
    """A guard notes something of the shift; `well` is how the trial at its beginning ended."""

    request: RequestNumber
    duty: Duty
    well: bool
    kind: Literal["note_duty"] = "note_duty"


@dataclass(frozen=True, slots=True)
class ReadShift:
    """A guard asks for the shift until now."""

    request: RequestNumber
    kind: Literal["read_shift"] = "read_shift"


@dataclass(frozen=True, slots=True)
class Login:
    """The password of a role, to be exchanged for a session."""

    request: RequestNumber
    password: Password
    role: Role = Role.ADMIN
    kind: Literal["login"] = "login"


@dataclass(frozen=True, slots=True)
class Logout:
    """End a session."""

    request: RequestNumber
    session: Session
    kind: Literal["logout"] = "logout"


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """An admin asks what is set. Without a valid session: only whether a password is set."""

    request: RequestNumber
    session: Session
    kind: Literal["read_settings"] = "read_settings"


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """An admin asks how the processes are locked, and for the counts of the last hours."""

    request: RequestNumber
    session: Session
    kind: Literal["read_records"] = "read_records"


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """An admin or auditor asks what was changed, and what happened."""

    request: RequestNumber
    session: Session
    kind: Literal["read_history"] = "read_history"


@dataclass(frozen=True, slots=True)
class ReadAttestation:
    """An admin or auditor asks for the last attestation, and whether one is being made."""

    request: RequestNumber
    session: Session
    kind: Literal["read_attestation"] = "read_attestation"


@dataclass(frozen=True, slots=True)
class AskAttestation:
    """An admin or auditor asks for an attestation of the station that runs."""

    request: RequestNumber
    session: Session
    kind: Literal["ask_attestation"] = "ask_attestation"


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Set the password of a role: one's own, or, as the admin, the auditor's.

    `current` is the own password of whoever asks, whichever is changed.
    """

    request: RequestNumber
    session: Session
    role: Role
    current: Password
    new: Password
    kind: Literal["change_password"] = "change_password"


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Replace all settings by these, when those of `since` are still the saved ones; empty: any."""

    request: RequestNumber
    session: Session
    settings: StationSettings
    since: Version = ""
    kind: Literal["change_settings"] = "change_settings"


@dataclass(frozen=True, slots=True)
class SaveWelcome:
    """Replace the words with which the visitor's window welcomes."""

    request: RequestNumber
    session: Session
    welcome: Welcome
    kind: Literal["save_welcome"] = "save_welcome"


@dataclass(frozen=True, slots=True)
class AskFfc:
    """An admin asks for a flat-field correction now."""

    request: RequestNumber
    session: Session
    kind: Literal["ask_ffc"] = "ask_ffc"


@dataclass(frozen=True, slots=True)
class AskNonUniformity:
    """An admin holds an even plate before the lens, to have the non-uniformity learnt."""

    request: RequestNumber
    session: Session
    kind: Literal["ask_non_uniformity"] = "ask_non_uniformity"


@dataclass(frozen=True, slots=True)
class ChooseScenario:
    """Restart the simulated sensor with another scenario."""

    request: RequestNumber
    session: Session
    scenario: ScenarioName
    kind: Literal["choose_scenario"] = "choose_scenario"


@dataclass(frozen=True, slots=True)
class ReadCalibration:
    """An admin looks at the calibration, and at one chapter of it."""

    request: RequestNumber
    session: Session
    chapter: Chapter
    kind: Literal["read_calibration"] = "read_calibration"


@dataclass(frozen=True, slots=True)
class SaveNotes:
    """An admin has typed what the paper says."""

    request: RequestNumber
    session: Session
    notes: Notes
    kind: Literal["save_notes"] = "save_notes"


@dataclass(frozen=True, slots=True)
class SaveTicks:
    """An admin has ticked something in the wizard."""

    request: RequestNumber
    session: Session
    ticks: Ticks
    kind: Literal["save_ticks"] = "save_ticks"


@dataclass(frozen=True, slots=True)
class DoChapter:
    """An admin does something in a chapter of the acceptance."""

    request: RequestNumber
    session: Session
    doing: Doing
    kind: Literal["do_chapter"] = "do_chapter"


@dataclass(frozen=True, slots=True)
class DecideAcceptance:
    """An admin decides on the acceptance; `signers` are two of `ShownCalibration.may_sign`.

    With `by_c`, the reference is challenged by another set point, so much higher; else by a cover.
    """

    request: RequestNumber
    session: Session
    decision: Decision
    signers: Signers | None = None
    review: Review | None = None
    by_c: Moved | None = None
    kind: Literal["decide_acceptance"] = "decide_acceptance"


@dataclass(frozen=True, slots=True)
class ReadDrift:
    """An admin looks at the drift watch."""

    request: RequestNumber
    session: Session
    span: Span
    kind: Literal["read_drift"] = "read_drift"


GuardRequest = Acknowledge | SecondCheck | UndoOutcome | NoteDuty | ReadShift
CalibrationRequest = (
    ReadCalibration | SaveNotes | SaveTicks | DoChapter | DecideAcceptance | ReadDrift
)
AdminRequest = (
    Login
    | Logout
    | ReadSettings
    | ReadRecords
    | ReadHistory
    | ReadAttestation
    | AskAttestation
    | ChangePassword
    | ChangeSettings
    | SaveWelcome
    | AskFfc
    | AskNonUniformity
    | ChooseScenario
)
