"""The simulated camera before a plate: noise and non-uniformity fail their chapters, and no other.

What it does to a sweep is in `tests/service/cli/test_sweep.py`.
"""

import numpy as np
import pytest

from device.simulator.camera.camera import KELVIN_PER_COUNT
from device.simulator.physics import radiometry
from device.simulator.scenario import schema
from device.simulator.sensor import SimulatedSensor
from service.acceptance.laboratory import resolution, uniformity
from service.acceptance.series import AtPlace, Resolution, Uniformity
from service.acceptance.words import Conformity, Place

EVEN = (0.0, 0.0, 0.0, 0.0, 0.0)
AWAY_M = 1.0
AT = {
    Place.MIDDLE: (0.0, 0.0),
    Place.UPPER_LEFT: (-0.18, 0.14),
    Place.UPPER_RIGHT: (0.18, 0.14),
    Place.LOWER_LEFT: (-0.18, -0.14),
    Place.LOWER_RIGHT: (0.18, -0.14),
}
ORDER = (*AT, Place.MIDDLE)


def film(camera: schema.Camera, at: tuple[float, float], frames: int) -> np.ndarray:
    """Return what the camera shows on the inside of a plate, (frames, h, w), deg C."""
    plan = schema.Scenario(
        name="plate",
        title="A plate at one place",
        duration_s=frames / 4.0 + 0.3,
        camera=camera.model_copy(update={"frame_rate_hz": 4.0}),
        references=(
            schema.Reference(
                temp_c=36.0,
                at=(at[0], camera.height_m + at[1], AWAY_M),
                stability_k=0.0,
                uniformity_k=0.0,
                housing=False,
                on_for_s=1e6,
            ),
        ),
    )
    shown = []
    with SimulatedSensor(plan, realtime=False, loop=False, seed=3) as sensor:
        for frame in sensor.frames():
            x, y, w, h = sensor.truth().references[0].box
            inner = frame.counts[
                round(y + 0.3 * h) : round(y + 0.7 * h), round(x + 0.3 * w) : round(x + 0.7 * w)
            ]
            shown.append(inner * KELVIN_PER_COUNT - radiometry.KELVIN_OFFSET)
    return np.array(shown[:frames])


def chapters(camera: schema.Camera) -> tuple[Conformity, Conformity]:
    """Return how uniformity and resolution end."""
    places, noise = [], []
    for place in ORDER:
        shown = film(camera, AT[place], 8)
        # eight frames, and the spread of pixels in time
        noise.append(float(np.median(shown.std(axis=0, ddof=1))))
        means = tuple(float(one) for one in shown.mean(axis=(1, 2)))
        places.append(AtPlace(place, *AT[place], means))
    even = uniformity(Uniformity(tuple(places)))
    fine = resolution(Resolution(netd_k=tuple(noise), footprint_share=0.87))
    return even.conformity, fine.conformity


@pytest.mark.slow
@pytest.mark.parametrize(
    ("camera", "ends"),
    [
        (schema.Camera(fall_off_k=EVEN), (Conformity.CONFORMS, Conformity.CONFORMS)),
        (
            schema.Camera(fall_off_k=(0.8, 0.0, -1.2, -1.2, 0.0)),
            (Conformity.DOES_NOT_CONFORM, Conformity.CONFORMS),
        ),
        (
            schema.Camera(fall_off_k=EVEN, noise=5.0),
            (Conformity.CONFORMS, Conformity.DOES_NOT_CONFORM),
        ),
    ],
    ids=["good", "non-uniform", "noisy"],
)
def test_a_simulated_camera_fails_the_chapter_of_its_fault(
    camera: schema.Camera, ends: tuple[Conformity, Conformity]
) -> None:
    assert chapters(camera) == ends
