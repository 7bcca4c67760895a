"""What speaks against measuring a face, each with its reason, and how good the frame is.

Two kinds: reasons that forbid the reading (`unusable`), and reasons that leave a reading which can
call a second check but never *clear* somebody (`doubtful`).
"""

from dataclasses import dataclass
from typing import Final

from screening.faces.detection import Detection
from screening.measuring import sides
from screening.measuring.measure import BROW_C, FACE_PX, FLAT_RELIEF_C, GLASSES_C, Reading
from screening.result import Reason

CUT_SHARE: Final = 0.12  # of the face's width or height outside the picture
LARGEST_SHARE: Final = 0.85  # of the picture's width or height that a face may fill
MAX_YAW: Final = 0.45  # how far the nose leaves the middle of the eyes, in their distances
MAX_YAW_DEG: Final = 45.0
# What quality and score of a face add up to: simulated faces turned by up to 30 degrees have 1.7
# and more, 19 of 20 frames of real visitors without glasses or caps 1.2, profiles and ears less.
LIKE_A_FACE: Final = 1.2
# Resolved hot spots stand out by 1.6 to 2.6 of the face; ears and napes by 0.2 to 1.1.
FLAT_C: Final = 1.15
# Warmer side against the face's warm quarter: 2.2 and more in recordings, -0.5 to 0.3 beside half a
# face that stands before the lens.
BESIDE_C: Final = 1.0
SMEAR_S: Final = 0.010  # thermal time constant of a microbolometer's pixel
MAX_SMEAR_PX: Final = 1.5
MIN_WARM_SHARE: Final = 0.45
LEFT_RIGHT_C: Final = 0.55
# The site above the face's warm quarter. Rest: 1.1 to 2.7 in 16 simulated people, 1.2 to 2.8 in
# recordings of visitors, 3.1 with sweat; 15 s after -5 deg C: 2.6 to 4.4.
COLD_FACE_C: Final = 3.2


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one reading: why not at all, why with care, and how good (0..1)."""

    unusable: tuple[Reason, ...]
    doubtful: tuple[Reason, ...]
    quality: float
    blur_px: float


def turned(detection: Detection) -> float:
    """Return how far the nose is off the middle between the eyes, in distances between them."""
    (right_x, right_y), (left_x, left_y), (nose_x, nose_y) = detection.landmarks[:3].tolist()
    across, down = left_x - right_x, left_y - right_y
    length = across**2 + down**2
    if length < 1e-6:
        return float("inf")
    off_x, off_y = nose_x - (right_x + left_x) / 2.0, nose_y - (right_y + left_y) / 2.0
    return float(abs(off_x * across + off_y * down) / length)


def judge(
    detection: Detection,
    reading: Reading,
    *,
    frame: tuple[int, int],
    speed_px_s: float,
    leaving: bool,
    distance_m: float | None,
    zone_m: tuple[float, float],
) -> Judgement:
    """Judge a reading.

    Parameters
    ----------
    frame
        Width and height of the picture.
    speed_px_s
        How fast the face moves over the picture.
    leaving
        The face walks away.
    distance_m
        Of the face from the camera; None where the lens is not known.
    zone_m
        Nearest and farthest distance at which people are screened.
    """
    x, y, w, h = detection.box
    width, height = frame
    unusable: list[Reason] = []
    if min(w, h) < FACE_PX or (distance_m is not None and distance_m > zone_m[1]):
        unusable.append(Reason.TOO_FAR)
    large = max(w / width, h / height) > LARGEST_SHARE
    large = large or reading.skin_c - reading.beside_c < BESIDE_C
    if large or (distance_m is not None and distance_m < zone_m[0]):
        unusable.append(Reason.TOO_CLOSE)
    outside = max(-x / w, (x + w - width) / w, -y / h, (y + h - height) / h)
    if outside > CUT_SHARE:
        unusable.append(Reason.CUT_OFF)
    blur_px = speed_px_s * SMEAR_S
    if blur_px > MAX_SMEAR_PX:
        unusable.append(Reason.BLURRED)
    doubtful = _doubts(detection, reading)
    if leaving or not _faces_us(detection, doubtful):  # who walks away shows the back of the head
        unusable.append(Reason.TURNED_AWAY)
    if sides.sunned(reading.areas_c, reading.skin_c):
        doubtful = (*doubtful, Reason.SUN_WARMED)
    quality = detection.quality
    quality *= 1.0 - 0.5 * min(1.0, blur_px / MAX_SMEAR_PX)
    quality *= 1.0 - 0.5 * max(0.0, outside) / CUT_SHARE if outside <= CUT_SHARE else 0.0
    quality *= 0.6 ** len(doubtful)
    return Judgement(tuple(unusable), doubtful, 0.0 if unusable else max(quality, 0.0), blur_px)


def _faces_us(detection: Detection, doubtful: tuple[Reason, ...]) -> bool:
    """Whether this is the front of a head, and turned to the camera.

    A profile or a nape may have a frontal pose made up for it: then both networks are half-hearted.
    With something over the face they are so too, and a reading clears nobody anyway.
    """
    if turned(detection) > MAX_YAW or abs(detection.yaw_deg or 0.0) > MAX_YAW_DEG:
        return False
    sure = detection.yaw_deg is None or detection.quality + detection.score >= LIKE_A_FACE
    return sure or bool(doubtful)


def _doubts(detection: Detection, reading: Reading) -> tuple[Reason, ...]:
    """Return what keeps a reading from clearing anybody."""
    doubts: list[Reason] = []
    hides = _hides(detection, reading)
    if hides is not None:
        doubts.append(hides)
    if reading.warm_share < MIN_WARM_SHARE and Reason.COVERED not in doubts:
        doubts.append(Reason.COVERED)
    if reading.left_right_c is not None and abs(reading.left_right_c) > LEFT_RIGHT_C:
        doubts.append(Reason.LEFT_RIGHT)
    flat = reading.relief_c is not None and reading.relief_c < FLAT_RELIEF_C
    if flat and reading.contrast_c < FLAT_C and Reason.COVERED not in doubts:
        doubts.append(Reason.COVERED)  # no hot spot: there are no canthi in view
    if reading.contrast_c > COLD_FACE_C:
        doubts.append(Reason.NOT_ACCLIMATISED)
    return tuple(doubts)


def _hides(detection: Detection, reading: Reading) -> Reason | None:
    """Return what hides the canthi: either the temperatures or the close-up saying so is enough.

    Which of the two it is decides what the visitor is asked for. The close-up knows best; without
    one, what hangs down is coldest above the eyes.
    """
    eyes_c, brow_c = reading.skin_c - reading.eyes_c, reading.skin_c - reading.brow_c
    free = detection.eyes_free is None or max(detection.eyes_free) > 0.5
    if eyes_c <= GLASSES_C and brow_c <= BROW_C and free:
        return None
    worn = eyes_c > brow_c if detection.glasses is None else detection.glasses > 0.5
    return Reason.GLASSES if worn else Reason.COVERED
