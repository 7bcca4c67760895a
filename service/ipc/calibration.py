"""What an admin types, does and is shown while a station is calibrated and accepted.

Everything that the web process may say is bounded by its type (`service.ipc.capacity`).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.acceptance.words import Chapter, Conformity, Place, Trial, Way
from service.ipc.acceptance import Cause
from service.ipc.capacity import Bits, Decimals
from service.sandbox.calibrator.records import Fault

MAX_TEXT: Final = 40
READINGS_PER_ACT: Final = 5  # at one place, or at one set point
READING_EVERY_S: Final = 10.0  # of a long series: the mean of what came in that time
# Letters, digits and signs of the four languages; 8 bits each, and its length
Text = Annotated[
    str, Field(pattern=r"^[ -~\u00a1-\u017f]{0,40}$"), AfterValidator(str.strip), Bits(9 * MAX_TEXT)
]
Digest = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$"), Bits(257)]
_Hundredths, _Thousandths = AfterValidator(Decimals(2)), AfterValidator(Decimals(3))
SetPoint = Annotated[float, Field(ge=20.0, le=60.0), _Thousandths]
Expanded = Annotated[float, Field(ge=0.001, le=2.0), _Thousandths]
Emissivity = Annotated[float, Field(ge=0.90, le=1.0), _Thousandths]
Pixel = Annotated[float, Field(ge=0.0, le=4096.0), AfterValidator(Decimals(1))]
Clinical = Annotated[float, Field(ge=30.0, le=43.0), _Hundredths]
Decibel = Annotated[float, Field(ge=0.0, le=140.0), AfterValidator(Decimals(1))]


class Step(StrEnum):
    """The steps of the wizard, in order."""

    UNPACK = "unpack"
    PLACE = "place"
    WARM_UP = "warm_up"
    REFERENCE = "reference"
    SHAPE = "shape"
    SWEEP = "sweep"
    SURROUNDINGS = "surroundings"
    THRESHOLD = "threshold"
    BATTERY = "battery"
    SIGN = "sign"
    VALID = "valid"


class Need(StrEnum):
    """Why a step may not be left yet; the page has one sentence for each, per language."""

    SENSOR = "sensor"  # none is open and admitted
    UNPACKED = "unpacked"  # the admin has not said that it was looked at
    NOT_LOCKED = "not_locked"
    PLACED = "placed"
    REFERENCE_SEEN = "reference_seen"
    COARSE = "coarse"  # the pixels at the face are larger than any site allows
    MEASURE = "measure"  # the chapter of this step is not whole
    FAILED = "failed"  # the chapter of this step does not conform
    REPEAT = "repeat"  # it was interrupted by a power cut, and must be repeated
    CHANGED = "changed"  # something that it depends on is another since
    PAPER = "paper"  # laboratory, number, serial
    PAPER_DUE = "paper_due"  # the paper holds no more
    PAPER_DATES = "paper_dates"  # calibrated on a day to come, or due before that
    PAPER_DIFFERS = "paper_differs"  # from the settings in force
    MARK = "mark"  # the reference is not marked in the picture
    CHALLENGE = "challenge"
    SHAPE = "shape"  # not learnt, or on another sensor
    SURROUNDINGS = "surroundings"  # not confirmed
    EARLIER = "earlier"  # a step before this one is not done
    CLOSE = "close"  # the record is not closed
    SIGNATURES = "signatures"
    IN_FORCE = "in_force"  # signed, but not put in force
    REVIEW = "review"  # nobody has said until when screening is held to be needed


class Paper(BaseModel):
    """What the laboratory's paper says of the reference; typed in, or read from its file."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    laboratory: Text = ""
    number: Text = ""
    model: Text = ""
    serial: Text = ""
    set_point_c: SetPoint | None = None
    expanded_c: Expanded | None = None
    k: Annotated[float, Field(ge=1.0, le=4.0), _Hundredths] = 2.0
    emissivity: Emissivity | None = None
    issued: date | None = None
    due: date | None = None
    dcc_sha256: Digest = ""


class Notes(BaseModel):
    """What an admin has typed: the name of the place, and the laboratory's paper."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    place: Text = ""
    paper: Paper = Paper()


class Ticks(BaseModel):
    """What an admin has ticked, and set of the adjustable source.

    Attributes
    ----------
    target_emissivity, target_expanded_c
        Of the adjustable source of the sweep: emissivity, and expanded uncertainty (k = 2).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    unpacked: bool = False
    placed: bool = False
    surroundings: bool = False
    draught: bool = False
    sunlight: bool = False
    target_emissivity: Emissivity = 0.97
    target_expanded_c: Expanded = 0.2


class Act(StrEnum):
    """What an admin does in a chapter."""

    BEGIN = "begin"
    PAUSE = "pause"
    UNDO = "undo"  # take back the last value
    AGAIN = "again"  # throw the chapter away and begin anew


class BySerial(StrEnum):
    """Which set points a calibrator is set to by serial."""

    FEW = "few"  # the fewest that a station is accepted with
    WHOLE = "whole"  # 34 to 40 deg C in steps of 0.25, and back


@dataclass(frozen=True, slots=True)
class Doing:
    """One act in one chapter, with what the chapter needs of it.

    Attributes
    ----------
    at
        Where the source is in the picture; None: at the reference.
    place
        Of the five places of the target plane.
    set_c, way
        Set point of the source, and whether the one before was lower.
    by_serial
        Let the station set the source to these set points, one after the other.
    trial
        What is done to the station now.
    heard, level_dba
        Whether the alarm was heard at the guard's place, and how loud by a meter.
    clinical_c
        Of the person who was measured last, by the clinical thermometer. Only the difference
        is kept.
    """

    chapter: Chapter
    act: Act
    at: tuple[Pixel, Pixel] | None = None
    place: Place | None = None
    set_c: SetPoint | None = None
    way: Way = Way.UP
    trial: Trial | None = None
    heard: bool | None = None
    level_dba: Decibel | None = None
    clinical_c: Clinical | None = None
    by_serial: BySerial | None = None


class Decision(StrEnum):
    """What an admin decides."""

    BEGIN_ANEW = "begin_anew"  # throw away what was measured
    CHALLENGE = "challenge"  # cover the reference, or set it elsewhere: is it the marked one?
    CLOSE = "close"  # make the record
    REOPEN = "reopen"  # go on measuring; a closed record that is not in force is thrown away
    PUT_IN_FORCE = "put_in_force"
    END = "end"  # something was moved
    LET_SCREEN = "let_screen"  # without an acceptance
    LET_NOT_SCREEN = "let_not_screen"
    REVIEW = "review"  # screening is needed, until a day on which that is looked at again


class Review(BaseModel):
    """Until when screening is held to be needed, and whether it ends when nobody looks again."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    until: date
    blocks: bool


Moved = Annotated[float, Field(ge=-3.0, le=3.0), AfterValidator(Decimals(1))]
Signers = tuple[Annotated[int, Field(ge=0, le=31)], Annotated[int, Field(ge=0, le=31)]]


class Challenge(StrEnum):
    """How the challenge of the reference stands."""

    NONE = "none"
    COVER = "cover"  # cover it now
    UNCOVER = "uncover"  # it was missed as it should be: take the cover away
    BEFORE = "before"  # its place is read before it is set elsewhere
    CHANGE = "change"  # set it elsewhere now
    SET_BACK = "set_back"  # it has moved as it was set: set it back
    PROVEN = "proven"
    FAILED = "failed"  # it was not missed within a minute, or not found again
    NOT_MOVED = "not_moved"
    OTHER_AMOUNT = "other_amount"  # it has moved, but not by what was said


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step, and why it may not be left yet; nothing: it is done."""

    step: Step
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """How far a chapter is.

    Attributes
    ----------
    have, need
        Values or seconds that there are, and that are needed at least.
    left_s
        At least; None where time does not count.
    """

    chapter: Chapter
    conformity: Conformity
    running: bool
    have: int
    need: int
    left_s: float | None = None
    repeat: bool = False


class Driven(StrEnum):
    """How a sweep by serial stands."""

    READY = "ready"
    SETTING = "setting"
    SETTLING = "settling"
    MEASURING = "measuring"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ShownCalibrator:
    """A calibrator that the station may set.

    Attributes
    ----------
    set_c, said_c
        Where it is set to, and what it says its temperature is.
    left
        Set points that are still to be measured in this sweep.
    fault
        Why the sweep failed.
    """

    stands: Driven
    set_c: float | None = None
    said_c: float | None = None
    left: int = 0
    fault: Fault = Fault.NONE


@dataclass(frozen=True, slots=True)
class ShownReading:
    """A visitor's reading in three steps, for the admin only."""

    id: int
    raw_c: float | None
    reference_corrected_c: float | None
    skin_temp_c: float | None
    mm_per_px: float | None
    offset_c: float | None


@dataclass(frozen=True, slots=True)
class ShownCalibration:
    """All that the wizard shows, but the chapter that is looked at.

    Attributes
    ----------
    raw_c, surface_c, noise_k, mm_per_px
        Of the last second, where is looked.
    look
        Whether that is where the admin said, and not at the reference.
    settles
        The series that runs leaves out what the sensor reads now: it has just corrected itself.
    waiting_first
        A person was measured by the first operator, and not by the second yet.
    may_sign
        Names of those whose keys may sign records, as the trust file has them.
    record_sha256, record_path, signers, signing_problem
        Of the closed record; who signed it, and what is missing.
    problem
        What went wrong with the files; empty while all is well.
    challenge_by_c, challenge_moved_c
        By how much the reference is to be set elsewhere, and has moved, in that challenge.
    calibrator
        None when the station was started without one.
    """

    notes: Notes
    ticks: Ticks
    steps: tuple[ShownStep, ...]
    chapters: tuple[ShownChapter, ...]
    begun: date | None
    causes: tuple[Cause, ...]
    until: date | None
    screen_unaccepted: bool
    challenge: Challenge
    reference_found: bool
    raw_c: float | None = None
    surface_c: float | None = None
    noise_k: float | None = None
    mm_per_px: float | None = None
    look: bool = False
    readings: tuple[ShownReading, ...] = ()
    waiting_first: bool = False
    may_sign: tuple[str, ...] = ()
    record_sha256: str = ""
    record_path: str = ""
    signers: tuple[str, ...] = ()
    signing_problem: str = ""
    problem: str = ""
    review: Review | None = None
    settles: bool = False
    challenge_by_c: float | None = None
    challenge_moved_c: float | None = None
    calibrator: ShownCalibrator | None = None


class Span(StrEnum):
    """What the drift watch draws."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DriftPoint:
    """One hour, or the mean of a day; None where nothing was measured.

    Attributes
    ----------
    hour
        Its beginning in UTC, `2026-03-01T08`.
    corrected_scene_c
        The room's witness: the whole picture's median, corrected by the reference.
    median_c
        Of the visitors of that day, where they were enough.
    """

    hour: str
    offset_c: float | None
    corrected_scene_c: float | None
    noise_k: float | None
    median_c: float | None
