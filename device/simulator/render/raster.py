"""A small z-buffer rasteriser: which triangle of a mesh each pixel sees, and where on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MIN_AREA = 1e-9
_FAT = 1e-3  # pixels by which a row of a triangle is longer: no holes between neighbours


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

    Each triangle is cut into the rows that it touches, each row into the pixels whose centres lie
    in it; of these the nearest to the viewer counts for each pixel (a z-buffer).

    Parameters
    ----------
    points
        `(V, 3)` pixel x, pixel y (down), depth (larger is nearer to the viewer).
    faces
        `(F, 3)` vertex indices.
    """
    x, y, z = (points[:, axis][faces] for axis in range(3))
    dx, dy, dz = (v[:, 1:] - v[:, :1] for v in (x, y, z))
    area = dx[:, 0] * dy[:, 1] - dx[:, 1] * dy[:, 0]
    low, high = y.min(axis=1), y.max(axis=1)
    first = np.maximum(np.ceil(low), np.float32(0.0))
    rows = (np.minimum(np.floor(high), np.float32(height - 1)) - first + 1.0).astype(np.int64)
    index = np.flatnonzero((np.abs(area) > _MIN_AREA) & (rows > 0))
    inverse = np.float32(1.0) / area[index]
    # the weights of the second and the third corner are linear in x and y
    bx, by = dy[index, 1] * inverse, -dx[index, 1] * inverse
    cx, cy = -dy[index, 0] * inverse, dx[index, 0] * inverse
    depth_x = bx * dz[index, 0] + cx * dz[index, 1]
    which, within = _runs(rows[index])
    row = first[index][which] + within.astype(np.float32)
    down = row - y[index, 0][which]
    wb, wc = by[which] * down, cy[which] * down
    from_x, to_x = _inside(
        ((wb, bx[which]), (wc, cx[which]), (np.float32(1.0) - wb - wc, -(bx + cx)[which]))
    )
    left = x[index, 0][which]
    start = np.maximum(np.ceil(left + from_x - _FAT), np.float32(0.0))
    end = np.minimum(np.floor(left + to_x + _FAT), np.float32(width - 1))
    counts = (end - start + 1.0).clip(0.0).astype(np.int64)
    span = np.flatnonzero(counts)
    which, start, wb, wc = which[span], start[span], wb[span], wc[span]
    offset = start - left[span]
    wb += bx[which] * offset
    wc += cx[which] * offset
    depth = z[index, 0][which] + wb * dz[index, 0][which] + wc * dz[index, 1][which]
    begins = row[span].astype(np.int64) * width + start.astype(np.int64)
    of, along = _runs(counts[span])
    pixel = begins[of] + along
    near = depth[of] + depth_x[which][of] * along.astype(np.float32)
    nearest = np.full(height * width, -np.inf, np.float32)
    np.maximum.at(nearest, pixel, near)
    best = np.flatnonzero(near == nearest[pixel])
    winner = np.full(height * width, -1, np.int64)
    winner[pixel[best]] = best
    seen = np.flatnonzero(winner >= 0)
    best = winner[seen]
    of, steps = of[best], along[best].astype(np.float32)
    which = which[of]
    wb, wc = wb[of] + bx[which] * steps, wc[of] + cx[which] * steps
    weights = np.stack([np.float32(1.0) - wb - wc, wb, wc], axis=1)
    return Hits(seen, faces[index[which]], weights)


def _runs(lengths: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for runs of these lengths which run each entry belongs to, and its place in it."""
    which = np.repeat(np.arange(len(lengths)), lengths)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _inside(
    weights: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where on a row all weights are positive: each is its value at 0, and its slope."""
    low = np.full(len(weights[0][0]), -np.inf, np.float32)
    high = np.full(len(low), np.inf, np.float32)
    for value, slope in weights:
        level = slope == 0.0
        zero = -value / np.where(level, np.float32(1.0), slope)
        np.maximum(low, np.where(slope > 0.0, zero, -np.inf), out=low)
        np.minimum(high, np.where(slope < 0.0, zero, np.inf), out=high)
        high[level & (value < -1e-5)] = -np.inf
    return low, high
