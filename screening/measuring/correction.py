"""From the temperature that a sensor reports to that of the skin, and how sure that is.

Two paths share one room: the one to the reference, whose temperature is known, and the one to the
skin. What the sensor adds by itself is what it says of the reference minus what it should say, in
radiance; what is left is undone by the scene equation.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from screening.measuring import footprint
from screening.radiometry.planck import band_radiance, band_temperature
from screening.radiometry.scene import Path, path_to
from screening.settings import Reference, Scene, Settings


def skin_path(scene: Scene) -> Path:
    """Return the path to skin at the distance of the visitors."""
    return _path(scene, scene.emissivity, scene.distance_m)


def reference_path(scene: Scene, reference: Reference) -> Path:
    """Return the path to a reference."""
    distance_m = scene.distance_m if reference.distance_m is None else reference.distance_m
    return _path(scene, reference.emissivity, distance_m)


def _path(scene: Scene, emissivity: float, distance_m: float) -> Path:
    return path_to(
        emissivity,
        reflected_c=scene.reflected_temp_c,
        ambient_c=scene.ambient_temp_c,
        relative_humidity=scene.relative_humidity,
        distance_m=distance_m,
        window_transmission=scene.window_transmission,
        window_c=scene.window_temp_c,
    )


@dataclass(frozen=True, slots=True)
class Budget:
    """Standard uncertainties of one skin temperature by cause, in deg C.

    `noise_c` is the only share that more frames make smaller.
    """

    emissivity_c: float
    reflected_c: float
    atmosphere_c: float
    reference_c: float
    gain_c: float
    uniformity_c: float
    footprint_c: float
    site_c: float
    noise_c: float

    @property
    def standard_c(self) -> float:
        """Combined standard uncertainty: the root of the sum of squares."""
        return float(sum(share**2 for share in self.shares().values()) ** 0.5)

    @property
    def expanded_c(self) -> float:
        """Expanded uncertainty, k = 2."""
        return 2.0 * self.standard_c

    def shares(self) -> dict[str, float]:
        """Return the shares by name, in the order of their fields."""
        return {name.removesuffix("_c"): getattr(self, name) for name in self.__slots__}


class Correction:
    """Raw readings to skin temperatures under one set of settings.

    Parameters
    ----------
    settings
        Of the station.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = skin_path(settings.scene)
        self._expected = [band_radiance(expected_c(settings.scene, r)) for r in settings.references]
        self._sensitivities = _sensitivities(settings)
        self._gain = 1.0
        self._shift = 0.0
        self._reference_c = settings.references[0].temp_c if settings.references else 36.0
        self._spread_c = 0.0
        self.offset_u_c = settings.doubt.sensor_c if not settings.references else float("inf")

    def correct_by(self, offsets: list[tuple[int, float, float]]) -> None:
        """Take the offsets of the references that are seen.

        Parameters
        ----------
        offsets
            Index of the reference, what to add to its apparent reading in deg C, and the standard
            uncertainty of that.
        """
        if not offsets:
            return
        known = [self._settings.references[index] for index, _, _ in offsets]
        should = [self._expected[index] for index, _, _ in offsets]
        does = [
            band_radiance(band_temperature(s) - offset)
            for s, (_, offset, _) in zip(should, offsets, strict=True)
        ]
        sure = [
            (u**2 + (reference.expanded_uncertainty_c / 2.0) ** 2) ** 0.5
            for reference, (_, _, u) in zip(known, offsets, strict=True)
        ]
        self._gain, self._spread_c = 1.0, 0.0
        if len(offsets) == 2 and abs(does[1] - does[0]) > 0.5:
            self._gain = (should[1] - should[0]) / (does[1] - does[0])
            self._spread_c = abs(known[1].temp_c - known[0].temp_c)
        best = min(range(len(offsets)), key=lambda i: sure[i])
        self._shift = should[best] - self._gain * does[best]
        self._reference_c = known[best].temp_c
        self.offset_u_c = sure[best]

    def skin_c(self, apparent_c: float) -> float:
        """Return the temperature of skin that reads `apparent_c`, before the site's correction."""
        return self._path.surface_c(self._gain * band_radiance(apparent_c) + self._shift)

    def surface_c(self, apparent_c: float, emissivity: float) -> float:
        """Return the temperature of a surface, as far away as the visitors, that is no skin."""
        path = _path(self._settings.scene, emissivity, self._settings.scene.distance_m)
        return path.surface_c(self._gain * band_radiance(apparent_c) + self._shift)

    def budget(
        self,
        skin_c: float,
        *,
        noise_c: float,
        mm_per_px: float,
        blur_px: float = 0.0,
        height_sd_c: float | None = None,
        stand_in: bool = False,
    ) -> Budget:
        """Return the budget of a skin temperature.

        Parameters
        ----------
        noise_c
            Standard uncertainty from the scatter of the frames.
        height_sd_c
            Of the hot spot's height where it was measured; None: as the settings say.
        stand_in
            The site was the face's maximum while the canthi were covered.
        """
        doubt, learnt = self._settings.doubt, self._settings.uniformity
        gain = doubt.gain * abs(skin_c - self._reference_c)
        if self._spread_c:
            gain = 2.0**0.5 * self.offset_u_c * abs(skin_c - self._reference_c) / self._spread_c
        return Budget(
            **self._sensitivities,
            reference_c=self.offset_u_c,
            gain_c=gain,
            uniformity_c=doubt.uniformity_c if learnt is None else learnt.residual_c,
            footprint_c=footprint.uncertainty(
                mm_per_px,
                blur_px,
                doubt.hot_spot_c if height_sd_c is None else height_sd_c,
                doubt.hot_spot_mm,
            ),
            site_c=doubt.elsewhere_c if stand_in else 0.0,
            noise_c=noise_c,
        )


def expected_c(scene: Scene, reference: Reference) -> float:
    """Return what a perfect sensor reads on a reference, taken as a blackbody, in deg C."""
    return reference_path(scene, reference).apparent_c(reference.temp_c)


def _sensitivities(settings: Settings, skin_c: float = 36.5) -> dict[str, float]:
    """Return the shares that depend on the settings alone, by running the chain with changes.

    What the paths to skin and reference have in common cancels here as it does in the chain.
    """
    scene, doubt = settings.scene, settings.doubt
    reference = settings.references[0] if settings.references else None
    seen = skin_path(scene).signal(skin_c)
    seen_reference = reference_path(scene, reference).signal(reference.temp_c) if reference else 0.0

    def chain(other: Scene, emissivity: float | None = None) -> float:
        shift = 0.0
        if reference:
            told = replace(reference, emissivity=emissivity or reference.emissivity)
            shift = reference_path(other, told).signal(reference.temp_c) - seen_reference
        return skin_path(other).surface_c(seen + shift)

    def change(make: Callable[[float], float], by: float) -> float:
        return (make(by) - make(-by)) / 2.0

    emissivity = change(
        lambda d: chain(replace(scene, emissivity=scene.emissivity + d)), doubt.emissivity
    )
    surface = (
        change(lambda d: chain(scene, reference.emissivity + d), doubt.reference_emissivity)
        if reference
        else 0.0
    )
    ambient = change(
        lambda d: chain(replace(scene, ambient_temp_c=scene.ambient_temp_c + d)), doubt.ambient_c
    )
    humid = max(scene.relative_humidity, doubt.relative_humidity)  # no air is drier than dry
    humidity = change(
        lambda d: chain(replace(scene, relative_humidity=humid + d)),
        doubt.relative_humidity,
    )
    # the visitor stands nearer or farther than said; the reference does not move with them
    distance = change(
        lambda d: skin_path(replace(scene, distance_m=scene.distance_m + d)).surface_c(seen),
        scene.distance_m * doubt.distance_share,
    )
    return {
        "emissivity_c": float((emissivity**2 + surface**2) ** 0.5),
        "reflected_c": abs(
            change(
                lambda d: chain(replace(scene, reflected_temp_c=scene.reflected_temp_c + d)),
                doubt.reflected_c,
            )
        ),
        "atmosphere_c": float((ambient**2 + humidity**2 + distance**2) ** 0.5),
    }
