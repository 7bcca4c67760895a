"""The library of scenarios covers what a station can show, and each one can be filmed."""

from collections.abc import Callable

import numpy as np
import pytest

from device.errors import NotRadiometric, SensorLost, SensorStalled
from device.simulator.scenario.schema import load, scenario_names
from device.simulator.scenario.truth import Occlusion
from device.simulator.sensor import SimulatedSensor, open_simulated
from tests.cases import few


def as_it_is(name: str) -> SimulatedSensor:
    """Film a scenario with its own camera."""
    return open_simulated(name, realtime=False, loop=False)


def small(name: str) -> SimulatedSensor:
    """Film a scenario with the smallest camera: where things are does not depend on its pixels."""
    scenario = load(name)
    camera = scenario.camera.model_copy(update={"model": "lepton-3.5"})
    return SimulatedSensor(
        scenario.model_copy(update={"camera": camera}), realtime=False, loop=False, seed=1
    )


FILMS = [
    *(pytest.param(name, small, id=f"{name}-small") for name in scenario_names()),
    *(
        pytest.param(name, as_it_is, id=f"{name}-own camera", marks=pytest.mark.slow)
        for name in few(scenario_names(), of=6)
    ),
]


@pytest.mark.parametrize(("name", "film"), FILMS)
def test_every_scenario_gives_frames_with_people_where_it_says(
    name: str, film: Callable[[str], SimulatedSensor]
) -> None:
    scenario = load(name)
    first = min((person.at_s for person in scenario.people), default=0.0)
    with film(name) as sensor:
        rate = sensor.info.frame_rate_hz
        for frame in sensor.frames():
            assert 250.0 < float(np.median(frame.counts)) * 0.01 < 320.0
            if frame.time_s >= first + 0.3 or frame.sequence > 40 * rate:
                break
        people = sensor.truth().people
        visitors = sensor.visitors()
    assert bool(people) == bool(scenario.people)
    assert len(visitors) == sum(person.role == "visitor" for person in scenario.people)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("camera-unplugged", SensorLost),
        ("camera-silent", SensorStalled),
        ("camera-not-radiometric", NotRadiometric),
    ],
)
def test_a_camera_that_breaks_raises_what_a_real_one_would(
    name: str, error: type[Exception]
) -> None:
    with open_simulated(name, realtime=False, loop=False) as sensor:
        frames = sensor.frames()
        rate = sensor.info.frame_rate_hz
        for _ in range(round(load(name).camera.fails_at_s * rate)):
            next(frames)
        with pytest.raises(error, match="scenario says"):
            next(frames)


def test_somebody_before_the_reference_is_known_to_hide_it() -> None:
    with small("reference-hidden") as sensor:
        hidden = [not sensor.truth().references[0].visible for _ in sensor.frames()]
    assert 0.1 < np.mean(hidden) < 0.6


def test_a_knocked_reference_is_elsewhere_afterwards() -> None:
    with small("reference-moved") as sensor:
        places = {round(sensor.truth().references[0].box[0]) for _ in sensor.frames()}
    assert len(places) == 2


@pytest.mark.parametrize(
    "film",
    [
        pytest.param(small, id="small"),
        pytest.param(as_it_is, id="own camera", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    ("name", "free", "worn"),
    [
        ("glasses", False, Occlusion.GLASSES),
        ("fringe", False, Occlusion.FRINGE),
        ("cap", False, Occlusion.CAP),
        ("mask", True, Occlusion.MASK),
        ("scarf-and-beard", True, Occlusion.SCARF),
        ("one-healthy", True, None),
    ],
)
def test_what_is_worn_hides_the_canthi_or_leaves_them_free(
    name: str, free: bool, worn: Occlusion | None, film: Callable[[str], SimulatedSensor]
) -> None:
    with film(name) as sensor:
        for frame in sensor.frames():
            if frame.time_s > 6.0:
                break
        person = sensor.truth().people[0]
    assert person.canthi_visible == (free, free)
    assert worn is None or worn in person.occlusions
