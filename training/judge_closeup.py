"""How good the close-up network is on faces that it was not trained on, and on what is no face."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from screening.faces.closeup import ANGLE_DEG, TOLD
from screening.faces.detector import MIN_FACE
from training.closeup import CloseUp, centres
from training.closeups import ANGLES, CloseUps, Shown


@dataclass(frozen=True, slots=True)
class PointsVerdict:
    """What the close-up network did: points in widths of the face, and what it told.

    Attributes
    ----------
    faces
        How many.
    median, p90
        Of the distance of each of the five points from the truth.
    errors
        Mean absolute error of each of `TOLD` on faces, angles in degrees.
    right
        Share of faces where each of `TOLD` that is a chance is on the right side of one half.
    faces_kept, mistakes_dropped
        Share of faces, and of what is none, that the station would keep or drop.
    """

    faces: int
    median: tuple[float, ...]
    p90: tuple[float, ...]
    errors: tuple[float, ...]
    right: tuple[float, ...]
    faces_kept: float
    mistakes_dropped: float

    def __str__(self) -> str:
        """Say it in a few lines."""
        median, p90 = (" ".join(f"{e:.3f}" for e in errors) for errors in (self.median, self.p90))
        told = ", ".join(
            f"{name} {error:.2f} ({right:.2f})"
            for name, error, right in zip(TOLD, self.errors, self.right, strict=True)
        )
        return (
            f"{self.faces} faces, median {median}, p90 {p90}\n  errors (share right): {told}\n"
            f"  faces kept {self.faces_kept:.3f}, mistakes dropped {self.mistakes_dropped:.3f}"
        )


def judge_points(network: CloseUp, faces: CloseUps, seed: int) -> PointsVerdict:
    """Look at close-ups of faces, and of mistakes, as a detector's inexact boxes give them."""
    rng = np.random.default_rng(seed)
    off, said, true = [], [], []
    for number in range(len(faces)):
        shown = faces.face(number, rng, spoil=False)
        points, told = _ask(network, shown)
        away = points - shown.points
        off.append(np.hypot(away[:, 0], away[:, 1]) / shown.width)
        said.append(told)
        true.append(shown.told)
    dropped = [
        _ask(network, faces.no_face(rng))[1][TOLD.index("face")] < MIN_FACE
        for _ in range(faces.mistakes)
    ]
    distance, told, truth = np.array(off), np.array(said), np.array(true)
    error = np.abs(told - truth).mean(axis=0)
    error[[TOLD.index(name) for name in ANGLES]] *= ANGLE_DEG
    return PointsVerdict(
        len(faces),
        tuple(float(e) for e in np.median(distance, axis=0)),
        tuple(float(e) for e in np.percentile(distance, 90, axis=0)),
        tuple(float(e) for e in error),
        tuple(float(e) for e in ((told > 0.5) == (truth > 0.5)).mean(axis=0)),
        float((told[:, TOLD.index("face")] >= MIN_FACE).mean()),
        float(np.mean(dropped)) if dropped else float("nan"),
    )


def _ask(network: CloseUp, shown: Shown) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return points in pixels of the close-up and what is told, angles in their unit."""
    with torch.no_grad():
        maps, logits = network(torch.from_numpy(shown.picture)[None, None])
    told = torch.sigmoid(logits[0]).numpy()
    for name in ANGLES:
        told[TOLD.index(name)] = float(logits[0, TOLD.index(name)])
    return centres(maps)[0].numpy(), told
