"""People as layers: what a head and a body radiate as seen from one direction.

A figure is rasterised once per direction (every ten degrees) and kept. In between, a view is bent
by its own depth, so that a head turns smoothly; `scene` scales and places it.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator import clothes, meshes, paint, radiometry, skin, wear
from device.simulator.raster import rasterise
from device.simulator.schema import Person, Room

Image = NDArray[np.float32]
VIEW_STEP_DEG = 10.0
PIVOT_MM = np.array([0.0, 85.0, -20.0], np.float32)  # what a head turns about
_PITCH_LIMIT_DEG = 40.0
_BODY_STEP_DEG = 15.0
_FINE_YAW_DEG = 45.0
_MARGIN_PX = 3


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of a figure seen from one direction.

    Attributes
    ----------
    radiance, alpha
        `(h, w) float32`; radiance is multiplied by alpha.
    chill, breath
        `(h, w) float32` change of radiance per kelvin of chill at the canthus, and at full breath.
    depth
        `(h, w) float32` mm towards the viewer from the pivot.
    mm_per_px
        Of the layer.
    anchor
        Pixel x, y of the head's origin.
    yaw_deg, pitch_deg
        The direction it was made for.
    """

    radiance: Image
    alpha: Image
    chill: Image
    breath: Image
    depth: Image
    mm_per_px: float
    anchor: tuple[float, float]
    yaw_deg: float
    pitch_deg: float


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
    """

    def __init__(
        self,
        person: Person,
        body: skin.Skin,
        room: Room,
        finest_mm: float,
        rng: np.random.Generator,
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
        self._heads: dict[tuple[int, int], Layer] = {}
        self._bodies: dict[tuple[int, str], Layer] = {}
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
        key = (
            round(yaw_deg / VIEW_STEP_DEG) % round(360.0 / VIEW_STEP_DEG),
            round(float(np.clip(pitch_deg, -_PITCH_LIMIT_DEG, _PITCH_LIMIT_DEG)) / VIEW_STEP_DEG),
        )
        if key not in self._heads:
            self._heads[key] = self._render_head(key[0] * VIEW_STEP_DEG, key[1] * VIEW_STEP_DEG)
        return self._heads[key]

    def body(self, yaw_deg: float, pose: str) -> Layer:
        """Return the body as seen under this yaw."""
        key = (round(yaw_deg / _BODY_STEP_DEG) % round(360.0 / _BODY_STEP_DEG), pose)
        if key not in self._bodies:
            self._bodies[key] = self._render_body(key[0] * _BODY_STEP_DEG, pose)
        return self._bodies[key]

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
            x, y = point[:2] / layer.mm_per_px + layer.anchor
            column = max(0, min(round(float(x)), layer.depth.shape[1] - 1))
            row = max(0, min(round(float(y)), layer.depth.shape[0] - 1))
            before = float(layer.depth[row, column]) - float(point[2] - PIVOT_MM[2])
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

    def _render_head(self, yaw_deg: float, pitch_deg: float) -> Layer:
        facing = abs((yaw_deg + 180.0) % 360.0 - 180.0) <= _FINE_YAW_DEG
        mm = self._mm if facing else min(self._mm * 2.0, 3.0)
        turn = rotation(yaw_deg, pitch_deg)
        shape = self._dressed
        place = _Placed(_turned(shape.vertices, turn), shape.faces, mm)
        # hair, mask and the like are painted where the skin under them is
        under = self._bare.vertices
        own = np.concatenate([under, shape.vertices[len(under) :]])
        hits = place.hits
        canonical = hits.interpolate(shape.canonical)
        near = np.take_along_axis(hits.corners, hits.weights.argmax(axis=1)[:, None], axis=1)[:, 0]
        coat = self._coat(
            canonical, hits.interpolate(own), hits.interpolate(shape.cavity), self._part[near]
        )
        slant = np.abs(hits.interpolate((shape.normals @ turn.T)[:, 2].astype(np.float32)))
        fade = np.ones(len(canonical), np.float32)
        if not self.style.scarf:
            start, end = (106.0, 124.0) if self._outfit.neckline_mm < 150.0 else (130.0, 165.0)
            hair = self._part[near] == wear.Part.HAIR
            fade = np.clip((end - canonical[:, 1]) / (end - start), 0.0, 1.0)
            fade = np.where(hair, np.clip((204.0 - canonical[:, 1]) / 20.0, 0.0, 1.0), fade)
        chill = -coat.chill
        return place.layer(
            coat, slant, fade.astype(np.float32), chill, self._room, (yaw_deg, pitch_deg)
        )

    def _render_body(self, yaw_deg: float, pose: str) -> Layer:
        bodies = meshes.bodies()
        number = bodies.of_head[self._head]
        mirrored = pose.startswith("-")
        vertices = bodies.vertices[number, bodies.poses.index(pose.removeprefix("-"))]
        if mirrored:
            vertices = vertices * np.array([-1.0, 1.0, 1.0], np.float32)
        shape = meshes.mesh(vertices, bodies.canonical, bodies.faces, rounds=4)
        turn = rotation(yaw_deg, 0.0)
        mm = float(np.clip(self._mm * 2.0, 2.0, 6.0))
        loose = np.clip((bodies.canonical[:, 1] - 110.0) / 60.0, 0.0, 1.0) * (bodies.hand < 0.5)
        clothed = shape.vertices + shape.normals * (loose * 7.0)[:, None]
        place = _Placed(_turned(clothed.astype(np.float32), turn), shape.faces, mm)
        hits = place.hits
        canonical = hits.interpolate(shape.canonical)
        if mirrored:
            canonical[:, 0] *= -1.0
        temp, emissivity = clothes.paint(
            canonical,
            hits.interpolate(shape.cavity),
            hits.interpolate(bodies.hand.astype(np.float32)),
            self._skin,
            self._outfit,
            self._room.ambient_c,
            self._seed,
        )
        none = np.zeros(len(temp), np.float32)
        slant = np.abs(hits.interpolate((shape.normals @ turn.T)[:, 2].astype(np.float32)))
        coat = paint.Coat(temp, emissivity, none, none, none)
        whole = np.ones(len(temp), np.float32)
        return place.layer(coat, slant, whole, none, self._room, (yaw_deg, 0.0))


class _Placed:
    """A mesh laid out on the pixels of a layer of its own."""

    def __init__(self, points: Image, faces: NDArray[np.int32], mm: float) -> None:
        low, high = points[:, :2].min(axis=0) / mm, points[:, :2].max(axis=0) / mm
        corner = np.floor(low) - _MARGIN_PX
        self._size = tuple(int(v) for v in np.ceil(high) - corner + 1 + _MARGIN_PX)
        self._mm = mm
        self._anchor = (float(-corner[0]), float(-corner[1]))
        screen = np.empty_like(points)
        screen[:, 0] = points[:, 0] / mm + self._anchor[0]
        screen[:, 1] = points[:, 1] / mm + self._anchor[1]
        screen[:, 2] = points[:, 2]
        self.hits = rasterise(screen, faces, self._size[1], self._size[0])
        self._depth = self.hits.interpolate(points[:, 2].astype(np.float32)) - PIVOT_MM[2]

    def layer(
        self,
        coat: paint.Coat,
        slant: Image,
        fade: Image,
        chill: Image,
        room: Room,
        direction: tuple[float, float],
    ) -> Layer:
        """Turn what was painted into radiance that leaves towards the viewer."""
        # a rough dielectric loses little emissivity up to about 70 degrees, then quickly
        grazing = (1.0 - np.clip(slant, 0.0, 1.0)) ** 6
        emissivity = coat.emissivity * (1.0 - 0.45 * grazing)
        out = radiometry.leaving(coat.temp_c, emissivity, room.mirrored_c)
        slope = radiometry.radiance_slope(34.0)
        return Layer(
            radiance=_soft(self._image(out.astype(np.float32) * fade)),
            alpha=_soft(self._image(fade)),
            chill=self._image(chill * np.float32(slope) * fade),
            breath=self._image(coat.breath * np.float32(slope) * fade),
            depth=_spread(self._image(self._depth), self._image(np.ones_like(self._depth))),
            mm_per_px=self._mm,
            anchor=self._anchor,
            yaw_deg=direction[0],
            pitch_deg=direction[1],
        )

    def _image(self, values: Image) -> Image:
        out = np.zeros(self._size[0] * self._size[1], np.float32)
        out[self.hits.pixel] = values
        return out.reshape(self._size[1], self._size[0])


def rotation(yaw_deg: float, pitch_deg: float) -> NDArray[np.float32]:
    """Head axes to view axes: yaw about the vertical (nose to the right), then pitch (down)."""
    a, b = np.radians(yaw_deg), np.radians(pitch_deg)
    yaw = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    pitch = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    return np.asarray(pitch @ yaw, np.float32)


def _turned(points: Image, turn: NDArray[np.float32]) -> Image:
    return np.asarray((points - PIVOT_MM) @ turn.T + PIVOT_MM, np.float32)


def bend(
    layer: Layer, images: tuple[Image, Image], yaw_deg: float, pitch_deg: float
) -> tuple[Image, Image]:
    """Turn images of a layer from its own direction to this one: pixels move by their depth."""
    off_yaw = (yaw_deg - layer.yaw_deg + 180.0) % 360.0 - 180.0
    off_pitch = pitch_deg - layer.pitch_deg
    if abs(off_yaw) < 0.2 and abs(off_pitch) < 0.2:
        return images
    scale = -np.pi / 180.0 / layer.mm_per_px
    rows, columns = _ramp(*layer.depth.shape)
    map_x = layer.depth * np.float32(max(-8.0, min(8.0, off_yaw)) * scale)
    map_x += columns
    map_y = layer.depth * np.float32(max(-8.0, min(8.0, off_pitch)) * scale)
    map_y += rows
    first, second = (cv2.remap(image, map_x, map_y, cv2.INTER_LINEAR) for image in images)
    return np.asarray(first, np.float32), np.asarray(second, np.float32)


def _ramp(height: int, width: int) -> tuple[Image, Image]:
    return (
        np.arange(height, dtype=np.float32)[:, None],
        np.arange(width, dtype=np.float32)[None, :],
    )


def _soft(image: Image) -> Image:
    """Take the jags of single samples off edges."""
    return np.asarray(cv2.GaussianBlur(image, (3, 3), 0.55), np.float32)


def _spread(depth: Image, inside: Image) -> Image:
    """Carry the depth of the rim over to the pixels around it, so that the rim bends along."""
    weight = cv2.blur(inside, (13, 13))
    near = cv2.blur(depth, (13, 13)) / np.maximum(weight, 1e-3)
    return np.asarray(np.where(inside > 0.0, depth, near), np.float32)


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
    )
