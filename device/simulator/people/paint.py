"""What a head radiates, place by place: skin by anatomical region, hair, glasses, cap and mask."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.simulator.people import skin
from device.simulator.people import textures as noise
from device.simulator.people.hair import beard_cover, hair_cover, on_ear
from device.simulator.people.looks import Detail, Part, Style, detail
from device.simulator.people.wear import mask_cover

Values = NDArray[np.float32]
Lengths = NDArray[np.floating[Any]]
EYE_MM = 31.0  # canonical distance of a pupil from the middle


@dataclass(frozen=True, slots=True)
class Surface:
    """The places of a head that are painted, `N` of them.

    Attributes
    ----------
    canonical, own
        `(N, 3)` mm: on the average person, and on this one.
    cavity
        `(N,)` mm, see `meshes.Mesh`.
    part
        `(N,)`, see `wear.Part`.
    """

    canonical: Values
    own: Values
    cavity: Values
    part: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Coat:
    """What `paint` says of each place.

    Attributes
    ----------
    temp_c, emissivity
        `(N,)`.
    chill
        Cooling of the place per kelvin that the canthus is chilled.
    breath
        Kelvin that the place warms when the person breathes out fully.
    bare
        Share of bare skin, 0 to 1.
    """

    temp_c: Values
    emissivity: Values
    chill: Values
    breath: Values
    bare: Values


def paint(
    surface: Surface,
    canthi_mm: Values,
    body: skin.Skin,
    style: Style,
    ambient_c: float,
    seed: int,
) -> Coat:
    """Paint a head.

    Parameters
    ----------
    canthi_mm
        `(2, 3)` the person's own right and left inner canthus.
    seed
        Of the person's blotches, vessels and strands.
    """
    c = surface.canonical
    look = detail(style)
    x, y = c[:, 0], c[:, 1]
    around = np.arctan2(x, c[:, 2] + 8.0) * 80.0  # mm along the skin
    fine = noise.sample(noise.blotches(seed, 2.2), around / 1.1, y / 1.1)
    wide = noise.sample(noise.blotches(seed + 1, 9.0), around / 1.1, y / 1.1)
    veins = noise.sample(noise.vessels(seed + 2, 7.0), around / 0.9, y / 0.9)
    skins = _Skins(
        np.full(len(x), body.cheek_c, np.float32),
        np.full(len(x), skin.COLD_FACTORS["cheek"], np.float32),
    )
    _regions(skins, c, body)
    _eyes(skins, c, body, look)
    slit = _mouth(skins, c, body, style, look)
    temp = skins.temp
    ear = on_ear(c)
    skins.lay(ear * np.float32(0.9), body.ear_c, skin.COLD_FACTORS["ear"])
    hollow = np.clip(surface.cavity, -2.5, 3.5)
    hollow *= 1.0 - 0.75 * _step(np.abs(x) - 62.0, 6.0)  # the fold before the ear shows little
    temp += np.where(
        ear, surface.cavity.clip(-2.5, 3.5) * 0.55, hollow * np.where(hollow > 0.0, 0.34, 0.26)
    )
    temp += 0.16 * fine + 0.26 * wide + 0.42 * veins * _step(-y - 5.0, 20.0) + 0.12 * veins
    # nothing but the canthus is much hotter than it: over the whole face the clinical maximum lies
    # 0.24 K above the canthi's
    cap = np.float32(max(body.canthus_right_c, body.canthus_left_c) + 0.12)
    temp[:] = cap - 0.25 * np.logaddexp(0.0, (cap - temp) / np.float32(0.25))
    _canthi(surface, canthi_mm, body, skins)
    if body.sun_k:
        temp += _sunned(c, body.sun_k)
    breath = 0.9 * _blob(x, y - 42.0, 12.0, 6.0) * _step(c[:, 2] - 92.0, 4.0) + 0.15 * slit
    coat = Coat(
        temp,
        np.full(len(x), skin.EMISSIVITY, np.float32),
        skins.chill,
        np.asarray(breath, np.float32),
        np.ones(len(x), np.float32),
    )
    hair_c = ambient_c + 0.52 * (body.forehead_c - ambient_c)
    temp += _brow(c, fine) * np.float32(0.62 * style.brow) * (np.float32(hair_c) - temp)
    # combed: strands run from the parting to the side and down
    comb = around + 0.55 * style.sweep * (y + 90.0)
    strands = (
        noise.sample(noise.blotches(seed + 5, 1.3, 7.0), comb / 0.9, y / 0.9),
        noise.sample(noise.blotches(seed + 6, 5.0, 4.0), comb / 0.9, y / 0.9),
    )
    _grow(surface, style, look, body, ambient_c, strands, coat)
    _wear(surface, style, body, ambient_c, (fine, wide), coat)
    np.multiply(coat.chill, 0.25 + 0.75 * coat.bare, out=coat.chill)
    # glass brings the cold of outdoors along: it is no skin, and warms as slowly
    outdoors = (1.0 - style.lens_warmth) / np.float32(skin.COLD_PER_K)
    coat.chill[(surface.part == Part.LENS) | (surface.part == Part.FRAME)] = 0.7 * outdoors
    return coat


@dataclass(frozen=True, slots=True)
class _Skins:
    """Temperature and chill of the skin while region after region is laid over it."""

    temp: Values
    chill: Values

    def lay(self, weight: Values, value_c: float, factor: float | None = None) -> None:
        """Blend towards a temperature, and towards a factor of cooling, by `weight`."""
        np.add(self.temp, weight * (np.float32(value_c) - self.temp), out=self.temp)
        if factor is not None:
            np.add(self.chill, weight * (np.float32(factor) - self.chill), out=self.chill)


def _regions(skins: _Skins, canonical: Values, body: skin.Skin) -> None:
    """Forehead, temples, neck, cheeks, chin and nose."""
    x, y, z = canonical[:, 0], canonical[:, 1], canonical[:, 2]
    side, lay, fore = np.abs(x), skins.lay, body.forehead_c
    lay(_step(-14.0 - y, 9.0), fore, skin.COLD_FACTORS["forehead"])
    lay(_blob(side - 62.0, y + 18.0, 14.0, 20.0) * 0.8, fore + 0.55)  # temple
    lay(_step(y - 96.0 - 0.25 * (60.0 - z), 9.0), body.neck_c, skin.COLD_FACTORS["neck"])
    lay(_blob(side - 44.0, y - 34.0, 19.0, 21.0) * 0.75, body.cheek_c - 0.55)  # cheek pad
    lay(_blob(side - 33.0, y - 62.0, 16.0, 20.0) * 0.5, body.cheek_c + 0.1)
    lay(_blob(side - 17.0, y - 46.0, 6.0, 10.0) * 0.7, fore + 0.1)  # beside the nostrils
    lay(_blob(x, y - 47.0, 10.0, 4.5) * 0.7, body.nose_c + 0.3)  # under the nose
    lay(_blob(x, y - 98.0, 19.0, 12.0) * 0.6, body.cheek_c - 0.4)  # chin
    nose = _blob(x, y - 27.0, 11.0, 14.0) * _step(z - 88.0, 4.0)
    nose = np.maximum(nose, 0.85 * _blob(side - 13.0, y - 36.0, 5.0, 6.0))
    lay(nose, body.nose_c, skin.COLD_FACTORS["nose"])
    lay(_blob(x, y - 6.0, 8.0, 10.0) * 0.7, 0.5 * (fore + body.nose_c))  # bridge


def _eyes(skins: _Skins, canonical: Values, body: skin.Skin, look: Detail) -> None:
    """Sockets: the lids and their hollows are warm, the globe's front and the lashes are not."""
    side, y = np.abs(canonical[:, 0]), canonical[:, 1]
    low = min(body.canthus_right_c, body.canthus_left_c)
    orbit = _blob(side - EYE_MM + 3.0, y + 1.0, 19.0, 12.0)
    skins.lay(orbit * 0.9, low - 0.85, 1.3)
    inner = _blob(side - 15.0, y + 6.0, 8.0, 9.0)
    skins.lay(inner * 0.8, low - 0.7, 1.1)
    tall = 5.2 - 3.4 * look.lids
    low_lid = 0.5 + 3.0 * look.lids  # lids close downwards
    globe = _step(1.0 - np.hypot((side - EYE_MM) / 11.5, (y - low_lid) / tall), 0.22)
    globe *= np.float32(1.0 - 0.75 * max(0.0, look.lids - 0.6) / 0.4)
    skins.lay(globe * 0.85, body.forehead_c - 0.8, 1.2)
    lash = np.exp(-(((y + 4.6 - 6.6 * look.lids + 0.011 * (side - EYE_MM) ** 2) / 1.6) ** 2))
    lash *= _step(15.0 - np.abs(side - EYE_MM - 1.0), 2.0)
    np.subtract(skins.temp, lash * np.float32(0.85), out=skins.temp)


def _mouth(skins: _Skins, canonical: Values, body: skin.Skin, style: Style, look: Detail) -> Values:
    """Lips, and the slit or opening between them, which is returned."""
    x, y = canonical[:, 0], canonical[:, 1]
    bow = y + look.smile * (np.minimum(np.abs(x), 30.0) / 27.0) ** 2
    drop = 0.5 * look.gape
    lips = _step(1.0 - np.hypot(x / 27.0, (bow - 70.0 - drop) / (9.0 + drop)), 0.2)
    skins.lay(lips * 0.75, body.mouth_c - 0.9 + style.lips, skin.COLD_FACTORS["mouth"])
    corner = _blob(np.abs(x) - 28.0, bow - 69.0, 4.0, 3.0)
    slit = np.exp(-(((bow - 69.0) / 2.0) ** 2)) * _step(27.0 - np.abs(x), 3.0)
    warm = np.float32(0.55 if style.lips > -0.3 else 0.3)
    skins.lay(np.asarray(np.maximum(slit, corner) * warm, np.float32), body.mouth_c)
    if style.lips < -0.3:  # breathed over: a dark line
        np.subtract(skins.temp, 0.7 * slit * np.float32(1.0 - warm), out=skins.temp)
    if look.gape:
        wide = 21.0 - 0.5 * look.gape
        hole = _step(1.0 - np.hypot(x / wide, (bow - 70.0 - drop) / (1.5 + drop)), 0.25)
        skins.lay(hole * 0.9, body.mouth_c, skin.COLD_FACTORS["mouth"])
        teeth = hole * _step(69.5 + 0.35 * drop - bow, 1.0)
        skins.lay(teeth * 0.7, body.mouth_c - 1.6)
        slit = np.maximum(slit, hole)
    return np.asarray(slit, np.float32)


def _sunned(canonical: Values, sun_k: float) -> Values:
    """By how many kelvin the sun has warmed each place: one side, but for the eye's socket."""
    x, y = canonical[:, 0], canonical[:, 1]
    lit = _step(np.sign(sun_k) * x - 6.0, 8.0)
    socket = _blob(np.abs(x) - 20.0, y + 2.0, 12.0, 9.0)
    return np.asarray(abs(sun_k) * lit * (1.0 - np.minimum(1.0, 1.6 * socket)), np.float32)


def _brow(canonical: Values, fine: Values) -> Values:
    """Share of an eyebrow."""
    side, y = np.abs(canonical[:, 0]), canonical[:, 1]
    line = -16.0 - 0.16 * np.minimum(side - 12.0, 28.0) + 0.30 * np.maximum(side - 42.0, 0.0)
    brow = np.exp(-(((y - line) / 4.2) ** 2)) * _step(side - 11.0, 3.0) * _step(53.0 - side, 4.0)
    return np.asarray(brow * np.clip(0.75 + 0.25 * fine, 0.2, 1.0), np.float32)


def _canthi(surface: Surface, canthi_mm: Values, body: skin.Skin, skins: _Skins) -> None:
    """Set the hot spot of each inner canthus so that its peak has the person's temperature."""
    temp, chill = skins.temp, skins.chill
    for canthus, value in zip(canthi_mm, (body.canthus_right_c, body.canthus_left_c), strict=True):
        # its size is known from frontal pictures: depth counts little
        d2 = (((surface.own - canthus) * np.array([1.0, 1.0, 0.25], np.float32)) ** 2).sum(axis=1)
        near = np.exp(-((d2 / (2.0 * 9.0**2)) ** 2))
        peak = np.exp(-d2 / (2.0 * body.hot_spot_mm**2))
        ground = np.minimum(temp, np.float32(value - 0.9 * body.hot_spot_k))
        temp += near * (ground - temp)
        temp += peak * (np.float32(value) - temp)
        chill += near * (1.0 - chill)


def _grow(
    surface: Surface,
    style: Style,
    look: Detail,
    body: skin.Skin,
    ambient_c: float,
    strands_locks: tuple[Values, Values],
    coat: Coat,
) -> None:
    """Hair and beard over the skin: the further from it, the nearer to the air's temperature."""
    c, temp, emissivity = surface.canonical, coat.temp_c, coat.emissivity
    strands, locks = strands_locks
    warm = body.forehead_c - ambient_c
    head = surface.part == Part.SKIN
    free = surface.part == Part.HAIR
    ragged = 0.35 * strands + 0.8 * locks
    cover = np.where(head, hair_cover(c, style, ragged), 0.0)
    cover = np.where(free, 1.0, cover).astype(np.float32)
    depth = 1.0 - np.exp(-style.hair_mm / 7.0)
    opaque = 0.97 if style.fringe or style.hair == "long" else 0.35 + 0.63 * depth
    # short hair is thin where it begins and thicker above
    root = np.where(free, 1.0, np.clip(cover, 0.0, 1.0))
    far = np.where(
        free | (c[:, 2] < 0.0), np.clip((surface.own[:, 1] + 10.0) / 170.0, 0.0, 1.0), 0.0
    )
    share = 0.80 - 0.36 * depth * root + 0.07 * look.warmth - 0.30 * far
    value = ambient_c + share * warm + 0.22 * strands + 0.38 * locks
    if look.parting and style.hair in {"medium", "long", "short"}:
        value = value + 0.18 * warm * _parting(c, look.parting) * head
    cover *= np.where(free, 0.98, opaque).astype(np.float32)
    temp += cover * (value.astype(np.float32) - temp)
    beard = np.where(head, beard_cover(c, style, ragged), 0.0).astype(np.float32)
    thick = 1.0 - np.exp(-(style.beard_mm + style.beard_long_mm * 0.4 + 2.0) / 6.0)
    beard *= np.float32(0.2 + 0.75 * thick)
    value = ambient_c + (0.66 - 0.22 * thick) * warm + 0.25 * strands + 0.3 * locks
    temp += beard * (value.astype(np.float32) - temp)
    both = np.maximum(cover, beard)
    emissivity += both * (np.float32(0.95) - emissivity)
    np.multiply(coat.bare, 1.0 - both, out=coat.bare)


def _parting(canonical: Values, side: int) -> Values:
    """Share of scalp that shows along a parting, from the hairline to the crown."""
    x, y, z = canonical.T
    line = 26.0 * side * np.clip((z + 40.0) / 110.0, 0.2, 1.0)
    on_top = _step(-62.0 - y, 10.0) * _step(z + 40.0, 18.0)
    return np.asarray(np.exp(-(((x - line) / 4.0) ** 2)) * on_top, np.float32)


def _wear(
    surface: Surface,
    style: Style,
    body: skin.Skin,
    ambient_c: float,
    spots: tuple[Values, Values],
    coat: Coat,
) -> None:
    """Glasses, cap, mask and scarf."""
    fine, wide = spots
    warm = body.forehead_c - ambient_c
    y = surface.canonical[:, 1]

    def over(part: Part, value: Lengths | float, e: float) -> NDArray[np.bool_]:
        where = surface.part == part
        coat.temp_c[where] = np.broadcast_to(np.asarray(value, np.float32), where.shape)[where]
        coat.emissivity[where] = e
        coat.bare[where] = 0.0
        coat.breath[where] = 0.0
        return np.asarray(where)

    over(Part.LENS, ambient_c + style.lens_warmth * warm + 0.12 * y / 10.0, 0.87)
    over(Part.FRAME, ambient_c + (0.15 + style.lens_warmth) * warm, 0.92)
    seam = 0.5 * np.cos(np.arctan2(surface.canonical[:, 0], surface.canonical[:, 2]) * 6.0)
    over(Part.CAP, ambient_c + 0.36 * warm + 0.4 * wide + 0.1 * fine + seam, 0.94)
    over(Part.SCARF, ambient_c + 0.38 * warm + 0.8 * wide + 0.3 * fine, 0.94)
    over(Part.CUP, 37.0 - 0.02 * (y - 50.0), 0.94)  # of paper, with something hot in it
    over(Part.PHONE, ambient_c + 0.55 * warm, 0.90)
    pleats = 0.25 * np.sin(y / 2.6)
    mask = over(Part.MASK, ambient_c + 0.68 * warm + 0.45 * wide + pleats, 0.93)
    if style.mask:
        centre = _blob(surface.canonical[:, 0], y - 52.0, 26.0, 24.0)
        coat.breath[mask] = 1.3 * centre[mask]
        edge = mask_cover(surface.canonical)
        leak = (surface.part == Part.SKIN) & (edge > 0.02)
        coat.temp_c[leak] -= 0.4


def _blob(dx: Lengths, dy: Lengths, sx: float, sy: float) -> Values:
    return np.asarray(np.exp(-0.5 * ((dx / sx) ** 2 + (dy / sy) ** 2)), np.float32)


def _step(distance: Lengths, soft: float) -> Values:
    """Rise from 0 to 1 where `distance` becomes positive, over about `soft` on either side."""
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(-2.5 * distance / soft, -40, 40))), np.float32)
