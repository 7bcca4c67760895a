"""One face in one frame: its size, where to measure on it, the reading there, what speaks against.

A reading is the mean of the hottest 2 x 2 pixels of its site, never a single pixel. It is still an
apparent temperature; `screening.measuring.correction` makes skin out of it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.faces.detection import Detection
from screening.measuring import footprint, sides
from screening.result import Box
from screening.settings import Site

INTERCANTHAL_MM: Final = 33.0  # adults' mean; 30 to 37
FACE_MM: Final = (147.0, 160.0)  # width, brow to chin: what a detector's box spans
CANTHUS_REACH_MM: Final = 13.0  # most landmarks err by less; the socket holds no hotter place
COARSE_PX: Final = 2.0  # how much worse landmarks are known on a face of few pixels
GLASSES_C: Final = 0.8  # eyes are as warm as the warm quarter of a face; behind glass, colder
BESIDE: Final = (0.15, 0.35)  # the strips beside a face: so far from its box, in its widths
BROW_MM: Final = (2.0, 20.0, 33.0)  # the brow: so far above the canthi, and to both sides of them
BROW_C: Final = 2.0  # bare brows are within 0.7 of the warm quarter; hair and cloth 4 to 7 below
RESOLVED_MM_PER_PX: Final = 1.5
# Hot spots stand out by 0.12 to 0.30 of their neighbours where they are resolved; ears and napes by
# 0.01 to 0.11.
FLAT_RELIEF_C: Final = 0.075
# The hottest place of a face is so far above both canthi in 0.2 to 1.7 of 100 people (two cameras,
# three rounds of PhysioNet 10.13026/3bhc-9065, mouths closed).
ELSEWHERE_C: Final = 1.0
FACE_PX: Final = 12.0  # a face of fewer pixels across cannot be measured


@dataclass(frozen=True, slots=True)
class Reading:
    """What one frame says of one face.

    Attributes
    ----------
    site
        What it was taken of.
    x, y
        Where, in pixels.
    apparent_c
        Mean of the hottest 2 x 2 pixels there, as the sensor reports it.
    hot_spot
        It is a spot as small as the one at a canthus, so the footprint of the pixels takes from it.
    relief_c
        That minus the mean of the 4 x 4 pixels around: how sharp the hot spot is; None where the
        canthus is not resolved.
    left_right_c
        Left minus right canthus in the picture; None where they are not resolved.
    eyes_c, brow_c, skin_c
        Median of the band of the eyes, of the brow above it, and the warm quarter of the face,
        apparent.
    beside_c
        Warmer one of the strips left and right of the face, apparent: as warm as the face where
        the box holds only a part of it. Minus infinity where only furniture stands there.
    contrast_c
        By how much the site is warmer than `skin_c`, with what the pixels take from it given back:
        skin that comes in from the cold keeps its canthi warm.
    warm_share
        Share of the face within 4.5 deg C of its warm quarter: what is not covered.
    areas_c
        Halves of the forehead and the cheeks, see `sides.areas`.
    """

    site: Site
    x: float
    y: float
    apparent_c: float
    hot_spot: bool
    relief_c: float | None
    left_right_c: float | None
    eyes_c: float
    brow_c: float
    skin_c: float
    beside_c: float
    contrast_c: float
    warm_share: float
    areas_c: sides.Areas


def mm_per_px(detection: Detection) -> float:
    """Return the size of a pixel at the face, from what all faces have in common.

    The width of a face that turns away shrinks and so does the distance between its eyes; its
    height does not. So the largest of the three counts.
    """
    _, _, width, height = detection.box
    between = math.dist(*detection.landmarks[:2].tolist())
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
        furniture: Callable[[Box], bool] = lambda _: False,
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
        furniture
            Whether a box holds nothing but the entrance itself.
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
        fine = millimetres <= RESOLVED_MM_PER_PX
        reach_px = CANTHUS_REACH_MM / millimetres + (0.0 if fine else COARSE_PX)
        canthi = [
            spot
            for point in detection.landmarks[:2]
            if (spot := _hottest_near(blocks, (left, top), point, reach_px)) is not None
        ]
        resolved = fine and len(canthi) == 2
        left_right_c = canthi[0].apparent_c - canthi[1].apparent_c if resolved else None
        warm = _ordered(skin, 3 * skin.size // 4)
        eyes_c = _median(self._eye_band(face, inside, detection, top, left), warm)
        brow_c = _median(_brow(celsius, detection, millimetres), warm)
        mouth = float(detection.landmarks[3:, 1].mean() - 0.15 * h) - top
        peak = _hottest(blocks[: max(2, int(mouth))], (left, top))
        hot_spot = False
        if warm - eyes_c > GLASSES_C or warm - brow_c > BROW_C:
            # The canthi are covered: what is left of the face can alarm, and never clear. Its
            # hottest place is as small as a canthus: taken as it is seen, people in glasses read
            # 1.0 deg C below others in recordings of 5 mm a pixel.
            site, peak = Site.FACE_MAXIMUM, _hottest(blocks, (left, top))
            hot_spot = True
        elif resolved and wanted is not Site.FACE_MAXIMUM:
            site, spot, hot_spot = Site.CANTHUS, max(canthi), True
            if _elsewhere(celsius, peak, spot):
                site = Site.FACE_MAXIMUM
            else:
                peak = spot
        else:
            site = Site.FACE_MAXIMUM
            # a hot spot that the pixels smear may be the hottest place without looking like it
            lost_c = footprint.correction(millimetres)
            if peak and canthi and max(canthi).apparent_c + lost_c > peak.apparent_c:
                peak, hot_spot = max(canthi), True
        if peak is None:
            return None
        return Reading(
            site=site,
            x=peak.x,
            y=peak.y,
            apparent_c=peak.apparent_c,
            hot_spot=hot_spot,
            relief_c=_relief_c(celsius, peak) if site is Site.CANTHUS else None,
            left_right_c=left_right_c,
            eyes_c=eyes_c,
            brow_c=brow_c,
            skin_c=warm,
            beside_c=max(
                -math.inf if furniture(strip) else _median(_inside(celsius, strip), -math.inf)
                for strip in _beside(detection.box)
            ),
            contrast_c=peak.apparent_c + footprint.correction(millimetres) - warm,
            warm_share=float((skin > warm - 4.5).mean()),
            areas_c=sides.areas(celsius, detection.landmarks, millimetres),
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
    def _eye_band(
        face: NDArray[np.float32],
        inside: NDArray[np.bool_],
        detection: Detection,
        top: int,
        left: int,
    ) -> NDArray[np.float32]:
        """Return the pixels around both eyes: cold behind glasses, which let no heat by."""
        (right_x, right_y), (left_x, left_y) = detection.landmarks[:2].tolist()
        between = max(math.hypot(left_x - right_x, left_y - right_y), 2.0)
        # pupils lie as far outside of the inner canthi as half their distance
        x, y = (right_x + left_x) / 2, (right_y + left_y) / 2
        half_w, half_h = 1.3 * between, 0.35 * between
        rows = slice(max(0, int(y - half_h) - top), max(0, math.ceil(y + half_h) - top))
        columns = slice(max(0, int(x - half_w) - left), max(0, math.ceil(x + half_w) - left))
        return np.asarray(face[rows, columns][inside[rows, columns]])


def _median(values: NDArray[np.float32], otherwise: float) -> float:
    """Return the median of some temperatures; `otherwise` where there are none."""
    return _ordered(values.ravel(), values.size // 2) if values.size else otherwise


def _ordered(values: NDArray[np.float32], number: int) -> float:
    """Return the temperature that so many are not above."""
    return float(np.partition(values, number)[number])


def _brow(
    celsius: NDArray[np.float32], detection: Detection, millimetres: float
) -> NDArray[np.float32]:
    """Return the pixels above both inner canthi: cold where a fringe or a cap's peak hangs."""
    x, y = (float(value) for value in (detection.landmarks[0] + detection.landmarks[1]) / 2)
    low, high, half = (length / millimetres for length in BROW_MM)
    return celsius[
        max(0, round(y - high)) : max(0, round(y - low) + 1),
        max(0, round(x - half)) : max(0, round(x + half) + 1),
    ]


def _beside(box: Box) -> tuple[Box, Box]:
    """Return the strips left and right of a face, beyond the ears, from the brow to the mouth."""
    x, y, w, h = box
    near, far = (share * w for share in BESIDE)
    top, tall = y + 0.2 * h, 0.5 * h
    return (x - far, top, far - near, tall), (x + w + near, top, far - near, tall)


def _inside(celsius: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    x, y, w, h = box
    return celsius[max(0, int(y)) : max(0, int(y + h)), max(0, int(x)) : max(0, int(x + w))]


@dataclass(frozen=True, slots=True, order=True)
class _Peak:
    apparent_c: float
    x: float
    y: float


def _hottest(blocks: NDArray[np.float32], corner: tuple[int, int]) -> _Peak | None:
    """Return the hottest of some blocks, whose first pixel stands at `corner` (x, y)."""
    if not blocks.size:
        return None
    row, column = np.unravel_index(int(blocks.argmax()), blocks.shape)
    value = float(blocks[row, column])
    if not np.isfinite(value):
        return None
    return _Peak(value, corner[0] + float(column) + 0.5, corner[1] + float(row) + 0.5)


def _elsewhere(celsius: NDArray[np.float32], peak: _Peak | None, spot: _Peak) -> bool:
    """Whether a canthus is rather where the face is hottest than where its points are.

    That place is much hotter, and as sharp as a hot spot is: a forehead in the sun is not.
    """
    if peak is None or peak.apparent_c - spot.apparent_c <= ELSEWHERE_C:
        return False
    relief_c = _relief_c(celsius, peak)
    return relief_c is not None and relief_c >= FLAT_RELIEF_C


def _relief_c(celsius: NDArray[np.float32], peak: _Peak) -> float | None:
    """Return by how much the peak stands above the mean of the 4 x 4 pixels around it."""
    row, column = int(peak.y), int(peak.x)
    around = celsius[max(0, row - 1) : row + 3, max(0, column - 1) : column + 3]
    return peak.apparent_c - float(around.mean()) if around.shape == (4, 4) else None


def _hottest_near(
    blocks: NDArray[np.float32],
    corner: tuple[int, int],
    point: NDArray[np.float32],
    reach_px: float,
) -> _Peak | None:
    """Return the hottest block around a point (x, y): within reach of it in both directions."""
    x, y = float(point[0]) - corner[0] - 0.5, float(point[1]) - corner[1] - 0.5
    top, left = max(0, int(y - reach_px + 0.5)), max(0, int(x - reach_px + 0.5))
    near = blocks[top : max(0, int(y + reach_px) + 1), left : max(0, int(x + reach_px) + 1)]
    return _hottest(near, (corner[0] + left, corner[1] + top))
