"""One person is one visitor and two are two: people who follow one another, filmed and screened."""

from itertools import pairwise

import pytest

from device.simulator.sensor import SimulatedSensor
from screening.result import Verdict
from screening.screener import Screener
from service.offline.bench import scenes
from service.offline.bench.outcome import Outcome
from service.state.defaults import settings_for

FEVER_C, HEALTHY_C = 38.6, 35.4


def leaves(canthus_c: float, z_m: float, stands_s: float, speed_m_s: float) -> dict[str, object]:
    return {
        "canthus_c": canthus_c,
        "height_m": 1.7,
        "start": (0.0, z_m),
        "steps": [
            {"stand_s": stands_s},
            {"walk_to": (1.6, z_m + 0.2), "look": "ahead", "speed_m_s": speed_m_s},
        ],
    }


def comes(canthus_c: float, from_m: float, z_m: float, waits_s: float) -> dict[str, object]:
    return {
        "canthus_c": canthus_c,
        "height_m": 1.68,
        "start": (0.05, from_m),
        "steps": [{"stand_s": waits_s}, {"walk_to": (0.0, z_m)}, {"stand_s": 2.5}],
    }


def screened(model: str, people: list[dict[str, object]], seconds: float) -> list[Outcome]:
    scenario = scenes.scene(scenes.camera(model), people, seconds)
    return sorted(scenes.outcomes(scenario, 3), key=lambda o: o.visitor.first_frame)


@pytest.mark.parametrize(
    ("model", "behind_m", "waits_s"),
    [
        pytest.param("boson-plus-320", 0.6, 4.0, marks=pytest.mark.slow),
        ("lepton-3.5", 0.5, 3.0),
        ("lepton-3.5", 1.4, 3.4),
    ],
)
@pytest.mark.parametrize("fever_first", [True, False])
def test_who_leaves_and_who_comes_next_are_two_visitors(
    model: str, behind_m: float, waits_s: float, fever_first: bool
) -> None:
    first_c, next_c = (FEVER_C, HEALTHY_C) if fever_first else (HEALTHY_C, FEVER_C)
    z_m = 0.65
    people = [leaves(first_c, z_m, 2.5, 1.1), comes(next_c, z_m + behind_m, z_m, waits_s)]
    found = screened(model, people, 8.0)
    assert [o.person for o in found] == [1, 2]
    elevated = [o.visitor.verdict is Verdict.ELEVATED for o in found]
    assert elevated == [fever_first, not fever_first]


@pytest.mark.parametrize(("speed_m_s", "look"), [(0.35, 150.0), (0.5, -150.0)])
def test_who_is_hidden_by_a_passer_by_stays_one_visitor(speed_m_s: float, look: float) -> None:
    visitor = scenes.stander(HEALTHY_C, 1.3, 9.0)
    passer_by = {
        "role": "passer_by",
        "height_m": 1.78,
        "at_s": 2.0,
        "start": (-0.7, 0.8),
        "steps": [{"walk_to": (1.2, 0.85), "look": look, "speed_m_s": speed_m_s}],
    }
    scenario = scenes.scene(scenes.camera("boson-plus-320"), [visitor, passer_by], 8.0)
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=3) as sensor:
        info = sensor.info
        told = settings_for(scenario)
        screener = Screener.of(info, told)
        seen = [{v.id for v in screener.step(frame).visitors} for frame in sensor.frames()]
    frames = [n for n, ids in enumerate(seen) if 1 in ids]
    assert max(b - a for a, b in pairwise(frames)) >= 5
    assert frames[-1] == len(seen) - 1
