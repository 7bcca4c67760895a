"""The rest of the scene as the reference's witness: how far the whole picture has moved.

What a sensor adds by itself it adds to walls and reference alike: at 29 recordings of two real
entrances the two stay within 0.15 deg C of one another over half a minute, while both move by up to
a degree. So a reference that changes alone has changed itself, and a step that both make is the
sensor's. People, doors and what they carry cover a part of the picture and move by many different
amounts; what most of the picture does is the level.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SAMPLES: Final = 40  # along the longer side of the picture
BIN_C: Final = 0.1
REACH_C: Final = 4.0  # a step beyond it is found after a look for the whole picture's median
NEAR_C: Final = 0.3  # of the mode: what belongs to it
MIN_SHARE: Final = 0.15  # of the picture that must agree; else nothing is known of the level
LEARN_C_S: Final = 0.001  # how fast what has changed for itself becomes the scene
LOST_S: Final = 10.0  # so long without a level, and the scene is another one: begin anew


class Witness:
    """Follows the level of one sensor's picture against the first one, in deg C.

    Parameters
    ----------
    width, height
        Of the upright frames in pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._step = max(1, -(-max(width, height) // SAMPLES))
        self._scene: NDArray[np.float32] | None = None
        self._known_s = self._time_s = 0.0
        self._level_c = 0.0

    def step(self, celsius: NDArray[np.float32], time_s: float) -> float | None:
        """Return the level in a `(H, W) float32` frame; None where too little of it agrees."""
        now = celsius[:: self._step, :: self._step]
        if self._scene is None:
            self._scene = now - np.float32(self._level_c)
            self._known_s = self._time_s = time_s
            return self._level_c
        elapsed_s, self._time_s = max(0.0, time_s - self._time_s), time_s
        moved = now - self._scene
        level_c = _mode(moved, self._level_c)
        if level_c is None:
            if time_s - self._known_s > LOST_S:
                self._scene = None  # the camera was turned: the level goes on from where it was
            return None
        self._known_s, self._level_c = time_s, level_c
        # what stands elsewhere now becomes the scene slowly, and does not pull at the level
        moved -= np.float32(level_c)
        most = np.float32(LEARN_C_S * elapsed_s)
        np.clip(moved, -most, most, out=moved)
        self._scene += moved
        return level_c


def _mode(moved: NDArray[np.float32], around_c: float) -> float | None:
    """Return by how much most of the picture has moved; None where no such part is large enough."""
    middle_c = around_c
    for _ in range(2):
        places = ((moved - np.float32(middle_c - REACH_C)) * np.float32(1.0 / BIN_C)).astype(
            np.intp
        )
        inside = places[(places >= 0) & (places < round(2.0 * REACH_C / BIN_C))]
        counts = np.bincount(inside.ravel(), minlength=3)
        together = counts[:-2] + counts[1:-1] + counts[2:]
        peak_c = middle_c - REACH_C + (int(together.argmax()) + 1.5) * BIN_C
        near = moved[np.abs(moved - np.float32(peak_c)) < NEAR_C]
        if near.size >= MIN_SHARE * moved.size:
            return float(near.mean())
        middle_c = float(np.median(moved))
    return None
