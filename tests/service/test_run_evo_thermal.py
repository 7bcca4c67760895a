"""The whole locked station on an Evo Thermal's own bytes: it opens it, and says what it lacks."""

from pathlib import Path

import pytest

from device.evo_thermal.emulator import EmulatedEvoThermal
from tests.service.running import RunningStation

pytestmark = pytest.mark.slow


def test_an_emulated_evo_thermal_is_opened_and_refused_for_its_few_pixels(tmp_path: Path) -> None:
    with EmulatedEvoThermal(pause_s=0.1) as evo:
        station = RunningStation(
            tmp_path / "state", "--sensor", "evo-thermal", "--sensor-port", evo.port
        )
        try:
            view = station.wait_for(lambda view: view["reasons"] == ["too_few_pixels"])
        finally:
            station.close()
    assert view["state"] == "not_screening"
    assert view["sensor"]["model"] == "SIMULATED Evo Thermal"
    assert view["locked"]
