"""The closed vocabulary of an acceptance: its chapters, how they end, and what they find."""

from enum import StrEnum


class Chapter(StrEnum):
    """What is tried, in the order of the record.

    The first four of a laboratory are those of Ghassemi et al. 2018 (PLoS ONE 13(9) e0203302):
    stability and drift, uniformity, minimum resolvable temperature difference, and laboratory
    accuracy. The others follow IEC 80601-2-59 and ISO/TR 13154.
    """

    WARM_UP = "warm_up"
    STABILITY = "stability"  # stability and drift at one set point
    UNIFORMITY = "uniformity"  # of the workable target plane, at five places
    RESOLUTION = "resolution"  # MRTD, or its stand-in, named as such
    ACCURACY = "accuracy"  # laboratory accuracy: one set point, some, or a sweep
    THRESHOLD = "threshold"  # its range, its steps, and that it is obeyed
    ALARM = "alarm"  # response and audibility
    NOT_FUNCTIONING = "not_functioning"  # what a guard is told when it does not work
    PEOPLE = "people"  # ten people against a clinical thermometer, two operators


class Conformity(StrEnum):
    """How a figure, a chapter or a station stands to its requirement; see `rule.judge`."""

    CONFORMS = "conforms"
    NOT_SHOWN = "not_shown"  # not shown to conform: the uncertainty does not allow to say it
    DOES_NOT_CONFORM = "does_not_conform"
    NOT_MEASURED = "not_measured"  # nothing, or too little, was measured


class Finding(StrEnum):
    """What is wrong, by name, beside the figures; the pages have one sentence for each."""

    TOO_FEW = "too_few"  # readings, places, trials or people
    TOO_SHORT = "too_short"  # the series does not last as long as the procedure says
    NOT_STABLE = "not_stable"  # the sensor did not become stable while it was watched
    DRIFTS = "drifts"
    UNSTEADY = "unsteady"
    NON_UNIFORM = "non_uniform"
    NOISY = "noisy"
    NORMALISES = "normalises"  # rises too little, and catches up elsewhere
    CLIPS = "clips"  # does not rise at one end of the range
    WRONG_EMISSIVITY = "wrong_emissivity"  # too steep by one factor of radiance everywhere
    WRONG_SLOPE = "wrong_slope"  # not steep enough by one factor: no emissivity does that
    NOT_MONOTONIC = "not_monotonic"
    HYSTERESIS = "hysteresis"
    OFFSET = "offset"  # wrong by the same everywhere: a reference or its certificate is wrong
    ONE_SET_POINT = "one_set_point"  # a slope cannot be said
    STAND_IN = "stand_in"  # NETD and footprint instead of an MRTD
    COARSE_STEPS = "coarse_steps"
    NARROW_RANGE = "narrow_range"
    NOT_OBEYED = "not_obeyed"  # the station decides otherwise than its threshold says
    SLOW = "slow"
    NOT_HEARD = "not_heard"
    NOT_SHOWN = "not_shown"  # a fault that the screen did not show
    OPERATORS_DIFFER = "operators_differ"
    SCATTERED = "scattered"  # differences between station and clinical thermometer


class Place(StrEnum):
    """Where in the workable target plane the reference is held."""

    MIDDLE = "middle"
    UPPER_LEFT = "upper_left"
    UPPER_RIGHT = "upper_right"
    LOWER_LEFT = "lower_left"
    LOWER_RIGHT = "lower_right"


class Way(StrEnum):
    """Which way the set point was reached."""

    UP = "up"
    DOWN = "down"


class Trial(StrEnum):
    """What is done to a station to see that it says *not screening*."""

    REFERENCE_COVERED = "reference_covered"
    REFERENCE_MOVED = "reference_moved"
    SENSOR_UNPLUGGED = "sensor_unplugged"
    LENS_COVERED = "lens_covered"
    PROGRAM_KILLED = "program_killed"
    SCREEN_FROZEN = "screen_frozen"
    POWER_CUT = "power_cut"
