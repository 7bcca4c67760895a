"""What people wear and how their hair stands: geometry added to, or lifted from, a bare head."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from device.simulator.meshes import Mesh, Points, mesh, normals_of


class Part(IntEnum):
    """What a vertex is made of."""

    SKIN = 0
    HAIR = 1
    LENS = 2
    FRAME = 3
    CAP = 4
    MASK = 5
    SCARF = 6
    STRAP = 7


@dataclass(frozen=True, slots=True)
class Style:
    """How somebody looks beside their skin.

    Attributes
    ----------
    hair
        `bald`, `fringe_of_hair` (bald on top), `buzz`, `short`, `medium` or `long`.
    hair_mm
        How far it stands off the scalp.
    sweep
        Hair combed to one side: -1 to the picture's left, 1 to its right, 0 not.
    recede
        How far the temples have receded, 0 to 1.
    hairline_mm
        Canonical y of the hairline at mid-forehead (-66 is usual; higher values are lower).
    beard_mm
        0 is shaven.
    beard_long_mm
        How far the beard hangs below the chin.
    moustache
        Hair on the upper lip without a beard.
    brow
        How dense the eyebrows are, 0 to 1.
    lens_warmth
        Share of the way from ambient to skin that the lenses reach.
    lips
        Lips against what the mouth usually has, in kelvin.
    """

    hair: str
    hair_mm: float
    sweep: float
    recede: float
    hairline_mm: float
    beard_mm: float
    beard_long_mm: float
    moustache: bool
    brow: float
    lens_warmth: float
    lips: float
    glasses: bool
    lens_mm: tuple[float, float]
    cap: bool
    brim: bool
    fringe: bool
    mask: bool
    scarf: bool


_AZIMUTH = np.array([0.0, 22.0, 38.0, 52.0, 62.0, 72.0, 80.0, 92.0, 105.0, 125.0, 180.0])
_LINE = np.array([0.0, 3.0, 12.0, 30.0, 52.0, 78.0, 70.0, 66.0, 100.0, 124.0, 134.0])
_RECEDED = np.array([0.0, -18.0, -24.0, 8.0, 44.0, 76.0, 70.0, 66.0, 100.0, 124.0, 134.0])


def hair_cover(canonical: Points, style: Style, ragged: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the place that hair covers, `(N,)` from 0 to 1; `ragged` is noise of unit size."""
    x, y, z = canonical.T
    azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    usual = np.interp(azimuth, _AZIMUTH, _LINE)
    line = (
        style.hairline_mm + usual + style.recede * (np.interp(azimuth, _AZIMUTH, _RECEDED) - usual)
    )
    if style.hair in {"medium", "long"}:
        front = np.exp(-((azimuth / 45.0) ** 2))
        line = line + front * style.sweep * (0.55 * x + 8.0 * np.sign(style.sweep))
    if style.hair == "bald":
        return np.zeros(len(x), np.float32)
    ear = on_ear(canonical)
    if style.fringe:
        # it hangs over the eyes to below the inner canthi
        line = np.maximum(line, np.interp(azimuth, [0.0, 48.0, 62.0], [11.0, 8.0, -20.0]))
    if style.hair == "fringe_of_hair":
        top = np.interp(
            azimuth, [0.0, 45.0, 70.0, 110.0, 180.0], [200.0, 60.0, -20.0, -40.0, -45.0]
        )
        inside = np.clip((y - top) / 9.0 + 0.4 * ragged, 0.0, 1.0)
    else:
        inside = np.ones(len(x))
    edge_mm = 5.0 if style.fringe else 9.0
    cover = np.clip((line - y) / edge_mm + 0.5 + 0.42 * ragged, 0.0, 1.0) * inside
    # nobody grows hair on an ear, on the eyes or below
    return np.asarray(cover * np.where(ear, 0.0, 1.0), np.float32)


def beard_cover(
    canonical: Points, style: Style, ragged: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Share of the place that a beard or moustache covers, `(N,)` from 0 to 1."""
    x, y, z = canonical.T
    azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    lip = np.clip((1.0 - np.abs((y - 57.0 - 0.006 * x * x) / 8.5)) * 2.0, 0.0, 1.0)
    lip *= np.clip((34.0 - np.abs(x)) / 6.0, 0.0, 1.0)
    if style.beard_mm <= 0.0:
        return np.asarray(lip * style.moustache, np.float32)
    top = np.interp(azimuth, [0.0, 14.0, 20.0, 30.0, 45.0, 62.0, 78.0], [79, 80, 62, 58, 48, 22, 5])
    jaw = np.clip((y - top) / 6.0 + 0.4 * ragged, 0.0, 1.0)
    jaw *= np.clip((116.0 - y) / 10.0, 0.0, 1.0) * np.clip((78.0 - azimuth) / 6.0, 0.0, 1.0)
    lips = ((x / 24.0) ** 2 + ((y - 70.5) / 6.0) ** 2) < 1.0
    cover = np.maximum(jaw, lip)
    return np.asarray(np.where(lips, cover * 0.15, cover), np.float32)


def on_ear(canonical: Points) -> NDArray[np.bool_]:
    """Whether a place belongs to an ear."""
    x, y, z = canonical.T
    return np.asarray((np.abs(x) > 73.5) & (y > -24.0) & (y < 52.0) & (z > -40.0) & (z < 34.0))


def mask_cover(canonical: Points) -> NDArray[np.float32]:
    """Share of the place that a surgical mask covers."""
    x, y, z = canonical.T
    azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    top = 17.0 + np.interp(azimuth, [0.0, 12.0, 30.0, 62.0], [0.0, 6.0, 14.0, 20.0])
    edge = np.clip((y - top) / 2.0, 0.0, 1.0) * np.clip((112.0 - y) / 3.0, 0.0, 1.0)
    return np.asarray(edge * np.clip((58.0 - azimuth) / 2.0, 0.0, 1.0), np.float32)


def dress(bare: Mesh, style: Style) -> tuple[Mesh, NDArray[np.int32]]:
    """Lift hair, cap, mask and scarf off the head and add what stands free of it.

    Returns
    -------
    The dressed mesh and the `(V,)` part of each vertex.
    """
    calm = np.zeros(len(bare.canonical), np.float32)
    lift = np.zeros(len(bare.canonical), np.float32)
    part = np.zeros(len(bare.canonical), np.int32)
    x, y, z = bare.canonical.T
    hair = hair_cover(bare.canonical, style, calm)
    lift += hair * style.hair_mm * np.clip(0.45 + (30.0 - y) / 150.0, 0.35, 1.0)
    drop = np.zeros_like(bare.vertices)
    beard = beard_cover(bare.canonical, style, calm)
    lift += beard * style.beard_mm
    if style.beard_long_mm > 0.0:
        hang = np.clip((y - 74.0) / 30.0, 0.0, 1.0) * beard * np.clip(z / 60.0, 0.0, 1.0)
        drop[:, 1] += hang * style.beard_long_mm
        drop[:, 2] += hang * style.beard_long_mm * 0.15
    if style.mask:
        cover = mask_cover(bare.canonical)
        bulge = 4.0 + 9.0 * np.exp(-((x / 22.0) ** 2) - ((y - 62.0) / 30.0) ** 2)
        lift += cover * bulge
        part[cover > 0.5] = Part.MASK
    if style.scarf:
        around = np.clip((y - 96.0) / 12.0, 0.0, 1.0)
        lift += around * (26.0 + 7.0 * np.sin(y / 9.0) * np.cos(np.arctan2(x, z) * 3.0))
        part[around > 0.5] = Part.SCARF
    if style.cap:
        azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
        rim = np.interp(azimuth, [0.0, 60.0, 90.0, 180.0], [-40.0, -38.0, -30.0, -12.0])
        cover = np.clip((rim - y) / 4.0, 0.0, 1.0) * ~on_ear(bare.canonical)
        lift = np.where(cover > 0.0, np.maximum(lift * 0.4, 9.0) * cover, lift)
        part[cover > 0.02] = Part.CAP
    moved = bare.vertices + bare.normals * lift[:, None] + drop
    whole = mesh(moved.astype(np.float32), bare.canonical, bare.faces)
    extra: list[tuple[Points, NDArray[np.int32], Part]] = []
    if style.glasses:
        extra += _glasses(bare, style)
    if style.cap and style.brim:
        extra.append((*_brim(bare), Part.CAP))
    if style.hair == "long" and not style.cap:
        extra.append((*_curtain(bare, style), Part.HAIR))
    for vertices, faces, kind in extra:
        whole, part = _join(whole, part, vertices, faces, kind)
    return whole, part


def _join(
    whole: Mesh, part: NDArray[np.int32], vertices: Points, faces: NDArray[np.int32], kind: Part
) -> tuple[Mesh, NDArray[np.int32]]:
    count = len(whole.vertices)
    return (
        Mesh(
            np.concatenate([whole.vertices, vertices]),
            np.concatenate([whole.canonical, vertices]),
            np.concatenate([whole.normals, normals_of(vertices, faces)]),
            np.concatenate([whole.faces, faces + count]),
            np.concatenate([whole.cavity, np.zeros(len(vertices), np.float32)]),
        ),
        np.concatenate([part, np.full(len(vertices), int(kind), np.int32)]),
    )


def _grid(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles of a sheet of `rows` x `columns` vertices."""
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    c, d = number[1:, :-1].ravel(), number[1:, 1:].ravel()
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


def _glasses(bare: Mesh, style: Style) -> list[tuple[Points, NDArray[np.int32], Part]]:
    """Two lenses, their rims and bridge, and the temples to the ears."""
    face = bare.vertices[(np.abs(bare.canonical[:, 0]) < 60.0) & (bare.canonical[:, 2] > 20.0)]
    eye = bare.canonical[:, :2]
    pupil_x = float(bare.vertices[np.hypot(eye[:, 0] - 31.0, eye[:, 1]) < 8.0, 0].mean())
    brow = face[(face[:, 1] > -26.0) & (face[:, 1] < -8.0)]
    stand = float(brow[np.abs(brow[:, 0]) < 40.0, 2].max()) + 3.0
    half_w, half_h = style.lens_mm
    turn = np.linspace(0.0, 2.0 * np.pi, 29)
    rings = np.array([0.0, 0.5, 0.94])
    out: list[tuple[Points, NDArray[np.int32], Part]] = []

    def place(x: NDArray[np.float64], y: NDArray[np.float64], off: float = 0.0) -> Points:
        z = stand + off - 9.0 * (x / 62.0) ** 2
        return np.stack([x, y + 5.0, z], axis=-1).reshape(-1, 3).astype(np.float32)

    for side in (-1.0, 1.0):
        bend = np.abs(np.cos(turn)) ** 0.75 * np.sign(np.cos(turn))
        lift = np.abs(np.sin(turn)) ** 0.75 * np.sign(np.sin(turn))
        lens_x = side * pupil_x + half_w * rings[:, None] * bend
        lens_y = half_h * rings[:, None] * lift
        out.append((place(lens_x, lens_y), _grid(3, 29), Part.LENS))
        edge = np.array([0.90, 1.06])
        rim_x = side * pupil_x + half_w * edge[:, None] * bend
        out.append((place(rim_x, half_h * edge[:, None] * lift, 0.6), _grid(2, 29), Part.FRAME))
        temple = (np.abs(bare.canonical[:, 2]) < 14.0) & (
            np.abs(bare.canonical[:, 1] + 24.0) < 10.0
        )
        ear_x = float(np.abs(bare.vertices[temple, 0]).max()) + 3.0
        reach = np.linspace(0.0, 1.0, 9)
        hinge = pupil_x + half_w
        temple_z = (stand - 9.0 * (hinge / 62.0) ** 2) * (1 - reach) - 6.0 * reach
        temple_x = side * (hinge + (ear_x - hinge) * np.minimum(reach * 4.0, 1.0))
        sheet = np.stack(
            [
                np.stack([temple_x, np.full(9, 5.0 - 8.0 + d), temple_z], axis=-1)
                for d in (-2.2, 2.2)
            ]
        )
        out.append((sheet.reshape(-1, 3).astype(np.float32), _grid(2, 9), Part.FRAME))
    gap = np.linspace(-(pupil_x - half_w), pupil_x - half_w, 5)
    bridge_x = np.stack([gap, gap])
    bridge_y = np.stack([np.full(5, -4.0), np.full(5, -0.5)])
    out.append((place(bridge_x, bridge_y, 1.0), _grid(2, 5), Part.FRAME))
    return out


def _brim(bare: Mesh) -> tuple[Points, NDArray[np.int32]]:
    """Peak of a cap."""
    turn = np.radians(np.linspace(-62.0, 62.0, 21))
    reach = np.linspace(-0.2, 1.0, 6)  # it begins under the cap
    front = bare.vertices[np.abs(bare.canonical[:, 1] + 44.0) < 5.0]
    depth = float(front[:, 2].max()) + 8.0
    wide = float(np.abs(front[:, 0]).max()) + 5.0
    y0 = float(front[:, 1].mean()) - 5.0
    x = wide * np.sin(turn)[None, :] * np.ones((6, 1))
    z = depth * np.cos(turn)[None, :] + reach[:, None] * 68.0 * np.cos(turn)[None, :] ** 0.7
    y = y0 + reach[:, None] * 16.0 + 9.0 * np.sin(turn)[None, :] ** 2 * reach[:, None]
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    return points.astype(np.float32), _grid(6, 21)


def _curtain(bare: Mesh, style: Style) -> tuple[Points, NDArray[np.int32]]:
    """Long hair: from the temples round the back, hanging to the shoulders."""
    azimuth = np.radians(np.linspace(68.0, 292.0, 41))
    heights = np.linspace(-60.0, 205.0, 20)
    angle = np.arctan2(bare.vertices[:, 0], bare.vertices[:, 2] + 8.0)
    radius = np.hypot(bare.vertices[:, 0], bare.vertices[:, 2] + 8.0)
    rows = []
    support = np.zeros(len(azimuth))
    for y in heights:
        for k, a in enumerate(azimuth):
            off = np.abs((angle - a + np.pi) % (2.0 * np.pi) - np.pi)
            near = (off < 0.25) & (np.abs(bare.vertices[:, 1] - y) < 14.0)
            if near.any() and y < 75.0:
                support[k] = max(support[k] * 0.985, float(radius[near].max()))
        flare = 1.0 + 0.0006 * max(0.0, y - 60.0) * np.cos(azimuth * 5.0)
        r = (np.minimum(support, 92.0) + style.hair_mm * 0.8) * flare
        rows.append(np.stack([r * np.sin(azimuth), np.full(41, y), r * np.cos(azimuth) - 8.0], -1))
    points = np.array(rows).reshape(-1, 3)
    return points.astype(np.float32), _grid(20, 41)
