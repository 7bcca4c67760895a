"""The scene at one moment as radiance at the lens: room, references, and people by distance."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator import radiometry, skin
from device.simulator.camera import MODELS, Optics
from device.simulator.figures import Figure, Layer, bend
from device.simulator.room import room_image
from device.simulator.schema import Person, Reference, Room, Scenario
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
_EYE_BELOW_TOP_M = 0.12
_HEATER_S = 90.0  # time constant of a reference's heater and plate
_FINE_ENOUGH = 0.55  # layer pixels per image pixel
_LEAST_SMEAR_PX = 0.15  # less does not show
_NEAREST_M = 0.25  # nearer, a person is beside the camera
_BEHIND_DEG = 75.0  # a head turned further shows no face


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `Scene.render` says beside the image."""

    people: tuple[PersonTruth, ...]
    references: tuple[ReferenceTruth, ...]


class _Actor:
    """A person with everything that does not change over the scenario."""

    def __init__(
        self, number: int, scenario: Scenario, optics: Optics, rng: np.random.Generator
    ) -> None:
        self.id = number
        self.person = scenario.people[number - 1]
        self.path = Path(self.person, rng)
        self.skin = skin.draw(self.person, scenario.room, rng)
        usual = 1.24 if self.person.child else float(np.clip(rng.normal(1.71, 0.07), 1.58, 1.83))
        self.height_m = self.person.height_m or usual
        if self.person.wheelchair:
            self.height_m = min(self.height_m, 1.32)
        finest_mm = 1000.0 * max(self.path.nearest_m, 0.4) / optics.focal_px
        self.figure = Figure(self.person, self.skin, scenario.room, finest_mm, rng)


class Scene:
    """Room and people of a scenario, ready to be rendered at any time in any order."""

    def __init__(self, scenario: Scenario, optics: Optics, rng: np.random.Generator) -> None:
        self._scenario = scenario
        self._smear_s = MODELS[scenario.camera.model].smear_s
        self._optics = optics
        self._actors = tuple(
            _Actor(number, scenario, optics, rng) for number in range(1, len(scenario.people) + 1)
        )
        self._wander = tuple(rng.random((len(scenario.references), 3)))
        self._plates: dict[tuple[int, float, float], _Plate] = {}
        self._room = room_image(scenario.room, optics, rng)

    def render(self, time_s: float, out: Image) -> Rendered:
        """Draw the moment `time_s` into `out` (band radiance, `(H, W) float32`)."""
        return self.stage([actor.path.at(time_s) for actor in self._actors], time_s, out)

    def stage(self, poses: Sequence[Pose | None], time_s: float, out: Image) -> Rendered:
        """Draw everybody in the pose that is given for them (None: not there) into `out`."""
        np.copyto(out, self._room)
        present = [(a, p) for a, p in zip(self._actors, poses, strict=True) if p is not None]
        todo: list[tuple[float, _Actor | int, Pose | None]] = [
            (pose.z_m, actor, pose) for actor, pose in present if pose.z_m > _NEAREST_M
        ]
        todo += [(r.at[2], n, None) for n, r in enumerate(self._scenario.references)]
        todo.sort(key=lambda thing: -thing[0])
        people: list[PersonTruth] = []
        plates: dict[int, ReferenceTruth] = {}
        for distance_m, what, pose in todo:
            if isinstance(what, int):
                plate = self._draw_reference(what, time_s, out)
                if plate is not None:
                    plates[what] = plate
            elif pose is not None:
                person, body = self._draw_person(what, pose, time_s, out)
                people.append(person)
                hidden = [n for n in plates if _overlap(plates[n].box, body) > 0.02]
                plates |= {n: replace(plates[n], visible=False) for n in hidden}
            del distance_m
        covered: list[Box] = []
        for number, person in reversed(list(enumerate(people))):
            people[number] = _hidden_by(person, covered)
            if person.face_box is not None:
                covered.append(person.face_box)
        return Rendered(tuple(people), tuple(plates[n] for n in sorted(plates)))

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

    def _draw_reference(self, number: int, time_s: float, out: Image) -> ReferenceTruth | None:
        reference, room = self._scenario.references[number], self._scenario.room
        if reference.removed_at_s is not None and time_s >= reference.removed_at_s:
            return None
        surface_c = _surface_c(reference, room, self._wander[number], time_s)
        x, y, z = reference.at
        if reference.knocked_at_s is not None and time_s >= reference.knocked_at_s:
            x, y = x + reference.knocked_by[0], y + reference.knocked_by[1]
        u, v, depth = self._optics.project(x, y, z)
        radius = reference.size_m / 2.0 * self._optics.focal_px / depth
        place = (number, round(u, 3), round(v, 3))
        if place not in self._plates:
            self._plates[place] = _plate(out.shape, reference, (u, v), radius)
        self._plates[place].draw(out, *self._glow(reference, surface_c, depth))
        box = (u - radius, v - radius, 2.0 * radius, 2.0 * radius)
        return ReferenceTruth(box, surface_c, _inside(box, self._optics) > 0.999)

    def _glow(
        self, reference: Reference, surface_c: float, depth_m: float
    ) -> tuple[float, float, float]:
        """Radiance at the lens of a reference's housing, rim and centre."""
        room = self._scenario.room
        tau, air = self._air(depth_m)
        box_c = room.ambient_c + 0.12 * max(0.0, surface_c - room.ambient_c)
        places = ((box_c, 0.9), (surface_c - reference.uniformity_k, reference.emissivity))
        values = [
            float(radiometry.leaving(temp_c, e, room.mirrored_c)) * tau + air
            for temp_c, e in (*places, (surface_c, reference.emissivity))
        ]
        return values[0], values[1], values[2]

    def _draw_person(
        self, actor: _Actor, pose: Pose, time_s: float, out: Image
    ) -> tuple[PersonTruth, Box]:
        """Draw somebody; return what is true of them, and the box of head and trunk."""
        at, mm_per_px = self._place(actor, pose)
        distance_m = mm_per_px * self._optics.focal_px / 1000.0
        air = self._air(distance_m)
        smear = self._speed_px_s(pose, distance_m) * self._smear_s
        body = actor.figure.body(_body_yaw_deg(pose), _body_pose(actor.person, pose))
        _paste(out, body, _Placing(at, mm_per_px, 0.0, (body.yaw_deg, 0.0), (0.0, 0.0), air, smear))
        head = actor.figure.head(pose.yaw_deg, pose.pitch_deg)
        state = (actor.skin.chill_k(time_s), actor.skin.breath(time_s))
        turn = (pose.yaw_deg, pose.pitch_deg)
        _paste(out, head, _Placing(at, mm_per_px, pose.roll_deg, turn, state, air, smear))
        half, top, bottom = 190.0 / mm_per_px, 120.0 / mm_per_px, 900.0 / mm_per_px
        box = (at[0] - half, at[1] - top, 2.0 * half, top + bottom)
        return self._person_truth(actor, pose, time_s, at, mm_per_px), box

    def _speed_px_s(self, pose: Pose, distance_m: float) -> float:
        """How fast somebody moves sideways over the picture."""
        sideways = pose.vx_m_s - pose.x_m / distance_m * pose.vz_m_s
        return self._optics.focal_px * sideways / distance_m

    def _place(self, actor: _Actor, pose: Pose) -> tuple[Point, float]:
        """Pixel of the head's centre, and mm per pixel there."""
        centre_m = actor.height_m - _EYE_BELOW_TOP_M + pose.lift_m
        u, v, depth = self._optics.project(pose.x_m + pose.sway_m, centre_m, pose.z_m)
        return (u, v), 1000.0 * depth / self._optics.focal_px

    def _person_truth(
        self, actor: _Actor, pose: Pose, time_s: float, at: Point, mm_per_px: float
    ) -> PersonTruth:
        body, chill = actor.skin, actor.skin.chill_k(time_s)
        cold = skin.COLD_FACTORS
        yaw = (pose.yaw_deg + 180.0) % 360.0 - 180.0
        box = landmarks = None
        visible = 0.0
        hidden = (True, True)
        if abs(yaw) < _BEHIND_DEG:
            marks = actor.figure.marks(yaw, pose.pitch_deg)
            spin = np.radians(pose.roll_deg)
            roll = np.array([[np.cos(spin), -np.sin(spin)], [np.sin(spin), np.cos(spin)]])
            points = marks.landmarks @ roll.T / mm_per_px + at
            spots = [(float(x), float(y)) for x, y in points]
            landmarks = (spots[0], spots[1], spots[2], spots[3], spots[4])
            x, y, w, h = (v / mm_per_px for v in marks.box)
            centre = np.array([x + w / 2.0, y + h / 2.0]) @ roll.T + at
            box = (float(centre[0] - w / 2.0), float(centre[1] - h / 2.0), w, h)
            visible = _inside(box, self._optics)
            hidden = marks.hidden
        occlusions = [Occlusion(w) for w in actor.person.wears if w in set(Occlusion)]
        if 0.0 < visible < 0.98:
            occlusions.append(Occlusion.FRAME)
        return PersonTruth(
            id=actor.id,
            visitor=actor.person.role == "visitor",
            face_box=box,
            landmarks=landmarks,
            canthi_visible=(not hidden[0], not hidden[1]),
            skin=SkinTruth(
                body.canthus_right_c - chill,
                body.canthus_left_c - chill,
                body.forehead_c - cold["forehead"] * chill,
                body.cheek_c - cold["cheek"] * chill,
                body.nose_c - cold["nose"] * chill,
                body.mouth_c - cold["mouth"] * chill,
                actor.figure.face_max_c - chill,
            ),
            mm_per_px=mm_per_px,
            distance_m=mm_per_px * self._optics.focal_px / 1000.0,
            yaw_deg=yaw,
            pitch_deg=pose.pitch_deg,
            speed_px_s=abs(self._speed_px_s(pose, mm_per_px * self._optics.focal_px / 1000.0)),
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
    worst = max((_overlap(person.face_box, other) for other in nearer), default=0.0)
    if worst < 0.1:
        return person
    return replace(
        person,
        visible=person.visible * (1.0 - worst),
        occlusions=(*person.occlusions, Occlusion.PERSON),
    )


def _overlap(box: Box, other: Box) -> float:
    """Share of `box` that lies inside `other`."""
    (x, y, w, h), (ox, oy, ow, oh) = box, other
    wide = max(0.0, min(x + w, ox + ow) - max(x, ox))
    high = max(0.0, min(y + h, oy + oh) - max(y, oy))
    return wide * high / (w * h)


def _inside(box: Box, optics: Optics) -> float:
    return _overlap(box, (0.0, 0.0, float(optics.width), float(optics.height)))


def _surface_c(
    reference: Reference, room: Room, phases: NDArray[np.float64], time_s: float
) -> float:
    hertz = np.array([0.004, 0.011, 0.027])
    wander = float(np.sin(2.0 * np.pi * (hertz * time_s + phases)).sum())
    value = reference.temp_c + reference.stability_k * wander / np.sqrt(1.5)
    on_s = reference.on_for_s + time_s
    value -= (reference.temp_c - room.ambient_c) * float(np.exp(-on_s / _HEATER_S))
    value += reference.drift_k_per_min / 60.0 * max(0.0, time_s - reference.drifts_from_s)
    if reference.heater_fails_at_s is not None and time_s > reference.heater_fails_at_s:
        cooled = 1.0 - float(np.exp(-(time_s - reference.heater_fails_at_s) / _HEATER_S))
        value += (room.ambient_c - value) * cooled
    return float(value)


@dataclass(frozen=True, slots=True)
class _Plate:
    """Where a reference lies in the picture, made once for each place.

    Attributes
    ----------
    window
        Rows and columns that it touches.
    box, cover
        Share of housing and of radiating surface in each pixel of the window.
    rim
        From 0 at the centre to 1 at the edge.
    """

    window: tuple[slice, slice]
    box: Image
    cover: Image
    rim: Image

    def draw(self, out: Image, housing: float, rim: float, centre: float) -> None:
        """Lay it over `out` with the radiance of its housing, its rim and its centre."""
        patch = out[self.window]
        patch += self.box * (np.float32(housing) - patch)
        patch += self.cover * (np.float32(centre) + np.float32(rim - centre) * self.rim - patch)


def _plate(shape: tuple[int, int], reference: Reference, at: Point, radius: float) -> _Plate:
    """Lay out a reference of this radius in pixels."""
    reach = radius * (2.6 if reference.housing else 1.0) + 2.0
    rows, columns = (
        slice(max(0, int(middle - reach)), max(0, min(size, int(middle + reach + 1))))
        for middle, size in ((at[1], shape[0]), (at[0], shape[1]))
    )
    y, x = np.mgrid[rows, columns].astype(np.float32)
    dx, dy = np.abs(x - np.float32(at[0])), np.abs(y - np.float32(at[1]))
    box = np.clip(radius * 1.9 + 0.5 - dx, 0.0, 1.0) * np.clip(radius * 2.4 + 0.5 - dy, 0.0, 1.0)
    distance = np.maximum(dx, dy) if reference.square else np.hypot(dx, dy)
    return _Plate(
        (rows, columns),
        np.asarray(box * reference.housing, np.float32),
        np.asarray(np.clip(radius + 0.5 - distance, 0.0, 1.0), np.float32),
        np.asarray(np.clip(distance / radius, 0.0, 1.0) ** 2, np.float32),
    )


@dataclass(frozen=True, slots=True)
class _Placing:
    """How a layer is laid into the image.

    Attributes
    ----------
    at
        Pixel of the head's origin.
    turn_deg
        Yaw and pitch under which it is seen.
    state
        Chill at the canthus in kelvin, and breath from -1 to 1.
    air
        What the way to the camera lets through, and what it adds.
    smear_px
        How far it moves to the right within the pixels' thermal time constant.
    """

    at: Point
    mm_per_px: float
    roll_deg: float
    turn_deg: tuple[float, float]
    state: tuple[float, float]
    air: tuple[float, float]
    smear_px: float


def _paste(out: Image, layer: Layer, how: _Placing) -> None:
    """Warp a layer to its place and lay it over what is there."""
    scale = layer.mm_per_px / how.mm_per_px
    cx, cy = layer.anchor
    radiance, alpha = bend(layer, (_seen(layer, how), layer.alpha), *how.turn_deg)
    if abs(how.smear_px) > _LEAST_SMEAR_PX:
        kernel = _smear(how.smear_px / scale)
        edge = len(kernel) // 2
        cx += edge
        radiance, alpha = (_trail(image, kernel, edge) for image in (radiance, alpha))
    if scale < _FINE_ENOUGH:
        # stay finer than the picture: resampling at its own pitch would blur more than a pixel does
        less = scale / _FINE_ENOUGH
        shape = (max(2, round(alpha.shape[1] * less)), max(2, round(alpha.shape[0] * less)))
        shrink = (shape[0] / alpha.shape[1], shape[1] / alpha.shape[0])
        radiance = np.asarray(cv2.resize(radiance, shape, interpolation=cv2.INTER_AREA), np.float32)
        alpha = np.asarray(cv2.resize(alpha, shape, interpolation=cv2.INTER_AREA), np.float32)
        cx, cy = (cx + 0.5) * shrink[0] - 0.5, (cy + 0.5) * shrink[1] - 0.5
        scale_x, scale_y = scale / shrink[0], scale / shrink[1]
    else:
        scale_x = scale_y = scale
    spin = np.radians(how.roll_deg)
    matrix = np.array(
        [
            [np.cos(spin) * scale_x, -np.sin(spin) * scale_y],
            [np.sin(spin) * scale_x, np.cos(spin) * scale_y],
        ]
    )
    height, width = alpha.shape
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]], float) - (cx, cy)
    reach = corners @ matrix.T + how.at
    low = np.maximum(np.floor(reach.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(reach.max(axis=0)).astype(int) + 1, [out.shape[1], out.shape[0]])
    if (low >= high).any():
        return
    shift = np.array(how.at) - low - matrix @ (cx, cy)
    place = np.column_stack([matrix, shift])
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    warped = cv2.warpAffine(radiance, place, size, flags=cv2.INTER_LINEAR)
    cover = cv2.warpAffine(alpha, place, size, flags=cv2.INTER_LINEAR)
    patch = out[low[1] : high[1], low[0] : high[0]]
    cv2.multiply(cover, patch, dst=cover)
    patch -= cover
    patch += warped


def _smear(length_px: float) -> NDArray[np.float32]:
    """Weights of a pixel that forgets with a thermal time constant while a thing moves by."""
    reach = max(1, int(np.ceil(4.0 * abs(length_px))))
    ages = np.arange(-reach, reach + 1) / length_px
    # each sample stands for one pixel of the way: integrate the decay over it
    half = 0.5 / abs(length_px)
    weights = np.exp(-np.maximum(ages - half, 0.0)) - np.exp(-np.maximum(ages + half, 0.0))
    return np.asarray(weights / weights.sum(), np.float32)


def _trail(image: Image, kernel: NDArray[np.float32], edge: int) -> Image:
    wide = cv2.copyMakeBorder(image, 0, 0, edge, edge, cv2.BORDER_CONSTANT, value=0.0)
    still = np.ones(1, np.float32)
    # correlation reads where the thing will be from where it was: ages run against the motion
    return np.asarray(cv2.sepFilter2D(wide, cv2.CV_32F, kernel, still), np.float32)


def _seen(layer: Layer, how: _Placing) -> Image:
    """Radiance of a layer in its present state, after the way through the air."""
    radiance = layer.radiance * np.float32(how.air[0])
    radiance += layer.alpha * np.float32(how.air[1])
    chill, breath = how.state
    if chill > 0.002:
        radiance += layer.chill * np.float32(chill * how.air[0])
    if breath != 0.0:
        radiance += layer.breath * np.float32(breath * how.air[0])
    return radiance


def _body_yaw_deg(pose: Pose) -> float:
    """Where the body faces against the line to the camera, as `Pose.yaw_deg` does for the head."""
    return pose.heading_deg - float(np.degrees(np.arctan2(-pose.x_m, pose.z_m)))


def _body_pose(person: Person, pose: Pose) -> str:
    if person.wheelchair:
        return "sit"
    if np.hypot(pose.vx_m_s, pose.vz_m_s) < 0.35:
        return "hold" if person.holds else "stand"
    quarter = int(pose.stride * 4.0) % 4
    return ("stride", "stand", "-stride", "stand")[quarter]
