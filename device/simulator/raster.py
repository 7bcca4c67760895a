"""A small z-buffer rasteriser: which triangle of a mesh each pixel sees, and where on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK = 2_000_000  # candidate pixels at a time: bounds the memory


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
    corner = points[faces]
    a, b, c = corner[:, 0], corner[:, 1], corner[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    low = np.ceil(corner[..., :2].min(axis=1))
    high = np.floor(corner[..., :2].max(axis=1))
    low = np.maximum(low, 0.0)
    high = np.minimum(high, np.array([width - 1.0, height - 1.0]))
    spans = (high - low + 1.0).astype(np.int64)
    keep = (np.abs(area) > 1e-9) & (spans > 0).all(axis=1)
    index = np.flatnonzero(keep)
    counts = (spans[index, 0] * spans[index, 1]).astype(np.int64)
    seen: list[
        tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]
    ]
    seen = []
    ends = np.cumsum(counts)
    start = 0
    while start < len(index):
        base = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, base + _CHUNK)))
        part = slice(start, stop)
        seen.append(_candidates(points, faces, index[part], low, spans, counts[part], area, width))
        start = stop
    if not seen:
        none = np.zeros((0, 3))
        return Hits(np.zeros(0, np.int64), none.astype(np.int32), none.astype(np.float32))
    pixel, depth, triangle, weights = (np.concatenate(column) for column in zip(*seen, strict=True))
    order = np.lexsort((depth, pixel))
    pixel = pixel[order]
    last = np.flatnonzero(np.append(pixel[1:] != pixel[:-1], [True] * (len(pixel) > 0)))
    nearest = order[last]
    return Hits(pixel[last], faces[triangle[nearest]], weights[nearest])


def _candidates(
    points: NDArray[np.float32],
    faces: NDArray[np.int32],
    index: NDArray[np.int64],
    low: NDArray[np.float64],
    spans: NDArray[np.int64],
    counts: NDArray[np.int64],
    area: NDArray[np.float32],
    width: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """Every pixel of every triangle's bounding box that lies inside the triangle."""
    triangle = np.repeat(index, counts)
    within = np.arange(len(triangle)) - np.repeat(np.cumsum(counts) - counts, counts)
    columns = spans[triangle, 0]
    rows = within // columns
    x = (low[triangle, 0] + (within - rows * columns)).astype(np.float32)
    y = (low[triangle, 1] + rows).astype(np.float32)
    corner = faces[triangle]
    a, b, c = (points[corner[:, k]] for k in range(3))
    inverse = 1.0 / area[triangle]
    wb = ((x - a[:, 0]) * (c[:, 1] - a[:, 1]) - (y - a[:, 1]) * (c[:, 0] - a[:, 0])) * inverse
    wc = ((b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])) * inverse
    wa = 1.0 - wb - wc
    inside = (wa >= -1e-5) & (wb >= -1e-5) & (wc >= -1e-5)
    weights = np.stack([wa, wb, wc], axis=1)[inside].astype(np.float32)
    depth = (
        weights[:, 0] * a[inside, 2] + weights[:, 1] * b[inside, 2] + weights[:, 2] * c[inside, 2]
    )
    flat = (y * np.float32(width) + x)[inside].astype(np.int64)
    return flat, depth.astype(np.float32), triangle[inside], weights
