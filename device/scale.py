"""Whether the scale of the counts has changed from one picture to the next.

TLinear or gain that is switched for less than a frame is back before anybody can ask for it. But it
moves every pixel at once, which no scene does: where two pictures in a row disagree almost
everywhere, one of them is on another scale, and neither is measured.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

JUMP_COUNTS: Final = 300  # 3 K at 0.01 K a count; an FFC moves a picture by at most 1.4 K
SHARE: Final = 0.75  # of the pixels; somebody who steps before the lens does not cover so many
_EVERY: Final = 4  # pixels across and down, of which one is looked at


class Scale:
    """Compares pictures of one size; it keeps the last one, thinned out, until the next.

    Parameters
    ----------
    height, width
        Of the pictures in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        shape = (-(-height // _EVERY), -(-width // _EVERY))
        self._last = np.zeros(shape, np.int32)
        self._step = np.zeros(shape, np.int32)
        self._known = False

    def jumps(self, counts: NDArray[np.uint16]) -> bool:
        """Whether `(H, W) uint16` counts are on another scale than those before."""
        thin = counts[::_EVERY, ::_EVERY]
        np.copyto(self._step, thin)
        self._step -= self._last
        np.abs(self._step, out=self._step)
        moved = float(np.count_nonzero(self._step > JUMP_COUNTS)) / self._step.size
        jumped = self._known and moved > SHARE
        self._last[...] = thin
        self._known = True
        return jumped

    def forget(self) -> None:
        """Compare the next picture with none: the shutter was closed, or time has passed."""
        self._known = False
        self._last.fill(0)
