"""A closer look at faces, by a second small network: five points, and what to make of the face."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from screening.faces.crop import SIDE, Crop
from screening.faces.network import one_thread
from screening.result import Box

# what the network says of a whole face, in this order; all but the angles are chances
TOLD: Final = ("quality", "face", "yaw", "pitch", "free_left", "free_right", "glasses")
ANGLE_DEG: Final = 45.0  # the unit of the angles
MAX_FACES: Final = 16  # faces looked at together
_WEIGHTS: Final = files(__package__).joinpath("points.onnx").read_bytes()  # see `network`


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What a close-up shows.

    Attributes
    ----------
    points
        `(5, 2) float32`, in pixels of the frame; see `Detection.landmarks`.
    quality, face, glasses
        0..1: how well it can be measured; whether it is a face at all; whether it wears glasses.
    yaw_deg, pitch_deg
        Of the head against the line to the camera; see `Detection`.
    eyes_free
        0..1 for the inner canthus on the picture's left, then on its right: whether it is seen.
    """

    points: NDArray[np.float32]
    quality: float
    face: float
    yaw_deg: float
    pitch_deg: float
    eyes_free: tuple[float, float]
    glasses: float


class CloseUp:
    """Looks at the faces of a frame, all at once; its input is written in place."""

    def __init__(self) -> None:
        self._session = onnxruntime.InferenceSession(
            _WEIGHTS,
            one_thread(),
            providers=["CPUExecutionProvider"],
        )
        self._input = np.zeros((MAX_FACES, 1, SIDE, SIDE), np.float32)
        self._crops = [Crop(picture[0]) for picture in self._input]

    def look(self, celsius: NDArray[np.float32], boxes: Sequence[Box]) -> list[Look]:
        """Return what the face in up to `MAX_FACES` boxes of a `(H, W)` frame looks like."""
        if not boxes:
            return []
        crops = self._crops[: len(boxes)]
        for crop, box in zip(crops, boxes, strict=True):
            crop.cut(celsius, box)
        given = {"image": self._input[: len(boxes)]}
        points, told = self._session.run(("points", "told"), given)
        return [
            _look(each * np.float32(crop.pixel) + np.array(crop.origin, np.float32), numbers)
            for crop, each, numbers in zip(crops, points, told.tolist(), strict=True)
        ]


def _look(points: NDArray[np.float32], told: list[float]) -> Look:
    quality, face, yaw, pitch, left, right, glasses = told
    return Look(
        points,
        _chance(quality),
        _chance(face),
        yaw * ANGLE_DEG,
        pitch * ANGLE_DEG,
        (_chance(left), _chance(right)),
        _chance(glasses),
    )


def _chance(logit: float) -> float:
    """Return the logistic function, within what a float can say."""
    return 1.0 / (1.0 + math.exp(min(-logit, 700.0)))
