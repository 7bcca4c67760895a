"""What the station's processes say to each other: typed messages over private packet sockets.

A message is a frozen dataclass; on the wire it is JSON in one SOCK_SEQPACKET packet, told apart
by `kind`. Numbers and words travel here, never pixels; and nothing of it comes from the worker.

    worker -> supervisor   records, never messages: `service.ipc.records`
    supervisor -> worker   Admitted, Configure, Watch, RequestFfc, LearnNonUniformity, Look, Stop
    supervisor -> web      View (every frame), CheckCode, Picture (carries a descriptor), a Reply
    web -> supervisor      Screens, and the requests of guards and admins
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from device.info import SensorInfo
from screening.result import Reason, State, Verdict
from screening.settings import Settings, Site
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Chapter
from service.ipc.acceptance import UNKNOWN, ShownAcceptance
from service.ipc.calibration import (
    Decision,
    Doing,
    DriftPoint,
    Notes,
    ShownCalibration,
    Signers,
    Span,
    Ticks,
)
from service.ipc.capacity import Bits
from service.ipc.settings import StationSettings
from service.sandbox.report import LockReport

MAX_MESSAGE_BYTES = 64 * 1024
DOWN = frozenset({State.NOT_SCREENING, State.STARTING, State.WARMING_UP, State.SELF_TEST})
"""The states in which nobody is screened: they need no frame to be believed."""

MAX_PASSWORD_LENGTH = 128
MAX_SCREENS = 16
SESSION_S = 15 * 60.0  # an admin's session, without a request


# What the web process says is bounded type by type: see `service.ipc.capacity`.
MAX_REQUESTS = 2**16  # they are numbered anew after so many
RequestNumber = Annotated[int, Field(ge=0, le=MAX_REQUESTS - 1)]
AlarmNumber = Annotated[int, Field(ge=1, le=2**20)]
Password = Annotated[str, Field(max_length=MAX_PASSWORD_LENGTH)]
Session = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{22})?$"), Bits(132)]  # empty: none
ScenarioName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$"), Bits(40 * 5.21)]
Some = Annotated[int, Field(ge=0, le=MAX_SCREENS)]


class ChannelError(Exception):
    """The other process said something that no message is, or a message is too large to send."""


class ChannelClosed(ChannelError):
    """The other process is gone."""


class Role(StrEnum):
    """Who has a password. A guard needs none: what a guard does is on the alert screen."""

    ADMIN = "admin"  # changes
    AUDITOR = "auditor"  # reads


class Outcome(StrEnum):
    """How an alarm ended: what the second check with a clinical thermometer said, mostly."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    DECLINED = "declined"  # or gone
    CLEARED = "cleared"  # measured again, and clear: ends only what was to be measured again


class Need(StrEnum):
    """What an alarm asks of the guard."""

    ELEVATED = "elevated"  # a second check
    AGAIN = "again"  # to call the visitor back, to be measured once more
    WAIT = "wait"  # to let the visitor wait indoors, and then to have them measured once more
    THERMOMETER = "thermometer"  # the clinical thermometer: this station will not say more


class Advice(StrEnum):
    """What the guard is to do where the state alone does not say it."""

    AGAIN = "again"
    WAIT = "wait"  # let the visitor wait indoors, then measure again
    THERMOMETER = "thermometer"
    MOMENT = "moment"  # a planned pause of seconds


class Lane(StrEnum):
    """Whether visitors may come up."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Duty(StrEnum):
    """What a guard notes of the shift; who it was is nowhere."""

    BEGUN = "begun"
    OPENED = "opened"
    PAUSED = "paused"
    CLOSED = "closed"
    TRAINED = "trained"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ShownVisitor:
    """A visitor as screens show them; where they are in the picture goes past the supervisor.

    Attributes
    ----------
    id
        Counts up from 1 over the station's run.
    mark
        By which the preview's box is theirs (`service.ipc.preview_memory`).
    skin_temp_c, expanded_uncertainty_c
        The number that is shown, and its uncertainty (k = 2); None when nothing was measured.
    raw_c, reference_corrected_c
        The same reading before the reference's offset and before the site's correction.
    place, came_from
        Where in the picture they stand, and where they were seen first: 0 left, 1 right.
    asked
        How often they were asked to be measured again.
    """

    id: int
    mark: int
    verdict: Verdict | None = None
    reasons: tuple[Reason, ...] = ()
    skin_temp_c: float | None = None
    expanded_uncertainty_c: float | None = None
    raw_c: float | None = None
    reference_corrected_c: float | None = None
    site: Site | None = None
    mm_per_px: float | None = None
    place: float | None = None
    came_from: float | None = None
    asked: int = 0


@dataclass(frozen=True, slots=True)
class ShownReference:
    """The reference as screens show it: whether it is in view, what it reads, what it corrects."""

    found: bool = False
    apparent_c: float | None = None
    offset_c: float | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """A card about one visitor, until a person has said how it ended.

    Attributes
    ----------
    number
        Counts up over the station's run.
    age_s
        Since it asks for what it asks for.
    acknowledged
        Whether a guard has seen it; only an elevated visitor has to be acknowledged.
    outcome, undo_s
        How it ended, and for how long that can still be undone; None while it is open.
    """

    number: int
    visitor: ShownVisitor
    age_s: float = 0.0
    acknowledged: bool = False
    need: Need = Need.ELEVATED
    outcome: Outcome | None = None
    undo_s: float | None = None


@dataclass(frozen=True, slots=True)
class HourCounts:
    """The counts of one hour that is over; None (`FEW`) stands for one to four.

    Attributes
    ----------
    hour
        Its beginning in UTC, `2026-03-01T08`.
    again, thermometer, cleared
        How often somebody was asked to be measured again, how often that ended with *use the
        clinical thermometer*, and how often with *clear*.
    no_result_because
        How often a reason stood in the way of a result.
    """

    hour: str
    screened: int | None
    elevated: int | None
    confirmed: int | None
    not_confirmed: int | None
    declined: int | None
    no_result: int | None
    again: int | None
    thermometer: int | None
    cleared: int | None
    no_result_because: tuple[tuple[Reason, int | None], ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry of the audit trail, as pages show it: words and numbers of a closed vocabulary.

    Attributes
    ----------
    at
        UTC, `2026-03-01T08:00:00Z`.
    kind, fields
        Of the event (`service.state.audit_events`); a field that is null is left out.
    """

    number: int
    at: str
    kind: str
    fields: tuple[tuple[str, bool | int | float | str], ...] = ()


class Severity(StrEnum):
    """How much a fault takes away."""

    STOPS = "stops"  # nobody is screened
    WEAKENS = "weakens"  # screening goes on, with less behind it
    NOTE = "note"  # somebody should know


@dataclass(frozen=True, slots=True)
class Repair:
    """A fault, as a row: it goes by itself when it is mended.

    Attributes
    ----------
    code
        Its name (`service.supervisor.repairs`); the screens have the words.
    since_s, until_s
        Seconds since the epoch, by the station's clock; `until_s` is None while it lasts.
    times
        How often it came since the station started.
    """

    code: str
    severity: Severity
    since_s: int
    until_s: int | None = None
    times: int = 1


# ---- supervisor -> worker


@dataclass(frozen=True, slots=True)
class Admitted:
    """The sensor that was opened may be set up and screened with."""

    kind: Literal["admitted"] = "admitted"


@dataclass(frozen=True, slots=True)
class Configure:
    """Screen with these settings from the next frame on."""

    settings: Settings
    kind: Literal["configure"] = "configure"


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether any screen watches: only then is the picture written; otherwise it is zeroed."""

    on: bool
    kind: Literal["watch"] = "watch"


@dataclass(frozen=True, slots=True)
class RequestFfc:
    """Ask the sensor for a flat-field correction."""

    kind: Literal["request_ffc"] = "request_ffc"


@dataclass(frozen=True, slots=True)
class LearnNonUniformity:
    """Learn the non-uniformity: an even plate is before the lens."""

    kind: Literal["learn_non_uniformity"] = "learn_non_uniformity"


@dataclass(frozen=True, slots=True)
class Look:
    """Tell every second what is read at a place, for an acceptance.

    Attributes
    ----------
    number
        1 to 15; comes back with every answer.
    at
        Upright pixel; None: the reference again.
    emissivity
        Of the surface there.
    """

    number: int
    at: tuple[float, float] | None
    emissivity: float
    kind: Literal["look"] = "look"


@dataclass(frozen=True, slots=True)
class Stop:
    """Close the sensor and end."""

    kind: Literal["stop"] = "stop"


# ---- supervisor -> web


@dataclass(frozen=True, slots=True)
class View:
    """Everything a screen shows, whole, each time.

    Attributes
    ----------
    state, reasons, visitor
        The station's word, why, and the visitor it belongs to (None: it belongs to nobody).
    fading
        1 to 0 while a word that belongs to a visitor fades; None when it does not fade.
    visitors, alarms
        Visitors in view, and the oldest alarms that still want a guard.
    waiting
        How many alarms are open, shown or not.
    advice, moment_s
        What the guard is to do where the state does not say it, and how long a pause still takes.
    locked
        Whether the worker's process lock holds; False is shown at all times.
    failure
        The sentence of the last failure, for the admin; empty while all is well.
    valid_s
        For how long this may be believed, from the moment it was made; not positive: nobody is
        screened.
    frame_rate_hz, step_ms, skipped_share
        How the worker keeps up, over the last second.
    audit_head
        First 32 hex digits (128 bits) of the audit trail's head; empty while there is none.
    frozen_screens
        How many screens are connected but no longer paint.
    network
        Names of what was found of a network on this computer less than a minute ago; empty: there
        is none; None: nobody looked.
    lane
        Whether visitors may come up, as a guard has said.
    repairs
        Faults that last, then those that are over, of the last days.
    acceptance
        Whether people answer for the numbers.
    """

    state: State
    reasons: tuple[Reason, ...] = ()
    valid_s: float = 0.0
    visitor: ShownVisitor | None = None
    fading: float | None = None
    visitors: tuple[ShownVisitor, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    waiting: int = 0
    advice: Advice | None = None
    moment_s: float | None = None
    reference: ShownReference = ShownReference()
    sensor: SensorInfo | None = None
    locked: bool = True
    failure: str = ""
    relative: bool = False
    threshold_c: float | None = None
    frame_rate_hz: float = 0.0
    step_ms: float = 0.0
    skipped_share: float = 0.0
    fpa_temp_c: float | None = None
    audit_head: str = ""
    frozen_screens: int = 0
    network: tuple[str, ...] | None = None
    lane: Lane = Lane.OPEN
    repairs: tuple[Repair, ...] = ()
    acceptance: ShownAcceptance = UNKNOWN
    kind: Literal["view"] = "view"


@dataclass(frozen=True, slots=True)
class CheckCode:
    """What the station says of itself, signed (`service.checkcode.statement`).

    `made_s` is when, in monotonic seconds: a code that waited to be heard is that much older.
    """

    text: str
    made_s: float
    kind: Literal["check_code"] = "check_code"


@dataclass(frozen=True, slots=True)
class Picture:
    """The thermal view is in the read-only memory that comes with this message, or is gone."""

    present: bool
    kind: Literal["picture"] = "picture"


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


# ---- web -> supervisor


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
    """Replace all settings by these."""

    request: RequestNumber
    session: Session
    settings: StationSettings
    kind: Literal["change_settings"] = "change_settings"


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
    """An admin decides on the acceptance; `signers` are two of `ShownCalibration.may_sign`."""

    request: RequestNumber
    session: Session
    decision: Decision
    signers: Signers | None = None
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
    | ChangePassword
    | ChangeSettings
    | AskFfc
    | AskNonUniformity
    | ChooseScenario
)
Reply = (
    Done
    | Refused
    | LoggedIn
    | SettingsRead
    | RecordsRead
    | ShiftRead
    | HistoryRead
    | CalibrationRead
    | DriftRead
)
ToWorker = Admitted | Configure | Watch | RequestFfc | LearnNonUniformity | Look | Stop
ToWeb = View | CheckCode | Picture | Reply
FromWeb = Screens | GuardRequest | AdminRequest | CalibrationRequest
Message = ToWorker | ToWeb | FromWeb

MESSAGE: TypeAdapter[Any] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])
VIEW: TypeAdapter[View] = TypeAdapter(View)


def encode(message: Message) -> bytes:
    """Return the packet for a message."""
    packet = bytes(MESSAGE.dump_json(message))
    if len(packet) > MAX_MESSAGE_BYTES:
        raise ChannelError(
            f"A message of kind {message.kind} has {len(packet)} bytes; "
            f"at most {MAX_MESSAGE_BYTES} may travel."
        )
    return packet


def decode_exactly(packet: bytes) -> Message:
    """Return the message in a packet that holds nothing else: no space, no other order.

    Raises
    ------
    ChannelError
        When the same message would be written otherwise.
    """
    message = decode(packet)
    if encode(message) != packet:
        raise ChannelError(f"A packet of {len(packet)} bytes is not as a message is written.")
    return message


def decode(packet: bytes) -> Message:
    """Return the message in a packet."""
    try:
        message: Message = MESSAGE.validate_json(packet)
    except ValidationError as error:
        # Only types and places: what the packet held stays out of the log.
        first = error.errors(include_input=False, include_url=False)[0]
        raise ChannelError(
            f"A packet of {len(packet)} bytes is no message: {first['msg']} at {first['loc']}."
        ) from None
    return message
