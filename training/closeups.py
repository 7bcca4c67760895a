"""Close-ups to train on: faces of renders, and what a detector might take for a face."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from screening.faces.closeup import ANGLE_DEG, TOLD
from screening.faces.crop import SIDE, Crop
from screening.result import Box
from training.samples import MIRRORED, POINTS, WORN, Render

__all__ = ["ANGLES", "TOLD", "CloseUps", "Shown"]

ANGLES = ("yaw", "pitch")
MIRROR = ("quality", "face", *ANGLES, "free_right", "free_left", "glasses")
OTHER_WAY = [TOLD.index(name) for name in MIRROR]
SMALLEST_PX = 14.0  # width of a face's box in the frame
MIN_VISIBLE = 0.6
MAX_TURNED_DEG = 60.0


@dataclass(frozen=True, slots=True)
class Shown:
    """One close-up and what is true of it.

    Attributes
    ----------
    picture
        `(64, 64) float32`.
    points
        `(5, 2) float32` in its pixels; not a number where there is no face.
    told
        `(7,) float32` as `TOLD` names them, angles in units of `ANGLE_DEG`; not a number where
        nothing is true.
    width
        Of the face in its pixels.
    """

    picture: NDArray[np.float32]
    points: NDArray[np.float32]
    told: NDArray[np.float32]
    width: float


class CloseUps:
    """Close-ups of renders, each time placed, turned and spoilt a little differently.

    Parameters
    ----------
    renders
        Whose faces are seen.
    mistakes
        For each of them, boxes in its pixels that hold no face.
    """

    def __init__(self, renders: list[Render], mistakes: list[list[Box]]) -> None:
        frames = [render.celsius.astype(np.float32) for render in renders]
        self._faces = [
            (render, face, frame)
            for render, frame in zip(renders, frames, strict=True)
            for face in range(len(render.boxes))
            if render.boxes[face, 2] >= SMALLEST_PX
            and render.visible[face] >= MIN_VISIBLE
            and render.turned_deg[face] <= MAX_TURNED_DEG
        ]
        self._mistakes = [
            (frame, box)
            for frame, boxes in zip(frames, mistakes, strict=True)
            for box in boxes
            if box[2] >= SMALLEST_PX
        ]
        self._picture = np.empty((SIDE, SIDE), np.float32)
        self._crop = Crop(self._picture)

    def __len__(self) -> int:
        return len(self._faces)

    @property
    def mistakes(self) -> int:
        """How many boxes hold no face."""
        return len(self._mistakes)

    def face(self, number: int, rng: np.random.Generator, *, spoil: bool) -> Shown:
        """Return a face; its box is as inexact as a detector's, `spoil` varies the picture too."""
        render, face, frame = self._faces[number]
        x, y, w, h = (float(v) for v in render.boxes[face])
        self._crop.cut(frame, _shaken((x, y, w, h), rng))
        points = (render.points[face] - np.array(self._crop.origin)) / self._crop.pixel
        inside = ((points[:2] > 0) & (points[:2] < SIDE - 1)).all(1)
        worn = dict(zip(WORN, render.worn[face], strict=True))
        told = np.array(
            [
                render.quality[face],
                1.0,
                *(render.turn_deg[face] / ANGLE_DEG),
                *(render.canthi[face] * inside),
                worn["glasses"],
            ],
            np.float32,
        )
        picture = self._picture.copy()
        if spoil:
            if rng.random() < 0.5:
                picture = picture[:, ::-1].copy()
                points[:, 0] = SIDE - 1 - points[:, 0]
                points = points[MIRRORED]
                told = told[OTHER_WAY]
                told[TOLD.index("yaw")] *= -1
            picture = _spoilt(picture, rng)
        return Shown(picture, points.astype(np.float32), told, w / self._crop.pixel)

    def no_face(self, rng: np.random.Generator) -> Shown:
        """Return something that is no face: nothing but that is true of it."""
        frame, box = self._mistakes[int(rng.integers(0, len(self._mistakes)))]
        self._crop.cut(frame, _shaken(box, rng))
        picture = _spoilt(self._picture[:, :: rng.choice([-1, 1])].copy(), rng)
        told = np.full(len(TOLD), np.nan, np.float32)
        told[[TOLD.index("quality"), TOLD.index("face")]] = 0.0
        return Shown(picture, np.full((POINTS, 2), np.nan, np.float32), told, SIDE / 2)


def _shaken(box: Box, rng: np.random.Generator) -> Box:
    """Return a box as inexact as a detector's."""
    x, y, w, h = box
    size = float(np.exp(rng.normal(0.0, 0.13)))
    near_x = x + float(rng.normal(0, 0.09)) * w + w * (1 - size) / 2
    near_y = y + float(rng.normal(0, 0.09)) * h + h * (1 - size) / 2
    return near_x, near_y, w * size, h * size


def _spoilt(picture: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Give a picture another window and noise."""
    picture = picture * rng.uniform(0.7, 1.25) + rng.uniform(-0.3, 0.25)
    picture = picture + rng.normal(0, rng.uniform(0, 0.08), picture.shape)
    return np.clip(picture, -1, 1).astype(np.float32)
