"""Simulated people through the whole of screening: truth, slope, and cameras that lie."""

import numpy as np
import pytest

from screening.result import Reason, Verdict
from service.offline.bench import scenes
from service.offline.bench.doubt import misinformed
from service.offline.bench.simulated import HEAD_C


def stated(model: str, canthus_c: float, fault: str = "none", seed: int = 1) -> float | None:
    head = {
        **scenes.stander(HEAD_C, scenes.NEAR_M[model], 2.5),
        "warmer_k": canthus_c - HEAD_C,
    }
    scenario = scenes.scene(scenes.camera(model, fault=fault), [head], 2.5)
    found = scenes.outcomes(scenario, seed)
    return found[0].visitor.skin_temp_c if found else None


@pytest.mark.parametrize("model", ["boson-plus-320", "lepton-3.5"])
def test_nothing_is_pulled_towards_normal(model: str) -> None:
    truth = np.array([35.0, 37.0, 39.0])
    read = np.array([stated(model, float(c)) for c in truth], dtype=float)
    slope = np.polyfit(truth, read, 1)[0]
    assert slope == pytest.approx(1.0, abs=0.02)


def test_a_camera_that_normalises_is_told_by_its_slope() -> None:
    truth = np.array([35.0, 37.0, 39.0])
    read = np.array([stated("lepton-3.5", float(c), "normalises") for c in truth], dtype=float)
    assert np.polyfit(truth, read, 1)[0] < 0.9


@pytest.mark.parametrize(("canthus_c", "verdict"), [(35.6, "clear"), (38.6, "elevated")])
def test_fever_and_no_fever_end_as_they_should(canthus_c: float, verdict: str) -> None:
    someone = scenes.stander(canthus_c, 0.68, 3.0)
    scenario = scenes.scene(scenes.camera("boson-plus-320"), [someone], 3.0)
    (outcome,) = scenes.outcomes(scenario, 4)
    assert outcome.visitor.verdict is Verdict(verdict)
    assert outcome.inside


def test_somebody_in_glasses_is_not_cleared() -> None:
    someone = {**scenes.stander(35.6, 0.68, 3.0), "wears": ["glasses"]}
    scenario = scenes.scene(scenes.camera("boson-plus-320"), [someone], 3.0)
    for outcome in scenes.outcomes(scenario, 2):
        assert outcome.visitor.verdict is not Verdict.CLEAR
        assert Reason.GLASSES in outcome.visitor.reasons


def test_the_interval_holds_while_the_settings_are_as_wrong_as_they_may_be() -> None:
    inside = []
    for seed in range(8):
        someone = scenes.stander(36.5, 0.68, 2.5)
        scenario = scenes.scene(scenes.camera("boson-plus-320"), [someone], 2.5)
        settings = scenes.told(scenario, None)
        wrong = misinformed(settings, settings.doubt, seed)
        inside += [o.inside for o in scenes.outcomes(scenario, seed, wrong) if o.inside is not None]
    assert len(inside) >= 6
    assert sum(inside) >= len(inside) - 1


def test_a_plate_takes_out_what_the_corner_and_the_middle_differ_by() -> None:
    camera = scenes.scene(scenes.camera("lepton-3.5"), [], 1.0).camera
    learnt = scenes.plate(camera, 1)
    # the simulated lens falls off by 0.2 deg C towards each edge
    assert learnt.xx_c == pytest.approx(-0.2, abs=0.03)
    assert learnt.yy_c == pytest.approx(-0.2, abs=0.03)
