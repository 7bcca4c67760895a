"""Finds the faces in a frame of temperatures: picture, network, merging, gate, close-up."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from screening.faces.closeup import CloseUp
from screening.faces.contrast import Contrast
from screening.faces.detection import Detection
from screening.faces.gate import could_be_skin
from screening.faces.network import STEP, FaceNetwork, merge
from screening.result import Box

__all__ = ["Detection", "FaceDetector"]

MIN_SCORE = 0.5
MIN_FACE = 0.2  # of what a close-up says; labelled faces of real doors have 0.7 and more
OVERLAP = 0.3
MAX_FACES = 16
CLOSE_UP_PX = 14.0  # width of a box in the frame: narrower, a close-up shows nothing new
LONGEST_PX = 256  # side of the picture; a finer frame is scaled down to it


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
        # coordinates are those of pixel centres, and scaling a picture keeps its outer edges
        self._shift = (1.0 / self._scale - 1.0) / 2.0
        columns, rows = (-(-round(side * self._scale) // STEP) * STEP for side in (width, height))
        self._network = FaceNetwork(columns, rows)
        self._close_up = CloseUp()
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
        rows = merge(self._network.run(MIN_SCORE), OVERLAP)[:MAX_FACES]
        rows = rows[[self._could_be_skin(row) for row in rows]]
        boxes, points = self._in_frame(rows)
        near = [number for number, box in enumerate(boxes) if box[2] >= CLOSE_UP_PX]
        looks = dict(zip(near, self._close_up.look(celsius, [boxes[n] for n in near]), strict=True))
        detections = []
        for number, (row, box) in enumerate(zip(rows, boxes, strict=True)):
            look, score = looks.get(number), float(row[0])
            if look is None:
                detections.append(Detection(box, score, points[number], float(row[15])))
            elif look.face >= MIN_FACE:
                detections.append(
                    Detection(
                        box,
                        score,
                        look.points,
                        look.quality,
                        look.yaw_deg,
                        look.pitch_deg,
                        look.eyes_free,
                        look.glasses,
                    )
                )
        return detections

    def _could_be_skin(self, row: NDArray[np.float32]) -> bool:
        x, y, w, h = (float(number) for number in row[1:5])
        return could_be_skin(self._contrast.celsius, (x, y, w, h), self._contrast.cold_c)

    def _in_frame(self, rows: NDArray[np.float32]) -> tuple[list[Box], NDArray[np.float32]]:
        """Return boxes and points `(N, 5, 2) float32` of rows in pixels of the frame."""
        scaled = rows[:, 1:15] * np.float32(1.0 / self._scale)
        points = scaled[:, 4:].reshape(-1, 5, 2) + np.float32(self._shift)
        scaled[:, :2] += np.float32(self._shift)
        return [(x, y, w, h) for x, y, w, h in scaled[:, :4].tolist()], points
