"""Layers: what a thing radiates as seen from one direction, and how it is laid into the picture.

A layer is warped to its place, bent by its own depth to the direction it is seen from now, and
smeared along its way as the camera's pixels do it: they forget with a thermal time constant.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]
Point = tuple[float, float]
_FINEST = 0.56  # layer pixels per image pixel: resampling at its own pitch would blur too much
_COARSER = float(np.sqrt(0.5))  # from one level of a layer to the next
_MIN_SMEAR_PX = 0.01  # less does not show
_MIN_STATE = 0.002  # of chill or breath
_MIN_WEIGHT = 0.004  # of what has been seen longest ago
_WHOLE = 0.02  # of a pixel: nearer to a whole one, no other is looked at
_MIN_TURN_DEG = 0.2
_MAX_TURN_DEG = 8.0  # further, depth alone does not bend a view


@dataclass(frozen=True, slots=True)
class Layer:
    """A thing seen from one direction.

    Attributes
    ----------
    planes
        `(h, w) float32` each: radiance multiplied by alpha, and alpha. Of a head there is one of
        `(h, w, 4)`, with change of radiance per kelvin of chill at the canthus, and at full breath
        behind these two. (OpenCV warps one and four channels quickly, two slowly.)
    depth
        `(h, w) float32` mm towards the viewer from the pivot; None for what is not bent.
    mm_per_px
        Across and down.
    anchor
        Pixel x, y of the origin.
    yaw_deg, pitch_deg
        The direction it was made for.
    """

    planes: tuple[Image, ...]
    depth: Image | None
    mm_per_px: Point
    anchor: Point
    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    _coarser: dict[int, "Layer"] = field(default_factory=dict, repr=False)

    @property
    def nbytes(self) -> int:
        """Memory that it takes, with the coarser levels that have been made of it."""
        own = sum(i.nbytes for i in (*self.planes, self.depth) if i is not None)
        return own + sum(level.nbytes for level in self._coarser.values())

    def at(self, mm_per_px: float) -> "Layer":
        """Return it as coarse as a picture of this scale allows."""
        level = int(np.log(_FINEST * mm_per_px / self.mm_per_px[0]) / np.log(1.0 / _COARSER))
        if level < 1:
            return self
        if level not in self._coarser:
            self._coarser[level] = self._shrunk(_COARSER**level)
        return self._coarser[level]

    def depth_at(self, x_mm: float, y_mm: float) -> float:
        """Depth at a place, x and y in mm from the origin; of its rim for places outside."""
        if self.depth is None:
            raise ValueError("this layer was made without depth: it is not bent")
        column = round(x_mm / self.mm_per_px[0] + self.anchor[0])
        row = round(y_mm / self.mm_per_px[1] + self.anchor[1])
        height, width = self.depth.shape
        return float(self.depth[max(0, min(row, height - 1)), max(0, min(column, width - 1))])

    def _shrunk(self, less: float) -> "Layer":
        height, width = self.planes[0].shape[:2]
        size = (max(2, round(width * less)), max(2, round(height * less)))
        x, y = size[0] / width, size[1] / height
        return Layer(
            tuple(_resized(image, size) for image in self.planes),
            None if self.depth is None else _resized(self.depth, size),
            (self.mm_per_px[0] / x, self.mm_per_px[1] / y),
            ((self.anchor[0] + 0.5) * x - 0.5, (self.anchor[1] + 0.5) * y - 0.5),
            self.yaw_deg,
            self.pitch_deg,
        )


@dataclass(frozen=True, slots=True)
class Placing:
    """How a layer is laid into the picture.

    Attributes
    ----------
    at
        Pixel of the origin.
    air
        What the way to the camera lets through, and what it adds.
    turn_deg
        Yaw and pitch under which it is seen; None as it was made.
    state
        Chill at the canthus in kelvin, and breath from -1 to 1.
    smear_px
        Its way over the picture, x and y, within the pixels' thermal time constant.
    squeeze
        Width as a share of what it was made with; negative is mirrored.
    """

    at: Point
    mm_per_px: float
    air: Point
    roll_deg: float = 0.0
    turn_deg: Point | None = None
    state: Point = (0.0, 0.0)
    smear_px: Point = (0.0, 0.0)
    squeeze: float = 1.0


def paste(out: Image, layer: Layer, how: Placing) -> None:
    """Warp a layer to its place in `out` (`(H, W) float32`) and lay it over what is there."""
    level = layer.at(how.mm_per_px)
    spin = np.radians(how.roll_deg)
    across, down = (mm / how.mm_per_px for mm in level.mm_per_px)
    matrix = np.array(
        [
            [np.cos(spin) * across * how.squeeze, -np.sin(spin) * down],
            [np.sin(spin) * across * how.squeeze, np.cos(spin) * down],
        ]
    )
    trail = _Trail.of(how.smear_px)
    at = np.array(how.at) + trail.shift
    height, width = level.planes[0].shape[:2]
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], float) - level.anchor
    reach = corners @ matrix.T + at
    low, high = reach.min(axis=0) - trail.behind, reach.max(axis=0) + trail.ahead
    low = np.maximum(np.floor(low).astype(int), 0)
    high = np.minimum(np.ceil(high).astype(int) + 1, [out.shape[1], out.shape[0]])
    if (low >= high).any():
        return
    # what was outside the window and smears into it has to be drawn as well
    wide_low, wide_high = low - trail.ahead, high + trail.behind
    back = np.linalg.inv(matrix)
    inverse = np.column_stack([back, np.array(level.anchor) + back @ (wide_low - at)])
    size = (int(wide_high[0] - wide_low[0]), int(wide_high[1] - wide_low[1]))
    seen = _warp(level, inverse, size, how.turn_deg)
    radiance, cover = seen[0], seen[1]
    cv2.addWeighted(radiance, how.air[0], cover, how.air[1], 0.0, dst=radiance)
    for plane, share in zip(seen[2:], how.state, strict=False):
        if abs(share) > _MIN_STATE:
            cv2.scaleAdd(plane, share * how.air[0], radiance, dst=radiance)
    left, top = low - wide_low
    inner = (slice(top, top + high[1] - low[1]), slice(left, left + high[0] - low[0]))
    radiance, cover = trail.lay(radiance)[inner], trail.lay(cover)[inner]
    patch = out[low[1] : high[1], low[0] : high[0]]
    cv2.multiply(cover, patch, dst=cover)
    patch -= cover
    patch += radiance


def _warp(
    layer: Layer, inverse: NDArray[np.float64], size: tuple[int, int], turn_deg: Point | None
) -> list[Image]:
    """See the planes from this direction in a window; `inverse` leads from it to the layer."""
    yaw, pitch = turn_deg or (layer.yaw_deg, layer.pitch_deg)
    off_yaw = (yaw - layer.yaw_deg + 180.0) % 360.0 - 180.0
    off_pitch = pitch - layer.pitch_deg
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    if layer.depth is None or max(abs(off_yaw), abs(off_pitch)) < _MIN_TURN_DEG:
        return _split([cv2.warpAffine(image, inverse, size, flags=flags) for image in layer.planes])
    depth = np.asarray(cv2.warpAffine(layer.depth, inverse, size, flags=flags), np.float32)
    columns, rows = _ramp(size[0]), _ramp(size[1])[:, None]
    maps = []
    for axis, off in enumerate((off_yaw, off_pitch)):
        # pixels move by their depth
        pull = -np.radians(max(-_MAX_TURN_DEG, min(_MAX_TURN_DEG, off))) / layer.mm_per_px[axis]
        across, down, start = inverse[axis]
        where = depth * np.float32(pull)
        where += columns * np.float32(across) + np.float32(start)
        if down != 0.0:
            where += rows * np.float32(down)
        maps.append(where)
    map_x, map_y = maps
    return _split([cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR) for image in layer.planes])


def _split(images: list[NDArray[Any]]) -> list[Image]:
    planes = images if images[0].ndim == 2 else [p for image in images for p in cv2.split(image)]
    return [np.asarray(plane, np.float32) for plane in planes]


def _resized(image: Image, size: tuple[int, int]) -> Image:
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


@cache
def _ramp(length: int) -> Image:
    return np.arange(length, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class _Trail:
    """Copies that fade geometrically, each one step further back on the way.

    A pixel that forgets with a time constant shows a thing along its way with weights that decay
    exponentially. The copies' weights have the variance of that exponential, and `shift` is what
    their mean lacks of its mean: so a smear of a tenth of a pixel is as right as one of ten.
    """

    fade: float
    rounds: int
    step: Point  # the larger part is one pixel
    shift: NDArray[np.float64]
    behind: NDArray[np.int64]  # pixels that it reaches to the left of and above where things are
    ahead: NDArray[np.int64]  # to the right and down

    @classmethod
    def of(cls, smear_px: Point) -> "_Trail":
        length = max(abs(smear_px[0]), abs(smear_px[1]))
        if length < _MIN_SMEAR_PX:
            none = np.zeros(2, np.int64)
            return cls(0.0, 0, (0.0, 0.0), np.zeros(2), none, none)
        step = (smear_px[0] / length, smear_px[1] / length)
        double = 2.0 * length * length
        fade = (double + 1.0 - float(np.sqrt(2.0 * double + 1.0))) / double
        rounds, rest = 0, fade
        while rest > _MIN_WEIGHT:
            rounds, rest = rounds + 1, rest * rest
        reach = np.array(step) * (2**rounds - 1)
        return cls(
            fade,
            rounds,
            step,
            -(length - fade / (1.0 - fade)) * np.array(step),
            np.ceil(np.maximum(reach, 0.0)).astype(np.int64),
            np.ceil(np.maximum(-reach, 0.0)).astype(np.int64),
        )

    def lay(self, image: Image) -> Image:
        """Smear an image: each round doubles the number of copies."""
        weight, total = self.fade, 1.0
        for number in range(self.rounds):
            smeared = image.copy()
            x, y = (part * 2**number for part in self.step)
            for column, share_x in _between(x):
                for row, share_y in _between(y):
                    _add_from(smeared, image, column, row, weight * share_x * share_y)
            image = smeared
            total *= 1.0 + weight
            weight *= weight
        return image * np.float32(1.0 / total) if self.rounds else image


def _between(place: float) -> list[tuple[int, float]]:
    """Whole pixels around a place, and their shares in it."""
    low = int(np.floor(place))
    part = place - low
    return [(low, 1.0)] if part < _WHOLE else [(low, 1.0 - part), (low + 1, part)]


def _add_from(out: Image, image: Image, dx: int, dy: int, weight: float) -> None:
    """Add to each pixel of `out` the pixel of `image` that lies (dx, dy) further, weighted."""
    height, width = image.shape
    if abs(dx) >= width or abs(dy) >= height:
        return
    here = (slice(max(0, -dy), height - max(0, dy)), slice(max(0, -dx), width - max(0, dx)))
    there = (slice(max(0, dy), height + min(0, dy)), slice(max(0, dx), width + min(0, dx)))
    part = out[here]
    cv2.scaleAdd(image[there], weight, part, dst=part)
