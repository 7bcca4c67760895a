"""The simulated camera does to a scene what optics and a microbolometer do, and lies when told."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from device.simulator.camera.camera import Detector, Optics, optics_of
from device.simulator.camera.shutter import Shutter
from device.simulator.physics import radiometry
from device.simulator.render.layers import Layer, Placing, paste
from device.simulator.scenario import schema
from device.simulator.scenario.timeline import Pose
from device.simulator.scene import Scene

PEAK_C = 35.6
FINE_C = 0.01


def detector(camera: schema.Camera, seed: int = 0) -> tuple[Detector, Optics]:
    optics = optics_of(camera)
    rng = np.random.Generator(np.random.PCG64(seed))
    return Detector(camera, schema.Room(), optics, rng), optics


def plate(camera: schema.Camera, temp_c: float, seed: int = 0) -> float:
    """Show the camera an even plate and read the middle of the picture."""
    eye, optics = detector(camera, seed)
    counts = np.zeros((optics.height, optics.width), np.uint16)
    scene = np.full(counts.shape, float(radiometry.radiance(temp_c)), np.float32)
    eye.expose(scene, 0.0, counts)
    y, x = optics.height // 2, optics.width // 2
    return float(counts[y - 20 : y + 20, x - 20 : x + 20].mean()) * FINE_C - 273.15


def slope(fault: Any) -> np.ndarray:
    """Change of the reading per kelvin, from 34 to 40 deg C in steps of a quarter."""
    camera = schema.Camera(fault=fault, noise=0.0)
    return np.diff([plate(camera, t) for t in np.arange(34.0, 40.01, 0.25)]) / 0.25


def test_an_honest_camera_has_a_slope_of_one() -> None:
    assert np.abs(slope("none") - 1.0).max() < 0.03


def test_the_villains_have_not() -> None:
    assert slope("normalises")[4:16].max() < 0.6
    assert slope("clips")[-8:].max() == pytest.approx(0.0, abs=1e-6)
    assert np.abs(plate(schema.Camera(fault="wrong_emissivity", noise=0.0), 38.0) - 38.4) > 0.3


def walker(pose: Pose) -> tuple[np.ndarray, tuple[float, float]]:
    """Show somebody in this pose to a Boson+ 640: the scene, and the pixel of the nose's tip."""
    scenario = schema.Scenario(
        title="somebody",
        duration_s=1.0,
        references=(),
        people=(
            schema.Person(
                head=7, height_m=1.7, start=(0.0, pose.z_m), steps=(schema.Step(stand_s=1.0),)
            ),
        ),
    )
    optics = optics_of(scenario.camera)
    image = np.zeros((optics.height, optics.width), np.float32)
    scene = Scene(scenario, optics, np.random.Generator(np.random.PCG64(1)))
    marks = scene.stage([pose], 0.0, image).people[0].landmarks
    assert marks is not None
    return image, marks[2]


def face(model: schema.Model, z_m: float, speed_m_s: float = 0.0) -> tuple[float, float]:
    """Mm per pixel, and by how much the four hottest pixels fall short of the canthus' peak."""
    scenario = schema.Scenario(
        title="a face",
        duration_s=1.0,
        references=(),
        room=schema.Room(relative_humidity=0.0),
        camera=schema.Camera(model=model),
        people=(
            schema.Person(
                canthus_c=PEAK_C,
                hot_spot_k=1.5,  # what the published figures are for
                left_right_k=0.0,
                head=7,
                height_m=1.7,
                start=(0.0, z_m),
                steps=(schema.Step(stand_s=1.0),),
            ),
        ),
    )
    optics = optics_of(scenario.camera)
    scene = Scene(scenario, optics, np.random.Generator(np.random.PCG64(1)))
    image = np.zeros((optics.height, optics.width), np.float32)
    pose = Pose(0.0, z_m, 0.0, 0.0, speed_m_s, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    person = scene.stage([pose], 0.0, image).people[0]
    cv2.GaussianBlur(image, (5, 5), 0.54, dst=image)  # optics and pixel: 0.5 and 0.29 pixels
    tau = radiometry.transmission(z_m, 22.0, 0.0)
    peak = float(radiometry.leaving(PEAK_C, 0.98, 22.0)) * tau
    peak += (1.0 - tau) * float(radiometry.radiance(22.0))
    short = []
    for x, y in (person.landmarks or ())[:2]:
        k = int(np.ceil(8.0 / person.mm_per_px))
        around = image[int(y) - k : int(y) + k + 2, int(x) - k : int(x) + k + 2]
        four = radiometry.apparent_temp_c(np.sort(around.ravel())[-4:]).mean()
        short.append(float(four - radiometry.apparent_temp_c(peak)))
    return person.mm_per_px, float(np.mean(short))


@pytest.mark.parametrize(
    ("model", "z_m", "published_k"),
    [  # mean of the four hottest pixels on a hot spot of 8 mm, blur 0.5 px and the pixel's square
        ("boson-plus-640", 1.45, -0.13),
        ("boson-plus-640", 2.23, -0.28),
        ("boson-plus-640", 3.0, -0.44),
        ("lepton-3.5", 0.515, -0.62),
        ("lepton-3.5", 0.74, -0.90),
    ],
)
def test_pixels_take_from_the_canthus_what_their_size_says(
    model: schema.Model, z_m: float, published_k: float
) -> None:
    assert face(model, z_m)[1] == pytest.approx(published_k, abs=0.1)


@pytest.mark.parametrize(
    ("speed_m_s", "published_k"), [(0.1, -0.05), (0.2, -0.14), (0.3, -0.25), (0.5, -0.42)]
)
def test_motion_smears_the_canthus_by_the_pixels_time_constant(
    speed_m_s: float, published_k: float
) -> None:
    still, moving = face("boson-plus-640", 1.45)[1], face("boson-plus-640", 1.45, speed_m_s)[1]
    assert moving - still == pytest.approx(published_k, abs=0.08)


SPOT_AT = (150.0, 150.0)


def smeared(smear_px: tuple[float, float]) -> np.ndarray:
    """Lay a small warm spot into an empty picture while it moves."""
    y, x = np.mgrid[0:41, 0:41].astype(np.float32)
    alpha = np.exp(-((x - 20.0) ** 2 + (y - 20.0) ** 2) / (2.0 * 3.0**2)).astype(np.float32)
    image = np.zeros((300, 300), np.float32)
    spot = Layer((alpha, alpha), None, (1.0, 1.0), (20.0, 20.0))
    paste(image, spot, Placing(SPOT_AT, 1.0, (1.0, 0.0), smear_px=smear_px))
    return image


def moments(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre (x, y) and covariance of what is in a picture."""
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]].astype(float)
    share = image / image.sum()
    centre = np.array([(x * share).sum(), (y * share).sum()])
    away = np.stack([x - centre[0], y - centre[1]])
    return centre, np.einsum("iyx,jyx,yx->ij", away, away, share)


@pytest.mark.parametrize(
    "smear_px", [(0.3, 0.0), (0.0, -2.0), (1.5, 1.0), (-4.0, 6.0), (9.0, -3.0), (0.2, 0.5)]
)
def test_a_moving_thing_trails_along_its_way_as_a_first_order_low_pass_says(
    smear_px: tuple[float, float],
) -> None:
    still, moving = moments(smeared((0.0, 0.0))), moments(smeared(smear_px))
    way = np.array(smear_px)
    # an exponential lags by its time constant and spreads by as much, in the direction of motion
    assert moving[0] - still[0] == pytest.approx(-way, abs=0.06 * np.hypot(*way) + 0.01)
    added = moving[1] - still[1]
    assert added == pytest.approx(np.outer(way, way), abs=0.12 * way @ way + 0.25)
    assert smeared(smear_px).sum() == pytest.approx(smeared((0.0, 0.0)).sum(), rel=2e-3)


def test_a_head_that_bobs_or_turns_smears_as_well() -> None:
    def sharpness(**moves: float) -> tuple[float, float]:
        image, at = walker(Pose(0.0, 1.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, **moves))
        x, y = round(at[0]), round(at[1])
        near = image[y - 60 : y + 60, x - 50 : x + 50]
        return float(np.abs(np.diff(near, axis=1)).mean()), float(
            np.abs(np.diff(near, axis=0)).mean()
        )

    across, down = sharpness()
    bobs_across, bobs_down = sharpness(vlift_m_s=0.4)
    assert bobs_down / down < 0.9
    assert bobs_across / across > bobs_down / down + 0.05
    turns_across, turns_down = sharpness(yaw_deg_s=200.0)
    assert turns_across / across < 0.9
    assert turns_down / down > turns_across / across + 0.05


@pytest.fixture(scope="module")
def still_frames() -> dict[str, np.ndarray]:
    """Temporal noise of an even plate in kelvin, `(N, H, W)`, by camera."""
    out: dict[str, np.ndarray] = {}
    models: tuple[schema.Model, ...] = ("lepton-3.5", "boson-plus-320")
    for model in models:
        eye, optics = detector(schema.Camera(model=model))
        frames = []
        for number in range(24):
            counts = np.zeros((optics.height, optics.width), np.uint16)
            scene = np.full(counts.shape, float(radiometry.radiance(30.0)), np.float32)
            eye.expose(scene, number / 9.0, counts)
            frames.append(counts * FINE_C)
        stack = np.array(frames)
        stack -= np.median(stack, axis=(1, 2), keepdims=True)
        out[model] = stack - stack.mean(axis=0)
    return out


def test_noise_is_as_large_as_the_data_sheet_says(still_frames: dict[str, np.ndarray]) -> None:
    for model, netd_k in (("boson-plus-320", 0.020), ("lepton-3.5", 0.040)):
        frames = still_frames[model]  # first and last are so far apart that nothing is remembered
        assert (frames[-1] - frames[0]).std() / np.sqrt(2.0) == pytest.approx(netd_k, rel=0.15)


def test_noise_never_comes_again() -> None:
    """Else a long film of an empty entrance is taken for one that stands still."""
    eye, optics = detector(schema.Camera(model="boson-plus-320"))
    eye._model = replace(eye._model, flicker_k=0.0)
    counts = np.zeros((optics.height, optics.width), np.uint16)
    seen = set()
    for _ in range(600):
        scene = np.full(counts.shape, float(radiometry.radiance(30.0)), np.float32)
        eye.expose(scene, 5.0, counts)  # always at one moment: nothing but the noise is new
        seen.add(counts[100].tobytes())
    assert len(seen) == 600


def test_noise_of_a_lepton_hangs_together_as_in_the_recordings(
    still_frames: dict[str, np.ndarray],
) -> None:
    noise = np.diff(still_frames["lepton-3.5"], axis=0)
    power = (noise**2).mean()
    beside = (noise[:, :, :-1] * noise[:, :, 1:]).mean() / power
    rows = noise.mean(axis=2).std() / noise.std()
    assert 0.35 < beside < 0.70  # recordings: 0.54
    assert 0.25 < rows < 0.55  # recordings: 0.42
    later = (noise[:-1] * noise[1:]).mean() / power
    assert -0.15 < later < 0.05  # recordings: -0.01; white noise would give -0.5


def test_an_ffc_lifts_the_whole_picture_and_lets_it_sink_within_a_minute() -> None:
    eye, optics = detector(schema.Camera(model="lepton-3.5", noise=0.0))
    counts = np.zeros((optics.height, optics.width), np.uint16)

    def shown(time_s: float) -> float:
        scene = np.full(counts.shape, float(radiometry.radiance(34.0)), np.float32)
        eye.expose(scene, time_s, counts)
        return float(np.median(counts)) * FINE_C

    before = shown(0.0)
    eye.request_ffc(0.1)
    shown(0.2)
    ends = 0.1 + 2.6
    first = shown(ends + 0.9) - before
    jump = shown(ends + 2.0) - before
    assert 0.4 < first / jump < 0.85  # recordings: 0.48 and 0.60 of what it is at 2 s
    assert 0.8 < jump < 1.4  # recordings: 0.8 to 1.4
    assert shown(ends + 50.0) - before < 0.35 * jump


def test_after_an_ffc_the_picture_sinks_in_steps_as_in_the_recordings() -> None:
    shares = []
    for seed in range(40):
        rng = np.random.Generator(np.random.PCG64(seed))
        shutter = Shutter(schema.Camera(ffc_age_s=0.0), 0.5, 2.0, rng)
        falls = -np.diff([shutter.jump_k(18.0 + second) for second in range(32)])
        assert falls.min() > -1e-9
        shares.append(np.sort(falls)[-len(falls) // 5 :].sum() / falls.sum())
    # the fifth of the seconds that falls most; recordings: 0.53 and 0.78, an exponential: 0.30
    assert 0.5 < np.median(shares) < 0.85
