"""A detected face, and the errors of looking for one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.result import Box


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """One face in one frame.

    Attributes
    ----------
    box
        x, y, width, height in upright pixels of the frame, from the brow to the chin; it may
        reach past the frame's edge where the face does.
    score
        How much it looks like a face, 0..1.
    landmarks
        `(5, 2) float32`, x and y in pixels: the inner canthus on the image's left, the one on its
        right, the tip of the nose, the corner of the mouth on the left, the one on the right.
    quality
        0 (do not measure here) to 1 (frontal, whole, certain).
    """

    box: Box
    score: float
    landmarks: NDArray[np.float32]
    quality: float
