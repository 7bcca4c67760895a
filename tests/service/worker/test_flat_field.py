"""The worker learns the shape from a plate, keeps no frame of it, and says when it cannot."""

import numpy as np
import pytest

from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from service.ipc.records import Plate, PlateSeen
from service.worker.flat_field import FRAMES, LOOKED_AT, FlatField

WIDTH, HEIGHT = 80, 64
RADIOMETRY = Radiometry(tlinear=True, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)
V, U = np.meshgrid(np.linspace(-1, 1, HEIGHT), np.linspace(-1, 1, WIDTH), indexing="ij")
LENS = 34.0 - 0.2 * (U * U + V * V) + 0.05 * U


def frame(celsius: np.ndarray = LENS, ffc: FfcState = FfcState.COMPLETE) -> RadiometricFrame:
    counts = np.rint((celsius + 273.15) * 100).astype(np.uint16)
    return RadiometricFrame(counts, RADIOMETRY, 0.0, 0, ffc, 100.0)


@pytest.fixture
def plate() -> FlatField:
    return FlatField(WIDTH, HEIGHT)


def test_nothing_is_averaged_until_an_admin_asks(plate: FlatField) -> None:
    assert all(plate.add(frame()) is None for _ in range(2 * FRAMES))
    assert plate._sum is None


def test_a_shape_is_learnt_from_enough_frames_and_the_average_is_zeroed(plate: FlatField) -> None:
    plate.begin()
    average = plate._sum
    answers = [plate.add(frame()) for _ in range(FRAMES)]
    assert answers[:-1] == [None] * (FRAMES - 1)
    learnt = answers[-1]
    assert learnt is not None
    assert learnt.outcome is Plate.LEARNT
    assert learnt.xx_c == pytest.approx(-0.2, abs=0.01)
    assert learnt.x_c == pytest.approx(0.05, abs=0.01)
    assert average is not None
    assert not average.any()
    assert plate.add(frame()) is None


def test_the_shutter_is_not_taken_for_the_plate(plate: FlatField) -> None:
    plate.begin()
    shutter = frame(LENS + 30.0 * U, FfcState.IN_PROGRESS)
    assert all(plate.add(shutter) is None for _ in range(FRAMES))
    learnt = [plate.add(frame()) for _ in range(FRAMES)][-1]
    assert learnt is not None
    assert learnt.outcome is Plate.LEARNT


def test_a_room_is_no_plate_and_that_is_what_is_said(plate: FlatField) -> None:
    plate.begin()
    room = np.where(U > 0.3, 34.0, 22.0)
    learnt = [plate.add(frame(room)) for _ in range(FRAMES)][-1]
    assert learnt is not None
    assert learnt == PlateSeen(Plate.UNEVEN)


def test_a_sensor_that_only_corrects_itself_is_given_up(plate: FlatField) -> None:
    plate.begin()
    shutter = frame(ffc=FfcState.IN_PROGRESS)
    answers = [plate.add(shutter) for _ in range(LOOKED_AT)]
    assert answers[-1] == PlateSeen(Plate.ONLY_CORRECTED)
    assert plate._sum is None
