"""What a bench draws is as far off as the station says that it may be."""

import numpy as np
import pytest

from device.simulator.camera.camera import optics_of
from device.simulator.scenario.schema import Scenario
from screening.reference.non_uniformity import NonUniformity
from screening.settings import Doubt
from service.offline.bench import scenes
from service.offline.bench.doubt import misinformed, unsure
from service.state.defaults import settings_for
from tests.narrow import some

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
        learnt = scenes.plate(unsure(SCENARIO, DOUBT, seed).camera, seed)
        apart.append(NonUniformity(learnt, optics.width, optics.height).at(x, y))
    assert abs(np.mean(apart)) < 3.0 * DOUBT.uniformity_c / 60**0.5
    assert np.std(apart) == pytest.approx(DOUBT.uniformity_c, rel=0.3)


def test_people_differ_in_the_height_and_the_radius_of_their_hot_spots() -> None:
    scenario = scenes.scene(scenes.camera("boson-plus-320"), [scenes.stander(36.0, 1.0)], 1.0)
    people = [unsure(scenario, DOUBT, seed).people[0] for seed in SEEDS]
    assert np.std([some(p.hot_spot_k) for p in people]) == pytest.approx(DOUBT.hot_spot_c, rel=0.15)
    assert np.std([p.hot_spot_mm for p in people]) == pytest.approx(DOUBT.hot_spot_mm, rel=0.15)
