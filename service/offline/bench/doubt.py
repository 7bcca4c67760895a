"""What a station is told and what a simulated person and camera are like, as unsure as it says.

An interval is honest when it holds while everything is as wrong as it is said to be. With perfect
knowledge of the room it would look too wide, and with one camera for all scenes every reading would
have the same error: nothing could be counted. So each film is made with another draw: settings
that are off (`misinformed`), and a camera and hot spots that differ (`unsure`), all by the standard
uncertainties of `screening.settings.Doubt` (the method of JCGM 101:2008, *Propagation of
distributions using a Monte Carlo method*).
"""

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import optics_of
from device.simulator.scenario.schema import Scenario
from screening.measuring.footprint import HOT_SPOT_C, HOT_SPOT_MM
from screening.settings import Doubt, Settings

SENSOR_C: Final = 1.0  # error of a camera's scale where a reference takes it out
HIGHEST_K: Final = 6.0  # of a hot spot that the simulator draws
NARROWEST_MM: Final = 1.5  # of a hot spot's radius: four sigmas below the mean were nothing at all


def misinformed(settings: Settings, doubt: Doubt, seed: int) -> Settings:
    """Return the settings with errors drawn from what the station says of its own doubt."""
    random = np.random.default_rng([seed, 77])
    z = random.standard_normal(4)
    scene = settings.scene
    humidity = scene.relative_humidity + doubt.relative_humidity * float(z[3])
    return replace(
        settings,
        scene=replace(
            scene,
            emissivity=min(scene.emissivity + doubt.emissivity * float(z[0]), 1.0),
            reflected_temp_c=scene.reflected_temp_c + doubt.reflected_c * float(z[1]),
            ambient_temp_c=_allowed(
                scene.ambient_temp_c + doubt.ambient_c * float(z[2]), settings.limits.ambient_c
            ),
            relative_humidity=_allowed(humidity, settings.limits.relative_humidity),
        ),
        references=tuple(
            replace(
                r,
                temp_c=r.temp_c + r.expanded_uncertainty_c / 2.0 * float(random.standard_normal()),
                emissivity=min(
                    r.emissivity + doubt.reference_emissivity * float(random.standard_normal()), 1.0
                ),
            )
            for r in settings.references
        ),
    )


def _allowed(value: float, limits: tuple[float, float]) -> float:
    """Keep a drawn value inside the limits: outside, the station would not measure at all."""
    return min(max(value, limits[0]), limits[1])


def unsure(scenario: Scenario, doubt: Doubt, seed: int) -> Scenario:
    """Return the scenario with a camera and people that differ from what the station takes.

    Sensors made inside have a scale, a response and a shape of the picture of their own, and
    people have hot spots of another height and radius.
    """
    random = np.random.default_rng([seed, 78])
    sensor_c = SENSOR_C if scenario.references else doubt.sensor_c
    camera: dict[str, object] = {
        "offset_k": scenario.camera.offset_k + sensor_c * float(random.standard_normal()),
        "gain": scenario.camera.gain * (1.0 + doubt.gain * float(random.standard_normal())),
    }
    high, wide_mm = random.standard_normal(2)
    camera["fall_off_k"] = _fall_off(scenario, doubt, random.standard_normal(5))
    hot_spot = {
        "hot_spot_k": _height_k(doubt.hot_spot_c / HOT_SPOT_C, float(high)),
        "hot_spot_mm": max(HOT_SPOT_MM + doubt.hot_spot_mm * float(wide_mm), NARROWEST_MM),
    }
    return scenario.model_copy(
        update={
            "camera": scenario.camera.model_copy(update=camera),
            "people": tuple(p.model_copy(update=hot_spot) for p in scenario.people),
        }
    )


def _height_k(share: float, z: float) -> float:
    """Return a height with the usual mean that spreads by a share of it, as people's do.

    They are skewed as a log-normal is: the highest are more than twice the mean, none is nothing.
    """
    log = float(np.log(1.0 + share**2))
    return min(HOT_SPOT_C * float(np.exp(log**0.5 * z - log / 2.0)), HIGHEST_K)


def _fall_off(scenario: Scenario, doubt: Doubt, z: NDArray[np.float64]) -> tuple[float, ...]:
    """Return a parabola that differs by `doubt.uniformity_c` between reference and middle."""
    u, v = 0.7, 0.7
    if scenario.references:
        optics = optics_of(scenario.camera)
        x, y, _ = optics.project(*scenario.references[0].at)
        u, v = 2.0 * x / (optics.width - 1) - 1.0, 2.0 * y / (optics.height - 1) - 1.0
    scale = doubt.uniformity_c / float(np.linalg.norm([u, v, u * u, v * v, u * v]))
    return tuple(float(value) for value in scale * z)
