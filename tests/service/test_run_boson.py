"""The whole station on a Boson's own bytes: it starts on a vetted one, and on no other."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.running import RunningStation

pytestmark = pytest.mark.slow


@pytest.fixture
def boson(tmp_path: Path) -> Iterator[Path]:
    """Return the link to an emulated Boson that any client may open."""
    link = tmp_path / "boson"
    emulator = subprocess.Popen(
        [
            *(sys.executable, "-m", "service.cli", "emulate", "boson"),
            *("--link", link, "--array", "320"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert emulator.stdout is not None
    with emulator, emulator.stdout:
        emulator.stdout.readline()
        yield link
        emulator.terminate()


def station_on(boson: Path, state: Path, *options: str) -> RunningStation:
    return RunningStation(state, "--sensor", "boson", "--sensor-port", str(boson), *options)


def test_an_emulated_boson_screens_through_the_locked_station_marked_as_simulated(
    boson: Path, tmp_path: Path
) -> None:
    station = station_on(boson, tmp_path / "state")
    try:
        view = station.wait_for(lambda view: view["reference"]["found"])
    finally:
        station.close()
    assert view["sensor"]["simulated"]
    assert "SIMULATED" in view["sensor"]["model"]
    assert view["locked"]
    assert view["state"] == "warming_up"


def test_a_station_whose_register_cannot_be_relied_on_opens_no_sensor(
    boson: Path, tmp_path: Path
) -> None:
    register = tmp_path / "register"
    register.mkdir()
    (register / "policy.toml").write_text("nobody = 'has signed this'\n", encoding="utf-8")
    station = station_on(boson, tmp_path / "state", "--register", str(register))
    try:
        view = station.wait_for(lambda view: view["reasons"] == ["sensor_refused"])
    finally:
        station.close()
    assert view["state"] == "not_screening"
    assert view["sensor"] is None
    assert "The register cannot be read" in view["failure"]
