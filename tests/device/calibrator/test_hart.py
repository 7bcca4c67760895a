"""A calibrator is set and read over a real serial line; what it says wrong is named."""

from collections.abc import Iterator

import pytest

from device.calibrator.emulator import EmulatedHart, Fault
from device.calibrator.hart import HartCalibrator, parse
from device.calibrator.source import STEADY_S, settle
from device.errors import (
    ProtocolError,
    ReplyTimeout,
    SensorError,
    SensorNotFound,
    SensorRefused,
    SensorStalled,
)


@pytest.fixture
def emulated() -> Iterator[EmulatedHart]:
    with EmulatedHart(pace=1e8) as calibrator:
        yield calibrator


def test_it_is_set_in_celsius_and_read(emulated: EmulatedHart) -> None:
    with HartCalibrator(emulated.port) as calibrator:
        calibrator.go_to(34.25)
        assert calibrator.temp_c() == pytest.approx(34.25, abs=0.01)
    assert emulated.heard == ["u=c", "s=34.25", "s", "t"]


def test_it_is_read_without_echoes_too() -> None:
    with EmulatedHart(pace=1e8, echoes=False) as emulated, HartCalibrator(emulated.port) as one:
        one.go_to(40.0)
        assert one.temp_c() == pytest.approx(40.0, abs=0.01)


@pytest.mark.parametrize(
    ("fault", "kind", "why"),
    [
        (Fault.DEAF, ReplyTimeout, "did not answer"),
        (Fault.FAHRENHEIT, SensorRefused, "Fahrenheit"),
        (Fault.STUBBORN, SensorRefused, "says 35.00"),
        (Fault.NOISE, ProtocolError, "no lines"),
    ],
)
def test_what_goes_wrong_is_named(
    fault: Fault, kind: type[SensorError], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.calibrator.hart._REPLY_S", 0.5)
    with (
        EmulatedHart(fault=fault) as emulated,
        HartCalibrator(emulated.port) as calibrator,
        pytest.raises(kind, match=why),
    ):
        calibrator.go_to(37.0)


@pytest.mark.parametrize("temp_c", [9.9, 60.1, 500.0, float("nan"), float("inf")])
def test_nothing_is_set_that_burns_or_is_no_number(emulated: EmulatedHart, temp_c: float) -> None:
    with HartCalibrator(emulated.port) as calibrator, pytest.raises(SensorRefused, match="sweep"):
        calibrator.go_to(temp_c)
    assert "s" not in {command[0] for command in emulated.heard}


def test_a_port_that_is_not_there_is_named() -> None:
    with pytest.raises(SensorNotFound, match="cannot be opened"):
        HartCalibrator("/dev/no-such-port")


@pytest.mark.parametrize("line", [b"", b"t: hot C", b"t: 36.0 K", b"t 36.0 C", b"\xff\xfe", b"s"])
def test_what_is_no_reply_is_none(line: bytes) -> None:
    assert parse(line) is None


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
