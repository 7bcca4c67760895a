"""A small z-buffer rasteriser: which triangle of a mesh each pixel sees, and where on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Hits:
    """What the pixels of an `(H, W)` image see; one entry per pixel that sees the mesh.

    Attributes
    ----------
    pixel
        `(N,) int64` flat pixel index, ascending.
    corners
        `(N, 3) int32` vertices of the triangle that is seen.
    weights
        `(N, 3) float32` barycentric weights of these vertices.
    """

    pixel: NDArray[np.int64]
    corners: NDArray[np.int32]
    weights: NDArray[np.float32]

    def interpolate(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Carry per-vertex `(V, ...)` values over to the pixels, `(N, ...)`."""
        weights = self.weights.reshape(*self.weights.shape, *(1,) * (values.ndim - 1))
        corner = self.corners
        out = values[corner[:, 0]] * weights[:, 0]
        out += values[corner[:, 1]] * weights[:, 1]
        out += values[corner[:, 2]] * weights[:, 2]
        return out


def rasterise(
    points: NDArray[np.float32], faces: NDArray[np.int32], height: int, width: int
) -> Hits:
    """See a mesh in orthographic projection, from whichever side.

    Parameters
    ----------
    points
        `(V, 3)` pixel x, pixel y (down), depth (larger is nearer to the viewer).
    faces
        `(F, 3)` vertex indices.
    """
    corner = points[faces].astype(np.float32)
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    limit = np.array([width - 1, height - 1], np.float32)
    low = np.maximum(np.ceil(corner[..., :2].min(axis=1)), np.float32(0.0))
    high = np.minimum(np.floor(corner[..., :2].max(axis=1)), limit)
    spans = (high - low + 1.0).astype(np.int32)
    index = np.flatnonzero((np.abs(area) > 1e-9) & (spans > 0).all(axis=1))
    # weights of b and c and the depth are linear in x and y: three coefficients each
    a, b, c, low, spans = a[index], b[index], c[index], low[index], spans[index]
    inverse = 1.0 / area[index]
    bx, by = (c[:, 1] - a[:, 1]) * inverse, -(c[:, 0] - a[:, 0]) * inverse
    cx, cy = -(b[:, 1] - a[:, 1]) * inverse, (b[:, 0] - a[:, 0]) * inverse
    dx, dy = low[:, 0] - a[:, 0], low[:, 1] - a[:, 1]
    start = np.stack([bx * dx + by * dy, cx * dx + cy * dy], axis=1)
    counts = spans[:, 0] * spans[:, 1]
    which = np.repeat(np.arange(len(index), dtype=np.int32), counts)
    within = np.arange(len(which), dtype=np.int32)
    within -= np.repeat((np.cumsum(counts) - counts).astype(np.int32), counts)
    rows = within // spans[which, 0]
    columns = within - rows * spans[which, 0]
    wb = start[which, 0] + bx[which] * columns + by[which] * rows
    wc = start[which, 1] + cx[which] * columns + cy[which] * rows
    inside = np.flatnonzero((wb >= -1e-5) & (wc >= -1e-5) & (wb + wc <= 1.00001))
    which, wb, wc = which[inside], wb[inside], wc[inside]
    wa = 1.0 - wb - wc
    depth = (wa * a[which, 2] + wb * b[which, 2] + wc * c[which, 2]).astype(np.float32)
    pixel = (low[which, 1].astype(np.int64) + rows[inside]) * width
    pixel += low[which, 0].astype(np.int64) + columns[inside]
    nearest = np.full(height * width, -np.inf, np.float32)
    np.maximum.at(nearest, pixel, depth)
    best = np.flatnonzero(depth == nearest[pixel])
    winner = np.full(height * width, -1, np.int64)
    winner[pixel[best]] = best
    seen = np.flatnonzero(winner >= 0)
    best = winner[seen]
    weights = np.stack([wa[best], wb[best], wc[best]], axis=1).astype(np.float32)
    return Hits(seen, faces[index[which[best]]], weights)
