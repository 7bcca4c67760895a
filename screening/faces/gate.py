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
SMALLEST_PX = 8.0  # a side of the box in pixels of the picture: below, nothing can be measured
LARGEST_SHARE = 1.2  # of the picture's side
MIN_INSIDE = 0.4  # of the box's area: less of a face is no face to measure
SAMPLES = 24  # along each side of a box, about


def could_be_skin(celsius: NDArray[np.float32], box: Box, cold_c: float) -> bool:
    """Judge a box by its temperatures.

    Parameters
    ----------
    celsius
        `(H, W) float32`, the picture in deg C, finite.
    box
        x, y, width, height in its pixels.
    cold_c
        Where the cold share of the picture ends.
    """
    x, y, w, h = box
    height, width = celsius.shape
    if min(w, h) < SMALLEST_PX or w > LARGEST_SHARE * width or h > LARGEST_SHARE * height:
        return False
    left, right = max(x, 0.0), min(x + w, width)
    top, bottom = max(y, 0.0), min(y + h, height)
    if right <= left or bottom <= top or (right - left) * (bottom - top) < MIN_INSIDE * w * h:
        return False
    step_y = max(1, int(bottom - top) // SAMPLES)
    step_x = max(1, int(right - left) // SAMPLES)
    part = celsius[
        int(top) : int(np.ceil(bottom)) : step_y, int(left) : int(np.ceil(right)) : step_x
    ]
    samples = part.reshape(-1).copy()
    cool_place = samples.size // 10
    warm_place = samples.size - 1 - cool_place
    samples.partition((cool_place, warm_place))
    cool, warm = float(samples[cool_place]), float(samples[warm_place])
    return (
        COLDEST_SKIN_C <= warm <= HOTTEST_SKIN_C
        and warm - cold_c >= WARMER_C
        and warm - cool >= RELIEF_C
    )
