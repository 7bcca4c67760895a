"""What a screen shows of a station at one moment, and what is shown beside it.

The supervisor makes it, the web process passes it on; see `service.ipc.messages`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from device.info import SensorInfo
from screening.result import Reason, State, Verdict
from screening.settings import Site
from service.ipc.acceptance import UNKNOWN, ShownAcceptance

DOWN = frozenset({State.NOT_SCREENING, State.STARTING, State.WARMING_UP, State.SELF_TEST})
"""The states in which nobody is screened: they need no frame to be believed."""


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
    BACK = "back"  # the visitor stands too near
    UNCOVER = "uncover"  # something covers the place to measure
    SHADE = "shade"  # the sun has warmed the face: wait out of it, then measure again


class Lane(StrEnum):
    """Whether visitors may come up."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


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


KEPT_DAYS: Final = 30  # for which the counts of an hour are kept


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
        Visitors in view, and the alarms that still want a guard, the oldest first: those that call
        before the others, as many as a view holds.
    waiting
        How many alarms are open, shown or not.
    advice, moment_s
        What the guard is to do where the state does not say it, and how long a pause still takes.
    step_m
        How far the foremost visitor has to step to the mark where they stand too far away (above
        zero) or too near (below); None where they need not, or where it is not known.
    locked
        Whether the worker's process lock holds; False is shown at all times.
    failure
        The sentence of the last failure, for the admin; empty while all is well.
    until_s
        Until when this may be believed, in monotonic seconds (`service.ipc.expiry`); where nobody
        is screened it says nothing.
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
    until_s: float = 0.0
    visitor: ShownVisitor | None = None
    fading: float | None = None
    visitors: tuple[ShownVisitor, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    waiting: int = 0
    advice: Advice | None = None
    moment_s: float | None = None
    step_m: float | None = None
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
