"""What is read at one place: means and noise of a few pixels, a second at a time."""

from collections.abc import Iterator

import numpy as np
import pytest

from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from service.worker.spot import HALF_PX, Second, Spot
from tests.narrow import some

RADIOMETRY = Radiometry(tlinear=True, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)
ROOM, PLATE = 29_515, 30_915  # 22 and 36 deg C
NOISE = 3.0  # counts


def frames(count: int, *, ffc: FfcState = FfcState.COMPLETE) -> Iterator[RadiometricFrame]:
    draw = np.random.default_rng(5)
    for number in range(count):
        counts = np.full((60, 80), ROOM, np.float64)
        counts[20:40, 30:50] = PLATE
        counts += draw.normal(0.0, NOISE, counts.shape)
        whole = np.ascontiguousarray(np.rint(counts).astype(np.uint16))
        yield RadiometricFrame(whole, RADIOMETRY, number / 30.0, number, ffc, 100.0)


def last(spot: Spot, at: tuple[float, float] | None, **more: FfcState) -> Second | None:
    seconds = [spot.look(frame, at) for frame in frames(65, **more)]
    return next((one for one in reversed(seconds) if one is not None), None)


def test_a_plate_is_read_with_its_noise_and_the_room_around_it() -> None:
    second = some(last(Spot(), (40.0, 30.0)))
    assert second.raw_c == pytest.approx(36.0, abs=0.01)
    assert second.noise_k == pytest.approx(0.01 * NOISE, rel=0.1)
    assert second.scene_c == pytest.approx(22.0, abs=0.02)


@pytest.mark.parametrize("at", [None, (1.0, 30.0), (40.0, 59.0), (400.0, 30.0)])
def test_nothing_is_read_where_the_square_does_not_fit(at: tuple[float, float] | None) -> None:
    assert last(Spot(), at) is None


def test_nothing_is_read_while_the_shutter_is_closed() -> None:
    assert last(Spot(), (40.0, 30.0), ffc=FfcState.IN_PROGRESS) is None


def test_a_new_place_begins_anew() -> None:
    spot = Spot()
    for frame in frames(25):
        spot.look(frame, (40.0, 30.0))
    seconds = [spot.look(frame, (10.0, 10.0)) for frame in frames(40)]
    assert some(next(one for one in seconds if one)).raw_c == pytest.approx(22.0, abs=0.02)


def test_nothing_of_the_pixels_is_left_after_a_wipe() -> None:
    spot = Spot()
    last(spot, (40.0, 30.0))
    spot.wipe()
    side = 2 * HALF_PX + 1
    assert spot._before.shape == (side, side)
    assert not spot._before.any()
    assert not spot._patch.any()
