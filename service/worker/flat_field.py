"""An even plate before the lens: the worker averages what it sees until the shape can be learnt.

No frame is kept, only the sum of all of them, and that is zeroed as soon as it has served.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET, FfcState, RadiometricFrame
from screening.reference.non_uniformity import UnevenPlateError, fit
from screening.settings import Uniformity
from service.ipc.records import Plate, PlateSeen

FRAMES: Final = 30
LOOKED_AT: Final = 300  # frames after which it is given up: a sensor that only corrects itself


class FlatField:
    """Averages frames between `begin` and the answer that `add` gives.

    Parameters
    ----------
    width, height
        Of the upright frames.
    """

    def __init__(self, width: int, height: int) -> None:
        self._shape = (height, width)
        self._sum: NDArray[np.float64] | None = None
        self._taken = self._seen = 0

    def begin(self) -> None:
        """Begin, or begin again."""
        self.wipe()
        self._sum = np.zeros(self._shape)

    def add(self, frame: RadiometricFrame) -> PlateSeen | None:
        """Take a frame; return what was learnt with the last that was needed, None before."""
        if self._sum is None:
            return None
        self._seen += 1
        if frame.ffc is not FfcState.IN_PROGRESS:  # then it shows the shutter
            np.add(self._sum, frame.counts, out=self._sum)
            self._taken += 1
        if self._taken == FRAMES:
            answer = self._learn(self._sum, frame.radiometry.kelvin_per_count)
        elif self._seen == LOOKED_AT:
            answer = PlateSeen(Plate.ONLY_CORRECTED)
        else:
            return None
        self.wipe()
        return answer

    def wipe(self) -> None:
        """Overwrite what was averaged, and wait for the next beginning."""
        if self._sum is not None:
            self._sum.fill(0.0)
        self._sum = None
        self._taken = self._seen = 0

    @staticmethod
    def _learn(total: NDArray[np.float64], kelvin_per_count: float) -> PlateSeen:
        total *= kelvin_per_count / FRAMES
        total -= KELVIN_OFFSET
        try:
            learnt = fit(total)
        except UnevenPlateError:
            return PlateSeen(Plate.UNEVEN)
        numbers = {name: getattr(learnt, name) for name in Uniformity.__slots__}
        return PlateSeen(Plate.LEARNT, **numbers)
