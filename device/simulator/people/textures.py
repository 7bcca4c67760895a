"""Tileable random textures: skin blotches, vessels, strands of hair, folds of cloth."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
SIDE = 512  # pixels of a tile
_AT_A_TIME = 30_000  # OpenCV makes no picture wider than 32,766


@cache
def blotches(seed: int, size_px: float, stretch: float = 1.0) -> Plane:
    """Smooth noise with unit variance and a correlation length; `stretch` draws it out along y."""
    rng = np.random.Generator(np.random.PCG64([seed, 77]))
    plane = rng.standard_normal((SIDE, SIDE), np.float32)
    border = int(size_px * max(stretch, 1.0) * 4) + 2
    wide = cv2.copyMakeBorder(plane, border, border, border, border, cv2.BORDER_WRAP)
    soft = cv2.GaussianBlur(wide, (0, 0), size_px, sigmaY=size_px * stretch)
    out = np.asarray(soft[border:-border, border:-border], np.float32)
    return np.asarray((out - out.mean()) / out.std(), np.float32)


@cache
def vessels(seed: int, size_px: float) -> Plane:
    """Branching ridges from 0 to 1: where smooth noise crosses zero."""
    first = blotches(seed, size_px, 1.6)
    ridge = np.exp(-((first / 0.14) ** 2)) * np.clip(blotches(seed + 1, size_px * 1.5) + 0.3, 0, 1)
    return np.asarray(ridge, np.float32)


def sample(plane: Plane, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """Read a texture at `(N,)` positions in pixels, bilinear, repeating."""
    x, y = np.asarray(x, np.float32), np.asarray(y, np.float32)
    out = np.empty(len(x), np.float32)
    for start in range(0, len(x), _AT_A_TIME):
        part = slice(start, start + _AT_A_TIME)
        read = cv2.remap(
            plane, x[None, part], y[None, part], cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        out[part] = read[0]
    return out
