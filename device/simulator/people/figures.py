"""People as layers: what a head and a body radiate as seen from one direction.

A figure is drawn once per direction (every ten degrees); in between, a view is bent by its own
depth, so that a head turns smoothly. `scene` scales and places it.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from device.simulator.people import clothes, meshes, paint, skin, wear
from device.simulator.people.looks import Cloth, Held
from device.simulator.physics import radiometry
from device.simulator.render.drawing import Drawing, Views
from device.simulator.render.layers import Image, Layer
from device.simulator.render.raster import Hits
from device.simulator.scenario.schema import Person, Room

VIEW_STEP_DEG = 10.0
PIVOT_MM = np.array([0.0, 85.0, -20.0], np.float32)  # what a head turns about
_PITCH_LIMIT_DEG = 40.0
_BODY_STEP_DEG = 15.0
_FINE_YAW_DEG = 45.0
CLOTHS: tuple[Cloth, ...] = ("hood", "turban", "veil")
HELD: tuple[Held, ...] = ("cup", "phone")
Begin = Callable[[], Drawing]


@dataclass(frozen=True, slots=True)
class Marks:
    """Where things of the face are in mm from the head's origin, x to the right, y down.

    `hidden` says for right and left canthus whether something of the head itself is before it.
    """

    landmarks: NDArray[np.float32]  # (5, 2)
    box: tuple[float, float, float, float]
    hidden: tuple[bool, bool]


class Figure:
    """One person, dressed, in the room's light.

    Parameters
    ----------
    finest_mm
        Pixel size at which the figure is seen nearest: its layers are not finer than that needs.
    views
        Where its views are kept, together with those of others.
    """

    def __init__(
        self,
        person: Person,
        body: skin.Skin,
        room: Room,
        finest_mm: float,
        rng: np.random.Generator,
        views: Views | None = None,
    ) -> None:
        everyone = meshes.heads()
        self._head = _choose_head(person, rng)
        self.style = _style(person, bool(everyone.female[self._head]), rng)
        self._skin = body
        self._room = room
        self._seed = int(rng.integers(0, 24)) * 100
        self._outfit = clothes.draw(rng)
        self._mm = float(np.clip(0.55 * finest_mm, 0.9, 3.0))
        self._bare = meshes.mesh(everyone.vertices[self._head], everyone.canonical, everyone.faces)
        self._dressed, self._part = wear.dress(self._bare, self.style)
        self._canthi = self._bare.vertices[everyone.landmarks[:2]]
        self._landmarks = self._bare.vertices[everyone.landmarks]
        self._outline = self._bare.vertices[_face_vertices(everyone.canonical)][::4]
        self._views = views or Views()
        self._shapes: dict[str, meshes.Mesh] = {}  # of the body, by pose
        self._canthi_covered = self._covered()
        self.face_max_c = self._hottest()

    def _covered(self) -> tuple[bool, bool]:
        """Whether hair lies over each inner canthus."""
        everyone = meshes.heads()
        spots = everyone.canonical[everyone.landmarks[:2]]
        cover = wear.hair_cover(spots, self.style, np.zeros(2, np.float32))
        return bool(cover[0] > 0.5), bool(cover[1] > 0.5)

    def head(self, yaw_deg: float, pitch_deg: float) -> Layer:
        """Return the head as seen from the kept view that is nearest to this yaw and pitch."""
        return self._views.take(*self._head_view(yaw_deg, pitch_deg))

    def body(self, yaw_deg: float, pose: str) -> Layer:
        """Return the body as seen under this yaw."""
        return self._views.take(*self._body_view(yaw_deg, pose))

    def prepare(self, yaw_deg: float, pitch_deg: float, body_yaw_deg: float, pose: str) -> bool:
        """Draw a little of what will be seen so; return False when nothing is left to draw."""
        return self._views.prepare(*self._head_view(yaw_deg, pitch_deg)) or self._views.prepare(
            *self._body_view(body_yaw_deg, pose)
        )

    def _head_view(self, yaw_deg: float, pitch_deg: float) -> tuple[Hashable, Begin]:
        yaw = round(yaw_deg / VIEW_STEP_DEG) % round(360.0 / VIEW_STEP_DEG)
        pitch = round(
            float(np.clip(pitch_deg, -_PITCH_LIMIT_DEG, _PITCH_LIMIT_DEG)) / VIEW_STEP_DEG
        )
        begin = partial(self._draw_head, yaw * VIEW_STEP_DEG, pitch * VIEW_STEP_DEG)
        return (id(self), yaw, pitch), begin

    def _body_view(self, yaw_deg: float, pose: str) -> tuple[Hashable, Begin]:
        yaw = round(yaw_deg / _BODY_STEP_DEG) % round(360.0 / _BODY_STEP_DEG)
        return (id(self), yaw, pose), partial(self._draw_body, yaw * _BODY_STEP_DEG, pose)

    def marks(self, yaw_deg: float, pitch_deg: float) -> Marks:
        """Say where the face is under this yaw and pitch."""
        turn = rotation(yaw_deg, pitch_deg)
        points = _turned(self._landmarks, turn)
        outline = _turned(self._outline, turn)
        low, high = outline[:, :2].min(axis=0), outline[:, :2].max(axis=0)
        layer = self.head(yaw_deg, pitch_deg)
        hidden = []
        # asked of the view that is shown, where it was made
        made = _turned(self._landmarks[:2], rotation(layer.yaw_deg, layer.pitch_deg))
        for point, covered in zip(made, self._canthi_covered, strict=True):
            before = layer.depth_at(float(point[0]), float(point[1])) - float(
                point[2] - PIVOT_MM[2]
            )
            hidden.append(covered or before > 7.0)
        size = high - low
        box = (float(low[0]), float(low[1]), float(size[0]), float(size[1]))
        return Marks(points[:, :2], box, (hidden[0], hidden[1]))

    def _hottest(self) -> float:
        """Temperature of the hottest bare skin of the face, at rest."""
        coat = self._coat(self._bare.canonical, self._bare.vertices, self._bare.cavity, None)
        front = _face_vertices(self._bare.canonical) & (coat.bare > 0.5)
        covered = np.zeros(len(front), bool)
        if self.style.glasses:
            x, y = np.abs(self._bare.canonical[:, 0]), self._bare.canonical[:, 1]
            covered |= (np.abs(x - 31.0) < self.style.lens_mm[0]) & (np.abs(y - 4.0) < 16.0)
        covered |= wear.cloth_cover(self._bare.canonical, self.style.cloth) > 0.5
        if self.style.mask:
            covered |= wear.mask_cover(self._bare.canonical) > 0.5
        hottest = float(coat.temp_c[front & ~covered].max())
        if not self.style.glasses and not all(self._canthi_covered):
            hottest = max(hottest, self._skin.canthus_right_c, self._skin.canthus_left_c)
        return hottest

    def _coat(
        self,
        canonical: Image,
        own: Image,
        cavity: Image,
        part: NDArray[np.int32] | None,
    ) -> paint.Coat:
        kind = np.zeros(len(canonical), np.int32) if part is None else part
        return paint.paint(
            paint.Surface(canonical, own, cavity, kind),
            self._canthi,
            self._skin,
            self.style,
            self._room.ambient_c,
            self._seed,
        )

    def _draw_head(self, yaw_deg: float, pitch_deg: float) -> Drawing:
        facing = abs((yaw_deg + 180.0) % 360.0 - 180.0) <= _FINE_YAW_DEG
        shape, turn = self._dressed, rotation(yaw_deg, pitch_deg)
        # hair, mask and the like are painted where the skin under them is
        own = np.concatenate([self._bare.vertices, shape.vertices[len(self._bare.vertices) :]])
        slant = (shape.normals @ turn.T)[:, 2]
        table = np.column_stack([shape.canonical, own, shape.cavity, slant]).astype(np.float32)
        return Drawing(
            _turned(shape.vertices, turn),
            shape.faces,
            self._mm if facing else min(self._mm * 2.0, 3.0),
            partial(self._see_head, table),
            direction=(yaw_deg, pitch_deg),
            pivot_mm=float(PIVOT_MM[2]),
        )

    def _see_head(self, table: Image, hits: Hits) -> Image:
        """Planes of the places of a head; columns of the table as `_draw_head` puts them."""
        # by columns: whatever is painted goes over whole columns
        values = np.asfortranarray(hits.interpolate(table))
        canonical, own, cavity, slant = values[:, :3], values[:, 3:6], values[:, 6], values[:, 7]
        near = np.take_along_axis(hits.corners, hits.weights.argmax(axis=1)[:, None], axis=1)[:, 0]
        part = self._part[near]
        coat = self._coat(canonical, own, cavity, part)
        fade = np.ones(len(canonical), np.float32)
        if not self.style.scarf:
            start, end = (106.0, 124.0) if self._outfit.neckline_mm < 150.0 else (130.0, 165.0)
            fade = np.clip((end - canonical[:, 1]) / (end - start), 0.0, 1.0)
            hair = np.clip((204.0 - canonical[:, 1]) / 20.0, 0.0, 1.0)
            fade = np.where(part == wear.Part.HAIR, hair, fade)
        slope = radiometry.radiance_slope(34.0)
        leaves = self._leaving(coat.temp_c, coat.emissivity, slant)
        planes = np.column_stack(
            [leaves, np.ones_like(fade), -coat.chill * slope, coat.breath * slope]
        )
        return np.asarray(planes * fade[:, None], np.float32)

    def _draw_body(self, yaw_deg: float, pose: str) -> Drawing:
        shape, turn = self._shape(pose), rotation(yaw_deg, 0.0)
        bodies = meshes.bodies()
        loose = np.clip((bodies.canonical[:, 1] - 110.0) / 60.0, 0.0, 1.0) * (bodies.hand < 0.5)
        clothed = shape.vertices + shape.normals * (loose * 7.0)[:, None]
        mirror = -1.0 if pose.startswith("-") else 1.0
        slant = (shape.normals @ turn.T)[:, 2]
        table = np.column_stack([shape.canonical, shape.cavity, bodies.hand, slant])
        return Drawing(
            _turned(clothed.astype(np.float32), turn),
            shape.faces,
            float(np.clip(self._mm * 2.0, 2.0, 6.0)),
            partial(self._see_body, table.astype(np.float32), mirror),
            direction=(yaw_deg, 0.0),
            pivot_mm=None,
        )

    def _see_body(self, table: Image, mirror: float, hits: Hits) -> Image:
        """Planes of the places of a body; columns of the table as `_draw_body` puts them."""
        values = np.asfortranarray(hits.interpolate(table))
        values[:, 0] *= np.float32(mirror)
        temp, emissivity = clothes.paint(
            values[:, :3],
            values[:, 3],
            values[:, 4],
            self._skin,
            self._outfit,
            self._room.ambient_c,
            self._seed,
        )
        leaves = self._leaving(temp, emissivity, values[:, 5])
        return np.asarray(np.column_stack([leaves, np.ones_like(leaves)]), np.float32)

    def _shape(self, pose: str) -> meshes.Mesh:
        """Body in one pose; a minus before its name mirrors it."""
        if pose not in self._shapes:
            bodies = meshes.bodies()
            vertices = bodies.vertices[
                bodies.of_head[self._head], bodies.poses.index(pose.removeprefix("-"))
            ]
            if pose.startswith("-"):
                vertices = vertices * np.array([-1.0, 1.0, 1.0], np.float32)
            self._shapes[pose] = meshes.mesh(vertices, bodies.canonical, bodies.faces, rounds=4)
        return self._shapes[pose]

    def _leaving(self, temp_c: Image, emissivity: Image, slant: Image) -> NDArray[np.float64]:
        """Radiance that leaves places towards the viewer."""
        # a rough dielectric loses little emissivity up to about 70 degrees, then quickly
        grazing = (1.0 - np.clip(np.abs(slant), 0.0, 1.0)) ** 6
        return radiometry.leaving(
            temp_c, emissivity * (1.0 - 0.45 * grazing), self._room.mirrored_c
        )


def rotation(yaw_deg: float, pitch_deg: float) -> NDArray[np.float32]:
    """Head axes to view axes: yaw about the vertical (nose to the right), then pitch (down)."""
    a, b = np.radians(yaw_deg), np.radians(pitch_deg)
    yaw = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    pitch = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    return np.asarray(pitch @ yaw, np.float32)


def _turned(points: Image, turn: NDArray[np.float32]) -> Image:
    return np.asarray((points - PIVOT_MM) @ turn.T + PIVOT_MM, np.float32)


def _face_vertices(canonical: Image) -> NDArray[np.bool_]:
    x, y, z = canonical.T
    around = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    return np.asarray((around < 72.0) & (y > -52.0) & (y < 112.0) & (z > 5.0))


def _choose_head(person: Person, rng: np.random.Generator) -> int:
    everyone = meshes.heads()
    fits = np.flatnonzero(everyone.child == person.child)
    drawn = int(fits[int(rng.integers(0, len(fits)))])
    return drawn if person.head is None else person.head % len(everyone.child)


def _style(person: Person, female: bool, rng: np.random.Generator) -> wear.Style:
    """Draw hair and beard; what the scenario says is kept."""
    worn = set(person.wears)
    lot = rng.random(6)
    if female or person.child:
        hair = str(rng.choice(["long", "long", "medium", "short", "medium"]))
    else:
        hair = str(rng.choice(["short", "short", "buzz", "bald", "fringe_of_hair", "medium"]))
    if person.child and not female:
        hair = str(rng.choice(["short", "medium"]))
    if "long_hair" in worn:
        hair = "long"
    if "bald" in worn:
        hair = "bald"
    cloth: Cloth = next((kind for kind in CLOTHS if kind in worn), "none")
    if cloth != "none" and hair != "bald":
        hair = "short"  # what there is lies under it
    if "fringe" in worn and hair in {"bald", "fringe_of_hair", "buzz"}:
        hair = "medium"
    spans = {"bald": (0, 0), "fringe_of_hair": (2, 5), "buzz": (1, 3), "short": (5, 12)}
    low, high = spans.get(hair, (11, 22))
    grows = not female and not person.child
    bearded = "beard" in worn or (grows and not worn & {"mask"} and lot[0] < 0.30)
    return wear.Style(
        hair=hair,
        sweep=float(rng.uniform(-1.0, 1.0)) if lot[4] < 0.7 else 0.0,
        recede=float(rng.uniform(0.0, 1.0)) if grows else 0.0,
        lens_warmth=float(rng.uniform(0.08, 0.42)),
        lips=float(rng.uniform(-1.5, 0.1)),
        hair_mm=float(rng.uniform(low, high)) if high else 0.0,
        hairline_mm=float(rng.uniform(-76.0, -60.0)),
        beard_mm=float(rng.uniform(1.5, 9.0)) if bearded else 0.0,
        beard_long_mm=float(rng.uniform(20.0, 90.0)) if bearded and lot[1] < 0.3 else 0.0,
        moustache=bool(grows and lot[2] < 0.15),
        brow=float(rng.uniform(0.4, 1.0)),
        glasses="glasses" in worn,
        lens_mm=(float(rng.uniform(25.0, 30.0)), float(rng.uniform(16.0, 23.0))),
        cap="cap" in worn,
        brim="cap" in worn,
        fringe="fringe" in worn,
        mask="mask" in worn,
        scarf="scarf" in worn,
        cloth=cloth,
        held=next((kind for kind in HELD if kind in worn), "nothing"),
    )
