"""One face in one frame: its size, where to measure on it, the reading there, what speaks against.

A reading is the mean of the hottest 2 x 2 pixels of its site, never a single pixel. It is still an
apparent temperature; `screening.correction` makes skin out of it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.faces.detection import Detection
from screening.result import Box
from screening.settings import Site

INTERCANTHAL_MM: Final = 33.0  # adults' mean; 30 to 37
FACE_MM: Final = (140.0, 135.0)  # width, brow to chin: what a detector's box spans
CANTHUS_REACH_MM: Final = 9.0  # a search this far repeats to 0.12 deg C, the exact point to 0.3
RESOLVED_MM_PER_PX: Final = 1.5
FACE_PX: Final = 12.0  # a face of fewer pixels across cannot be measured


@dataclass(frozen=True, slots=True)
class Reading:
    """What one frame says of one face.

    Attributes
    ----------
    site
        Where it was taken.
    apparent_c
        Mean of the hottest 2 x 2 pixels there, as the sensor reports it.
    left_right_c
        Left minus right canthus in the picture; None where they are not resolved.
    eyes_c, skin_c
        Median of the band of the eyes, and the warm quarter of the face, apparent.
    warm_share
        Share of the face within 4.5 deg C of its warm quarter: what is not covered.
    sharpness
        Mean absolute gradient inside the face, deg C per pixel.
    """

    site: Site
    apparent_c: float
    left_right_c: float | None
    eyes_c: float
    skin_c: float
    warm_share: float
    sharpness: float


def mm_per_px(detection: Detection) -> float:
    """Return the size of a pixel at the face, from what all faces have in common.

    The width of a face that turns away shrinks and so does the distance between its eyes; its
    height does not. So the largest of the three counts.
    """
    _, _, width, height = detection.box
    right, left = detection.landmarks[0], detection.landmarks[1]
    between = float(np.hypot(*(left - right)))
    by_eyes = INTERCANTHAL_MM / max(between, 0.5)
    by_box = (FACE_MM[0] * FACE_MM[1] / max(width * height, 1.0)) ** 0.5
    # boxes jitter less, eyes know better what they measure
    return float((by_eyes * by_box) ** 0.5) if 0.6 < by_eyes / by_box < 1.6 else float(by_box)


class Surveyor:
    """Reads sites in frames of one size; its buffers are made once.

    Parameters
    ----------
    width, height
        Of the upright frames.
    """

    def __init__(self, width: int, height: int) -> None:
        self._shape = (height, width)
        self._blocks = np.empty((height, width), np.float32)
        self._inside = np.empty((height, width), bool)
        self._columns = np.arange(width, dtype=np.float32)[None, :]
        self._rows = np.arange(height, dtype=np.float32)[:, None]

    def read(
        self,
        celsius: NDArray[np.float32],
        detection: Detection,
        millimetres: float,
        wanted: Site,
        exclude: list[Box],
    ) -> Reading | None:
        """Read one face; None when too little of it is in the picture.

        Parameters
        ----------
        celsius
            `(H, W) float32`, apparent deg C.
        millimetres
            Per pixel at the face.
        wanted
            The site that the admin chose.
        exclude
            Boxes that are no skin: the reference.
        """
        x, y, w, h = detection.box
        height, width = self._shape
        left, right = max(0, int(x)), min(width, int(np.ceil(x + w)))
        top, bottom = max(0, int(y)), min(height, int(np.ceil(y + h)))
        if right - left < 5 or bottom - top < 5:
            return None
        face = celsius[top:bottom, left:right]
        inside = self._inside[top:bottom, left:right]
        columns, rows = self._columns[:, left:right], self._rows[top:bottom]
        across = (columns - (x + w / 2 - 0.5)) / (w / 2)
        down = (rows - (y + h / 2 - 0.5)) / (h / 2)
        np.less_equal(across * across + down * down, 0.95, out=inside)
        for ex, ey, ew, eh in exclude:
            inside[
                max(0, int(ey) - top) : max(0, int(np.ceil(ey + eh)) - top),
                max(0, int(ex) - left) : max(0, int(np.ceil(ex + ew)) - left),
            ] = False
        skin = face[inside]
        if skin.size < 16:
            return None
        blocks = self._hottest_blocks(face, inside, top, left)
        canthi = [
            self._around(blocks, columns, rows, point, CANTHUS_REACH_MM / millimetres)
            for point in detection.landmarks[:2]
        ]
        resolved = millimetres <= RESOLVED_MM_PER_PX and all(np.isfinite(canthi))
        site = Site.CANTHUS if resolved and wanted is not Site.FACE_MAXIMUM else Site.FACE_MAXIMUM
        warm = float(np.partition(skin, 3 * skin.size // 4)[3 * skin.size // 4])
        eyes = self._eye_band(face, inside, detection, top, left)
        return Reading(
            site=site,
            apparent_c=max(canthi) if site is Site.CANTHUS else float(blocks.max()),
            left_right_c=canthi[0] - canthi[1] if resolved else None,
            eyes_c=float(np.median(eyes)) if eyes.size else warm,
            skin_c=warm,
            warm_share=float((skin > warm - 4.5).mean()),
            sharpness=float(np.abs(np.diff(face, axis=1)).mean()),
        )

    def _hottest_blocks(
        self, face: NDArray[np.float32], inside: NDArray[np.bool_], top: int, left: int
    ) -> NDArray[np.float32]:
        """Return the means of 2 x 2 pixels; those not wholly inside are minus infinity."""
        rows, columns = face.shape
        blocks = self._blocks[top : top + rows - 1, left : left + columns - 1]
        np.add(face[:-1, :-1], face[1:, 1:], out=blocks)
        blocks += face[1:, :-1]
        blocks += face[:-1, 1:]
        blocks *= 0.25
        whole = inside[:-1, :-1] & inside[1:, 1:] & inside[1:, :-1] & inside[:-1, 1:]
        blocks[~whole] = -np.inf
        return blocks

    @staticmethod
    def _around(
        blocks: NDArray[np.float32],
        columns: NDArray[np.float32],
        rows: NDArray[np.float32],
        point: NDArray[np.float32],
        reach_px: float,
    ) -> float:
        """Return the hottest block whose centre is within reach of a point."""
        across = columns[:, :-1] + (0.5 - float(point[0]))
        down = rows[:-1] + (0.5 - float(point[1]))
        near = blocks[across * across + down * down <= reach_px * reach_px]
        return float(near.max()) if near.size else float("-inf")

    @staticmethod
    def _eye_band(
        face: NDArray[np.float32],
        inside: NDArray[np.bool_],
        detection: Detection,
        top: int,
        left: int,
    ) -> NDArray[np.float32]:
        """Return the pixels around both eyes: cold behind glasses, which let no heat by."""
        right_eye, left_eye = detection.landmarks[0], detection.landmarks[1]
        between = max(float(np.hypot(*(left_eye - right_eye))), 2.0)
        # pupils lie as far outside of the inner canthi as half their distance
        centre = (right_eye + left_eye) / 2
        half_w, half_h = 1.3 * between, 0.35 * between
        rows = slice(
            max(0, int(centre[1] - half_h) - top), max(0, int(np.ceil(centre[1] + half_h)) - top)
        )
        columns = slice(
            max(0, int(centre[0] - half_w) - left), max(0, int(np.ceil(centre[0] + half_w)) - left)
        )
        return np.asarray(face[rows, columns][inside[rows, columns]])
