"""What the worker needs is loaded before the lock: behind it no file is opened."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCREEN = """
import sys

import service.worker.main
from device.drivers import open_simulated
from screening.screener import Screener
from screening.settings import Settings
from service.worker.thumbnail import Thumbnail

sensor = open_simulated("self-test")
info = sensor.info
screener = Screener.of(info, Settings())
thumbnail = Thumbnail(info.width, info.height)

class Late:
    def find_spec(self, name, path=None, target=None):
        raise ImportError(f"{name} is loaded late")

sys.meta_path.insert(0, Late())
visitors = set()
for number, frame in enumerate(sensor.frames()):
    result = screener.step(frame)
    thumbnail.draw(frame.counts, frame.radiometry.kelvin_per_count)
    visitors |= {visitor.id for visitor in result.visitors}
    if number == 150:
        break
print(len(visitors))
"""


REHEARSED = """
import sys

import service.worker.main
from device.simulator.sensor import open_simulated
from screening.screener import Screener
from screening.settings import Settings
from service.worker.rehearsal import rehearse
from service.worker.thumbnail import Thumbnail

sensor = open_simulated("self-test")
info = sensor.info
for module in [name for name in sys.modules if name.split(".")[:2] == ["numpy", "random"]]:
    del sys.modules[module]  # what the simulator alone has loaded
rehearse(Settings())
screener = None
"""
LATE = SCREEN[SCREEN.index("class Late") :]


@pytest.mark.slow
@pytest.mark.parametrize("when", ["before", "after"])
def test_screening_loads_nothing_late(when: str) -> None:
    """With the screener made before the process has settled, and after: then it is rehearsed."""
    script = SCREEN
    if when == "after":
        made = "screener = Screener.of(info, Settings())"
        drawn = "thumbnail = Thumbnail(info.width, info.height)\n"
        late = LATE.replace("visitors = set()", f"{made}\n{drawn}visitors = set()")
        script = REHEARSED + late
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
