"""Celsius to the network's picture: excluded areas filled, contrast set around the warmest skin.

A face is the warmest large thing at an entrance, and how warm it *appears* is only known to some
degrees before the reference has spoken. So the window hangs from the warm end of the picture, is
never narrower than `NARROWEST_C` (an empty room is not stretched until its noise looks like
something) nor wider than `WIDEST_C` (an open door at -10 deg C leaves the face its contrast), and
things hotter than any face have no say in it.
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
HALO = np.ones((5, 5), np.uint8)  # how far the optics smear the edge of something hot, in pixels
RIM_PX = 2  # around what is excluded, that it is filled with
SAMPLES = 80  # rows and columns that are looked at, at most


class Contrast:
    """Turns frames of one size into pictures of one size; every buffer is made once.

    Parameters
    ----------
    width, height
        Of the frames, in pixels.
    scale
        Pixels of the picture for one of the frame, at most 1.
    picture
        `(rows, columns) float32`, C-contiguous: written by `draw`, in -1..1; the part that the
        scaled frame does not reach stays -1.
    """

    def __init__(self, width: int, height: int, scale: float, picture: NDArray[np.float32]) -> None:
        rows, columns = round(height * scale), round(width * scale)
        if rows > picture.shape[0] or columns > picture.shape[1]:
            raise ValueError(f"{columns}x{rows} pixels do not fit a picture of {picture.shape}")
        self._scale = scale
        # Averaging whole blocks is fast and keeps the noise down; the rest is interpolated.
        block = int(1.0 / scale)
        self._blocks = np.empty((height // block, width // block), np.float32)
        self._whole = (self._blocks.shape[0] * block, self._blocks.shape[1] * block)
        self._celsius = np.empty((rows, columns), np.float32)
        self._step = max(1, -(-max(rows, columns) // SAMPLES))
        self._samples = np.empty_like(self._celsius[:: self._step, :: self._step])
        self._hot = np.empty((rows, columns), np.uint8)
        picture.fill(-1.0)
        self._target = picture[:rows, :columns]
        self.cold_c = COLDEST_C

    @property
    def celsius(self) -> NDArray[np.float32]:
        """The picture in deg C as it was drawn last: finite, excluded areas filled."""
        return self._celsius

    def draw(self, celsius: NDArray[np.float32], exclude: Sequence[Box]) -> None:
        """Write the picture of a `(height, width)` frame; `exclude` are boxes in its pixels.

        Sets `cold_c`, the end of the cold share of what was drawn.
        """
        scaled, target = self._celsius, self._target
        frame = celsius[: self._whole[0], : self._whole[1]]
        if frame.shape != self._blocks.shape:
            cv2.resize(
                frame, self._blocks.shape[::-1], dst=self._blocks, interpolation=cv2.INTER_AREA
            )
            frame = self._blocks
        if frame.shape != scaled.shape:
            cv2.resize(frame, scaled.shape[::-1], dst=scaled, interpolation=cv2.INTER_LINEAR)
            frame = scaled
        np.clip(frame, COLDEST_C, HOTTEST_C, out=scaled)
        cv2.patchNaNs(scaled, COLDEST_C)
        covered = [self._covered(box) for box in exclude]
        for place in covered:
            scaled[place] = np.nan
        self.cold_c, middle, high = self._shares()
        for place in covered:
            scaled[place] = _around(scaled, place, middle)
        span = min(max(high - self.cold_c, NARROWEST_C), WIDEST_C)
        np.multiply(scaled, 2.0 / span, out=target)
        np.add(target, 1.0 - high * 2.0 / span, out=target)
        np.clip(target, -1.0, 1.0, out=target)

    def _shares(self) -> tuple[float, float, float]:
        """Return below which temperatures the cold share, half and the warm share lie.

        Of what is neither hot nor excluded, which is no number here.
        """
        samples, step = self._samples, self._step
        np.copyto(samples, self._celsius[::step, ::step])
        hot = self._hot
        np.greater(self._celsius, SKIN_CEILING_C, out=hot.view(np.bool_))
        if hot.any():
            cv2.dilate(hot, HALO, dst=hot)
            np.copyto(samples, np.nan, where=hot[::step, ::step].view(np.bool_))
        flat = samples.reshape(-1)
        last = int(np.count_nonzero(flat <= SKIN_CEILING_C)) - 1
        if last < 0:
            return SKIN_CEILING_C, SKIN_CEILING_C, SKIN_CEILING_C
        places = [round(share * last) for share in (COLD_SHARE, 0.5, WARM_SHARE)]
        flat.partition(places)  # what is no number comes last
        cold, middle, warm = flat[places].tolist()
        return cold, middle, warm

    def _covered(self, box: Box) -> tuple[slice, slice]:
        """Return the picture's rows and columns that a box of the frame touches."""
        x, y, w, h = box
        spill = 0 if self._scale == 1.0 else 1  # interpolation carries an edge one pixel out
        spans = []
        for low, length in ((y, h), (x, w)):
            first = int(np.floor(low * self._scale)) - spill
            last = int(np.ceil((low + length) * self._scale)) + spill
            spans.append(slice(max(0, first), max(0, last)))
        return spans[0], spans[1]


def _around(celsius: NDArray[np.float32], place: tuple[slice, slice], otherwise: float) -> float:
    """Return the median of the pixels along the rim of a place, outside of it.

    What stands around a reference is often a warm panel: a hole as cold as the wall in it looks
    like the eyes and the mouth of a face.
    """
    rows, columns = place
    wide = celsius[
        max(0, rows.start - RIM_PX) : rows.stop + RIM_PX,
        max(0, columns.start - RIM_PX) : columns.stop + RIM_PX,
    ]
    rim = wide[np.isfinite(wide)]  # the places themselves are no numbers yet
    half = rim.size // 2
    return float(np.partition(rim, half)[half]) if rim.size else otherwise
