"""A calibrator is set and read over a real serial line; what it says wrong is named."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from device.calibrator.emulator import EmulatedHart, Fault
from device.calibrator.hart import HartCalibrator, parse
from device.calibrator.line import Line
from device.errors import (
    ProtocolError,
    ReplyTimeout,
    SensorError,
    SensorLost,
    SensorNotFound,
    SensorRefused,
)


@contextmanager
def connected(emulated: EmulatedHart) -> Iterator[HartCalibrator]:
    with closing(Line.at(emulated.port)) as line:
        yield HartCalibrator(line)


@pytest.fixture
def emulated() -> Iterator[EmulatedHart]:
    with EmulatedHart(pace=1e8) as calibrator:
        yield calibrator


def test_it_is_set_in_celsius_and_read(emulated: EmulatedHart) -> None:
    with connected(emulated) as calibrator:
        calibrator.go_to(34.25)
        assert calibrator.temp_c() == pytest.approx(34.25, abs=0.01)
    assert emulated.heard == ["u=c", "s=34.25", "s", "t"]


def test_it_is_read_without_echoes_too() -> None:
    with EmulatedHart(pace=1e8, echoes=False) as emulated, connected(emulated) as one:
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
        connected(emulated) as calibrator,
        pytest.raises(kind, match=why),
    ):
        calibrator.go_to(37.0)


@pytest.mark.parametrize("temp_c", [9.9, 60.1, 500.0, float("nan"), float("inf")])
def test_nothing_is_set_that_burns_or_is_no_number(emulated: EmulatedHart, temp_c: float) -> None:
    with connected(emulated) as calibrator, pytest.raises(SensorRefused, match="sweep"):
        calibrator.go_to(temp_c)
    assert "s" not in {command[0] for command in emulated.heard}


def test_a_port_that_is_not_there_is_named() -> None:
    with pytest.raises(SensorNotFound, match="cannot be opened"):
        Line.at("/dev/no-such-port")
    with pytest.raises(SensorNotFound, match="cannot be opened"):
        Line.at("/dev/null")  # no serial line


def test_a_port_that_another_program_has_is_not_taken(emulated: EmulatedHart) -> None:
    with connected(emulated), pytest.raises(SensorNotFound, match="who else"):
        Line.at(emulated.port)


def test_a_calibrator_that_is_unplugged_is_lost() -> None:
    master, slave = os.openpty()
    with closing(Line.at(os.ttyname(slave))) as line:
        os.close(slave)
        os.close(master)
        with pytest.raises(SensorLost, match="gone"):
            HartCalibrator(line).temp_c()


@pytest.mark.parametrize("line", [b"", b"t: hot C", b"t: 36.0 K", b"t 36.0 C", b"\xff\xfe", b"s"])
def test_what_is_no_reply_is_none(line: bytes) -> None:
    assert parse(line) is None
