"""The table of drivers: each row opens, asks and tells what it says it does."""

import importlib
import re
import subprocess
import sys

import pytest

from device.drivers import DRIVERS, NAMES, SIMULATED, Driver, driver
from device.errors import SensorNotFound
from device.evo_thermal.emulator import EmulatedEvoThermal
from hardware.vetting.check import vet


def test_an_emulated_evo_thermal_is_opened_as_simulated() -> None:
    with (
        EmulatedEvoThermal() as camera,
        driver("evo-thermal").open(camera.port, vet=vet) as sensor,
    ):
        assert sensor.info.simulated
        assert (sensor.info.width, sensor.info.height) == (32, 32)


@pytest.mark.parametrize("kind", [row.name for row in DRIVERS])
def test_every_kind_has_a_driver_that_says_when_nothing_is_there(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("device.discovery.find", lambda *_, **__: ())
    with pytest.raises(SensorNotFound, match="is plugged in"):
        driver(kind).open(None, vet=vet)


def test_a_kind_without_a_driver_is_told() -> None:
    with pytest.raises(SensorNotFound, match="called 'toaster'; there are: simulated, boson"):
        driver("toaster")


@pytest.mark.parametrize("row", DRIVERS, ids=lambda row: row.name)
def test_every_row_names_what_is_there(row: Driver) -> None:
    module, opener = row.opener.split(".")
    assert callable(getattr(importlib.import_module(f"{row.package}.{module}"), opener))
    assert callable(importlib.import_module(f"{row.package}.asking").ask)
    assert re.fullmatch(r"[0-9a-f]{4}:[0-9a-f]{4}", row.usb_ids)
    assert row.has_serial or row.has_video
    assert driver(row.name) is row


def test_no_name_stands_twice_in_the_table() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert NAMES[0] == SIMULATED


def test_reading_the_table_imports_no_driver_and_no_array_library() -> None:
    code = "import sys, device.drivers; print('\\n'.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"numpy", "cv2", "device.boson", "device.simulator"} & set(loaded)
