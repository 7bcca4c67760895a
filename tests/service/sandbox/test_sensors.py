"""The sensor that needs no camera works in a locked process: made while it starts, read after."""

from collections.abc import Callable

from tests.service.sandbox.play import Played

Scene = Callable[..., Played]

SCREEN = """
import service.worker.main  # with all that is loaded late otherwise
from screening.screener import Screener
from screening.settings import Settings
screener = Screener.of(sensor.info, Settings())
settle()
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


def screens(done: Played) -> None:
    assert done.said.split()[-3:] == ["True", "True", "closed"], done


def test_the_simulated_sensor_works_under_the_lock(scene: Scene) -> None:
    opening = """
import cv2
cv2.setNumThreads(0)
from device.simulator.sensor import open_simulated
sensor = open_simulated("a-morning-at-the-door")
"""
    screens(scene(opening + SCREEN.replace("COUNT", "30"), frames=True))
