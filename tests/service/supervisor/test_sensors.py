"""The station opens the sensor that it was told to, by the driver of its kind."""

import pytest

from device.errors import SensorNotFound
from device.evo_thermal.emulator import EmulatedEvoThermal
from hardware.vetting.check import vet
from service.supervisor.config import SensorKind
from service.supervisor.sensors import open_sensor


def test_an_emulated_evo_thermal_is_opened_as_simulated() -> None:
    with (
        EmulatedEvoThermal() as camera,
        open_sensor("evo-thermal", port=camera.port, scenario="", vet=vet) as sensor,
    ):
        assert sensor.info.simulated
        assert (sensor.info.width, sensor.info.height) == (32, 32)


@pytest.mark.parametrize("kind", [kind for kind in SensorKind if kind != SensorKind.SIMULATED])
def test_every_kind_has_a_driver_that_says_when_nothing_is_there(
    kind: SensorKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.discovery.find", lambda *_, **__: ())
    with pytest.raises(SensorNotFound, match="is plugged in"):
        open_sensor(kind, port=None, scenario="", vet=vet)


def test_a_kind_without_a_driver_is_told() -> None:
    with pytest.raises(SensorNotFound, match="no driver for a sensor called 'toaster'"):
        open_sensor("toaster", port=None, scenario="", vet=vet)
