"""The shape that a sensor lays over the picture, and what it does between reference and face.

Lens and housing make corners read lower (or higher) than the middle, by tenths of a degree, and a
flat-field correction does not take it away. The reference stands at the side and the face in the
middle, so its difference is an error of every reading. It is smooth: a parabola in x and y,
learnt once from a plate of even temperature that fills the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.settings import MAX_RESIDUAL_C, Uniformity

BLOCK_PX: Final = 8
MIN_FRAMES: Final = 10


class UnevenPlateError(ValueError):
    """What filled the picture was no plate of even temperature."""


@dataclass(frozen=True, slots=True)
class NonUniformity:
    """`Uniformity` for pictures of one size.

    Examples
    --------
    >>> shape = NonUniformity(Uniformity(xx_c=-0.2, yy_c=-0.2), 640, 512)
    >>> [round(shape.at(x, y), 2) for x, y in ((319.5, 255.5), (639, 255.5), (0, 0))]
    [0.0, -0.2, -0.4]
    """

    coefficients: Uniformity
    width: int
    height: int

    def at(self, x: float, y: float) -> float:
        """Return by how much the sensor reads too high at a pixel, against the middle, deg C."""
        c = self.coefficients
        u = 2.0 * x / (self.width - 1) - 1.0
        v = 2.0 * y / (self.height - 1) - 1.0
        return c.x_c * u + c.y_c * v + c.xx_c * u * u + c.yy_c * v * v + c.xy_c * u * v


def learn(frames: Sequence[NDArray[np.float32]]) -> Uniformity:
    """Learn the shape from `(H, W) float32` frames in deg C of an even plate.

    Raises
    ------
    UnevenPlateError
        When there are too few frames, or the picture is not smooth enough to be a plate.
    """
    if len(frames) < MIN_FRAMES:
        raise UnevenPlateError(
            f"{len(frames)} frames of the plate where {MIN_FRAMES} are needed: hold it longer."
        )
    return fit(np.asarray(np.mean(frames, axis=0, dtype=np.float64)))


def fit(mean: NDArray[np.float64]) -> Uniformity:
    """Return the shape of the mean of many frames of an even plate, `(H, W) float64` in deg C.

    Raises
    ------
    UnevenPlateError
        When the picture is not smooth enough to be a plate.
    """
    rows, columns = (side // BLOCK_PX for side in mean.shape)
    blocks = mean[: rows * BLOCK_PX, : columns * BLOCK_PX]
    blocks = blocks.reshape(rows, BLOCK_PX, columns, BLOCK_PX).mean(axis=(1, 3))
    middle = (BLOCK_PX - 1) / 2.0
    v = 2.0 * (np.arange(rows) * BLOCK_PX + middle) / (mean.shape[0] - 1) - 1.0
    u = 2.0 * (np.arange(columns) * BLOCK_PX + middle) / (mean.shape[1] - 1) - 1.0
    u, v = (a.ravel() for a in np.meshgrid(u, v))
    terms = np.column_stack([np.ones_like(u), u, v, u * u, v * v, u * v])
    fit, *_ = np.linalg.lstsq(terms, blocks.ravel(), rcond=None)
    residual_c = float(np.std(blocks.ravel() - terms @ fit))
    if residual_c > MAX_RESIDUAL_C:
        raise UnevenPlateError(
            f"The picture deviates by {residual_c:.2f} deg C from a smooth one, at most "
            f"{MAX_RESIDUAL_C} is expected: fill the whole picture with a plate of even "
            "temperature, out of focus, and wait until it has come to rest."
        )
    _, x_c, y_c, xx_c, yy_c, xy_c = (float(c) for c in fit)
    return Uniformity(x_c, y_c, xx_c, yy_c, xy_c, residual_c)
