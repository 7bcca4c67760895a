"""A Boson by USB video: the real cv2.VideoCapture, the real control channel, an emulated camera."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from device.boson import commands as c
from device.boson.emulator.camera import EmulatedCamera
from device.boson.emulator.faults import FAULTS
from device.boson.emulator.link import EmulatedLink
from tests.device.boson.conftest import Emulate
from tests.device.v4l2_shim.node import FakeNode, Session
from tests.narrow import of


class Film:
    """Sends what the emulated camera sees to the video node, at 60 frames a second."""

    def __init__(self, camera: EmulatedCamera, node: FakeNode) -> None:
        self._camera, self._node = camera, node
        self._frame = np.zeros((node.height, node.width), np.uint16)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(1 / 60):
            if not self._camera.stalled and self._node.queued < 3:
                if self._node.height > self._camera.scene.height:
                    self._camera.video_frame(self._frame)
                self._node.send(self._frame)

    def end(self) -> None:
        self._node.ending = True
        self._ended.set()
        self._thread.join()


class Station:
    """An emulated Boson 320 with its video, and a process that has opened both."""

    def __init__(self, link: EmulatedLink, node: FakeNode) -> None:
        self.link, self.node = link, node
        self.film = Film(link.camera, node)
        self.session = Session("boson_session.py", node, link.port)
        self.opened = self.session.answer()

    def frame(self) -> dict[str, Any]:
        return of(dict, self.session.ask("frame"))

    def fault(self, name: str) -> None:
        self.link.later(0.0, lambda: FAULTS[name].start(self.link))

    def unplug(self) -> None:
        self.film.end()
        self.node.unplug()

    def close(self) -> None:
        self.film.end()
        self.session.close()
        self.node.unplug()


@pytest.fixture
def open_station(
    emulate: Emulate, tmp_path: Path, v4l2_preload: Path
) -> Iterator[Callable[..., Station]]:
    """Open stations, of other sizes too."""
    stations = []

    def start(width: int = 320, height: int = 258, array: int = 320, up_s: float = 0.0) -> Station:
        node = FakeNode(tmp_path, v4l2_preload, width, height)
        link = emulate(array=array)
        link.camera._up_since -= up_s
        stations.append(Station(link, node))
        return stations[-1]

    yield start
    for station in stations:
        station.close()


@pytest.fixture
def station(open_station: Callable[..., Station]) -> Station:
    """Open one that works."""
    station = open_station()
    assert station.opened == {"opened": "900001", "rate": 60.0}
    return station


def test_a_video_frame_is_the_scene_without_the_telemetry_rows(station: Station) -> None:
    frame = station.frame()
    assert frame["proven"]
    assert frame["contiguous"]
    assert frame["shape"] == [256, 320]
    assert frame["reference_c"] == pytest.approx(36.0, abs=0.01)
    assert 20.0 < frame["fpa_c"] < 40.0
    assert 0.0 < frame["age_s"] < 5.0


def test_the_frame_counter_of_the_telemetry_advances(station: Station) -> None:
    sequences = [station.frame()["sequence"] for _ in range(20)]
    assert sequences == sorted(set(sequences))


def test_steady_capture_allocates_no_frame(station: Station) -> None:
    frames = [station.frame() for _ in range(60)][20:]
    assert max(frame["allocated"] for frame in frames) < 16_384, "bytes, of a frame of 165120"
    assert sum(frame["held"] for frame in frames) < 2048, "and nothing grows"


def test_an_ffc_is_marked_and_no_shutter_frame_passes_unmarked(station: Station) -> None:
    station.link.later(0.0, lambda: station.link.camera.shutter.close(station.link.camera.uptime_s))
    frames = [station.frame() for _ in range(60)]
    for frame in frames:
        if frame["hottest"] < 30300:  # the shutter at 25 deg C, not the reference at 36 deg C
            assert frame["ffc"] == "in_progress"
    assert {frame["ffc"] for frame in frames} == {"in_progress", "complete"}
    assert frames[-1]["age_s"] < 3.0


@pytest.mark.parametrize("fault", ["tlinear-off", "low-gain", "wrong-y16"])
def test_settings_lost_behind_our_back_let_no_wrong_frame_pass(
    station: Station, fault: str
) -> None:
    station.frame()
    station.fault(fault)
    frames = [station.frame() for _ in range(30)]
    for frame in frames:
        assert 29200 < frame["coldest"] < frame["hottest"] < 31200 or frame["ffc"] == "in_progress"
    assert sum(frames[-1]["rejected"].values()) > 0, "the fault did happen"
    assert station.link.camera.registers.value(c.TLINEAR)


def test_corrupt_telemetry_is_never_measured_and_named_in_the_end(station: Station) -> None:
    station.fault("corrupt-telemetry")
    while "error" not in (answer := station.frame()):
        assert answer["reference_c"] == pytest.approx(36.0, abs=0.01)
    assert answer["error"] == "ProtocolError"
    assert "the last: corrupt telemetry" in answer["says"]


def test_frames_come_back_after_a_moment_of_corrupt_telemetry(station: Station) -> None:
    camera = station.link.camera
    station.fault("corrupt-telemetry")
    station.link.later(0.3, lambda: setattr(camera, "corrupt_telemetry", False))
    while not (answer := station.frame())["rejected"]:
        pass
    assert answer["rejected"]["corrupt telemetry"] > 0
    assert "error" not in station.frame()


def test_a_frozen_counter_is_a_stall(station: Station) -> None:
    station.fault("frozen-counter")
    while "error" not in (answer := station.frame()):
        pass
    assert answer["error"] == "SensorStalled"
    assert "the last: duplicate" in answer["says"]


def test_duplicates_are_measured_once(station: Station) -> None:
    station.fault("duplicate-frames")
    frames = [station.frame() for _ in range(6)]
    sequences = [frame["sequence"] for frame in frames]
    assert len(set(sequences)) == 6
    assert frames[-1]["rejected"]["duplicate"] > 5


def test_a_stall_is_noticed_within_a_second(station: Station) -> None:
    station.fault("stall")
    while "error" not in (answer := station.frame()):
        pass
    assert answer["error"] == "SensorStalled"
    assert answer["took_s"] < 1.0


def test_a_video_unplug_is_noticed_at_once(station: Station) -> None:
    station.unplug()
    while "error" not in (answer := station.frame()):
        pass
    assert answer["error"] == "SensorLost"
    assert answer["took_s"] < 0.5


def test_a_control_unplug_stops_the_frames_too(station: Station) -> None:
    """Without the control channel nothing proves a frame, however well the video runs."""
    station.link.later(0.0, station.link.unplug)
    while "error" not in (answer := station.frame()):
        pass
    assert answer["error"] == "SensorLost"


def test_a_counter_that_goes_back_is_a_restart(open_station: Callable[..., Station]) -> None:
    station = open_station(up_s=100.0)
    for _ in range(5):
        station.frame()
    station.link.later(0.0, station.link.camera.power_up)
    while "error" not in (answer := station.frame()):
        pass
    assert answer["error"] in {"SensorLost", "ProtocolError"}


def test_video_without_telemetry_rows_is_refused(open_station: Callable[..., Station]) -> None:
    opened = open_station(height=256).opened
    assert opened["error"] == "ProtocolError"
    assert "sends 320x256 pixels, expected 320x258" in opened["says"]
