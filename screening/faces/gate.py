"""The gate behind the network: what is no warmer than its surroundings is no face.

The network sees shapes only. The gate sees temperatures: a face is warmer than the cold part of
the scene, has warm and cool parts, and is neither frozen nor boiling. It is wide on purpose, for
an uncorrected sensor is several degrees off and a visitor from the cold has a cold face: whether
a face is warm *enough* to be measured is decided later, with a reason that the guard can read.
"""

import numpy as np
from numpy.typing import NDArray

from screening.result import Box

WARMER_C = 1.5  # the warm tenth of a face is at least so much above the scene's cold end
RELIEF_C = 0.7  # between the warm and the cool tenth of a face
COLDEST_SKIN_C, HOTTEST_SKIN_C = 18.0, 46.0  # apparent, of the warm tenth
SMALLEST_PX = 8.0  # a side of the box in pixels of the frame: below, there is nothing to measure
LARGEST_SHARE = 1.2  # of the frame's side
GRID = 24  # samples along each side of a box


class Gate:
    """Says whether a box can be a face by its temperatures; its buffer is made once."""

    def __init__(self) -> None:
        self._samples = np.empty((GRID, GRID), np.float32)

    def passes(self, celsius: NDArray[np.float32], box: Box, cold_c: float) -> bool:
        """Judge `box` in the finite `(H, W)` frame whose cold share ends at `cold_c`."""
        x, y, w, h = box
        height, width = celsius.shape
        if min(w, h) < SMALLEST_PX or w > LARGEST_SHARE * width or h > LARGEST_SHARE * height:
            return False
        left, right = max(x, 0.0), min(x + w, width)
        top, bottom = max(y, 0.0), min(y + h, height)
        if (right - left) * (bottom - top) < 0.4 * w * h:  # most of it is out of the picture
            return False
        columns = np.linspace(left, right - 1.0, GRID).astype(np.intp)
        rows = np.linspace(top, bottom - 1.0, GRID).astype(np.intp)
        samples = self._samples
        samples[:] = celsius[rows[:, None], columns]
        flat = samples.reshape(-1)
        tenth = flat.size // 10
        flat.partition((tenth, flat.size - 1 - tenth))
        cool, warm = float(flat[tenth]), float(flat[flat.size - 1 - tenth])
        return (
            COLDEST_SKIN_C <= warm <= HOTTEST_SKIN_C
            and warm - cold_c >= WARMER_C
            and warm - cool >= RELIEF_C
        )
