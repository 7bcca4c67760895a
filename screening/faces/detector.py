"""Finds the faces in a frame of temperatures: picture, network, merging, gate."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from screening.faces.contrast import Contrast
from screening.faces.detection import Detection
from screening.faces.gate import could_be_skin
from screening.faces.network import STEP, FaceNetwork, merge
from screening.result import Box

__all__ = ["Detection", "FaceDetector"]

LEAST_SCORE = 0.35
OVERLAP = 0.3
MOST_FACES = 16
LONGEST_PX = 256  # side of the picture; a finer frame is scaled down to it
# From the eye's centre towards the other eye's, the inner canthus: (63 - 33) / 2 / 63, the mean
# distances between pupils and between inner canthi in millimetres.
CANTHUS = 0.24
MOUTH = 0.4  # half the mouth's width in distances between the eyes


class FaceDetector:
    """Looks for faces in frames of one size. Deterministic, and silent about everything else.

    Parameters
    ----------
    width, height
        Of the upright frames in pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._shape = (height, width)
        longest = max(width, height)
        self._scale = min(1.0, LONGEST_PX / longest)
        columns, rows = (-(-round(side * self._scale) // STEP) * STEP for side in (width, height))
        self._network = FaceNetwork(columns, rows)
        self._contrast = Contrast(width, height, self._scale, self._network.picture)

    def detect(self, celsius: NDArray[np.float32], exclude: Sequence[Box] = ()) -> list[Detection]:
        """Return the faces, best first.

        Parameters
        ----------
        celsius
            `(height, width) float32`, apparent temperature in deg C. Pixels that are no number
            are taken as cold.
        exclude
            Boxes in its pixels that hold no face whatever they look like: the reference.
        """
        if celsius.shape != self._shape:
            raise ValueError(f"a frame of {celsius.shape} where {self._shape} was promised")
        self._contrast.draw(celsius, exclude)
        detections = []
        for row in merge(self._network.run(LEAST_SCORE), OVERLAP)[:MOST_FACES]:
            score, *box = (float(number) for number in row[:5])
            x, y, w, h = box
            if could_be_skin(self._contrast.celsius, (x, y, w, h), self._contrast.cold_c):
                points = _five(row[5:].reshape(6, 2)) / np.float32(self._scale)
                x, y, w, h = (number / self._scale for number in box)
                detections.append(Detection((x, y, w, h), score, points, _quality(score, points)))
        return detections


def _five(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn eyes, nose, mouth into inner canthi, nose, corners of the mouth."""
    eye_left, eye_right, nose, mouth = points[:4]
    between = eye_right - eye_left
    return np.array(
        [
            eye_left + CANTHUS * between,
            eye_right - CANTHUS * between,
            nose,
            mouth - MOUTH * between,
            mouth + MOUTH * between,
        ],
        np.float32,
    )


def _quality(score: float, points: NDArray[np.float32]) -> float:
    """Return the score, less where the nose has left the middle between the eyes (turned away)."""
    between = points[1] - points[0]
    length = float(np.hypot(*between)) or 1.0
    off = float(np.dot(points[2] - (points[0] + points[1]) / 2, between)) / length**2
    return score * max(0.0, 1.0 - abs(off))
