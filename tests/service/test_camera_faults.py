"""Cameras that break while somebody stands before them, through the whole of a running station."""

import contextlib
from pathlib import Path

import pytest

from device.simulator.scenario.schema import load
from tests.service.running import RunningStation


@pytest.mark.slow
@pytest.mark.parametrize("name", ["camera-unplugged", "camera-silent", "camera-not-radiometric"])
def test_the_screen_names_what_happened_to_the_camera_and_comes_back(
    name: str, tmp_path: Path
) -> None:
    announced = set(load(name).shows)
    station = RunningStation(tmp_path / "state", "--scenario", name)
    with contextlib.closing(station):
        station.screening()
        broken = station.wait_for(lambda view: announced <= {view["state"], *view["reasons"]})
        assert broken["visitors"] == []
        assert "as its scenario says" in broken["failure"]
        assert station.screening()["failure"] == ""
