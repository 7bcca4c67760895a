"""Rows of a Lepton frame that carry wrong bits.

Each row travels in packets of its own, and a packet with wrong bits makes a row in which several
single pixels stand out of all their neighbours, which no lens could draw: it blurs everything that
is real over more than one pixel. A hot wire that lies along a row has two ends and no more, so it
passes. In 3826 frames of two real entrances no such row was found; in a recording of a damaged
camera there are 12 or more in one row of every frame.
"""

import numpy as np
from numpy.typing import NDArray

_OUTLIER_COUNTS = 300  # a step of 3 K (at 0.01 K per count) against the rows above and below ...
_OUTLIERS = 4  # ... in so many places of one row


class RowCheck:
    """Looks for such rows, in memory of its own that is made once.

    Parameters
    ----------
    height, width
        Size of the pictures; at least 3 rows and 2 columns.
    """

    def __init__(self, height: int, width: int) -> None:
        self._counts = np.zeros((height, width), np.int32)
        self._step = np.zeros((height - 2, width), np.int32)
        self._out = np.zeros((height - 2, width), np.bool_)
        self._mask = np.zeros((height - 2, width), np.bool_)
        self._edge = np.zeros((height - 2, width), np.bool_)
        self._per_row = np.zeros(height - 2, np.intp)

    def finds(self, counts: NDArray[np.uint16]) -> bool:
        """Tell whether `(H, W) uint16` counts have a row with wrong bits."""
        rows, step, out, mask = self._counts, self._step, self._out, self._mask
        rows[...] = counts
        above, middle, below = rows[:-2], rows[1:-1], rows[2:]
        np.maximum(above, below, out=step)
        np.subtract(middle, step, out=step)
        np.greater(step, _OUTLIER_COUNTS, out=out)
        np.minimum(above, below, out=step)
        np.subtract(step, middle, out=step)
        np.greater(step, _OUTLIER_COUNTS, out=mask)
        np.logical_or(out, mask, out=out)
        if not out.any():
            return False
        np.subtract(middle[:, 1:], middle[:, :-1], out=step[:, 1:])
        np.abs(step[:, 1:], out=step[:, 1:])
        np.greater(step[:, 1:], _OUTLIER_COUNTS, out=mask[:, 1:])
        self._edge[:, 1:] = mask[:, 1:]
        self._edge[:, 0] = False
        self._edge[:, :-1] |= mask[:, 1:]
        np.logical_and(out, self._edge, out=out)
        np.sum(out, axis=1, out=self._per_row)
        return bool(self._per_row.max() >= _OUTLIERS)
