"""A source that is set by serial is waited for until it has settled, and not for ever."""

import pytest

from device.errors import SensorStalled
from service.acceptance.settling import STEADY_S
from service.offline.by_serial import settle


class Plate:
    """A source with a clock of its own."""

    def __init__(self, *, wanders_c: float = 0.0, lag: float = 0.9) -> None:
        self.now_s, self._c, self._set_c = 0.0, 25.0, 25.0
        self._wanders_c, self._lag = wanders_c, lag

    def go_to(self, temp_c: float) -> None:
        self._set_c = temp_c

    def temp_c(self) -> float:
        wander = self._wanders_c * (-1.0) ** round(self.now_s / 20.0)
        return self._c + wander

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self._c = self._set_c + (self._c - self._set_c) * self._lag


def test_a_source_has_settled_when_it_is_near_and_steady_for_a_minute() -> None:
    plate = Plate()
    said_c = settle(plate, 37.0, clock=lambda: plate.now_s, sleep=plate.sleep)
    assert said_c == pytest.approx(37.0, abs=0.03)
    # ln(12 / 0.03) / -ln(0.9) = 57 turns of 2 s until it is near, and about a minute more
    assert plate.now_s > 2.0 * 50 + STEADY_S - 5.0


@pytest.mark.parametrize("plate", [Plate(wanders_c=0.04), Plate(lag=1.0)])
def test_a_source_that_never_settles_is_given_up(plate: Plate) -> None:
    with pytest.raises(SensorStalled, match="has not settled"):
        settle(plate, 37.0, clock=lambda: plate.now_s, sleep=plate.sleep)
