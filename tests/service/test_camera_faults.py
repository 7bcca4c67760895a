"""Cameras that break while somebody stands before them, through the whole of a running station."""

import contextlib
import time
from pathlib import Path

import pytest

from device.simulator.scenario.schema import load
from tests.service.running import RunningStation

BLIND_AT_MOST_S = 20.0  # on a calm machine 4 s: a worker starts, and finds the reference
BUSY = 4.0  # times as long with others beside it


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param("camera-unplugged", "The sensor is gone", marks=pytest.mark.alone),
        ("camera-silent", "sends no new frame"),
        ("camera-not-radiometric", "does not prove that its counts are temperatures"),
    ],
)
def test_the_screen_names_what_happened_to_the_camera_and_comes_back(
    name: str, sentence: str, tmp_path: Path
) -> None:
    bound_s = BLIND_AT_MOST_S if name == "camera-unplugged" else BUSY * BLIND_AT_MOST_S
    announced = set(load(name).shows)
    station = RunningStation(tmp_path / "state", "--scenario", name)
    with contextlib.closing(station):
        station.screening()
        broken = station.wait_for(lambda view: announced <= {view["state"], *view["reasons"]})
        began = time.monotonic()
        assert broken["visitors"] == []
        assert sentence in broken["failure"]
        assert station.screening()["failure"] == ""
        assert time.monotonic() - began < bound_s
