"""What the worker needs is loaded before the lock: behind it no file is opened."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SCREEN = """
import sys

import service.worker.main
from device.drivers import open_sensor
from screening.screener import Screener
from screening.settings import Settings
from service.worker.thumbnail import Thumbnail

sensor = open_sensor("simulated", port=None, scenario="self-test", vet=lambda *says: None)
info = sensor.info
screener = Screener(info.width, info.height, info.hfov_deg, info.netd_k, Settings())
thumbnail = Thumbnail(info.width, info.height)

class Late:
    def find_spec(self, name, path=None, target=None):
        raise ImportError(f"{name} is loaded late")

sys.meta_path.insert(0, Late())
visitors = set()
for number, frame in enumerate(sensor.frames()):
    result = screener.step(frame)
    thumbnail.draw(frame.counts)
    visitors |= {visitor.id for visitor in result.visitors}
    if number == 150:
        break
print(len(visitors))
"""


def test_screening_loads_nothing_late() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCREEN], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
