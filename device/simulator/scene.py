"""The scene at one moment as radiance at the lens: room, references, and people by distance."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator import figures, radiometry, skin
from device.simulator.camera import Optics
from device.simulator.schema import Reference, Room, Scenario
from device.simulator.timeline import Path, Pose
from device.simulator.truth import (
    Box,
    Occlusion,
    PersonTruth,
    Point,
    ReferenceTruth,
    SkinTruth,
    VisitorTruth,
)

Image = NDArray[np.float32]
_FACE_MM = np.array([[-66.0, -62.0], [66.0, 108.0]])  # brow and cheeks to chin, from head's centre
_EYE_BELOW_TOP_M = 0.115
_NEAREST_M = 0.25  # nearer, a person is beside the camera
_BEHIND_DEG = 75.0  # a head turned further shows no face


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `Scene.render` says beside the image."""

    people: tuple[PersonTruth, ...]
    references: tuple[ReferenceTruth, ...]


class _Actor:
    """A person with everything that does not change over the scenario."""

    def __init__(self, number: int, scenario: Scenario, rng: np.random.Generator) -> None:
        self.id = number
        self.person = scenario.people[number - 1]
        self.path = Path(self.person, rng)
        self.skin = skin.draw(self.person, scenario.room, rng)
        usual = 1.22 if self.person.child else float(np.clip(rng.normal(1.71, 0.07), 1.58, 1.83))
        self.height_m = self.person.height_m or usual
        if self.person.wheelchair:
            self.height_m = min(self.height_m, 1.32)
        self.body = figures.body_layer(self.skin, scenario.room, rng)
        self._room = scenario.room
        self._heads: dict[tuple[int, int], figures.Layer] = {}

    def head(self, yaw_deg: float, pitch_deg: float) -> figures.Layer:
        key = (round(yaw_deg / 5.0), round(pitch_deg / 5.0))
        if key not in self._heads:
            self._heads[key] = figures.head_layer(
                self.skin, self.person, self._room, key[0] * 5.0, key[1] * 5.0
            )
        return self._heads[key]


class Scene:
    """Room and people of a scenario, ready to be rendered at any time in any order."""

    def __init__(self, scenario: Scenario, optics: Optics, rng: np.random.Generator) -> None:
        self._scenario = scenario
        self._optics = optics
        self._actors = tuple(
            _Actor(number, scenario, rng) for number in range(1, len(scenario.people) + 1)
        )
        self._wander = tuple(rng.random((len(scenario.references), 3)))
        self._room = _room_image(scenario.room, optics, rng)

    def render(self, time_s: float, out: Image) -> Rendered:
        """Draw the moment `time_s` into `out` (band radiance, `(H, W) float32`)."""
        np.copyto(out, self._room)
        references = self._draw_references(time_s, out)
        present = [(a, pose) for a in self._actors if (pose := a.path.at(time_s)) is not None]
        present.sort(key=lambda item: -item[1].z_m)
        covered: list[Box] = []
        people: list[PersonTruth] = []
        for actor, pose in present:
            if pose.z_m > _NEAREST_M:
                people.append(self._draw_person(actor, pose, time_s, out))
        for number, person in reversed(list(enumerate(people))):
            people[number] = _hidden_by(person, covered)
            if person.face_box is not None:
                covered.append(person.face_box)
        return Rendered(tuple(people), references)

    def visitors(self, duration_s: float) -> tuple[VisitorTruth, ...]:
        """Say what is true of each visitor over the scenario, looking ten times a second."""
        summary = []
        for actor in self._actors:
            if actor.person.role != "visitor":
                continue
            seen = []
            for time_s in np.arange(0.0, duration_s, 0.1):
                pose = actor.path.at(float(time_s))
                if pose is not None and pose.z_m > _NEAREST_M:
                    at, mm_per_px = self._place(actor, pose)
                    truth = self._person_truth(actor, pose, float(time_s), at, mm_per_px)
                    if truth.visible > 0.0:
                        seen.append((float(time_s), truth))
            if seen:
                summary.append(_summary(actor.id, seen))
        return tuple(summary)

    def _air(self, distance_m: float) -> tuple[float, float]:
        room = self._scenario.room
        tau = radiometry.transmission(distance_m, room.ambient_c, room.relative_humidity)
        return tau, (1.0 - tau) * float(radiometry.radiance(room.ambient_c))

    def _draw_references(self, time_s: float, out: Image) -> tuple[ReferenceTruth, ...]:
        truths = []
        for reference, phases in zip(self._scenario.references, self._wander, strict=True):
            if reference.removed_at_s is not None and time_s >= reference.removed_at_s:
                continue
            surface_c = _surface_c(reference, self._scenario.room, phases, time_s)
            x, y, z = reference.at
            if reference.knocked_at_s is not None and time_s >= reference.knocked_at_s:
                x, y = x + reference.knocked_by[0], y + reference.knocked_by[1]
            u, v, depth = self._optics.project(x, y, z)
            radius = reference.size_m / 2.0 * self._optics.focal_px / depth
            tau, air = self._air(depth)
            disc = radiometry.leaving(
                surface_c, reference.emissivity, self._scenario.room.mirrored_c
            )
            _disc(out, u, v, radius, float(disc) * tau + air)
            box = (u - radius, v - radius, 2.0 * radius, 2.0 * radius)
            inside = box[0] >= 0 and box[1] >= 0 and u + radius < out.shape[1]
            truths.append(
                ReferenceTruth(box, surface_c, bool(inside and v + radius < out.shape[0]))
            )
        return tuple(truths)

    def _draw_person(self, actor: _Actor, pose: Pose, time_s: float, out: Image) -> PersonTruth:
        at, mm_per_px = self._place(actor, pose)
        air = self._air(mm_per_px * self._optics.focal_px / 1000.0)
        _paste(out, actor.body, at, mm_per_px, 0.0, 0.0, air, at_top=True)
        head = actor.head(pose.yaw_deg, pose.pitch_deg)
        _paste(out, head, at, mm_per_px, pose.roll_deg, actor.skin.chill_k(time_s), air)
        return self._person_truth(actor, pose, time_s, at, mm_per_px)

    def _place(self, actor: _Actor, pose: Pose) -> tuple[Point, float]:
        """Pixel of the head's centre, and mm per pixel there."""
        centre_m = actor.height_m - _EYE_BELOW_TOP_M + pose.lift_m
        u, v, depth = self._optics.project(pose.x_m + pose.sway_m, centre_m, pose.z_m)
        return (u, v), 1000.0 * depth / self._optics.focal_px

    def _person_truth(
        self, actor: _Actor, pose: Pose, time_s: float, at: Point, mm_per_px: float
    ) -> PersonTruth:
        body, chill = actor.skin, actor.skin.chill_k(time_s)
        hot = max(body.canthus_right_c, body.canthus_left_c) - chill
        yaw = (pose.yaw_deg + 180.0) % 360.0 - 180.0
        spin = np.radians(pose.roll_deg)
        roll = np.array([[np.cos(spin), -np.sin(spin)], [np.sin(spin), np.cos(spin)]])
        box = landmarks = None
        visible = 0.0
        if abs(yaw) < _BEHIND_DEG:
            points = figures.landmarks_mm(yaw, pose.pitch_deg)[:, :2] @ roll.T / mm_per_px + at
            marks = [(float(px), float(py)) for px, py in points]
            landmarks = (marks[0], marks[1], marks[2], marks[3], marks[4])
            shift = 40.0 * np.sin(np.radians(yaw))
            corners = (_FACE_MM + np.array([shift, 0.0])) / mm_per_px + at
            (x0, y0), (x1, y1) = corners
            box = (float(x0), float(y0), float(x1 - x0), float(y1 - y0))
            visible = _inside(box, self._optics)
        occlusions = [Occlusion(w) for w in actor.person.wears if w in set(Occlusion)]
        if 0.0 < visible < 0.98:
            occlusions.append(Occlusion.FRAME)
        free = "glasses" not in actor.person.wears
        return PersonTruth(
            id=actor.id,
            visitor=actor.person.role == "visitor",
            face_box=box,
            landmarks=landmarks,
            canthi_visible=(free and -70 < yaw < 40, free and -40 < yaw < 70),
            skin=SkinTruth(
                body.canthus_right_c - chill,
                body.canthus_left_c - chill,
                body.forehead_c - 2.0 * chill,
                body.cheek_c - 2.0 * chill,
                body.nose_c - 2.0 * chill,
                body.mouth_c - chill,
                hot if free else body.forehead_c - 2.0 * chill,
            ),
            mm_per_px=mm_per_px,
            distance_m=mm_per_px * self._optics.focal_px / 1000.0,
            yaw_deg=yaw,
            pitch_deg=pose.pitch_deg,
            speed_px_s=float(np.hypot(pose.vx_m_s, 0.0)) * 1000.0 / mm_per_px,
            visible=visible,
            occlusions=tuple(occlusions),
        )


def _summary(number: int, seen: list[tuple[float, PersonTruth]]) -> VisitorTruth:
    facing = [person for _, person in seen if abs(person.yaw_deg) < 30.0] or [seen[0][1]]
    nearest = min(facing, key=lambda person: person.distance_m)
    return VisitorTruth(
        id=number,
        first_s=seen[0][0],
        last_s=seen[-1][0],
        canthus_c=max(nearest.skin.canthus_right_c, nearest.skin.canthus_left_c),
        face_max_c=nearest.skin.face_max_c,
        nearest_m=nearest.distance_m,
        occlusions=nearest.occlusions,
    )


def _hidden_by(person: PersonTruth, nearer: list[Box]) -> PersonTruth:
    if person.face_box is None:
        return person
    x, y, w, h = person.face_box
    worst = 0.0
    for ox, oy, ow, oh in nearer:
        overlap = max(0.0, min(x + w, ox + ow) - max(x, ox)) * max(
            0.0, min(y + h, oy + oh) - max(y, oy)
        )
        worst = max(worst, overlap / (w * h))
    if worst < 0.1:
        return person
    return replace(
        person,
        visible=person.visible * (1.0 - worst),
        occlusions=(*person.occlusions, Occlusion.PERSON),
    )


def _inside(box: Box, optics: Optics) -> float:
    x, y, w, h = box
    wide = max(0.0, min(x + w, optics.width) - max(x, 0.0))
    high = max(0.0, min(y + h, optics.height) - max(y, 0.0))
    return wide * high / (w * h)


def _surface_c(
    reference: Reference, room: Room, phases: NDArray[np.float64], time_s: float
) -> float:
    hertz = np.array([0.004, 0.011, 0.027])
    wander = float(np.sin(2.0 * np.pi * (hertz * time_s + phases)).sum())
    value = reference.temp_c + reference.stability_k * wander / np.sqrt(1.5)
    value += reference.drift_k_per_min / 60.0 * max(0.0, time_s - reference.drifts_from_s)
    if reference.heater_fails_at_s is not None and time_s > reference.heater_fails_at_s:
        cooled = 1.0 - float(np.exp(-(time_s - reference.heater_fails_at_s) / 90.0))
        value += (room.ambient_c - value) * cooled
    return float(value)


def _disc(out: Image, u: float, v: float, radius: float, value: float) -> None:
    x0, x1 = max(0, int(u - radius - 2)), min(out.shape[1], int(u + radius + 3))
    y0, y1 = max(0, int(v - radius - 2)), min(out.shape[0], int(v + radius + 3))
    if x0 >= x1 or y0 >= y1:
        return
    y, x = np.mgrid[y0:y1, x0:x1]
    alpha = np.clip(radius + 0.5 - np.hypot(x - u, y - v), 0.0, 1.0).astype(np.float32)
    patch = out[y0:y1, x0:x1]
    patch += alpha * (np.float32(value) - patch)


def _paste(
    out: Image,
    layer: figures.Layer,
    at: Point,
    mm_per_px: float,
    roll_deg: float,
    chill_k: float,
    air: tuple[float, float],
    *,
    at_top: bool = False,
) -> None:
    """Warp a layer to its place and lay it over what is there."""
    scale = layer.mm_per_px / mm_per_px
    radiance, alpha = layer.radiance, layer.alpha
    if chill_k > 0.002:
        radiance = radiance + np.float32(chill_k) * layer.cold
    if scale < 0.7:
        size = (max(2, round(radiance.shape[1] * scale)), max(2, round(radiance.shape[0] * scale)))
        radiance = np.asarray(cv2.resize(radiance, size, interpolation=cv2.INTER_AREA), np.float32)
        alpha = np.asarray(cv2.resize(alpha, size, interpolation=cv2.INTER_AREA), np.float32)
        scale = scale * layer.alpha.shape[1] / size[0]
    height, width = alpha.shape
    c, s = np.cos(np.radians(roll_deg)) * scale, np.sin(np.radians(roll_deg)) * scale
    cx, cy = (width - 1) / 2.0, 0.0 if at_top else (height - 1) / 2.0
    reach = int(np.hypot(width, height) * scale * (1.0 if at_top else 0.5)) + 2
    x0, x1 = max(0, int(at[0]) - reach), min(out.shape[1], int(at[0]) + reach + 1)
    y0, y1 = max(0, int(at[1]) - reach), min(out.shape[0], int(at[1]) + reach + 1)
    if x0 >= x1 or y0 >= y1:
        return
    matrix = np.array(
        [[c, -s, at[0] - x0 - c * cx + s * cy], [s, c, at[1] - y0 - s * cx - c * cy]], np.float64
    )
    roi = (x1 - x0, y1 - y0)
    warped = cv2.warpAffine(radiance, matrix, roi, flags=cv2.INTER_LINEAR)
    cover = cv2.warpAffine(alpha, matrix, roi, flags=cv2.INTER_LINEAR)
    patch = out[y0:y1, x0:x1]
    patch *= 1.0 - cover
    patch += np.float32(air[0]) * warped + np.float32(air[1]) * cover


def _room_image(room: Room, optics: Optics, rng: np.random.Generator) -> Image:
    """Walls and what stands before them, once."""
    height, width = optics.height, optics.width
    slow = cv2.resize(
        rng.standard_normal((5, 7)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    fall = np.linspace(0.8, -0.6, height, dtype=np.float32)[:, None]
    temp = room.ambient_c + 0.25 * slow + fall
    for item in room.items:
        u, v, depth = optics.project(*item.at)
        px = optics.focal_px / depth
        half_w, half_h = item.size[0] * px / 2.0, item.size[1] * px / 2.0
        x0, x1 = max(0, int(u - half_w)), min(width, int(u + half_w))
        y0, y1 = max(0, int(v - half_h)), min(height, int(v + half_h))
        if x0 < x1 and y0 < y1:
            temp[y0:y1, x0:x1] = item.temp_c
    return np.asarray(radiometry.leaving(temp, 0.93, room.mirrored_c), np.float32)
