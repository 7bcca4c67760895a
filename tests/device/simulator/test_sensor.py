"""A simulated sensor behaves as any other, and knows what is true."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from device.frame import FfcState
from device.sensor import Sensor
from device.simulator.scenario.schema import ScenarioError, load, parse, scenario_names
from device.simulator.sensor import open_simulated
from tests.narrow import some


def film(name: str, frames: int, **options: Any) -> Iterator[tuple[Any, Any]]:
    with open_simulated(name, realtime=False, **options) as sensor:
        for count, frame in enumerate(sensor.frames(), 1):
            yield sensor, frame
            if count == frames:
                return


def test_it_is_a_sensor_and_says_that_it_is_simulated() -> None:
    with open_simulated("empty") as sensor:
        assert isinstance(sensor, Sensor)
        assert sensor.info.simulated


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_can_be_read_and_names_itself(name: str) -> None:
    scenario = load(name)
    assert scenario.name == name
    assert scenario.title


def test_a_scenario_ends_after_its_duration_unless_it_loops() -> None:
    scenario = load("lepton-one-healthy")
    frames = sum(1 for _ in film("lepton-one-healthy", 10**6, loop=False))
    assert frames == round(scenario.duration_s * 9.0)
    assert sum(1 for _ in film("lepton-one-healthy", frames + 5, loop=True)) == frames + 5


def test_the_same_seed_gives_the_same_counts_and_another_seed_others() -> None:
    def last(seed: int) -> np.ndarray:
        counts = [f.counts.copy() for _, f in film("lepton-one-healthy", 20, seed=seed)]
        return np.asarray(counts[-1])

    assert np.array_equal(last(3), last(3))
    assert not np.array_equal(last(3), last(4))


def test_a_requested_ffc_closes_the_shutter_and_lifts_the_picture_afterwards() -> None:
    before, states, after = None, [], None
    for sensor, frame in film("empty", 90):
        if frame.sequence == 5:
            before = float(np.median(frame.counts))
            sensor.request_ffc()
        states.append(frame.ffc)
        # seen at once it is small: the picture rises for two seconds
        if (
            FfcState.IN_PROGRESS in states
            and frame.ffc is FfcState.COMPLETE
            and frame.ffc_age_s > 2
        ):
            after = float(np.median(frame.counts))
            break
    assert states.count(FfcState.IN_PROGRESS) == 15  # half a second at 30 Hz
    assert 0.7 < (some(after) - some(before)) * 0.01 < 1.5


def test_the_canthi_of_a_near_visitor_are_the_hottest_places_of_the_face() -> None:
    seen = 0
    for sensor, frame in film("one-healthy", 200):
        person = sensor.truth().people[0]
        if person.distance_m > 1.05 or abs(person.yaw_deg) > 10.0:
            continue
        seen += 1
        x, y, w, h = (round(v) for v in person.face_box)
        face = frame.counts[y : y + h, x : x + w]
        hottest = np.unravel_index(int(face.argmax()), face.shape)
        at = np.array([hottest[1] + x, hottest[0] + y])
        away = min(np.hypot(*(at - mark)) for mark in person.landmarks[:2])
        assert away * person.mm_per_px < 9.0
    assert seen > 20


def test_the_summary_of_visitors_leaves_passers_by_out() -> None:
    with open_simulated("a-morning-at-the-door") as sensor:
        visitors = sensor.visitors()
    assert [v.id for v in visitors] == [1, 2, 4, 5, 6, 7]
    assert [v.id for v in visitors if v.canthus_c > 38.0] == [4]


def test_a_scenario_that_does_not_exist_is_answered_with_those_that_do() -> None:
    with pytest.raises(ScenarioError, match=r"choose one of: .*one-fever"):
        open_simulated("no-such-thing")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("duration_s = 5", "title"),
        ("title = 'x'\nduration_s = -1.0", "duration_s"),
        ("title = 'x'\nduration_s = 5\nweather = 'wet'", "weather"),
        ("title = 'x'\nduration_s = 5\n[[people]]\nstart=[0,2]\nsteps=[{}]", "walk_to"),
        ("title = ", "TOML"),
    ],
)
def test_a_wrong_scenario_is_refused_with_the_entry_that_is_wrong(text: str, fault: str) -> None:
    with pytest.raises(ScenarioError, match=fault):
        parse(text, "test")
