"""Every kind of sensor works in a locked process: opened before, read after."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.device.recordings import real
from tests.device.v4l2_shim.node import FakeNode, build_preload

Scene = Callable[..., Any]

SCREEN = """
from screening.screener import Screener
from screening.settings import Settings
info = sensor.info
lens = info.width, info.height, info.hfov_deg, info.netd_k
screener = Screener(*lens, Settings(), noise_walks=info.noise_walks)
report = lock_worker(ours.fileno(), theirs.fileno())
frames = sensor.frames()
states = set()
for _ in range(COUNT):
    frame = next(frames)
    states.add(str(screener.step(frame).state))
sensor.request_ffc()
print(len(states) > 0, frame.counts.min() > 1000)
sensor.close()
print("closed")
"""


def screens(done: Any) -> None:
    assert done.stdout.split() == ["True", "True", "closed"], (done.returncode, done.stderr)


def test_the_simulated_sensor_works_under_the_lock(scene: Scene) -> None:
    opening = """
import cv2
cv2.setNumThreads(0)
from device.drivers import open_sensor
sensor = open_sensor("simulated", port=None, scenario="a-morning-at-the-door", vet=None)
"""
    screens(scene(opening + SCREEN.replace("COUNT", "30")))


def test_a_recording_is_replayed_under_the_lock(scene: Scene) -> None:
    recording = real("lepton-kiosk/recordings/*")[0]
    opening = """
import cv2
cv2.setNumThreads(0)
from device.replay import open_recording
sensor = open_recording(sys.argv[1])
"""
    screens(scene(opening + SCREEN.replace("COUNT", "10"), str(recording)))


def test_a_boson_on_a_serial_line_works_under_the_lock(scene: Scene, tmp_path: Path) -> None:
    link = tmp_path / "boson"
    emulator = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "service.cli",
            "emulate",
            "boson",
            "--link",
            str(link),
            "--array",
            "320",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30.0
        while not link.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        opening = """
import cv2
cv2.setNumThreads(0)
from device.boson.opening import open_boson
sensor = open_boson(sys.argv[1])
"""
        screens(scene(opening + SCREEN.replace("COUNT", "3"), str(link)))
    finally:
        emulator.terminate()
        emulator.wait(timeout=10)


def test_a_video_node_works_under_the_lock(scene: Scene, tmp_path: Path) -> None:
    node = FakeNode(tmp_path, build_preload(tmp_path), 160, 120)
    plain = threading.Event()

    def film() -> None:
        value = 29_000
        while not plain.is_set():
            value += 1
            node.send_plain(value)
            time.sleep(0.02)

    camera = threading.Thread(target=film, daemon=True)
    camera.start()
    try:
        done = scene(
            """
import numpy
from device.framepool import FramePool
from device.y16 import Y16Capture, _descriptors_of
capture = Y16Capture(sys.argv[1], 160, 120)
pool = FramePool(120, 160)
# The fake node is a pipe; a real one is a device that the lock knows.
lock_worker(ours.fileno(), theirs.fileno(), *_descriptors_of(sys.argv[1]))
values = []
for _ in range(5):
    slot = pool.take()
    capture.read_into(slot.write)
    values.append(int(slot.view[60, 80]))
print(values == sorted(values) and values[0] > 29_000)
capture.close()
pool.close()
print("closed")
""",
            str(node.path),
            environment={
                key: value
                for key, value in node.environment.items()
                if key.startswith(("FAKE", "LD"))
            }
            | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
    finally:
        plain.set()
        node.unplug()
    assert done.stdout.split() == ["True", "closed"], (done.returncode, done.stderr)
