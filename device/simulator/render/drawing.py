"""Drawing views strip by strip, and keeping them while memory allows.

A view takes longer to draw than a live camera has for a frame. So it is drawn in strips, each short
enough to fit into what a frame leaves, and as far ahead as that goes; what is missing when a frame
needs it is drawn at once. A view is the same in either case: it depends on nothing but its key.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator.render.layers import Image, Layer
from device.simulator.render.raster import Hits, rasterise

See = Callable[[Hits], Image]
_MARGIN_PX = 3
_OF_A_HEAD = 4  # planes; these stay together, see `Layer`
_STRIP_PX = 12_000  # pixels of the layer that are drawn at a time: a few milliseconds
_KEPT_BYTES = 256 << 20


class Drawing:
    """A view of a mesh while it is being drawn.

    Parameters
    ----------
    points
        `(V, 3) float32` mm in view axes.
    faces
        `(F, 3) int32`.
    see
        Says for places of the mesh what the planes of the layer are, `(N, 2 or 4) float32`.
    pivot_mm
        Depth of the pivot when the layer is to be bent by its depth; None when not.
    """

    def __init__(
        self,
        points: Image,
        faces: NDArray[np.int32],
        mm_per_px: float,
        see: See,
        *,
        direction: tuple[float, float],
        pivot_mm: float | None,
    ) -> None:
        low, high = points[:, :2].min(axis=0) / mm_per_px, points[:, :2].max(axis=0) / mm_per_px
        corner = np.floor(low) - _MARGIN_PX
        self._width, self._height = (int(v) for v in np.ceil(high) - corner + 1 + _MARGIN_PX)
        self._anchor = (float(-corner[0]), float(-corner[1]))
        screen = np.empty_like(points)
        screen[:, 0] = points[:, 0] / mm_per_px + self._anchor[0]
        screen[:, 1] = points[:, 1] / mm_per_px + self._anchor[1]
        screen[:, 2] = points[:, 2]
        self._screen, self._faces, self._see = screen, faces, see
        rows = screen[:, 1][faces]
        self._low, self._high = rows.min(axis=1), rows.max(axis=1)
        self._mm_per_px, self._direction, self._pivot_mm = mm_per_px, direction, pivot_mm
        self._planes: Image | None = None
        self._depth = np.zeros((self._height * self._width, 2), np.float32)
        self._row = 0

    def step(self) -> Layer | None:
        """Draw the next strip; return the layer when it was the last."""
        rows = min(max(8, _STRIP_PX // self._width), self._height - self._row)
        touched = (self._high >= self._row) & (self._low <= self._row + rows - 1)
        screen = self._screen.copy()
        screen[:, 1] -= np.float32(self._row)
        hits = rasterise(screen, self._faces[touched], rows, self._width)
        planes = self._see(hits)
        if self._planes is None:
            size = (self._height * self._width, planes.shape[1])
            self._planes = np.zeros(size, np.float32)
        place = hits.pixel + self._row * self._width
        self._planes[place] = planes
        if self._pivot_mm is not None:
            self._depth[place, 0] = hits.interpolate(screen[:, 2]) - np.float32(self._pivot_mm)
            self._depth[place, 1] = 1.0
        self._row += rows
        return None if self._row < self._height else self._done(self._planes)

    def finish(self) -> Layer:
        """Draw all that is left."""
        while (layer := self.step()) is None:
            pass
        return layer

    def _done(self, planes: Image) -> Layer:
        shape = (self._height, self._width, planes.shape[1])
        # take the jags of single samples off edges
        soft = np.asarray(cv2.GaussianBlur(planes.reshape(shape), (3, 3), 0.55), np.float32)
        depth = None
        if self._pivot_mm is not None:
            depth = _spread(self._depth.reshape(self._height, self._width, 2))
        square = (self._mm_per_px, self._mm_per_px)
        whole = (soft,) if planes.shape[1] == _OF_A_HEAD else (soft[..., 0], soft[..., 1])
        return Layer(
            tuple(np.ascontiguousarray(i) for i in whole),
            depth,
            square,
            self._anchor,
            *self._direction,
        )


def _spread(depth_inside: Image) -> Image:
    """Carry the depth of the rim over to the pixels around it, so that the rim bends along."""
    depth, inside = cv2.split(cv2.blur(depth_inside, (13, 13)))
    near = depth / np.maximum(inside, 1e-3)
    drawn = depth_inside[..., 1] > 0.0
    return np.asarray(np.where(drawn, depth_inside[..., 0], near), np.float32)


class Views:
    """Views of all the figures of a scene; those unused for longest are given up first."""

    def __init__(self, limit_bytes: int = _KEPT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._kept: OrderedDict[Hashable, Layer] = OrderedDict()
        self._begun: tuple[Hashable, Drawing] | None = None

    @property
    def nbytes(self) -> int:
        """Memory that the kept views take."""
        return sum(layer.nbytes for layer in self._kept.values())

    def take(self, key: Hashable, begin: Callable[[], Drawing]) -> Layer:
        """Return a view, drawing what there is not of it."""
        layer = self._kept.get(key)
        if layer is not None:
            self._kept.move_to_end(key)
            return layer
        return self._keep(key, self._resume(key, begin).finish())

    def prepare(self, key: Hashable, begin: Callable[[], Drawing]) -> bool:
        """Draw a strip of a view that will be wanted; return False when it is there already."""
        if key in self._kept:
            return False
        layer = self._resume(key, begin).step()
        if layer is not None:
            self._keep(key, layer)
        return True

    def _resume(self, key: Hashable, begin: Callable[[], Drawing]) -> Drawing:
        if self._begun is None or self._begun[0] != key:
            self._begun = (key, begin())
        return self._begun[1]

    def _keep(self, key: Hashable, layer: Layer) -> Layer:
        self._begun = None
        self._kept[key] = layer
        too_much = self.nbytes - self._limit_bytes
        while too_much > 0 and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            too_much -= oldest.nbytes
        return layer
