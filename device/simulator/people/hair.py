"""Hair and beards: where they cover a head, and what hangs or is tied free of it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator.people.looks import Detail, Style, detail
from device.simulator.people.meshes import Mesh, Points

Sheet = tuple[Points, Points, NDArray[np.int32]]  # vertices, canonical, faces

_AZIMUTH = np.array([0.0, 22.0, 38.0, 52.0, 62.0, 72.0, 80.0, 92.0, 105.0, 125.0, 180.0])
_LINE = np.array([0.0, 3.0, 12.0, 30.0, 52.0, 78.0, 70.0, 66.0, 100.0, 124.0, 134.0])
_RECEDED = np.array([0.0, -18.0, -24.0, 8.0, 44.0, 76.0, 70.0, 66.0, 100.0, 124.0, 134.0])
_FADE_Y, _FADE_MM = 194.0, 20.0  # canonical y at which a layer's hair ends, and how softly


def hair_cover(canonical: Points, style: Style, ragged: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share of the place that hair covers, `(N,)` from 0 to 1; `ragged` is noise of unit size.

    Hair does not end at a line: it thins out over a centimetre or two, where it is short more so.
    """
    x, y, z = canonical.T
    if style.hair == "bald":
        return np.zeros(len(x), np.float32)
    azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    usual = np.interp(azimuth, _AZIMUTH, _LINE)
    line = (
        style.hairline_mm + usual + style.recede * (np.interp(azimuth, _AZIMUTH, _RECEDED) - usual)
    )
    tied = style.hair == "long" and detail(style).tied != "loose"
    if style.hair in {"medium", "long"} and not tied:
        front = np.exp(-((azimuth / 45.0) ** 2))
        line = line + front * style.sweep * (0.55 * x + 8.0 * np.sign(style.sweep))
    usual_mm = {"buzz": 28.0, "short": 25.0, "fringe_of_hair": 26.0}.get(style.hair, 20.0)
    edge_mm = usual_mm + 12.0 * np.clip((azimuth - 95.0) / 40.0, 0.0, 1.0)
    line = line + 2.0 * ragged
    if style.fringe:
        # it hangs over the eyes to below the inner canthi, its locks are of different length
        hangs = np.interp(azimuth, [0.0, 48.0, 62.0], [11.0, 8.0, -20.0]) + 2.0 * np.abs(ragged)
        line = np.maximum(line, hangs)
        edge_mm = np.full(len(x), 11.0)
    if style.hair == "fringe_of_hair":
        top = np.interp(
            azimuth, [0.0, 45.0, 70.0, 110.0, 180.0], [200.0, 60.0, -20.0, -40.0, -45.0]
        )
        inside = _smooth((y - top + 5.0 * ragged) / 24.0 + 0.5)
    else:
        inside = np.ones(len(x))
    cover = _smooth((line - y) / edge_mm + 0.5 + 0.06 * ragged) * inside
    # nobody grows hair on an ear
    return np.asarray(cover * np.where(on_ear(canonical), 0.0, 1.0), np.float32)


def beard_cover(
    canonical: Points, style: Style, ragged: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Share of the place that a beard or moustache covers, `(N,)` from 0 to 1."""
    x, y, z = canonical.T
    azimuth = np.degrees(np.arctan2(np.abs(x), z + 8.0))
    lip = _smooth((1.15 - np.abs((y - 57.0 - 0.006 * x * x) / 9.0)) * 1.3 + 0.1 * ragged)
    lip *= _smooth((36.0 - np.abs(x)) / 13.0)
    if style.beard_mm <= 0.0:
        return np.asarray(lip * style.moustache, np.float32)
    top = np.interp(azimuth, [0.0, 14.0, 20.0, 30.0, 45.0, 62.0, 78.0], [79, 80, 62, 58, 48, 22, 5])
    jaw = _smooth((y - top + 2.5 * ragged) / 13.0 + 0.5 + 0.08 * ragged)
    jaw *= np.clip((116.0 - y) / 10.0, 0.0, 1.0) * np.clip((78.0 - azimuth) / 6.0, 0.0, 1.0)
    corner = np.exp(-(((np.abs(x) - 31.0) / 6.5) ** 2) - ((y - 67.0) / 9.0) ** 2)
    lips = _smooth((1.2 - np.hypot(x / 21.0, (y - 70.5) / 5.0)) / 0.6)
    return np.asarray(
        np.maximum(np.maximum(jaw, 0.9 * lip), corner) * (1.0 - 0.7 * lips), np.float32
    )


def on_ear(canonical: Points) -> NDArray[np.bool_]:
    """Whether a place belongs to an ear."""
    x, y, z = canonical.T
    return np.asarray((np.abs(x) > 73.5) & (y > -24.0) & (y < 52.0) & (z > -40.0) & (z < 34.0))


def free_hair(bare: Mesh, style: Style, look: Detail) -> list[Sheet]:
    """Long hair beyond the scalp: loose, in a tail, a bun or a plait."""
    if style.hair != "long":
        return []
    back = float(bare.vertices[:, 2].min())
    top = float(bare.vertices[:, 1].min())
    if look.tied == "bun":
        return [_knot((0.0, -8.0, back - 12.0), (31.0, 28.0, 24.0))]
    if look.tied == "top_bun":
        return [_knot((0.0, top - 16.0, -38.0), (31.0, 24.0, 31.0))]
    along = np.linspace(0.0, 1.0, 15)
    if look.tied == "tail":
        end = 60.0 + 0.4 * look.long_mm
        way = [
            10.0 * look.side * along,
            -38.0 + (end + 38.0) * along**1.4,
            back - 8.0 - 34.0 * np.sin(np.pi * np.minimum(along * 1.25, 1.0)),
        ]
        thick = 9.0 + 15.0 * np.sin(np.pi * (0.15 + 0.85 * along)) ** 0.7
        return [_tube(np.stack(way, axis=1), thick, soft_mm=26.0)]
    if look.tied == "plait":
        along = np.linspace(0.0, 1.0, 29)
        way = [
            look.side * np.interp(along, [0, 0.3, 0.55, 1], [35, 78, 76, 66]),
            np.interp(along, [0, 0.3, 0.55, 1], [62, 95, 135, 150 + 0.4 * look.long_mm]),
            np.interp(along, [0, 0.3, 0.55, 1], [-62, -10, 38, 62]),
        ]
        thick = (17.0 - 7.0 * along) * (0.8 + 0.2 * np.abs(np.sin(along * 9.0 * np.pi)))
        return [_tube(np.stack(way, axis=1), thick, soft_mm=14.0)]
    return [_loose(bare, style, look)]


def grid(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles of a sheet of `rows` x `columns` vertices."""
    number = np.arange(rows * columns).reshape(rows, columns)
    a, b = number[:-1, :-1].ravel(), number[:-1, 1:].ravel()
    c, d = number[1:, :-1].ravel(), number[1:, 1:].ravel()
    return np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)


def _loose(bare: Mesh, style: Style, look: Detail) -> Sheet:
    """Loose hair: from the temples round the back, in waves, ending in uneven locks."""
    columns, heights = 61, np.linspace(-60.0, look.long_mm + 18.0, 26)
    share = np.linspace(-1.0, 1.0, columns)
    support = _support(bare, heights, columns)
    phase = np.cumsum(0.5 + np.abs(np.sin(np.arange(columns) * 2.4 + style.hairline_mm)))
    uneven = 11.0 * np.sin(phase * 1.9) + 8.0 * np.sin(phase * 4.3)
    rows, ends = [], []
    for y, held in zip(heights, support, strict=True):
        opening = np.interp(y, [-60.0, 20.0, 90.0, 200.0], [70.0, 66.0, 62.0, 50.0])
        opening += 5.0 * look.wave * np.sin(y / 19.0 + style.hairline_mm)
        azimuth = np.pi + share * (np.pi - np.radians(opening))
        r = np.interp(azimuth, np.linspace(0.0, 2.0 * np.pi, columns), held)
        hang = np.clip((y + 20.0) / 160.0, 0.0, 1.0)
        curl = 5.0 * look.wave * np.sin(y / 21.0 + phase * 0.8)
        lock = 3.0 * np.sin(azimuth * (9.0 + 12.0 * look.wave) + style.hairline_mm)
        r += style.hair_mm * (0.7 + 0.5 * hang) + hang * (curl + lock)
        r *= 1.0 + 0.10 * np.clip((y - 95.0) / 60.0, 0.0, 1.0)  # the shoulders spread it
        swing = azimuth + 0.05 * look.wave * hang * np.cos(y / 24.0 + phase)
        rows.append(np.stack([r * np.sin(swing), np.full(columns, y), r * np.cos(swing) - 8.0], -1))
        # towards its ends it thins out, in front sooner
        front = np.clip((0.10 - (1.0 - np.abs(share))) / 0.10, 0.0, 1.0) * 13.0 * hang
        ends.append(_FADE_Y + (y - look.long_mm + uneven) * (_FADE_MM / 40.0) + front)
    points = np.array(rows).reshape(-1, 3)
    canonical = points.copy()
    canonical[:, 1] = np.array(ends).reshape(-1)
    return points.astype(np.float32), canonical.astype(np.float32), grid(len(heights), columns)


def _support(bare: Mesh, heights: NDArray[np.float64], columns: int) -> NDArray[np.float64]:
    """How far from the axis the head holds hair, `(heights, columns)` from azimuth 0 to 2 pi."""
    angle = np.arctan2(bare.vertices[:, 0], bare.vertices[:, 2] + 8.0) % (2.0 * np.pi)
    radius = np.hypot(bare.vertices[:, 0], bare.vertices[:, 2] + 8.0)
    sector = np.round(angle / (2.0 * np.pi) * (columns - 1)).astype(np.int64)
    held = np.zeros(columns)
    out = []
    for y in heights:
        if y < 75.0:  # below, it hangs from above
            near = np.abs(bare.vertices[:, 1] - y) < 16.0
            here = np.zeros(columns)
            np.maximum.at(here, sector[near], radius[near])
            here[0] = here[-1] = max(here[0], here[-1])
            held = np.maximum(held * 0.985, here)
        out.append(np.minimum(held, 92.0))
    smooth = cv2.GaussianBlur(
        np.array(out), (0, 0), 1.6, sigmaY=2.2, borderType=cv2.BORDER_REPLICATE
    )
    return np.asarray(smooth, np.float64)


def _knot(at: tuple[float, float, float], half: tuple[float, float, float]) -> Sheet:
    """Return a bun: an uneven ellipsoid."""
    up, turn = np.meshgrid(np.linspace(0.0, np.pi, 11), np.linspace(0.0, 2.0 * np.pi, 19))
    coil = 1.0 + 0.06 * np.sin(3.0 * turn + 5.0 * up)
    ball = np.stack([np.sin(up) * np.sin(turn), -np.cos(up), np.sin(up) * np.cos(turn)], -1)
    points = (ball * coil[..., None] * half + at).reshape(-1, 3).astype(np.float32)
    return points, points, grid(19, 11)


def _tube(way: NDArray[np.float64], thick: NDArray[np.float64], soft_mm: float) -> Sheet:
    """Return a tail or plait: a tube along `(N, 3)` that thins out over its last millimetres."""
    turn = np.linspace(0.0, 2.0 * np.pi, 13)
    ahead = np.gradient(way, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True)
    first = np.cross(ahead, [0.0, 0.0, 1.0]) + np.array([1e-3, 0.0, 0.0])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(ahead, first)
    ring = (
        np.cos(turn)[None, :, None] * first[:, None] + np.sin(turn)[None, :, None] * second[:, None]
    )
    points = (way[:, None] + ring * thick[:, None, None]).reshape(-1, 3).astype(np.float32)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    canonical = points.copy()
    canonical[:, 1] = np.repeat(
        _FADE_Y + (length - length[-1] + 8.0) * _FADE_MM / soft_mm, len(turn)
    )
    return points, canonical, grid(len(way), len(turn))


def _smooth(value: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rise smoothly from 0 at 0 to 1 at 1."""
    t = np.clip(value, 0.0, 1.0)
    return np.asarray(t * t * (3.0 - 2.0 * t), np.float64)
