"""What a procedure has measured, one plain object per chapter: the input of `chapters`.

Temperatures are deg C and *skin readings*: corrected by the reference that is in force, without
any offset for the site and never a core estimate, unless a field says otherwise. `true_c` and
`set_c` are the temperature of a reference's surface by its certificate. Times are seconds from
the beginning of the chapter, rising. Frames taken during an FFC and its settling are left out by
whoever measures. Numbers only: no pixel, no name, no person.
"""

from dataclasses import dataclass

from service.acceptance.words import Place, Trial, Way

Values = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WarmUp:
    """From switching on, until it is stable (`chapters.warm_up`) or for an hour.

    Attributes
    ----------
    times_s
        Since the sensor was switched on.
    own_c
        What the sensor reads on the reference minus what it should read, *uncorrected*; one value
        every 10 s or so, each the mean of some frames.
    """

    times_s: Values
    own_c: Values


@dataclass(frozen=True, slots=True)
class Stability:
    """One set point, at least 30 min.

    Attributes
    ----------
    shown_c
        Skin readings of a second source at a set point that does not change, one every 10 s or
        so, each the mean of some frames. Where a station has its one reference only: its readings
        with the correction held as it was at the beginning (then `held` is true), which makes the
        sensor answer for what the reference would take out.
    """

    times_s: Values
    shown_c: Values
    held: bool = False


@dataclass(frozen=True, slots=True)
class AtPlace:
    """The reference at one place: readings of its middle, each the mean of some frames."""

    place: Place
    x_px: float
    y_px: float
    shown_c: Values


@dataclass(frozen=True, slots=True)
class Uniformity:
    """One set point, the reference at five places, at the middle first and last.

    Attributes
    ----------
    places
        In the order of measuring. The middle stands there at least twice: what it changed by in
        between is the drift, which is no non-uniformity.
    """

    places: tuple[AtPlace, ...]


@dataclass(frozen=True, slots=True)
class Contrast:
    """A bar target at one difference of temperature, shown `of` times and told `seen` times."""

    contrast_k: float
    seen: int
    of: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """Either contrasts of a bar target that people look at (MRTD), or the stand-in.

    Attributes
    ----------
    netd_k
        Temporal standard deviation of single pixels on the reference, in kelvin: one value per
        block of a hundred frames or so, each the median over the pixels.
    footprint_share
        What is left of the contrast of a spot as large as a canthus (FWHM 8 mm) at this station's
        pixels, 0 to 1; 1 minus `screening.measuring.footprint.correction(p, height_c=1)`.
    """

    contrasts: tuple[Contrast, ...] = ()
    netd_k: Values = ()
    footprint_share: float = 1.0


@dataclass(frozen=True, slots=True)
class SetPoint:
    """What was shown at one set point, after it had settled.

    Attributes
    ----------
    set_c
        Surface temperature by the certificate.
    set_u_c
        Its expanded uncertainty, k = 2.
    shown_c
        Readings, each the mean of some frames; at least three.
    way
        Whether the set point before it was lower (up) or higher (down).
    """

    set_c: float
    set_u_c: float
    shown_c: Values
    way: Way = Way.UP


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Set points in the order of measuring: one, three (34, 37, 39), or 34 to 40 by 0.25.

    They are read with the source's emissivity in the scene equation, and not skin's.

    Attributes
    ----------
    places_u_c
        Standard uncertainty between the places of target and reference in the picture (the
        non-uniformity that is left); from the chapter of uniformity.
    target_emissivity, target_emissivity_u
        Of the source at the set points and its standard uncertainty.
    reflected_c
        Temperature of what it mirrors.
    corrected
        False: a camera without a reference in view; its offset is then no fault of its slope.
    """

    points: tuple[SetPoint, ...]
    places_u_c: float = 0.03
    target_emissivity: float = 0.97
    target_emissivity_u: float = 0.005
    reflected_c: float = 22.0
    corrected: bool = True


@dataclass(frozen=True, slots=True)
class Switch:
    """A threshold that was set, and between which readings the station began to say *elevated*.

    Attributes
    ----------
    guard_c
        Half-width of the guard band that the station had then.
    not_elevated_c, elevated_c
        Highest reading that was not elevated, lowest that was; None: not tried at this threshold
        (setting it was).
    """

    threshold_c: float
    guard_c: float = 0.0
    not_elevated_c: float | None = None
    elevated_c: float | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """All thresholds that were set, at least 34 to 39 by 0.1; some of them tried."""

    switches: tuple[Switch, ...]


@dataclass(frozen=True, slots=True)
class Alarmed:
    """A target above the threshold was put in place.

    Attributes
    ----------
    shown_after_s
        From when it could be measured to *elevated* on the screen; None: never, in 30 s.
    heard
        Whether the operator heard it at the guard's place, at this entrance's noise.
    level_dba
        By a sound level meter at the guard's place; None: none at hand.
    """

    shown_after_s: float | None
    heard: bool
    level_dba: float | None = None


@dataclass(frozen=True, slots=True)
class Alarms:
    """At least three of them."""

    alarms: tuple[Alarmed, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """A fault that was made on purpose.

    Attributes
    ----------
    shown_after_s
        Until every screen said *not screening*; None: never, in 30 s.
    """

    trial: Trial
    shown_after_s: float | None


@dataclass(frozen=True, slots=True)
class NotFunctioning:
    """At least the reference covered, the sensor unplugged, and the lens covered."""

    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class PersonTwice:
    """One person, measured by two operators, each with station and clinical thermometer.

    Only the differences station minus clinical thermometer are kept, in deg C.
    """

    first_c: float
    second_c: float


@dataclass(frozen=True, slots=True)
class People:
    """At least ten people. They are not told apart and not ordered by time."""

    people: tuple[PersonTwice, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured so far; a chapter that is None has not been."""

    warm_up: WarmUp | None = None
    stability: Stability | None = None
    uniformity: Uniformity | None = None
    resolution: Resolution | None = None
    accuracy: Accuracy | None = None
    threshold: Threshold | None = None
    alarm: Alarms | None = None
    not_functioning: NotFunctioning | None = None
    people: People | None = None
