"""What an admin sets: plain immutable objects, validated at the station's door, trusted here.

All temperatures in deg C, lengths in metres unless the name says otherwise.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Site(StrEnum):
    """Where on the face skin temperature is taken."""

    CANTHUS = "canthus"  # region of the inner canthi: the standard's site, where pixels resolve it
    FACE_MAXIMUM = "face_maximum"  # robust peak inside the face: for sensors too coarse for it
    AUTO = "auto"  # canthus where it is resolved and free, the face maximum elsewhere


@dataclass(frozen=True, slots=True)
class Scene:
    """Surroundings that the radiometric scene equation needs.

    Attributes
    ----------
    emissivity
        Of skin, 8 to 14 um.
    reflected_temp_c
        Mean temperature of what skin and reference mirror.
    ambient_temp_c
        Of the air.
    relative_humidity
        Of the air, 0 to 1.
    distance_m
        From the camera to the face.
    window_transmission
        Of a window in front of the lens; 1 where there is none.
    window_temp_c
        Temperature of that window.
    """

    emissivity: float = 0.98
    reflected_temp_c: float = 22.0
    ambient_temp_c: float = 22.0
    relative_humidity: float = 0.5
    distance_m: float = 1.0
    window_transmission: float = 1.0
    window_temp_c: float = 22.0


@dataclass(frozen=True, slots=True)
class Reference:
    """An external temperature reference source (blackbody) in view.

    Attributes
    ----------
    temp_c
        Set point.
    emissivity
        Of its surface.
    expanded_uncertainty_c
        Of its surface temperature, k = 2, from its certificate.
    mark
        Where the admin confirmed it: (x, y) in upright pixels; None lets the station find it.
    distance_m
        From the camera; None: as far as the visitors.
    """

    temp_c: float = 36.0
    emissivity: float = 0.97
    expanded_uncertainty_c: float = 0.2
    mark: tuple[float, float] | None = None
    distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Inside what surroundings the station measures; outside, it is *not screening*.

    Attributes
    ----------
    ambient_c
        Coldest and warmest air.
    relative_humidity
        Driest and most humid air, 0 to 1.
    warm_up_s
        How long the sensor must have been on; a real sensor starts with 1800.
    plausible_skin_c
        Below it a face is not at rest: the verdict is *recheck*, never *clear*.
    zone_m
        Nearest and farthest place of the measuring zone; who stands in it came to be screened.
    ffc_settle_s
        Shortest pause after a flat-field correction; it lasts until the reference is steady.
    """

    ambient_c: tuple[float, float] = (18.0, 27.0)
    relative_humidity: tuple[float, float] = (0.10, 0.75)
    warm_up_s: float = 0.0
    plausible_skin_c: float = 34.0
    zone_m: tuple[float, float] = (0.25, 1.5)
    ffc_settle_s: float = 10.0


MAX_RESIDUAL_C = 0.3  # of an even plate from the learnt parabola: more, and it was no even plate


@dataclass(frozen=True, slots=True)
class Uniformity:
    """By how much the sensor reads too high over the picture, against its middle, in deg C.

    A parabola in `u` and `v`, which run from -1 to 1 over the width and the height:
    `x_c u + y_c v + xx_c u^2 + yy_c v^2 + xy_c u v`; learnt by
    `screening.reference.non_uniformity.learn`.

    Attributes
    ----------
    x_c, y_c, xx_c, yy_c, xy_c
        The parabola's coefficients.
    residual_c
        What the parabola leaves, as a standard deviation.
    """

    x_c: float = 0.0
    y_c: float = 0.0
    xx_c: float = 0.0
    yy_c: float = 0.0
    xy_c: float = 0.0
    residual_c: float = 0.03


@dataclass(frozen=True, slots=True)
class Doubt:
    """How far what the station is told may be from the truth: standard uncertainties.

    Attributes
    ----------
    emissivity
        Of skin in the band, between people and places on the face.
    reference_emissivity
        Of the reference's surface.
    reflected_c, ambient_c
        Of the temperatures in `Scene`, deg C.
    relative_humidity, distance_share
        Of the humidity (0..1) and of the distance (as a share of it).
    gain
        Of the sensor's response, per deg C between skin and reference.
    uniformity_c
        Between the place of the reference and that of the face in the picture, deg C, where it
        has not been learnt.
    sensor_c
        Of the sensor's own scale, deg C: counts only where no reference corrects it.
    hot_spot_c, hot_spot_mm
        Of the height and the radius (one sigma) of the hot spot at the inner canthus, between
        people: decides how well the correction for the pixels' footprint is known.
    elsewhere_c
        Of the face's maximum as a stand-in for the canthus that is covered, deg C.
    """

    emissivity: float = 0.004
    reference_emissivity: float = 0.005
    reflected_c: float = 2.0
    ambient_c: float = 1.0
    relative_humidity: float = 0.1
    distance_share: float = 0.2
    gain: float = 0.01
    uniformity_c: float = 0.2
    sensor_c: float = 2.0
    hot_spot_c: float = 0.75
    hot_spot_mm: float = 0.6
    elsewhere_c: float = 0.4


@dataclass(frozen=True, slots=True)
class Decision:
    """When a visitor is *elevated*.

    Attributes
    ----------
    site
        Where skin temperature is taken.
    threshold_c
        Skin temperature at `site` from which a second check is asked for; 34.0 to 39.0 by 0.1.
    guard_k
        Half-width of the guard band below and above the threshold in standard uncertainties.
    relative
        Whether the alarm relative to the running population speaks beside the threshold.
    relative_sd
        From how many standard deviations above the population it does.
    """

    site: Site = Site.AUTO
    threshold_c: float = 37.5
    guard_k: float = 1.0
    relative: bool = False
    relative_sd: float = 2.3


@dataclass(frozen=True, slots=True)
class Settings:
    """All that the screener is told; a new object replaces the old one whole.

    `references` empty means the declared *relative* mode: every verdict says so.
    """

    scene: Scene = field(default_factory=Scene)
    references: tuple[Reference, ...] = (Reference(),)
    limits: Limits = field(default_factory=Limits)
    doubt: Doubt = field(default_factory=Doubt)
    uniformity: Uniformity | None = None  # None: not learnt yet
    decision: Decision = field(default_factory=Decision)
