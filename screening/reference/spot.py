"""A reference as the sensor sees it: a small, warm, even, sharp-edged disc or square.

Nothing on a person looks like that: skin is uneven, and its edges are soft or far away.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

CORE: Final = 0.55  # of the radius: pixels that the optics do not mix with the surroundings
RING: Final = (1.5, 2.0)  # of the radius: what stands around it
MIN_CONTRAST_C: Final = 1.5  # to what stands around it
MIN_EDGE: Final = 0.7  # share of the ring that has this contrast
MAX_SPREAD_C: Final = 0.35  # standard deviation inside the core
RADIUS_PX: Final = (2.0, 48.0)
_LEVEL_STEP_C: Final = 1.0
_SEARCH_PX: Final = 160  # longer side of the picture that is searched
SHARP: Final = 0.05  # of its radius, by which a region's edge moves between two levels
_MIN_PX: Final = 4  # area of a region in the picture that is searched
GLANCE: Final = 0.8  # of the contrast and the edge, asked for by a first look at few pixels
_ROUND: Final = np.array(
    [[math.sin(a * math.pi / 6), math.cos(a * math.pi / 6)] for a in range(12)]
).T
_RING_PX: Final = 400  # as many pixels of the ring tell its median and its edge


@dataclass(frozen=True, slots=True)
class Spot:
    """What stands at one place: `(x, y)` and `radius_px` in upright pixels, the rest in deg C.

    `apparent_c` is the mean of the core, `spread_c` its standard deviation, `around_c` the median
    of the ring, `edge` the share of the ring that is colder by `MIN_CONTRAST_C`.
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
        return self.edge >= MIN_EDGE and self.spread_c <= MAX_SPREAD_C


class RegionSampler:
    """Looks at one place of the frame; which pixels is said once per place and radius."""

    def __init__(self, x: float, y: float, radius_px: float, shape: tuple[int, int]) -> None:
        self.x, self.y, self.radius_px = x, y, radius_px
        reach = radius_px * RING[1] + 1.0
        top, left = max(0, int(y - reach)), max(0, int(x - reach))
        rows, columns = np.ogrid[
            top : min(shape[0], int(y + reach) + 2), left : min(shape[1], int(x + reach) + 2)
        ]
        squared = (rows - y) ** 2 + (columns - x) ** 2
        pixels = rows * shape[1] + columns
        self._core = pixels[squared <= max(1.0, CORE * radius_px) ** 2]
        inner, outer = RING[0] * radius_px, RING[1] * radius_px + 0.5
        ring = (squared >= inner**2) & (squared <= outer**2)
        around = pixels[ring]
        self._ring = around[:: max(1, around.size // _RING_PX)]
        self.core_px = int(self._core.size)

    def sample(self, celsius: NDArray[np.float32]) -> Spot:
        """Say what stands there in this `(H, W) float32` frame of apparent deg C."""
        flat = celsius.reshape(-1)
        core, ring = flat[self._core], flat[self._ring]
        mean = float(core.mean()) if core.size else float("nan")
        middle = ring.size // 2
        return Spot(
            self.x,
            self.y,
            self.radius_px,
            apparent_c=mean,
            spread_c=float(core.std()) if core.size else float("inf"),
            around_c=float(np.partition(ring, middle)[middle]) if ring.size else float("nan"),
            edge=np.count_nonzero(ring < mean - MIN_CONTRAST_C) / ring.size if ring.size else 0.0,
        )


@dataclass(frozen=True, slots=True)
class _Region:
    """Connected pixels above a level: centre and radius of a disc as large, in pixels."""

    x: float
    y: float
    radius_px: float

    def is_as(self, other: "_Region") -> bool:
        """Whether it is the same as at another level: its edge is sharp."""
        near = SHARP * self.radius_px
        return (
            abs(self.radius_px - other.radius_px) < near
            and abs(self.x - other.x) < near
            and abs(self.y - other.y) < near
        )


def find(celsius: NDArray[np.float32], lowest_c: float, highest_c: float) -> list[Spot]:
    """Return what looks like a reference between two apparent temperatures, best first.

    Thresholds the frame at one level after the other; a region that stays small, round and even
    between two levels is one (the idea of maximally stable regions, Matas et al. 2002). Large
    frames are searched coarsely, and what is found there is looked at pixel by pixel.

    Parameters
    ----------
    celsius
        `(H, W) float32`, apparent temperature in deg C.
    lowest_c, highest_c
        Between which the core must lie.
    """
    step = max(1, -(-max(celsius.shape) // _SEARCH_PX))
    small = np.ascontiguousarray(celsius[::step, ::step])
    found: list[Spot] = []
    tried: list[_Region] = []
    for level in np.arange(highest_c - 0.5, lowest_c - 2.5, -_LEVEL_STEP_C):
        for coarse in _regions(small > level, 1.1 * RADIUS_PX[1] / step):
            x, y = step * coarse.x, step * coarse.y
            if any(math.hypot(s.x - x, s.y - y) < s.radius_px for s in found):
                continue
            if any(coarse.is_as(other) for other in tried):
                continue
            tried.append(coarse)
            if not _stands_alone(small, coarse):
                continue
            region = coarse if step == 1 else _closer(celsius, level, x, y, step * coarse.radius_px)
            if region is None or not RADIUS_PX[0] <= region.radius_px <= RADIUS_PX[1]:
                continue
            spot = RegionSampler(region.x, region.y, region.radius_px, celsius.shape).sample(
                celsius
            )
            if spot.stands_out:
                # half-way down its edge: as large at every temperature, whole where noise at its
                # own level had cut it to pieces
                spot = _whole(celsius, (spot.apparent_c + spot.around_c) / 2.0, spot)
            if spot.stands_out and lowest_c <= spot.apparent_c <= highest_c:
                found.append(spot)
    found.sort(key=lambda s: s.spread_c - s.edge - 0.05 * (s.apparent_c - s.around_c))
    return found


def _stands_alone(celsius: NDArray[np.float32], region: _Region) -> bool:
    """Whether it is colder all round at a glance: much is warm, and little has an edge."""
    reach = 0.5 * (RING[0] + RING[1]) * max(region.radius_px, 1.0)
    rows = np.clip(np.rint(region.y + reach * _ROUND[0]), 0, celsius.shape[0] - 1).astype(np.intp)
    columns = np.clip(np.rint(region.x + reach * _ROUND[1]), 0, celsius.shape[1] - 1)
    around = celsius[rows, columns.astype(np.intp)]
    colder = around < celsius[round(region.y), round(region.x)] - GLANCE * MIN_CONTRAST_C
    return bool(np.count_nonzero(colder) >= GLANCE * MIN_EDGE * around.size)


def _regions(above: NDArray[np.bool_], most_px: float) -> list[_Region]:
    """Return the compact regions of a mask, with radii of no more than `most_px`."""
    rows, columns = np.flatnonzero(above.any(axis=1)), np.flatnonzero(above.any(axis=0))
    if rows.size == 0:
        return []
    top, left = int(rows[0]), int(columns[0])  # what is warm fills a part of the picture
    part = above[top : rows[-1] + 1, left : columns[-1] + 1].view(np.uint8)
    _, _, stats, centres = cv2.connectedComponentsWithStats(part, connectivity=4)
    width, height, area = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, 4]
    compact = (area >= _MIN_PX) & (area > 0.6 * width * height) & (area <= np.pi * most_px**2)
    compact &= np.maximum(width, height) < 1.7 * np.minimum(width, height)
    return [
        _Region(left + x, top + y, math.sqrt(pixels / math.pi))
        for (x, y), pixels in zip(
            centres[1:][compact].tolist(), area[compact].tolist(), strict=True
        )
    ]


def _whole(celsius: NDArray[np.float32], level: float, part: Spot) -> Spot:
    """Return what stands above a level around a spot; the spot itself where that is not compact."""
    region = _closer(celsius, level, part.x, part.y, part.radius_px)
    if region is None:
        return part
    return RegionSampler(region.x, region.y, region.radius_px, celsius.shape).sample(celsius)


def _closer(
    celsius: NDArray[np.float32], level: float, x: float, y: float, radius_px: float
) -> _Region | None:
    """Return the region around a place pixel by pixel; None when it is no longer compact."""
    reach = 2.0 * radius_px + 4.0
    top, left = max(0, int(y - reach)), max(0, int(x - reach))
    patch = celsius[top : int(y + reach) + 1, left : int(x + reach) + 1]
    near = [
        region
        for region in _regions(np.ascontiguousarray(patch > level), RADIUS_PX[1])
        if np.hypot(region.x + left - x, region.y + top - y) < 0.5 * radius_px + 2.0
    ]
    if not near:
        return None
    largest = max(near, key=lambda region: region.radius_px)
    return _Region(largest.x + left, largest.y + top, largest.radius_px)
