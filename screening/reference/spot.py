"""A reference as the sensor sees it: a small, warm, even, sharp-edged disc or square.

Nothing on a person looks like that: skin is uneven, and its edges are soft or far away.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

CORE: Final = 0.55  # of the radius: pixels that the optics do not mix with the surroundings
RING: Final = (1.5, 2.0)  # of the radius: what stands around it
LEAST_CONTRAST_C: Final = 1.5  # to what stands around it
LEAST_EDGE: Final = 0.7  # share of the ring that has this contrast
MOST_SPREAD_C: Final = 0.35  # standard deviation inside the core
RADIUS_PX: Final = (2.0, 48.0)
_LEVEL_STEP_C: Final = 1.0
_SEARCH_PX: Final = 360  # longer side of the picture that is searched


@dataclass(frozen=True, slots=True)
class Spot:
    """What stands at one place: `(x, y)` and `radius_px` in upright pixels, the rest in deg C.

    `apparent_c` is the mean of the core, `spread_c` its standard deviation, `around_c` the median
    of the ring, `edge` the share of the ring that is colder by `LEAST_CONTRAST_C`.
    """

    x: float
    y: float
    radius_px: float
    apparent_c: float
    spread_c: float
    around_c: float
    edge: float

    @property
    def stands_out(self) -> bool:
        """Whether it looks like a reference, whatever its temperature."""
        return self.edge >= LEAST_EDGE and self.spread_c <= MOST_SPREAD_C


class Lens:
    """Looks at one place of the frame; the masks are made once per place and radius."""

    def __init__(self, x: float, y: float, radius_px: float, shape: tuple[int, int]) -> None:
        self.x, self.y, self.radius_px = x, y, radius_px
        reach = radius_px * RING[1] + 1.0
        self._rows = slice(max(0, int(y - reach)), min(shape[0], int(y + reach) + 2))
        self._columns = slice(max(0, int(x - reach)), min(shape[1], int(x + reach) + 2))
        rows, columns = np.ogrid[self._rows, self._columns]
        distance = np.hypot(rows - y, columns - x)
        self._core = distance <= max(1.0, CORE * radius_px)
        self._ring = (distance >= RING[0] * radius_px) & (distance <= RING[1] * radius_px + 0.5)
        self.core_px = int(self._core.sum())

    def look(self, celsius: NDArray[np.float32]) -> Spot:
        """Say what stands there in this `(H, W) float32` frame of apparent deg C."""
        patch = celsius[self._rows, self._columns]
        core, ring = patch[self._core], patch[self._ring]
        mean = float(core.mean()) if core.size else float("nan")
        cold = float((ring < mean - LEAST_CONTRAST_C).mean()) if ring.size else 0.0
        return Spot(
            self.x,
            self.y,
            self.radius_px,
            apparent_c=mean,
            spread_c=float(core.std()) if core.size else float("inf"),
            around_c=float(np.partition(ring, ring.size // 2)[ring.size // 2])
            if ring.size
            else float("nan"),
            edge=cold,
        )


def find(
    celsius: NDArray[np.float32], lowest_c: float, highest_c: float, top_c: float
) -> list[Spot]:
    """Return what looks like a reference between two apparent temperatures, best first.

    Thresholds the frame at one level after the other; a region that stays small, round and even
    between two levels is one (the idea of maximally stable regions, Matas et al. 2002).

    Parameters
    ----------
    celsius
        `(H, W) float32`, apparent temperature in deg C.
    lowest_c, highest_c
        Between which the core must lie.
    top_c
        Nothing of interest is hotter: the first level.
    """
    step = max(1, -(-max(celsius.shape) // _SEARCH_PX))
    small = np.ascontiguousarray(celsius[::step, ::step])
    found: list[Spot] = []
    for level in np.arange(min(highest_c, top_c) - 0.5, lowest_c - 2.5, -_LEVEL_STEP_C):
        mask = (small > level).view(np.uint8)
        count, _, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=4)
        for (_, _, width, height, area), centre in zip(
            stats[1:count].tolist(), centres[1:count].tolist(), strict=True
        ):
            radius = step * float(np.sqrt(area / np.pi))
            compact = area > 0.6 * width * height and max(width, height) < 1.7 * min(width, height)
            if not (compact and RADIUS_PX[0] <= radius <= RADIUS_PX[1]):
                continue
            x, y = (step * float(c) for c in centre)
            if any(np.hypot(s.x - x, s.y - y) < s.radius_px for s in found):
                continue
            spot = Lens(x, y, radius, celsius.shape).look(celsius)
            if spot.stands_out and lowest_c <= spot.apparent_c <= highest_c:
                found.append(spot)
    found.sort(key=lambda s: s.spread_c - s.edge - 0.05 * (s.apparent_c - s.around_c))
    return found
