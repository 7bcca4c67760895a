"""Celsius to the network's picture: excluded areas filled, contrast set around the warmest skin.

A face is the warmest large thing at an entrance, and how warm it *appears* is only known to some
degrees before the reference has spoken. So the window hangs from the warm end of the picture, is
never narrower than `NARROWEST_C` (an empty room is not stretched until its noise looks like
something) nor wider than `WIDEST_C` (an open door at -10 deg C leaves the face its contrast), and
things hotter than any face are clipped to white.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.result import Box

COLDEST_C, HOTTEST_C = -40.0, 120.0  # what a long-wave sensor can say; not a number counts as cold
SKIN_CEILING_C = 42.0  # the hottest face, apparent, with an uncorrected sensor
COLD_SHARE, WARM_SHARE = 0.05, 0.998  # of the pixels, between which the window lies
NARROWEST_C, WIDEST_C = 5.0, 12.0
SAMPLES = 128  # rows and columns that are looked at, at most


class Contrast:
    """Turns frames of one size into pictures of one size; every buffer is made once.

    Parameters
    ----------
    width, height
        Of the frames, in pixels.
    scale
        Pixels of the picture for one of the frame.
    picture
        `(rows, columns) float32`, C-contiguous: written by `draw`, in -1..1; the part that the
        scaled frame does not reach stays -1.
    """

    def __init__(self, width: int, height: int, scale: float, picture: NDArray[np.float32]) -> None:
        rows, columns = round(height * scale), round(width * scale)
        if rows > picture.shape[0] or columns > picture.shape[1]:
            raise ValueError(f"{columns}x{rows} pixels do not fit a picture of {picture.shape}")
        self._celsius = np.empty((height, width), np.float32)
        self._step = max(1, -(-max(height, width) // SAMPLES))
        self._samples = np.empty(
            self._celsius[:: self._step, :: self._step].shape, np.float32
        ).reshape(-1)
        self._scaled = np.empty((rows, columns), np.float32)
        picture.fill(-1.0)
        self._target = picture[:rows, :columns]
        self._method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        self.cold_c = 0.0
        self.warm_c = 0.0

    @property
    def celsius(self) -> NDArray[np.float32]:
        """The frame as it was drawn last: finite, excluded areas filled."""
        return self._celsius

    def draw(self, celsius: NDArray[np.float32], exclude: Sequence[Box]) -> None:
        """Write the picture of a `(height, width)` frame; `exclude` are boxes in its pixels.

        Sets `cold_c` and `warm_c`, the ends of the cold and of the warm share of the frame.
        """
        frame = self._celsius
        np.fmax(celsius, COLDEST_C, out=frame)  # fmax and fmin take the number, not the NaN
        np.fmin(frame, HOTTEST_C, out=frame)
        if exclude:
            level = self._shares(0.5)[0]
            for x, y, w, h in exclude:
                top, left = max(0, int(np.floor(y))), max(0, int(np.floor(x)))
                frame[top : max(0, int(np.ceil(y + h))), left : max(0, int(np.ceil(x + w)))] = level
        self.cold_c, self.warm_c = self._shares(COLD_SHARE, WARM_SHARE)
        high = min(self.warm_c, SKIN_CEILING_C)
        span = min(max(high - self.cold_c, NARROWEST_C), WIDEST_C)
        cv2.resize(frame, self._scaled.shape[::-1], dst=self._scaled, interpolation=self._method)
        np.multiply(self._scaled, 2.0 / span, out=self._scaled)
        np.add(self._scaled, 1.0 - high * 2.0 / span, out=self._scaled)
        np.clip(self._scaled, -1.0, 1.0, out=self._target)

    def _shares(self, *shares: float) -> tuple[float, ...]:
        """Return the temperatures below which these shares of the frame lie."""
        samples = self._samples
        samples.reshape(-1)[:] = self._celsius[:: self._step, :: self._step].reshape(-1)
        places = [round(share * (samples.size - 1)) for share in shares]
        samples.partition(places)
        return tuple(float(samples[place]) for place in places)
