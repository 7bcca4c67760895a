"""What a station is told and what a simulated person and camera are like, as unsure as it says.

An interval is honest when it holds while everything is as wrong as it is said to be. With perfect
knowledge of the room it would look too wide, and with one camera for all scenes every reading would
have the same error: nothing could be counted. So each film is made with another draw: settings
that are off (`misinformed`), and a camera and hot spots that differ (`unsure`), all by the standard
uncertainties of `screening.settings.Doubt` (the method of JCGM 101:2008, *Propagation of
distributions using a Monte Carlo method*).
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, replace
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device.simulator.camera import camera
from device.simulator.camera.camera import optics_of
from device.simulator.people import skin
from device.simulator.scenario.schema import Scenario
from screening.settings import Doubt, Settings, Uniformity
from service.offline.bench import scenes
from service.offline.bench.substitute import instead

SENSOR_C: Final = 1.0  # error of a camera's scale where a reference takes it out
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


@contextmanager
def unsure(scenario: Scenario, doubt: Doubt, seed: int) -> Iterator[Scenario]:
    """Let camera and people differ from what the station takes for granted; yield the scenario.

    Sensors made inside have a scale, a response and a shape of the picture of their own, and
    people have hot spots of another height and radius.
    """
    random = np.random.default_rng([seed, 78])
    sensor_c = SENSOR_C if scenario.references else doubt.sensor_c
    changed = {
        "offset_k": scenario.camera.offset_k + sensor_c * float(random.standard_normal()),
        "gain": scenario.camera.gain * (1.0 + doubt.gain * float(random.standard_normal())),
    }
    cam = scenario.camera.model_copy(update=changed)
    high_c, wide_mm = random.standard_normal(2)
    shape = _shape(scenario, doubt, random.standard_normal(5))
    with ExitStack() as stack:
        stack.enter_context(_laid_over(cam.model, portrait=cam.portrait, shape=shape))
        height_c = max(skin.HOT_SPOT_K + doubt.hot_spot_c * float(high_c), 0.0)
        stack.enter_context(instead(skin, "HOT_SPOT_K", height_c))
        radius_mm = max(skin.HOT_SPOT_SIGMA_MM + doubt.hot_spot_mm * float(wide_mm), NARROWEST_MM)
        stack.enter_context(instead(skin, "HOT_SPOT_SIGMA_MM", radius_mm))
        yield scenario.model_copy(update={"camera": cam})


def _shape(scenario: Scenario, doubt: Doubt, z: NDArray[np.float64]) -> Uniformity:
    """Return a parabola that differs by `doubt.uniformity_c` between reference and middle."""
    u, v = 0.7, 0.7
    if scenario.references:
        optics = optics_of(scenario.camera)
        x, y, _ = optics.project(*scenario.references[0].at)
        u, v = 2.0 * x / (optics.width - 1) - 1.0, 2.0 * y / (optics.height - 1) - 1.0
    scale = doubt.uniformity_c / float(np.linalg.norm([u, v, u * u, v * v, u * v]))
    return Uniformity(*(float(value) for value in scale * z))


@cache
def _usual(model: str, *, portrait: bool) -> Uniformity:
    """Return the shape that the simulator gives every camera of a model."""
    return scenes.plate(model, 1, portrait=portrait)


@contextmanager
def _laid_over(model: str, *, portrait: bool, shape: Uniformity) -> Iterator[None]:
    """Let cameras have `shape` in the place of the one that the simulator gives them all."""
    usual = _usual(model, portrait=portrait)
    more = np.array(astuple(shape)[:5]) - np.array(astuple(usual)[:5])
    drawn = camera._fixed_pattern  # noqa: SLF001  # the simulator offers no other shape

    def pattern(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
        v, u = np.meshgrid(np.linspace(-1, 1, size[0]), np.linspace(-1, 1, size[1]), indexing="ij")
        terms = np.stack([u, v, u * u, v * v, u * v], -1)
        return np.asarray(drawn(size, rng) + terms @ more, np.float32)

    with instead(camera, "_fixed_pattern", pattern):
        yield
