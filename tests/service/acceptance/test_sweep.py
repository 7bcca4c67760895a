"""A sweep names what a dishonest camera does, and accuses no honest one."""

import numpy as np
import pytest

from device.simulator.scenario.schema import Camera, Model
from device.simulator.sweep import sweep
from service.acceptance.sweep import Judgement, judge
from service.acceptance.words import Finding

MODELS: tuple[Model, ...] = ("boson-plus-640", "boson-plus-320", "lepton-3.5")
TRUE_C = np.arange(34.0, 40.01, 0.25)


def film(camera: Camera, seed: int = 0) -> Judgement:
    return judge(*sweep(camera, seed))


@pytest.mark.parametrize("model", MODELS)
def test_a_camera_that_pulls_readings_towards_normal_is_named(model: Model) -> None:
    for seed in range(3):
        found = film(Camera(model=model, fault="normalises"), seed)
        assert found.finding is Finding.NORMALISES
        assert found.least_slope == pytest.approx(0.4, abs=0.08)


@pytest.mark.parametrize("model", MODELS)
def test_a_camera_that_clips_is_named_with_its_limit(model: Model) -> None:
    for seed in range(3):
        found = film(Camera(model=model, fault="clips"), seed)
        assert found.finding is Finding.CLIPS
        # the camera's own offset of 0.4 K is part of what it clips
        assert found.limit_c == pytest.approx(37.0 - 0.4, abs=0.8)


@pytest.mark.parametrize("model", MODELS)
def test_a_camera_with_a_wrong_emissivity_is_named_with_it(model: Model) -> None:
    for seed in range(3):
        found = film(Camera(model=model, fault="wrong_emissivity"), seed)
        assert found.finding is Finding.WRONG_EMISSIVITY
        assert found.emissivity == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "state",
    [{}, {"offset_k": -1.5}, {"powered_for_s": 300.0}, {"ffc_age_s": 0.0}, {"noise": 1.5}],
    ids=["usual", "off", "warming up", "after an FFC", "noisy"],
)
def test_an_honest_camera_is_not_accused(model: Model, state: dict[str, float]) -> None:
    for seed in range(4):
        found = film(Camera.model_validate({"model": model, **state}), seed)
        assert found.finding is None, found
        assert found.slope == pytest.approx(1.0, abs=0.01)


def test_a_camera_that_shows_differences_too_small_is_named() -> None:
    assert film(Camera(gain=0.95)).finding is Finding.WRONG_SLOPE


def test_what_a_station_states_is_judged_the_same() -> None:
    def named(shown: np.ndarray) -> Finding | None:
        return judge(TRUE_C.tolist(), shown.tolist()).finding

    noise = np.random.default_rng(1).normal(0.0, 0.01, len(TRUE_C))
    assert named(TRUE_C + 0.3 + noise) is None
    assert named(36.5 + 0.24 * (TRUE_C - 36.5) + noise) is Finding.NORMALISES  # the published one
    assert named(np.full(len(TRUE_C), 36.5) + noise) is Finding.NORMALISES  # always well
    assert named(np.maximum(TRUE_C, 35.5) + noise) is Finding.CLIPS
    assert named(np.minimum(TRUE_C, 38.5) + noise) is Finding.CLIPS


def test_too_few_temperatures_are_no_sweep() -> None:
    with pytest.raises(ValueError, match="at least 12 pairs"):
        judge([34.0, 36.0, 38.0], [34.0, 36.0, 38.0])
