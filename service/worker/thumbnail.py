"""A frame as a small grey picture: 8 bits, downscaled, and with no temperature in it.

The grey values are stretched between percentiles of each picture, smoothed over time, so that
none of them can be read back as a temperature. What is hotter than any skin (a cup, a lamp) or far
colder (a door in winter) does not stretch them: faces look the same whatever stands beside them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET
from service.ipc.preview_memory import MAX_HEIGHT, MAX_WIDTH

_SMOOTHING = 0.1  # share of a new picture in the stretch: calm, yet settled within a second
HOTTEST_SKIN_C = 40.0  # apparent; what is hotter is white
SPAN_C = 25.0  # below it; what is colder is black
_LOW_SHARE, _HIGH_SHARE = 0.02, 0.999  # percentiles that become black and white


class Thumbnail:
    """Draws frames of one size into one picture that is made once.

    Parameters
    ----------
    width, height
        Size of the frames in pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        factor = max(1, -(-width // MAX_WIDTH), -(-height // MAX_HEIGHT))
        shape = (height // factor, width // factor)
        self._small = np.zeros(shape, np.uint16)
        self._scaled = np.zeros(shape, np.float32)
        self._grey = np.zeros(shape, np.uint8)
        self._levels: tuple[float, float] | None = None

    def draw(self, counts: NDArray[np.uint16], kelvin_per_count: float) -> NDArray[np.uint8]:
        """Return the picture of a frame; it is valid until the next one is drawn.

        Parameters
        ----------
        counts
            `(H, W) uint16`.
        kelvin_per_count
            What a count is worth.

        Returns
        -------
        numpy.ndarray
            `(h, w) uint8`.
        """
        height, width = self._small.shape
        cv2.resize(counts, (width, height), dst=self._small, interpolation=cv2.INTER_AREA)
        low, high = self._stretch(kelvin_per_count)
        np.subtract(self._small, np.float32(low), out=self._scaled)
        np.multiply(self._scaled, np.float32(255.0 / (high - low)), out=self._scaled)
        np.clip(self._scaled, 0.0, 255.0, out=self._scaled)
        np.copyto(self._grey, self._scaled, casting="unsafe")
        return self._grey

    def _stretch(self, kelvin_per_count: float) -> tuple[float, float]:
        # Every other pixel of every other row is plenty for a percentile.
        ordered = np.sort(self._small[::2, ::2], axis=None)
        low = float(ordered[int(_LOW_SHARE * (ordered.size - 1))])
        hottest = (HOTTEST_SKIN_C + KELVIN_OFFSET) / kelvin_per_count
        skin = max(1, int(np.searchsorted(ordered, hottest, side="right")))
        high = float(ordered[int(_HIGH_SHARE * (skin - 1))])
        low = max(low, high - SPAN_C / kelvin_per_count)
        if self._levels is not None:
            low = self._levels[0] + _SMOOTHING * (low - self._levels[0])
            high = self._levels[1] + _SMOOTHING * (high - self._levels[1])
        self._levels = (low, max(high, low + 1.0))
        return self._levels

    def wipe(self) -> None:
        """Overwrite the last picture, and what it was made of, with zeros."""
        for buffer in (self._small, self._scaled, self._grey):
            buffer.fill(0)
        self._levels = None
