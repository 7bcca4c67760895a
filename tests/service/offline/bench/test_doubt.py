"""What a bench draws is as far off as the station says that it may be."""

from dataclasses import astuple

import numpy as np
import pytest

from device.simulator.camera.camera import optics_of
from device.simulator.people import skin
from device.simulator.scenario.schema import Scenario
from screening.reference.non_uniformity import NonUniformity
from screening.settings import Doubt
from service.offline.bench import scenes
from service.offline.bench.doubt import misinformed, unsure
from service.state.defaults import settings_for

DOUBT = Doubt()
SCENARIO: Scenario = scenes.scene(scenes.camera("boson-plus-320"), [], 1.0)
SEEDS = range(300)


def test_settings_are_off_by_their_standard_uncertainties() -> None:
    settings = settings_for(SCENARIO)
    wrong = [misinformed(settings, DOUBT, seed) for seed in SEEDS]
    assert np.std([w.scene.reflected_temp_c for w in wrong]) == pytest.approx(
        DOUBT.reflected_c, rel=0.1
    )
    assert np.std([w.references[0].temp_c for w in wrong]) == pytest.approx(
        settings.references[0].expanded_uncertainty_c / 2.0, rel=0.1
    )
    low, high = settings.limits.ambient_c
    assert all(low <= w.scene.ambient_temp_c <= high for w in wrong)
    assert misinformed(settings, DOUBT, 5) == misinformed(settings, DOUBT, 5)


def test_two_references_are_wrong_each_by_itself() -> None:
    scenario = SCENARIO.model_copy(update={"references": SCENARIO.references * 2})
    first, second = misinformed(settings_for(scenario), DOUBT, 1).references
    assert first.temp_c != second.temp_c


def test_a_camera_differs_by_its_doubt_between_reference_and_middle() -> None:
    optics = optics_of(SCENARIO.camera)
    x, y, _ = optics.project(*SCENARIO.references[0].at)
    apart = []
    for seed in range(60):
        with unsure(SCENARIO, DOUBT, seed) as film:
            shape = scenes.plate(film.camera.model, seed)
        apart.append(NonUniformity(shape, optics.width, optics.height).at(x, y))
    assert abs(np.mean(apart)) < 3.0 * DOUBT.uniformity_c / 60**0.5
    assert np.std(apart) == pytest.approx(DOUBT.uniformity_c, rel=0.3)


def test_afterwards_cameras_and_people_are_as_before() -> None:
    before = (skin.HOT_SPOT_K, skin.HOT_SPOT_SIGMA_MM)
    usual = scenes.plate("lepton-3.5", 3)
    with unsure(SCENARIO, DOUBT, 3):
        assert before != (skin.HOT_SPOT_K, skin.HOT_SPOT_SIGMA_MM)
    assert before == (skin.HOT_SPOT_K, skin.HOT_SPOT_SIGMA_MM)
    assert astuple(scenes.plate("lepton-3.5", 3)) == astuple(usual)
