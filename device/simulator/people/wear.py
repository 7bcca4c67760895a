"""What people wear and how their hair stands: geometry added to, or lifted from, a bare head."""

import numpy as np
from numpy.typing import NDArray

from device.simulator.people.hair import beard_cover, free_hair, grid, hair_cover, on_ear
from device.simulator.people.looks import Cloth, Held, Part, Style, detail
from device.simulator.people.meshes import Mesh, Points, mesh, normals_of

__all__ = ["Part", "Style", "cloth_cover", "dress", "hair_cover", "mask_cover"]


def mask_cover(canonical: Points) -> NDArray[np.float32]:
    """Share of the place that a surgical mask covers."""
    x, y, z = canonical.T
    azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    top = 17.0 + np.interp(azimuth, [0.0, 12.0, 30.0, 62.0], [0.0, 6.0, 14.0, 20.0])
    edge = np.clip((y - top) / 2.0, 0.0, 1.0) * np.clip((112.0 - y) / 3.0, 0.0, 1.0)
    return np.asarray(edge * np.clip((58.0 - azimuth) / 2.0, 0.0, 1.0), np.float32)


def cloth_cover(canonical: Points, cloth: Cloth) -> NDArray[np.float32]:
    """Share of the place that a hood, a turban or a veil covers."""
    x, y, z = canonical.T
    azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    if cloth == "turban":
        rim = np.interp(azimuth, [0.0, 60.0, 90.0, 180.0], [-38.0, -34.0, -26.0, 34.0])
        cover = np.clip((rim - y) / 4.0, 0.0, 1.0) * ~on_ear(canonical)
    elif cloth == "hood":
        inside = np.hypot(azimuth / 62.0, (y - 38.0) / 84.0)
        cover = np.clip((inside - 1.0) * 16.0, 0.0, 1.0)
    elif cloth == "veil":
        inside = np.maximum(azimuth / 54.0, np.abs(y + 3.0) / 21.0)
        cover = np.clip((inside - 1.0) * 12.0, 0.0, 1.0)
    else:
        cover = np.zeros(len(x))
    return np.asarray(cover, np.float32)


def dress(bare: Mesh, style: Style) -> tuple[Mesh, NDArray[np.int32]]:
    """Lift hair, cap, mask and scarf off the head and add what stands free of it.

    Returns
    -------
    The dressed mesh and the `(V,)` part of each vertex.
    """
    look = detail(style)
    calm = np.zeros(len(bare.canonical), np.float32)
    lift = np.zeros(len(bare.canonical), np.float32)
    part = np.zeros(len(bare.canonical), np.int32)
    x, y, z = bare.canonical.T
    hair = hair_cover(bare.canonical, style, calm)
    flat = 1.0 if style.hair != "long" or look.tied == "loose" else 0.5  # drawn tight
    lift += hair * style.hair_mm * flat * np.clip(0.45 + (30.0 - y) / 150.0, 0.35, 1.0)
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
        cover = np.clip((_rim(azimuth) - y) / 4.0, 0.0, 1.0) * ~on_ear(bare.canonical)
        lift = np.where(cover > 0.0, np.maximum(lift * 0.4, 9.0) * cover, lift)
        part[cover > 0.02] = Part.CAP
    lift = _wrap(bare, style.cloth, lift, part)
    moved = bare.vertices + bare.normals * lift[:, None] + drop
    whole = mesh(moved.astype(np.float32), bare.canonical, bare.faces)
    for vertices, faces, kind in _free(bare, whole, style):
        whole, part = _join(whole, part, (vertices, vertices, faces), kind)
    for sheet in free_hair(bare, style, look):
        whole, part = _join(whole, part, sheet, Part.HAIR)
    return whole, part


def _wrap(
    bare: Mesh, cloth: Cloth, lift: NDArray[np.floating], part: NDArray[np.int32]
) -> NDArray[np.floating]:
    """Lay a cloth around the head: return how far things are lifted, and mark its part."""
    if cloth == "none":
        return lift
    cover = cloth_cover(bare.canonical, cloth)
    thick = {"hood": 17.0, "turban": 34.0, "veil": 8.0}[cloth]
    folds = 1.0 + 0.15 * np.sin(bare.canonical[:, 1] / 7.0 + bare.canonical[:, 0] / 23.0)
    part[cover > 0.3] = Part.SCARF
    return np.where(cover > 0.0, np.maximum(lift * 0.3, thick * folds) * cover, lift)


def _free(bare: Mesh, whole: Mesh, style: Style) -> list[tuple[Points, NDArray[np.int32], Part]]:
    """Return what stands free of the head: glasses, a cap's band and peak, what is held."""
    extra: list[tuple[Points, NDArray[np.int32], Part]] = []
    if style.glasses:
        extra += _glasses(bare, style)
    if style.cap:
        extra.append((*_band(whole), Part.CAP))
        if style.brim:
            extra.append((*_brim(bare), Part.CAP))
    if style.held != "nothing":
        extra.append(_held(bare, style.held))
    return extra


def _join(
    whole: Mesh,
    part: NDArray[np.int32],
    sheet: tuple[Points, Points, NDArray[np.int32]],
    kind: Part,
) -> tuple[Mesh, NDArray[np.int32]]:
    vertices, canonical, faces = sheet
    count = len(whole.vertices)
    return (
        Mesh(
            np.concatenate([whole.vertices, vertices]),
            np.concatenate([whole.canonical, canonical]),
            np.concatenate([whole.normals, normals_of(vertices, faces)]),
            np.concatenate([whole.faces, faces + count]),
            np.concatenate([whole.cavity, np.zeros(len(vertices), np.float32)]),
        ),
        np.concatenate([part, np.full(len(vertices), int(kind), np.int32)]),
    )


def _glasses(bare: Mesh, style: Style) -> list[tuple[Points, NDArray[np.int32], Part]]:
    """Two lenses, their rims and bridge, and the temples to the ears."""
    face = bare.vertices[(np.abs(bare.canonical[:, 0]) < 60.0) & (bare.canonical[:, 2] > 20.0)]
    eye = bare.canonical[:, :2]
    pupil_x = float(bare.vertices[np.hypot(eye[:, 0] - 31.0, eye[:, 1]) < 8.0, 0].mean())
    brow = face[(face[:, 1] > -26.0) & (face[:, 1] < -8.0)]
    stand = float(brow[np.abs(brow[:, 0]) < 40.0, 2].max()) + 3.0
    half_w, half_h = style.lens_mm[0] * 1.04, style.lens_mm[1] * 1.12
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
        out.append((place(lens_x, lens_y), grid(3, 29), Part.LENS))
        edge = np.array([0.90, 1.06])
        rim_x = side * pupil_x + half_w * edge[:, None] * bend
        out.append((place(rim_x, half_h * edge[:, None] * lift, 0.6), grid(2, 29), Part.FRAME))
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
        out.append((sheet.reshape(-1, 3).astype(np.float32), grid(2, 9), Part.FRAME))
    gap = np.linspace(-(pupil_x - half_w), pupil_x - half_w, 5)
    bridge_x = np.stack([gap, gap])
    bridge_y = np.stack([np.full(5, -4.0), np.full(5, -0.5)])
    out.append((place(bridge_x, bridge_y, 1.0), grid(2, 5), Part.FRAME))
    return out


def _held(bare: Mesh, held: Held) -> tuple[Points, NDArray[np.int32], Part]:
    """Half a cup before mouth and chin, or a phone over ear and cheek."""
    if held == "cup":
        mouth = np.hypot(bare.canonical[:, 0], bare.canonical[:, 1] - 66.0) < 14.0
        front = float(bare.vertices[mouth, 2].max()) + 6.0
        turn = np.linspace(-np.pi / 2.0, np.pi / 2.0, 17)
        rows = [
            np.stack([wide * np.sin(turn), np.full(17, y), front + wide * np.cos(turn)], axis=-1)
            for y, wide in ((50.0, 41.0), (90.0, 37.0), (150.0, 32.0))
        ]
        return np.array(rows).reshape(-1, 3).astype(np.float32), grid(3, 17), Part.CUP
    ear = float(np.abs(bare.vertices[on_ear(bare.canonical), 0]).max()) + 4.0
    corners = np.array(
        [
            [(ear - 14.0, -45.0, 52.0), (ear + 32.0, -45.0, -8.0)],
            [(ear - 34.0, 100.0, 78.0), (ear + 12.0, 100.0, 18.0)],
        ]
    )
    return corners.reshape(-1, 3).astype(np.float32), grid(2, 2), Part.PHONE


def _rim(azimuth_deg: NDArray[np.floating]) -> NDArray[np.float64]:
    """Canonical y of a cap's lower edge."""
    rim = np.interp(azimuth_deg, [0.0, 60.0, 90.0, 180.0], [-40.0, -38.0, -30.0, -12.0])
    return np.asarray(rim, np.float64)


def _band(head: Mesh) -> tuple[Points, NDArray[np.int32]]:
    """Sweatband of a cap: it lies over the hair and ends evenly."""
    columns = 49
    turn = np.linspace(0.0, 2.0 * np.pi, columns)
    x, y, z = head.canonical.T
    edge = _rim(np.degrees(np.arctan2(np.abs(x), z + 8.0)))
    near = (np.abs(y - edge + 5.0) < 12.0) & ~on_ear(head.canonical)
    angle = np.arctan2(head.vertices[near, 0], head.vertices[near, 2] + 8.0) % (2.0 * np.pi)
    radius = np.hypot(head.vertices[near, 0], head.vertices[near, 2] + 8.0)
    held = np.zeros(columns)
    np.maximum.at(held, np.round(angle / (2.0 * np.pi) * (columns - 1)).astype(np.int64), radius)
    held[0] = held[-1] = max(held[0], held[-1])
    held = np.max([np.roll(held[:-1], k) for k in (-1, 0, 1)], axis=0)
    held = np.append(held, held[0])
    low = _rim(np.degrees(np.minimum(turn, 2.0 * np.pi - turn)))
    rows = [
        np.stack(
            [(held + out) * np.sin(turn), low + up, (held + out) * np.cos(turn) - 8.0], axis=-1
        )
        for up, out in ((-22.0, -4.0), (-14.0, 1.5), (-4.0, 2.0), (3.0, 1.0))
    ]
    return np.array(rows).reshape(-1, 3).astype(np.float32), grid(4, columns)


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
    y = y0 + reach[:, None] * 26.0 + 9.0 * np.sin(turn)[None, :] ** 2 * reach[:, None]
    points = np.stack([x, y, z], axis=-1).reshape(-1, 3)
    return points.astype(np.float32), grid(6, 21)
