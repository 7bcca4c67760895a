"""The budget of one skin reading at a station: every source by name, with its sensitivity.

The same physics as the station's own chain (`screening.measuring.correction`), written a second
time on plain numbers: a test holds the two together within a few per cent. Added to it is what an
acceptance has found: lack of sharpness, two operators, drift, and heat loss of the reference.
Sensitivities are central differences through the chain with the reference's correction in it, so
what the paths to skin and to reference have in common cancels here as it does there.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Final

from screening.settings import Doubt, Reference, Scene, Settings
from service.acceptance.arithmetic import radiance, temperature
from service.acceptance.budget import Distribution, Kind, Source

_B, _A = Kind.B, Kind.A
_NORMAL, _EXPANDED, _RECTANGULAR = (
    Distribution.NORMAL,
    Distribution.EXPANDED,
    Distribution.RECTANGULAR,
)
OPTICS_PX: Final = 0.8
HOT_SPOT_C: Final = 1.5
HOT_SPOT_MM: Final = 3.4
BROW_C: Final = NormalDist(1.7, 0.6)  # the canthus above the skin between the brows
_SLICES: Final = (200, 25)  # of equal share, that heights and brows are cut into
_VARIANCE_PX2: Final = OPTICS_PX**2 + 4.0 / 12.0 + 1.0 / 12.0  # optics, two by two pixels, grid


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured at this station, beside its settings.

    Attributes
    ----------
    mm_per_px
        Size of a pixel at the face.
    noise_c, noise_dof
        Standard uncertainty from the scatter of the frames of one visitor, and its degrees of
        freedom.
    reference_u_c, reference_dof
        Of the offset, from how the reference is seen.
    uniformity_c
        Between the places of face and reference, as a half-width; from the chapter of uniformity;
        None: as the settings say.
    drift_c
        Since the acceptance, as a half-width; from the chapter of stability.
    operators_c
        Difference of the two operators, as a half-width; from the chapter of people.
    air_c
        Heat loss of the reference to moving air, as a half-width.
    sharpness_px
        By how much the optics' blur may be larger than it is taken for, as a half-width.
    """

    mm_per_px: float
    noise_c: float = 0.03
    noise_dof: int = 9
    reference_u_c: float = 0.02
    reference_dof: int = 30
    uniformity_c: float | None = None
    drift_c: float = 0.0
    operators_c: float = 0.0
    air_c: float = 0.05
    sharpness_px: float = 0.2


def sources(settings: Settings, found: Found, skin_c: float) -> tuple[Source, ...]:
    """Return the sources of one skin reading, in the order of the chain.

    Parameters
    ----------
    settings
        Of the station; at least one reference, the first of which corrects.
    skin_c
        At which: the threshold.

    Raises
    ------
    ValueError
        When the station has no reference: its readings are relative, and have no budget.
    """
    if not settings.references:
        raise ValueError(
            "A station without a reference measures relative to others: it has no budget."
            " Set up a reference."
        )
    return (
        *_paths(settings, skin_c),
        *_reference(settings, found, skin_c),
        *_picture(settings.doubt, settings, found),
    )


def _paths(settings: Settings, skin_c: float) -> tuple[Source, ...]:
    """Return what lies between skin, reference and lens."""
    scene, reference, doubt = settings.scene, settings.references[0], settings.doubt

    def chain(other: Scene, told: Reference = reference) -> float:
        """Return what is taken for skin when this is believed of the room and of the reference."""
        seen = _signal(skin_c, scene.emissivity, scene, scene.distance_m)
        shift = _of_reference(told, other) - _of_reference(reference, scene)
        return _surface(seen + shift, other.emissivity, other, other.distance_m)

    def slope(make: Callable[[float], float], step: float) -> float:
        return (make(step) - make(-step)) / (2.0 * step)

    def room(name: str) -> Callable[[float], float]:
        return lambda d: chain(replace(scene, **{name: getattr(scene, name) + d}))

    def surface(d: float) -> float:
        return chain(scene, replace(reference, emissivity=reference.emissivity + d))

    def nearer(d: float) -> float:
        # the visitor stands nearer or farther than said; the reference does not move with them
        seen = _signal(skin_c, scene.emissivity, scene, scene.distance_m)
        return _surface(seen, scene.emissivity, scene, scene.distance_m + d)

    given = (
        ("skin_emissivity", scene.emissivity, "1", doubt.emissivity, room("emissivity")),
        ("reference_emissivity", reference.emissivity, "1", doubt.reference_emissivity, surface),
        ("reflected", scene.reflected_temp_c, "degC", doubt.reflected_c, room("reflected_temp_c")),
        ("ambient", scene.ambient_temp_c, "degC", doubt.ambient_c, room("ambient_temp_c")),
        (
            "humidity",
            scene.relative_humidity,
            "1",
            doubt.relative_humidity,
            room("relative_humidity"),
        ),
        ("distance", scene.distance_m, "m", doubt.distance_share * scene.distance_m, nearer),
    )
    return tuple(
        Source(name, estimate, unit, u, _B, _NORMAL, slope(make, max(u, 1e-4)))
        for name, estimate, unit, u, make in given
    )


def _reference(settings: Settings, found: Found, skin_c: float) -> tuple[Source, ...]:
    reference = settings.references[0]
    away_c = skin_c - reference.temp_c
    paper, seen = reference.expanded_uncertainty_c, found.reference_u_c
    return (
        Source("reference_paper", reference.temp_c, "degC", paper, _B, _EXPANDED, 1.0),
        Source("reference_scatter", 0.0, "degC", seen, _A, _NORMAL, 1.0, found.reference_dof),
        Source("reference_air", 0.0, "degC", found.air_c, _B, _RECTANGULAR, 1.0),
        Source("gain", 1.0, "1", settings.doubt.gain, _B, _NORMAL, away_c),
    )


def _picture(doubt: Doubt, settings: Settings, found: Found) -> tuple[Source, ...]:
    p, learnt = found.mm_per_px, settings.uniformity

    def lost(height_c: float, radius_mm: float, blur_px2: float = 0.0) -> float:
        left = radius_mm**2 / (radius_mm**2 + (_VARIANCE_PX2 + blur_px2) * p**2)
        return height_c * (1.0 - left)

    by_radius = (lost(HOT_SPOT_C, HOT_SPOT_MM + 0.1) - lost(HOT_SPOT_C, HOT_SPOT_MM - 0.1)) / 0.2
    wider = (OPTICS_PX + 0.1) ** 2 - OPTICS_PX**2
    by_blur = (lost(HOT_SPOT_C, HOT_SPOT_MM, wider) - lost(HOT_SPOT_C, HOT_SPOT_MM)) / 0.1
    even = doubt.uniformity_c if learnt is None else learnt.residual_c
    uniformity = (
        Source("uniformity", 0.0, "degC", even, _B, _NORMAL, 1.0)
        if found.uniformity_c is None
        else Source("uniformity", 0.0, "degC", found.uniformity_c, _B, _RECTANGULAR, 1.0)
    )
    height = Source(
        "footprint_height",
        HOT_SPOT_C,
        "degC",
        doubt.hot_spot_c,
        _B,
        _NORMAL,
        _by_height(lost(1.0, HOT_SPOT_MM), doubt.hot_spot_c),
    )
    radius = Source(
        "footprint_radius", HOT_SPOT_MM, "mm", doubt.hot_spot_mm, _B, _NORMAL, by_radius
    )
    blur = Source("sharpness", OPTICS_PX, "px", found.sharpness_px, _B, _RECTANGULAR, by_blur)
    noise = Source("noise", 0.0, "degC", found.noise_c, _A, _NORMAL, 1.0, float(found.noise_dof))
    drift = Source("drift", 0.0, "degC", found.drift_c, _B, _RECTANGULAR, 1.0)
    people = Source("operators", 0.0, "degC", found.operators_c, _B, _RECTANGULAR, 1.0)
    return uniformity, height, radius, blur, noise, drift, people


def _by_height(lost: float, u_c: float) -> float:
    """Return deg C for a deg C of the spot's height, where `lost` of it is gone.

    No reading falls below the skin between the brows (`screening.measuring.footprint`).
    """
    of_heights, of_brows = ([(n + 0.5) / cut for n in range(cut)] for cut in _SLICES)
    log = math.log(1.0 + (u_c / HOT_SPOT_C) ** 2)
    heights = NormalDist(math.log(HOT_SPOT_C) - log / 2.0, max(log, 1e-12) ** 0.5)
    spots = [lost * math.exp(heights.inv_cdf(share)) for share in of_heights]
    brows = [max(0.0, BROW_C.inv_cdf(share)) for share in of_brows]
    off = [(min(a, b) - HOT_SPOT_C * lost) ** 2 for a in spots for b in brows]
    return float((sum(off) / len(off)) ** 0.5 / max(u_c, 1e-6))


def _of_reference(reference: Reference, scene: Scene) -> float:
    distance_m = scene.distance_m if reference.distance_m is None else reference.distance_m
    return _signal(reference.temp_c, reference.emissivity, scene, distance_m)


def _signal(surface_c: float, emissivity: float, scene: Scene, distance_m: float) -> float:
    gain, stray = _path(emissivity, scene, distance_m)
    return gain * radiance(surface_c) + stray


def _surface(signal: float, emissivity: float, scene: Scene, distance_m: float) -> float:
    gain, stray = _path(emissivity, scene, distance_m)
    return temperature((signal - stray) / gain)


def _path(emissivity: float, scene: Scene, distance_m: float) -> tuple[float, float]:
    """Return gain and sum of the scene equation (`screening.radiometry.scene`)."""
    air = _transmission(distance_m, scene.ambient_temp_c, scene.relative_humidity)
    window = scene.window_transmission
    stray = air * (1.0 - emissivity) * radiance(scene.reflected_temp_c)
    stray = window * (stray + (1.0 - air) * radiance(scene.ambient_temp_c))
    return window * air * emissivity, stray + (1.0 - window) * radiance(scene.window_temp_c)


def _transmission(distance_m: float, air_c: float, relative_humidity: float) -> float:
    """Return the transmission of air: FLIR's model, as in `screening.radiometry.atmosphere`."""
    water = relative_humidity * math.exp(
        1.5587 + 6.939e-2 * air_c - 2.7816e-4 * air_c**2 + 6.8455e-7 * air_c**3
    )
    root, far = math.sqrt(water), math.sqrt(distance_m)
    return 1.9 * math.exp(-far * (0.006569 - 0.002276 * root)) - 0.9 * math.exp(
        -far * (0.01262 - 0.00667 * root)
    )
