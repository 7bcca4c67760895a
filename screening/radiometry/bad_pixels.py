"""Bad pixels: single ones that stand out of all their neighbours, as no lens could draw them.

They are replaced by the median of the 3 x 3 pixels around, so that none is ever somebody's hottest
place. In 3,826 frames of two real entrances four pixels, in two frames, stand out so far.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET

SPIKE_K: Final = 3.0
TOO_MANY: Final = 0.003  # share of the picture; makers allow less than 1 in 1,000
_AROUND: Final = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx]
_DOWN, _RIGHT = np.array(_AROUND).T[:, :, np.newaxis]


class BadPixels:
    """Finds and mends them in pictures of one size; its buffers are made once.

    Parameters
    ----------
    height, width
        Of the frames in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        self._median = np.empty((height, width), np.uint16)
        self._off = np.empty((height, width), np.uint16)
        self._candidates = np.empty((height, width), np.bool_)

    def mend(
        self,
        counts: NDArray[np.uint16],
        kelvin_per_count: float,
        celsius: NDArray[np.float32],
    ) -> bool:
        """Replace them in `celsius`; return whether there are too many to measure at all.

        Parameters
        ----------
        counts
            `(H, W) uint16`, the frame.
        celsius
            `(H, W) float32`, the same as apparent deg C; changed.
        """
        spike = SPIKE_K / kelvin_per_count
        cv2.medianBlur(counts, 3, dst=self._median)
        cv2.absdiff(counts, self._median, dst=self._off)
        least = np.uint16(min(spike, 65535.0))
        if cv2.minMaxLoc(self._off)[1] <= least:
            return False
        np.greater(self._off, least, out=self._candidates)
        places = np.flatnonzero(self._candidates)
        rows, columns = np.divmod(places, counts.shape[1])  # edges too: a corner is not its median
        alone = _stand_out(counts, rows, columns, spike)
        rows, columns = rows[alone], columns[alone]
        mended = self._median[rows, columns] * np.float32(kelvin_per_count)
        celsius[rows, columns] = mended - np.float32(KELVIN_OFFSET)
        return bool(rows.size > TOO_MANY * counts.size)


def _stand_out(
    counts: NDArray[np.uint16],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    spike: float,
) -> NDArray[np.bool_]:
    """Whether pixels are beyond all but one of their neighbours: two bad ones may lie together."""
    height, width = counts.shape
    around = counts[_mirrored(rows + _DOWN, height), _mirrored(columns + _RIGHT, width)]
    around.partition((1, len(_AROUND) - 2), axis=0)
    here = counts[rows, columns].astype(np.float32)
    beyond = (here - around[-2] > spike) | (around[1] - here > spike)
    return np.asarray(beyond)


def _mirrored(places: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    """Return places, those just past an edge taken from inside of it."""
    np.abs(places, out=places)
    np.subtract(2 * size - 2, places, out=places, where=places >= size)
    return places
