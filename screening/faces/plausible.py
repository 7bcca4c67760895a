"""Which detections are people's faces: as warm as skin, one to a head, none on anybody's chest.

The network judges shapes; here temperatures and the places of faces to one another are judged, on
readings that the reference has corrected.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.faces.detection import Detection
from screening.result import Box

GRID: Final = 16
INNER: Final = 0.6  # squared radius of the ellipse that hair and background do not reach
WARM_C: Final = (28.0, 31.5)  # median inside: colder faces must look more like one
SCORE: Final = (0.8, 0.35)  # what is asked of them at either end
HOTTEST_C: Final = 42.0
UNCORRECTED_SCORE: Final = 0.5  # where no reference says how warm anything is
NESTED: Final = 0.25  # common share of the smaller of two boxes that are one face (and its neck)
COLDER_C: Final = 1.0  # a "face" under a face, and so much colder, is a shirt


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    detection: Detection
    median_c: float


class Plausibility:
    """Sorts out detections in frames of one size; its buffers are made once."""

    def __init__(self, width: int, height: int) -> None:
        self._last = np.array([width - 1, height - 1])
        steps = (np.arange(GRID) + 0.5) / GRID
        across, down = np.meshgrid(2.0 * steps - 1.0, 2.0 * steps - 1.0)
        self._steps = steps
        self._inner = (across**2 + down**2 < INNER).ravel()

    def faces(
        self,
        celsius: NDArray[np.float32],
        detections: Sequence[Detection],
        offset_c: float | None,
    ) -> list[Detection]:
        """Return the plausible faces, most certain first.

        Parameters
        ----------
        celsius
            `(H, W) float32`, apparent deg C.
        offset_c
            What the reference adds to a reading; None where there is no reference.
        """
        candidates = []
        for detection in detections:
            median_c = self._median_c(celsius, detection.box)
            if _as_warm_as_skin(detection.score, median_c, offset_c):
                candidates.append(_Candidate(detection, median_c))
        candidates.sort(key=lambda c: -c.detection.score)
        kept: list[_Candidate] = []
        for candidate in candidates:
            box = candidate.detection.box
            if not any(_common(box, other.detection.box) > NESTED for other in kept):
                kept.append(candidate)
        return [
            c.detection for c in kept if not any(_is_on_the_chest(c, o) for o in kept if o is not c)
        ]

    def _median_c(self, celsius: NDArray[np.float32], box: Box) -> float:
        x, y, w, h = box
        columns = np.clip(x + self._steps * w, 0, self._last[0]).astype(np.intp)
        rows = np.clip(y + self._steps * h, 0, self._last[1]).astype(np.intp)
        inner = celsius[rows[:, None], columns].reshape(-1)[self._inner]
        return float(np.partition(inner, inner.size // 2)[inner.size // 2])


def _as_warm_as_skin(score: float, median_c: float, offset_c: float | None) -> bool:
    if offset_c is None:
        return score >= UNCORRECTED_SCORE
    skin_c = median_c + offset_c
    return skin_c <= HOTTEST_C and score >= float(np.interp(skin_c, WARM_C, SCORE))


def _common(a: Box, b: Box) -> float:
    """Return the common area as a share of the smaller box."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    return width * height / min(a[2] * a[3], b[2] * b[3])


def _is_on_the_chest(candidate: _Candidate, other: _Candidate) -> bool:
    """Whether `candidate` hangs below the face `other`, colder: cloth and its folds."""
    x, y, w, h = candidate.detection.box
    ox, oy, ow, oh = other.detection.box
    below = oy + 0.6 * oh < y + h / 2 < oy + 3.0 * oh
    under = ox - 0.5 * ow < x + w / 2 < ox + 1.5 * ow
    return below and under and candidate.median_c < other.median_c - COLDER_C
