"""Everything that screening loads late, loaded early: once it has settled the worker opens nothing.

A screener of a small picture takes some frames of an even wall. What libraries load when they are
first used, they have loaded then; `tests/service/worker/test_imports.py` finds what they have not.
"""

import numpy as np
import numpy.ma
import numpy.random

from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from screening.screener import Screener
from screening.settings import Settings
from service.worker.thumbnail import Thumbnail

__all__ = ["numpy", "rehearse"]

_WIDTH, _HEIGHT, _FRAMES = 160, 120, 4
_WALL_COUNTS = 29_515  # 22 deg C in hundredths of a kelvin
_RADIOMETRY = Radiometry(tlinear=True, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)


def rehearse(settings: Settings) -> None:
    """Screen a wall.

    Parameters
    ----------
    settings
        In force.
    """
    screener = Screener(_WIDTH, _HEIGHT, 57.0, 0.05, settings)
    thumbnail = Thumbnail(_WIDTH, _HEIGHT)
    counts = np.full((_HEIGHT, _WIDTH), _WALL_COUNTS, np.uint16)
    counts[::2] += 3
    for number in range(_FRAMES):
        counts[number % _HEIGHT] += 1  # no two frames are alike
        screener.step(
            RadiometricFrame(counts, _RADIOMETRY, number / 9.0, number, FfcState.COMPLETE, 100.0)
        )
        thumbnail.draw(counts, _RADIOMETRY.kelvin_per_count)
