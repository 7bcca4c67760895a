"""A learnt shape holds for the sensor that it was learnt on, and for no other."""

from dataclasses import replace
from datetime import date

import pytest

from device.info import SensorInfo
from screening.settings import Settings, Uniformity
from service.ipc.records import Plate, PlateSeen
from service.ipc.settings import SettingsError, StationSettings
from service.supervisor.non_uniformity import LOST, NonUniformityLearning
from tests.service.stage import SENSOR

LENS = Uniformity(0.05, 0.0, -0.2, -0.2, 0.0, 0.02)
PLATE = PlateSeen(Plate.LEARNT, 0.05, 0.0, -0.2, -0.2, 0.0, 0.02)
TODAY = date(2026, 5, 4)


@pytest.fixture
def shape() -> NonUniformityLearning:
    shape = NonUniformityLearning()
    shape.opened(SENSOR)
    return shape


@pytest.fixture
def settings(shape: NonUniformityLearning) -> StationSettings:
    return StationSettings(uniformity=shape.learnt(PLATE, TODAY))


def test_the_sensor_it_was_learnt_on_is_corrected(
    shape: NonUniformityLearning, settings: StationSettings
) -> None:
    assert shape.in_force(settings) == replace(Settings(), uniformity=LENS)
    assert settings.uniformity is not None
    assert settings.uniformity.learnt_on == TODAY


@pytest.mark.parametrize(
    "other",
    [replace(SENSOR, serial="1"), replace(SENSOR, width=512, height=640), None],
    ids=["another", "mounted on its side", "none yet"],
)
def test_no_other_sensor_is(other: SensorInfo | None, settings: StationSettings) -> None:
    shape = NonUniformityLearning()
    if other is not None:
        shape.opened(other)
    assert not shape.holds(settings)
    assert shape.in_force(settings) == Settings()


def test_a_plate_that_leaves_a_residual_is_none(shape: NonUniformityLearning) -> None:
    with pytest.raises(SettingsError, match="plate of even temperature"):
        shape.learnt(replace(PLATE, residual_c=3.0), TODAY)


@pytest.mark.parametrize(
    ("outcome", "said"), [(Plate.UNEVEN, "fill all of it"), (Plate.ONLY_CORRECTED, "try again")]
)
def test_what_kept_the_worker_from_learning_is_said(
    shape: NonUniformityLearning, outcome: Plate, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        shape.learnt(PlateSeen(outcome), TODAY)


def test_without_a_sensor_nothing_is_learnt() -> None:
    shape = NonUniformityLearning()
    assert not shape.begin()
    with pytest.raises(SettingsError):
        shape.learnt(PLATE, TODAY)


def test_a_sensor_that_is_lost_while_learning_is_said(shape: NonUniformityLearning) -> None:
    assert shape.begin()
    shape.lost()
    assert (shape.running, shape.problem) == (False, LOST)
