"""How good the face network is on renders that it was not trained on: found, false, how far off."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from screening.faces.network import merge
from training.blazeface import BlazeFace
from training.loss import answers, overlap
from training.pictures import Picture

OVERLAP = 0.3
APART = 0.15  # a box that overlaps every face by less holds none
STEP = 8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a network did at one least score.

    Attributes
    ----------
    wanted, found
        Faces that must be found, and those whose centre a box holds.
    pictures, false_faces
        Pictures, and boxes that hold the centre of no face at all.
    point_error
        Median distance of each of the five points from the truth, in widths of the face.
    overlap
        Median intersection over union of the boxes found.
    """

    wanted: int
    found: int
    pictures: int
    false_faces: int
    point_error: tuple[float, ...]
    overlap: float

    def __str__(self) -> str:
        """Say it in one line."""
        points = " ".join(f"{error:.3f}" for error in self.point_error)
        return (
            f"found {self.found} of {self.wanted} ({self.found / max(self.wanted, 1):.3f}), "
            f"{self.false_faces} false on {self.pictures}, overlap {self.overlap:.2f}, "
            f"points {points}"
        )


def look_for(network: BlazeFace, image: NDArray[np.float32], least: float) -> NDArray[np.float32]:
    """Return merged rows as the station's network gives them: score, box, points, and the rest."""
    rows, columns = (-(-side // STEP) * STEP for side in image.shape)
    padded = np.full((rows, columns), -1.0, np.float32)
    padded[: image.shape[0], : image.shape[1]] = image
    with torch.no_grad():
        said = answers(network, torch.from_numpy(padded)[None, None])
        score = torch.sigmoid(said.logit[0])
        good = score > least
        values, centre = said.values[0][good], said.centre[good]
        points = values[:, 4:14] + centre.repeat(1, 5)
        found = torch.cat([score[good, None], said.boxes(0)[good], points, values[:, 14:]], 1)
    return merge(found.numpy(), OVERLAP)


def judge(network: BlazeFace, pictures: list[Picture], least: float) -> Verdict:
    """Look for faces on whole pictures."""
    wanted = found = false_faces = 0
    errors, overlaps = [], []
    for picture in pictures:
        rows = look_for(network, picture.image, least)
        middle = picture.boxes[:, :2] + picture.boxes[:, 2:] / 2
        inside = (rows[:, None, 1:3] < middle) & (middle < rows[:, None, 1:3] + rows[:, None, 3:5])
        holds = inside.all(-1)
        near = (rows[:, None, 1:3] + rows[:, None, 3:5] / 2 - middle) / picture.boxes[:, 2:]
        false_faces += int((~(holds | (np.abs(near) < 0.5).all(-1)).any(1)).sum())
        for face in np.flatnonzero(picture.wanted):
            wanted += 1
            if not holds[:, face].any():
                continue
            found += 1
            row = rows[int(np.argmax(holds[:, face] * rows[:, 0]))]
            box = picture.boxes[face]
            off = row[5:15].reshape(5, 2) - picture.points[face]
            errors.append(np.hypot(off[:, 0], off[:, 1]) / box[2])
            overlaps.append(_overlap(row[1:5], box))
    return Verdict(
        wanted,
        found,
        len(pictures),
        false_faces,
        tuple(float(e) for e in np.median(errors, axis=0)) if errors else (),
        float(np.median(overlaps)) if overlaps else 0.0,
    )


def _overlap(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    low = np.maximum(a[:2], b[:2])
    high = np.minimum(a[:2] + a[2:], b[:2] + b[2:])
    common = float(np.maximum(high - low, 0).prod())
    return common / float(a[2:].prod() + b[2:].prod() - common)


def mistakes(network: BlazeFace, picture: Picture, least: float) -> NDArray[np.float32]:
    """Return what it takes for a face where none is, best first: `(N, 4)` boxes in the picture."""
    rows = look_for(network, picture.image, least)
    boxes = rows[np.argsort(-rows[:, 0], kind="stable"), 1:5]
    if not len(boxes) or not len(picture.boxes):
        return boxes
    fit = overlap(torch.from_numpy(boxes), torch.from_numpy(picture.boxes.astype(np.float32)))
    return boxes[(fit.amax(1) < APART).numpy()]
