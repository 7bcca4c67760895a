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
    yaw_deg, pitch_deg
        How far the head is turned from the line to the camera: towards the picture's right
        (positive) or left, and down (positive) or up. These and what follows come from a
        close-up; None where the face is too small for one.
    eyes_free
        0..1 for the inner canthus on the picture's left, then on its right: whether it is seen,
        and neither glasses, hair, a cap's peak nor the nose is before it.
    glasses
        0..1: whether glasses are worn.
    """

    box: Box
    score: float
    landmarks: NDArray[np.float32]
    quality: float
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    eyes_free: tuple[float, float] | None = None
    glasses: float | None = None
