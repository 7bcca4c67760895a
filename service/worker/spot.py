"""What the sensor reads at one place, second by second: for an acceptance and for the drift watch.

A few pixels around the place are averaged; nothing of them is kept but sums over a second.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET, FfcState, RadiometricFrame

HALF_PX: Final = 3  # the square has 7 x 7 pixels
EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Second:
    """One second at a place.

    Attributes
    ----------
    raw_c
        Mean of what the pixels say, deg C, taken as a blackbody.
    noise_k
        Standard deviation of single pixels from frame to frame, in kelvin.
    scene_c
        Median of the whole picture, deg C, taken as a blackbody: the room's witness.
    """

    raw_c: float
    noise_k: float
    scene_c: float


class Spot:
    """Averages a small square of the picture."""

    def __init__(self) -> None:
        side = 2 * HALF_PX + 1
        self._before = np.zeros((side, side), np.float32)
        self._patch = np.zeros((side, side), np.float32)
        self._place: tuple[int, int] | None = None
        self._begin(0.0)

    def _begin(self, time_s: float) -> None:
        self._since_s = time_s
        self._sum = self._squares = 0.0
        self._frames = self._pairs = 0
        self._known = False

    def look(self, frame: RadiometricFrame, at: tuple[float, float] | None) -> Second | None:
        """Take a frame; return a second when it is over, None before.

        Parameters
        ----------
        frame
            Its `counts` are `(H, W) uint16`.
        at
            Upright pixel; None: nowhere.
        """
        place = _inside(at, frame.counts)
        if place != self._place or place is None or frame.ffc is FfcState.IN_PROGRESS:
            self._place = place
            self._begin(frame.time_s)
            return None
        x, y = place
        reach = slice(y - HALF_PX, y + HALF_PX + 1), slice(x - HALF_PX, x + HALF_PX + 1)
        np.copyto(self._patch, frame.counts[reach], casting="unsafe")
        mean = float(self._patch.mean())
        self._patch -= np.float32(mean)
        if self._known:
            self._before -= self._patch
            self._squares += float(np.square(self._before, out=self._before).mean())
            self._pairs += 1
        np.copyto(self._before, self._patch)
        self._known = True
        self._sum += mean
        self._frames += 1
        if frame.time_s - self._since_s < EVERY_S or not self._pairs:
            return None
        kelvin = frame.radiometry.kelvin_per_count
        second = Second(
            raw_c=self._sum / self._frames * kelvin - KELVIN_OFFSET,
            noise_k=(self._squares / self._pairs / 2.0) ** 0.5 * kelvin,
            scene_c=float(np.median(frame.counts[::8, ::8])) * kelvin - KELVIN_OFFSET,
        )
        self._since_s = frame.time_s
        self._sum = self._squares = 0.0
        self._frames = self._pairs = 0
        return second

    def wipe(self) -> None:
        """Forget the last pixels."""
        self._before.fill(0.0)
        self._patch.fill(0.0)
        self._place = None


def _inside(at: tuple[float, float] | None, counts: NDArray[np.uint16]) -> tuple[int, int] | None:
    """Return the middle pixel of the square; None where it does not fit into the picture."""
    if at is None:
        return None
    x, y = round(at[0]), round(at[1])
    height, width = counts.shape
    fits = HALF_PX <= x < width - HALF_PX and HALF_PX <= y < height - HALF_PX
    return (x, y) if fits else None
