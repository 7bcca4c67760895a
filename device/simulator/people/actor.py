"""A person of a scenario: where they are in the picture, how they move over it, what is true."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import Optics
from device.simulator.people import skin
from device.simulator.people.figures import PIVOT_MM, Figure, rotation
from device.simulator.render.drawing import Views
from device.simulator.render.layers import Image, Placing, Point, paste
from device.simulator.scenario.schema import Person, Room
from device.simulator.scenario.timeline import Path, Pose
from device.simulator.scenario.truth import (
    Box,
    Occlusion,
    PersonTruth,
    SkinTruth,
    VisitorTruth,
    share_inside,
)

_EYE_BELOW_TOP_M = 0.12
_BEHIND_DEG = 75.0  # a head turned further shows no face
_BACK_DEG = 90.0  # and further, the back is what is seen moving
_MOMENT_S = 1e-3  # over which speeds are taken
_EYES_MM = np.array([0.0, 0.0, 85.0], np.float32) - PIVOT_MM  # between the inner canthi


@dataclass(frozen=True, slots=True)
class Stand:
    """Where somebody in a pose is in the picture.

    Attributes
    ----------
    at, mm_per_px
        Pixel of the head's centre, and the scale there.
    way_px_s, turn_px_s
        How fast the head moves over the picture, x and y, and its front besides, as it turns.
    """

    pose: Pose
    at: Point
    mm_per_px: float
    way_px_s: NDArray[np.float64]
    turn_px_s: NDArray[np.float64]


class Actor:
    """A person with everything that does not change over the scenario.

    Parameters
    ----------
    number
        Which person of the scenario, from 1.
    smear_s
        Thermal time constant of the camera's pixels.
    """

    def __init__(
        self,
        number: int,
        person: Person,
        room: Room,
        optics: Optics,
        *,
        smear_s: float,
        rng: np.random.Generator,
        views: Views,
    ) -> None:
        self.id, self.person = number, person
        self._optics, self._smear_s = optics, smear_s
        self.path = Path(person, rng)
        self._skin = skin.draw(person, room, rng)
        usual = 1.24 if person.child else float(np.clip(rng.normal(1.71, 0.07), 1.58, 1.83))
        self._height_m = person.height_m or usual
        if person.wheelchair:
            self._height_m = min(self._height_m, 1.32)
        finest_mm = 1000.0 * max(self.path.nearest_m, 0.4) / optics.focal_px
        self._figure = Figure(person, self._skin, room, finest_mm, rng, views)

    def stand(self, pose: Pose) -> Stand:
        """Say where they are in the picture, and how fast they move over it."""
        at, mm_per_px = self._place(pose)
        dt = _MOMENT_S
        then, _ = self._place(
            replace(
                pose,
                x_m=pose.x_m + pose.vx_m_s * dt,
                z_m=pose.z_m + pose.vz_m_s * dt,
                lift_m=pose.lift_m + pose.vlift_m_s * dt,
                sway_m=pose.sway_m + pose.vsway_m_s * dt,
            )
        )
        before = rotation(pose.yaw_deg, pose.pitch_deg)
        after = rotation(pose.yaw_deg + pose.yaw_deg_s * dt, pose.pitch_deg + pose.pitch_deg_s * dt)
        front = ((after - before) @ _EYES_MM)[:2].astype(np.float64) / mm_per_px / dt
        if abs(_turned_deg(pose)) > _BACK_DEG:
            front = -front
        return Stand(pose, at, mm_per_px, (np.array(then) - np.array(at)) / dt, front)

    def _place(self, pose: Pose) -> tuple[Point, float]:
        """Pixel of the head's centre, and mm per pixel there."""
        centre_m = self._height_m - _EYE_BELOW_TOP_M + pose.lift_m
        u, v, depth = self._optics.project(pose.x_m + pose.sway_m, centre_m, pose.z_m)
        return (u, v), 1000.0 * depth / self._optics.focal_px

    def prepare(self, pose: Pose) -> bool:
        """Draw a little of what this pose shows; return False when nothing is left to draw."""
        return self._figure.prepare(
            pose.yaw_deg, pose.pitch_deg, _body_yaw_deg(pose), self._posture(pose)
        )

    def draw(self, stand: Stand, time_s: float, air: tuple[float, float], out: Image) -> Box:
        """Draw them over `out`; return the box of head and trunk."""
        pose, at, mm_per_px = stand.pose, stand.at, stand.mm_per_px
        body = self._figure.body(_body_yaw_deg(pose), self._posture(pose))
        paste(out, body, Placing(at, mm_per_px, air, smear_px=self._smear(stand.way_px_s)))
        placing = Placing(
            at,
            mm_per_px,
            air,
            roll_deg=pose.roll_deg,
            turn_deg=(pose.yaw_deg, pose.pitch_deg),
            state=(self._skin.chill_k(time_s), self._skin.breath(time_s)),
            smear_px=self._smear(stand.way_px_s + stand.turn_px_s),
        )
        paste(out, self._figure.head(pose.yaw_deg, pose.pitch_deg), placing)
        half, top, bottom = 190.0 / mm_per_px, 120.0 / mm_per_px, 900.0 / mm_per_px
        return (at[0] - half, at[1] - top, 2.0 * half, top + bottom)

    def _smear(self, speed_px_s: NDArray[np.float64]) -> Point:
        return float(speed_px_s[0]) * self._smear_s, float(speed_px_s[1]) * self._smear_s

    def _posture(self, pose: Pose) -> str:
        """Which of the body's postures is seen; a minus before its name mirrors it."""
        if self.person.wheelchair:
            return "sit"
        if np.hypot(pose.vx_m_s, pose.vz_m_s) < 0.35:
            return "hold" if self.person.holds else "stand"
        quarter = int(pose.stride * 4.0) % 4
        return ("stride", "stand", "-stride", "stand")[quarter]

    def truth(self, stand: Stand, time_s: float) -> PersonTruth:
        """Say what is true of them, standing so at this time."""
        pose, at, mm_per_px = stand.pose, stand.at, stand.mm_per_px
        yaw = _turned_deg(pose)
        size = (self._optics.width, self._optics.height)
        box = landmarks = None
        visible = 0.0
        hidden = (True, True)
        if abs(yaw) < _BEHIND_DEG:
            marks = self._figure.marks(yaw, pose.pitch_deg)
            spin = np.radians(pose.roll_deg)
            roll = np.array([[np.cos(spin), -np.sin(spin)], [np.sin(spin), np.cos(spin)]])
            points = marks.landmarks @ roll.T / mm_per_px + at
            spots = [(float(x), float(y)) for x, y in points]
            landmarks = (spots[0], spots[1], spots[2], spots[3], spots[4])
            x, y, w, h = (v / mm_per_px for v in marks.box)
            centre = np.array([x + w / 2.0, y + h / 2.0]) @ roll.T + at
            box = (float(centre[0] - w / 2.0), float(centre[1] - h / 2.0), w, h)
            visible = share_inside(box, size)
            hidden = marks.hidden
        occlusions = [Occlusion(w) for w in self.person.wears if w in set(Occlusion)]
        if 0.0 < visible < 0.98:
            occlusions.append(Occlusion.FRAME)
        return PersonTruth(
            id=self.id,
            visitor=self.person.role == "visitor",
            face_box=box,
            landmarks=landmarks,
            canthi_visible=(not hidden[0], not hidden[1]),
            skin=self._skin_truth(time_s),
            mm_per_px=mm_per_px,
            distance_m=mm_per_px * self._optics.focal_px / 1000.0,
            yaw_deg=yaw,
            pitch_deg=pose.pitch_deg,
            speed_px_s=float(np.hypot(*stand.way_px_s)),
            visible=visible,
            occlusions=tuple(occlusions),
        )

    def _skin_truth(self, time_s: float) -> SkinTruth:
        body, chill, cold = self._skin, self._skin.chill_k(time_s), skin.COLD_FACTORS
        return SkinTruth(
            body.canthus_right_c - chill,
            body.canthus_left_c - chill,
            body.forehead_c - cold["forehead"] * chill,
            body.cheek_c - cold["cheek"] * chill,
            body.nose_c - cold["nose"] * chill,
            body.mouth_c - cold["mouth"] * chill,
            self._figure.face_max_c - chill,
        )


def summary(seen: list[tuple[float, PersonTruth]]) -> VisitorTruth:
    """Say what is true of a visitor who was seen so at these times."""
    facing = [person for _, person in seen if abs(person.yaw_deg) < 30.0] or [seen[0][1]]
    nearest = min(facing, key=lambda person: person.distance_m)
    return VisitorTruth(
        id=nearest.id,
        first_s=seen[0][0],
        last_s=seen[-1][0],
        canthus_c=max(nearest.skin.canthus_right_c, nearest.skin.canthus_left_c),
        face_max_c=nearest.skin.face_max_c,
        nearest_m=nearest.distance_m,
        occlusions=nearest.occlusions,
    )


def hidden_by(person: PersonTruth, share: float) -> PersonTruth:
    """Say what is true of somebody when so much of their face has something nearer before it."""
    if share < 0.1:
        return person
    return replace(
        person,
        visible=person.visible * (1.0 - share),
        occlusions=(*person.occlusions, Occlusion.PERSON),
    )


def _turned_deg(pose: Pose) -> float:
    return (pose.yaw_deg + 180.0) % 360.0 - 180.0


def _body_yaw_deg(pose: Pose) -> float:
    """Where the body faces against the line to the camera, as `Pose.yaw_deg` does for the head."""
    return pose.heading_deg - float(np.degrees(np.arctan2(-pose.x_m, pose.z_m)))
