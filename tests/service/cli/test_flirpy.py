"""flirpy, an independent client, talks to `limen emulate boson`: every call that it has."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.narrow import some

_ROOT = Path(__file__).parents[3]
_FLIRPY = _ROOT / ".venv-flirpy/bin/python"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Run all of flirpy's calls once against the emulator as a user starts it."""
    if not _FLIRPY.exists():
        reason = "no .venv-flirpy: ./test makes it"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    link = tmp_path_factory.mktemp("flirpy") / "boson"
    limen = [sys.executable, "-c", "from service.cli.main import main; main()"]
    emulator = subprocess.Popen(
        [*limen, "emulate", "boson", "--link", link, "--serial", "93588"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert emulator.stdout
        assert emulator.stdout.readline().strip() == f"{link.readlink()} {link}"
        calls = Path(__file__).with_name("flirpy_calls.py")
        run = subprocess.run(
            [_FLIRPY, calls, link], capture_output=True, text=True, timeout=250, check=True
        )
        assert "checksum" not in run.stderr, run.stderr
        yield json.loads(run.stdout)
    finally:
        emulator.send_signal(signal.SIGTERM)
        assert emulator.wait(5) == 0
        some(emulator.stdout).close()
        assert not link.is_symlink(), "SIGTERM removes the link"


def test_flirpy_reads_who_the_camera_is(said: dict[str, Any]) -> None:
    assert said["camera_serial"] == 93588
    assert said["sensor_serial"] == 1_093_588
    assert said["part_number"] == "SI640A032-6SIMULATED"
    assert said["firmware"] == [4, 1, 0]


def test_flirpy_runs_an_ffc(said: dict[str, Any]) -> None:
    assert said["ffc_in_progress"] == 1
    assert said["ffc_done"] == 0
    assert 30 < said["ffc_advanced"] < 600, "frames from the FFC before to this one"
    assert said["ffc_desired"] == 0


def test_flirpy_reads_back_what_it_sets(said: dict[str, Any]) -> None:
    expected = {
        "averager": 0,
        "averager_on": 1,
        "ffc_auto": 1,
        "ffc_manual": 0,
        "temperature_threshold": 2.5,
        "frame_threshold": 3600,
        "ffc_frames": 4,
        "gain_low": 1,
        "gain_high": 0,
        "external_sync": 1,
    }
    assert {name: said[name] for name in expected} == expected


def test_flirpy_reads_temperatures_in_their_units(said: dict[str, Any]) -> None:
    assert 20.0 < said["fpa_temperature"] < 50.0, "deg C"
    assert abs(said["ffc_temperature"] - 273.15 - said["fpa_temperature"]) < 2.0, "kelvin"
    assert said["frames"] > 60
