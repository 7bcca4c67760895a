"""The close-up: a square of the frame around a face, brought to one size and one contrast."""

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.result import Box

SIDE = 64  # pixels of a close-up
REACH = 1.35  # its side in the longer sides of the face's box
SAMPLES = SIDE * SIDE // 4
# the cool tenth of the samples and their warm fiftieth end here
COOL_PLACE, WARM_PLACE = (round(share * (SAMPLES - 1)) for share in (0.10, 0.98))
NARROWEST_C, WIDEST_C = 3.0, 9.0
COLDEST_C, HOTTEST_C = -40.0, 120.0


class Crop:
    """Cuts close-ups; its buffers are made once. `picture` is `(64, 64) float32` in -1..1."""

    def __init__(self, picture: NDArray[np.float32]) -> None:
        self._picture = picture
        self._celsius = np.empty((SIDE, SIDE), np.float32)
        self._samples = np.empty(SAMPLES, np.float32)
        self._map = np.zeros((2, 3))
        self.origin = (0.0, 0.0)  # of the close-up's first pixel, in the frame
        self.pixel = 1.0  # side of its pixels in the frame's

    def cut(self, celsius: NDArray[np.float32], box: Box) -> None:
        """Draw the close-up of `box` of a `(H, W)` frame; what lies outside repeats the edge."""
        x, y, w, h = box
        self.pixel = pixel = REACH * max(w, h) / SIDE
        half = pixel * (SIDE - 1) / 2
        self.origin = (x + w / 2 - half, y + h / 2 - half)
        self._map[0] = pixel, 0.0, self.origin[0]
        self._map[1] = 0.0, pixel, self.origin[1]
        cv2.warpAffine(
            celsius,
            self._map,
            (SIDE, SIDE),
            dst=self._celsius,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        np.clip(self._celsius, COLDEST_C, HOTTEST_C, out=self._celsius)
        cv2.patchNaNs(self._celsius, COLDEST_C)
        # the contrast is the face's own: nothing beside it has a say
        middle = self._celsius[SIDE // 4 : -SIDE // 4, SIDE // 4 : -SIDE // 4]
        self._samples.reshape(SIDE // 2, SIDE // 2)[:] = middle
        self._samples.partition((COOL_PLACE, WARM_PLACE))
        low, high = float(self._samples[COOL_PLACE]), float(self._samples[WARM_PLACE])
        span = min(max(high - low, NARROWEST_C), WIDEST_C)
        np.multiply(self._celsius, 2.0 / span, out=self._picture)
        np.add(self._picture, 1.0 - high * 2.0 / span, out=self._picture)
        np.clip(self._picture, -1.0, 1.0, out=self._picture)
