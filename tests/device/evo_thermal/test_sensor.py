"""An Evo Thermal as a sensor: opened through the register, measured, given up with a name."""

from itertools import islice
from pathlib import Path

import pytest

from device.boson.transport import SerialTransport
from device.errors import (
    CommandFailed,
    ProtocolError,
    ReplyTimeout,
    SensorError,
    SensorLost,
    SensorNotFound,
    SensorRefused,
    SensorStalled,
)
from device.evo_thermal.emulator import EmulatedEvoThermal, Fault
from device.evo_thermal.sensor import EvoThermalSensor, open_evo_thermal
from hardware.vetting.check import vet
from hardware.vetting.decision import Decision, Outcome


def impatient(camera: EmulatedEvoThermal) -> EvoThermalSensor:
    with open_evo_thermal(camera.port, vet=vet) as patient:
        info = patient.info
    return EvoThermalSensor(info, SerialTransport(camera.port), silence_s=0.3)


def test_an_emulated_one_passes_the_register_as_simulated_and_measures() -> None:
    with (
        EmulatedEvoThermal() as camera,
        open_evo_thermal(camera.port, hfov_deg=33.0, vet=vet) as sensor,
    ):
        assert (sensor.info.dossier, sensor.info.simulated) == ("simulated", True)
        frame = next(sensor.frames())
        warmest_c = frame.counts.max() * frame.radiometry.kelvin_per_count - 273.15
        assert warmest_c == pytest.approx(34.0, abs=0.6)
        assert frame.fpa_temp_c == pytest.approx(30.0, abs=0.1)


def test_one_that_is_not_vetted_is_refused_before_anything_is_sent() -> None:
    with EmulatedEvoThermal() as camera:
        with pytest.raises(SensorRefused, match="not vetted"):
            open_evo_thermal(camera.port, vet=lambda key, *_: Decision(key, Outcome.REFUSED))
        assert not camera._streaming


def test_a_missing_port_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SensorNotFound):
        open_evo_thermal(str(tmp_path / "ttyACM9"), vet=vet)


@pytest.mark.parametrize(
    ("fault", "error"), [(Fault.REFUSE, CommandFailed), (Fault.DEAF, ReplyTimeout)]
)
def test_one_that_does_not_stream_is_not_opened(fault: Fault, error: type[SensorError]) -> None:
    with EmulatedEvoThermal(fault=fault) as camera, pytest.raises(error):
        open_evo_thermal(camera.port, vet=vet)


@pytest.mark.parametrize(
    ("fault", "error", "says"),
    [
        (Fault.STALL, SensorStalled, "sent nothing"),
        (Fault.REPEAT, SensorStalled, "repeats one frame"),
        (Fault.GARBAGE, ProtocolError, "no whole frame"),
        (Fault.BAD_CRC, ProtocolError, "no whole frame"),
    ],
)
def test_a_fault_that_stays_has_a_name(fault: Fault, error: type[SensorError], says: str) -> None:
    with EmulatedEvoThermal() as camera, impatient(camera) as sensor:
        next(sensor.frames())
        camera.fault = fault
        with pytest.raises(error, match=says):
            list(islice(sensor.frames(), 1000))


def test_an_unplug_is_a_loss() -> None:
    with EmulatedEvoThermal() as camera, open_evo_thermal(camera.port, vet=vet) as sensor:
        next(sensor.frames())
        camera.unplug()
        with pytest.raises(SensorLost):
            list(islice(sensor.frames(), 1000))


def test_closing_switches_the_stream_off() -> None:
    with EmulatedEvoThermal() as camera:
        open_evo_thermal(camera.port, vet=vet).close()
        camera._stopping.wait(0.05)
        assert not camera._streaming
