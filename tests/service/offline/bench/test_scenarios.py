"""Every word that a screener can say is shown by a scenario that announces it."""

from functools import cache
from typing import Final

import pytest

from device.simulator.camera.camera import MODELS
from device.simulator.scenario import schema
from device.simulator.scenario.schema import Scenario, scenario_names
from screening.result import Reason, State, Verdict
from service.offline.bench.library import play
from tests.cases import few

# what no camera, visitor or room can cause: the station's processes say it, or a sensor that
# cannot be simulated; `tests/service` and `test_screener` show each
OF_NO_SCENARIO: Final = {
    State.STARTING,
    State.SELF_TEST,
    Reason.WORKER_LOST,
    Reason.SILENT,
    Reason.NOT_LOCKED,
    Reason.NETWORK_FOUND,
    Reason.CONFIGURATION,
    Reason.SENSOR_REFUSED,
    Reason.TOO_FEW_PIXELS,
    Reason.LOW_GAIN,
    Reason.NO_FFC,
    Reason.FOREIGN_NOISE,
    Reason.BAD_PIXELS,
    Reason.IMPOSSIBLE_VALUES,
    Reason.TOO_HOT,
    Reason.NOT_ACCEPTED,
    Reason.UNANSWERED,
    Reason.ABOVE_POPULATION,  # it takes twenty visitors: `limen bench` plays that film
}
LONG_S: Final = 12.0
WORDS: Final = [word for word in (*State, *Reason) if word not in OF_NO_SCENARIO]


@cache  # asked for again and again while tests are collected
def load(name: str) -> Scenario:
    """Return one of the scenarios of the library."""
    return schema.load(name)


def pixels(name: str) -> float:
    """How much there is to film of a scenario: what it costs."""
    scenario = load(name)
    model = MODELS[scenario.camera.model]
    rate_hz = scenario.camera.frame_rate_hz or model.frame_rate_hz
    return scenario.duration_s * rate_hz * model.width * model.height


@cache
def shown(name: str) -> frozenset[str]:
    """Return what a scenario shows, until it has shown all that it announces."""
    return play(load(name), only_words=True).shown


def test_every_word_that_a_scenario_announces_is_one_of_the_stations() -> None:
    words = {*State, *Reason, *Verdict}
    assert len(scenario_names()) >= 30
    for name in scenario_names():
        assert set(load(name).shows) <= words, name


def announced_by(word: str) -> list[str]:
    """Return the scenarios that announce a word, the cheapest film first."""
    return sorted((n for n in scenario_names() if word in load(n).shows), key=pixels)


def is_long(word: str) -> bool:
    """Whether it takes a long film to show a word."""
    return any(load(name).duration_s > LONG_S for name in announced_by(word)[:1])


@pytest.mark.timeout(600)  # one of them takes twenty visitors
@pytest.mark.parametrize(
    "word",
    [
        *(word for word in WORDS if not is_long(word)),
        *few([word for word in WORDS if is_long(word)], of=3),
    ],
)
def test_a_word_that_scenarios_announce_is_shown(word: str) -> None:
    names = announced_by(word)
    assert names, f"no scenario announces {word}"
    assert any(word in shown(name) for name in names), f"none of {names} shows {word}"
