"""What is true in a simulated frame: for tests and benches, never for the screener."""

from dataclasses import dataclass
from enum import StrEnum

Box = tuple[float, float, float, float]  # x, y, width, height in upright pixels
Point = tuple[float, float]  # x, y in upright pixels


class Occlusion(StrEnum):
    """What hides part of a face."""

    GLASSES = "glasses"
    CAP = "cap"
    FRINGE = "fringe"
    MASK = "mask"
    SCARF = "scarf"
    BEARD = "beard"
    PERSON = "person"  # somebody stands before it
    FRAME = "frame"  # it leaves the picture


@dataclass(frozen=True, slots=True)
class SkinTruth:
    """True surface temperatures in deg C at this moment, before any camera.

    The two inner canthi are those of the hot spots' peaks, right and left as the person has them.
    `face_max_c` is the hottest point of the face's free skin.
    """

    canthus_right_c: float
    canthus_left_c: float
    forehead_c: float
    cheek_c: float
    nose_c: float
    mouth_c: float
    face_max_c: float


@dataclass(frozen=True, slots=True)
class PersonTruth:
    """One person in this frame.

    Attributes
    ----------
    id
        Which person of the scenario, from 1; it stays the same when the scenario loops.
    visitor
        Came to be screened (else a passer-by).
    face_box
        From mid-forehead to chin and cheek to cheek as seen from here; None when the face is
        turned away.
    landmarks
        Right inner canthus (left in the picture of a person who looks into the camera), left inner
        canthus, nose tip, right and left corner of the mouth; None when the face is turned away.
    canthi_visible
        Whether each inner canthus (right, left) is seen: not hidden, not behind the nose.
    yaw_deg, pitch_deg
        Of the head against the line to the camera.
    speed_px_s
        How fast the face moves over the picture, in whichever direction.
    visible
        Share of the face that is in the picture and behind nothing that is nearer.
    """

    id: int
    visitor: bool
    face_box: Box | None
    landmarks: tuple[Point, Point, Point, Point, Point] | None
    canthi_visible: tuple[bool, bool]
    skin: SkinTruth
    mm_per_px: float
    distance_m: float
    yaw_deg: float
    pitch_deg: float
    speed_px_s: float
    visible: float
    occlusions: tuple[Occlusion, ...]


@dataclass(frozen=True, slots=True)
class ReferenceTruth:
    """A reference in this frame: its box, surface temperature, and whether it is seen whole."""

    box: Box
    surface_c: float
    visible: bool


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """All that is true in the frame that was yielded last.

    `offset_k` is the error that the camera adds to the whole frame.
    """

    sequence: int
    time_s: float
    people: tuple[PersonTruth, ...]
    references: tuple[ReferenceTruth, ...]
    offset_k: float


@dataclass(frozen=True, slots=True)
class VisitorTruth:
    """A visitor over the whole scenario.

    Attributes
    ----------
    first_s, last_s
        When the face was first and last seen by the camera, in scenario time.
    canthus_c, face_max_c
        When they were nearest to the camera: warmer inner canthus, hottest free skin.
    nearest_m
        Smallest distance from the camera while looking into it.
    """

    id: int
    first_s: float
    last_s: float
    canthus_c: float
    face_max_c: float
    nearest_m: float
    occlusions: tuple[Occlusion, ...]


def share_of(box: Box, other: Box) -> float:
    """Share of `box` that lies inside `other`."""
    (x, y, w, h), (ox, oy, ow, oh) = box, other
    wide = max(0.0, min(x + w, ox + ow) - max(x, ox))
    high = max(0.0, min(y + h, oy + oh) - max(y, oy))
    return wide * high / (w * h)


def share_inside(box: Box, size: tuple[int, int]) -> float:
    """Share of `box` that lies in a picture of this width and height."""
    return share_of(box, (0.0, 0.0, float(size[0]), float(size[1])))
