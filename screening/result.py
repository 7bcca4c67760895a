"""What a step of the screener says: numbers and words of a closed vocabulary, never pixels."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Box = tuple[float, float, float, float]  # x, y, width, height in upright pixels


class State(StrEnum):
    """What the guard is shown, large. One at a time for the whole station."""

    STARTING = "starting"
    WARMING_UP = "warming_up"
    SELF_TEST = "self_test"
    READY = "ready"
    COME_CLOSER = "come_closer"
    LOOK_AT_CAMERA = "look_at_camera"
    ONE_AT_A_TIME = "one_at_a_time"
    TAKE_OFF_GLASSES = "take_off_glasses"
    HOLD_STILL = "hold_still"
    CLEAR = "clear"
    RECHECK = "recheck"
    ELEVATED = "elevated"
    NOT_SCREENING = "not_screening"


class Verdict(StrEnum):
    """How a visitor's screening ended, or stands."""

    CLEAR = "clear"
    ELEVATED = "elevated"
    RECHECK = "recheck"
    NO_RESULT = "no_result"


class Reason(StrEnum):
    """Why a state or verdict is what it is. The screen has one sentence for each, per language."""

    # not screening: the reference
    REFERENCE_MISSING = "reference_missing"
    REFERENCE_MOVED = "reference_moved"
    REFERENCE_HIDDEN = "reference_hidden"  # somebody stands before it
    REFERENCE_UNSTABLE = "reference_unstable"
    REFERENCE_NOT_WARM = "reference_not_warm"
    REFERENCE_OUT_OF_LIMITS = "reference_out_of_limits"
    REFERENCE_AMBIGUOUS = "reference_ambiguous"  # several things could be it
    # not screening: the sensor and the surroundings
    FFC = "ffc"
    SETTLING = "settling"
    WARMING_UP = "warming_up"
    AMBIENT_OUT_OF_LIMITS = "ambient_out_of_limits"
    HUMIDITY_OUT_OF_LIMITS = "humidity_out_of_limits"
    SENSOR_LOST = "sensor_lost"
    SENSOR_STALLED = "sensor_stalled"
    SENSOR_REFUSED = "sensor_refused"
    NOT_RADIOMETRIC = "not_radiometric"
    LOW_GAIN = "low_gain"
    NO_FFC = "no_ffc"  # none since the sensor was switched on
    PICTURE_STILL = "picture_still"  # the picture, or a part of it, repeats what came before
    FOREIGN_NOISE = "foreign_noise"  # its noise is not that of this kind of sensor
    BAD_PIXELS = "bad_pixels"  # too many
    IMPOSSIBLE_VALUES = "impossible_values"  # time, counter, FFC age, temperature or mode
    TOO_FEW_PIXELS = "too_few_pixels"  # a sensor that cannot screen faces at all
    # not screening: the station
    WORKER_LOST = "worker_lost"
    SILENT = "silent"
    NOT_LOCKED = "not_locked"  # the process lock is missing or did not hold
    NETWORK_FOUND = "network_found"
    NOT_ACCEPTED = "not_accepted"  # nobody answers for the numbers, and the setting forbids it
    CONFIGURATION = "configuration"
    UNANSWERED = "unanswered"  # more alarms wait for a guard than one can hold
    # why a face gives no measurement
    TOO_FAR = "too_far"
    TOO_CLOSE = "too_close"
    CUT_OFF = "cut_off"  # the face leaves the picture
    BLURRED = "blurred"
    TURNED_AWAY = "turned_away"
    GLASSES = "glasses"
    COVERED = "covered"  # cap, fringe, scarf or mask over the site
    SEVERAL_PEOPLE = "several_people"
    TOO_COLD = "too_cold"  # below what a face at rest can be
    TOO_HOT = "too_hot"  # above what a face can be
    NOT_ACCLIMATISED = "not_acclimatised"
    SUN_WARMED = "sun_warmed"  # one side of the face is much warmer than the other
    LEFT_RIGHT = "left_right"  # the two canthi differ more than a face's do
    TOO_FEW_FRAMES = "too_few_frames"
    # why a verdict
    ABOVE_THRESHOLD = "above_threshold"
    NEAR_THRESHOLD = "near_threshold"  # inside the guard band
    ABOVE_POPULATION = "above_population"
    UNCERTAIN = "uncertain"  # the uncertainty is too large to say clear
    RELATIVE_MODE = "relative_mode"  # no reference: the number is relative


# Why a visitor has no result, or the one that they have: the last two groups above.
REASONS_OF_VISITORS: Final = tuple(Reason)[tuple(Reason).index(Reason.TOO_FAR) :]


@dataclass(frozen=True, slots=True)
class ReferenceStatus:
    """The health of the reference in this frame.

    Attributes
    ----------
    found
        Whether it is in view and passes its checks.
    x, y
        Its centre in upright pixels; None when it is nowhere.
    apparent_c
        What the sensor reads on it, taken as a blackbody, uncorrected.
    offset_c
        What is added to every reading because of it (filtered).
    offset_uncertainty_c
        Standard uncertainty of that offset.
    """

    found: bool = False
    x: float | None = None
    y: float | None = None
    apparent_c: float | None = None
    offset_c: float | None = None
    offset_uncertainty_c: float | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """A face in this frame: where, how sure, and which track follows it."""

    box: Box
    score: float
    track: int | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who came to be screened, as known up to this frame.

    Attributes
    ----------
    id
        Counts up from 1; it means nothing outside this run.
    verdict
        None until there is one.
    skin_temp_c
        Site-corrected skin temperature, the number that is shown; None when nothing was measured.
    expanded_uncertainty_c
        Of it, k = 2.
    raw_c, reference_corrected_c
        The same reading before the reference's offset and before the site's correction.
    mm_per_px
        Size of a pixel at the face.
    first_box
        Where the face was when it was first seen.
    quality
        0 (useless) to 1 (as good as this sensor gets) for the best frame so far.
    frame_c, frame_quality
        This frame's own reading, corrected as `skin_temp_c` is, and its quality; None where this
        frame gave none.
    """

    id: int
    first_frame: int
    last_frame: int
    box: Box
    verdict: Verdict | None = None
    reasons: tuple[Reason, ...] = ()
    skin_temp_c: float | None = None
    expanded_uncertainty_c: float | None = None
    raw_c: float | None = None
    reference_corrected_c: float | None = None
    site: str | None = None
    mm_per_px: float | None = None
    quality: float = 0.0
    frame_c: float | None = None
    frame_quality: float = 0.0
    first_box: Box = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ScreeningResult:
    """Everything that one step says.

    Attributes
    ----------
    sequence, time_s
        Of the frame that was stepped.
    state, reasons
        For the guard.
    visitors
        Those in view now.
    departed
        Those whose track ended in this step, each exactly once, with their last word.
    ffc_advised
        An FFC is due, and nobody is in view or it can wait no longer: the worker may ask for one.
    """

    sequence: int
    time_s: float
    state: State
    reasons: tuple[Reason, ...] = ()
    reference: ReferenceStatus = ReferenceStatus()
    faces: tuple[Face, ...] = ()
    visitors: tuple[Visitor, ...] = ()
    departed: tuple[Visitor, ...] = ()
    ffc_advised: bool = False
