"""What a dressed body radiates: cloth, folds, collar, bare neck, arms and hands."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from device.simulator.people import skin
from device.simulator.people import textures as noise
from device.simulator.people.looks import again

Values = NDArray[np.float32]
Bag = Literal["none", "backpack", "shoulder_bag"]


@dataclass(frozen=True, slots=True)
class Outfit:
    """What somebody wears below the chin.

    Attributes
    ----------
    neckline_mm
        How deep the neckline reaches at mid-breast, canonical y (130 is a crew neck, 230 low).
    neck_wide_mm
        Half-width of the neckline at its top.
    sleeve_mm
        Where sleeves end along the arm, canonical |x| (290 short, 450 long).
    warmth
        Share of the way from ambient to skin that the cloth reaches.
    legs
        The same below the hem.
    folds
        Strength of folds in kelvin.
    collar, placket, jacket, tie
        Darker or warmer pieces over it.
    bag
        What is carried.
    side
        On which side of the picture a bag hangs, -1 or 1.
    """

    neckline_mm: float
    neck_wide_mm: float
    sleeve_mm: float
    warmth: float
    folds: float
    legs: float
    collar: bool
    placket: bool
    jacket: bool
    tie: bool
    bag: Bag
    side: int


def draw(rng: np.random.Generator) -> Outfit:
    """Draw an outfit."""
    jacket = bool(rng.random() < 0.3)
    collar = bool(rng.random() < 0.45)
    low = 128.0 if collar else float(rng.choice([128.0, 138.0, 160.0, 205.0]))
    neckline_mm = low + (float(rng.choice([0.0, 55.0])) if collar else 0.0)
    neck_wide_mm = float(rng.uniform(58.0, 72.0) + (low > 150.0) * rng.uniform(5.0, 35.0))
    sleeve_mm = 460.0 if jacket else float(rng.choice([300.0, 330.0, 460.0, 460.0]))
    warmth = float(rng.uniform(0.36, 0.66))
    lot = again(warmth).random(2)
    bags: tuple[Bag, ...] = ("backpack", "shoulder_bag", "none")
    return Outfit(
        neckline_mm=neckline_mm,
        neck_wide_mm=neck_wide_mm,
        sleeve_mm=sleeve_mm,
        warmth=warmth,
        folds=float(rng.uniform(0.5, 1.3)),
        legs=float(rng.uniform(0.3, 0.6)),
        collar=collar,
        placket=bool(rng.random() < 0.4),
        jacket=jacket,
        tie=bool(collar and rng.random() < 0.25),
        bag=bags[int(np.searchsorted([0.16, 0.30], lot[0]))],
        side=1 if lot[1] < 0.5 else -1,
    )


def paint(
    canonical: Values,
    cavity: Values,
    hand: Values,
    body: skin.Skin,
    outfit: Outfit,
    ambient_c: float,
    seed: int,
) -> tuple[Values, Values]:
    """Temperature in deg C and emissivity of `(N, 3)` canonical places of a body."""
    x, y, z = canonical.T
    side = np.abs(x)
    arm = side > 185.0 + 0.10 * (y - 300.0).clip(0.0, 200.0)
    front = z > -20.0
    warm = body.neck_c - ambient_c
    u, v = (x + 0.35 * z) / 2.2, y / 2.6
    patch = noise.sample(noise.blotches(seed + 13, 16.0, 1.5), u, v)
    drape, crease = _folds(canonical, patch, seed)
    touch = np.clip((240.0 - y) / 120.0, 0.0, 1.0)  # cloth lies on the shoulders
    share = outfit.warmth + 0.16 * touch * front + 0.05 * patch
    share = share - 0.12 * np.clip((y - 620.0) / 500.0, 0.0, 1.0)
    temp = ambient_c + share * warm + outfit.folds * (0.55 * drape + 0.35 * crease)
    temp += np.clip(cavity, -6.0, 8.0) * 0.12
    # trousers or a skirt under the hem, and a belt's shadow
    legs = np.clip((y - 640.0) / 6.0, 0.0, 1.0) * ~arm
    lower = ambient_c + outfit.legs * warm + outfit.folds * (0.5 * drape + 0.25 * crease)
    temp = temp + legs * (lower - temp) - 0.8 * np.exp(-(((y - 640.0) / 9.0) ** 2)) * ~arm
    if outfit.placket:
        line = np.exp(-(((x - 2.0 + 3.0 * drape) / 5.0) ** 2)) * (y > 120.0) * (y < 700.0) * front
        temp -= 1.1 * line
    if outfit.jacket:
        gap = 18.0 + 0.20 * (y - 120.0).clip(0.0, 300.0)
        lapel = front & (side < gap) & (y < 640.0)
        cool = outfit.folds * (0.5 * drape + 0.3 * crease) + (
            ambient_c + outfit.warmth * 0.62 * warm
        )
        temp = np.where(lapel, temp, cool)
        edge = np.exp(-(((side - gap) / 7.0) ** 2)) * front * (y < 640.0)
        temp -= 0.5 * edge
    if outfit.tie:
        knot = front & (side < 14.0 + 0.06 * (y - 130.0)) & (y > 120.0) & (y < 560.0)
        temp = np.where(knot, ambient_c + 0.3 * warm + 0.3 * crease, temp)
    temp = _bag(canonical, temp, outfit, ambient_c + 0.30 * warm)
    depth = outfit.neckline_mm - 95.0
    reach = np.clip(1.0 - (side / outfit.neck_wide_mm) ** 2, 0.0, 1.0)
    open_neck = np.where(front, 95.0 + depth * np.sqrt(reach), 112.0)
    neck = np.clip((np.maximum(open_neck, 112.0) - y) / 4.0 + 0.5, 0.0, 1.0)
    neck = neck * np.clip((outfit.neck_wide_mm + 4.0 - side) / 3.0, 0.0, 1.0)
    # where the body's neck stands out beside the head's, cloth lies against it
    neck = neck * (1.0 - np.clip((side - 42.0) / 6.0, 0.0, 1.0) * np.clip((118.0 - y) / 6.0, 0, 1))
    if outfit.collar:
        rise = np.clip((side - 8.0) / 30.0, 0.0, 1.0) * 16.0
        collar = (y > 104.0 + 22.0 * (1 - rise / 16.0)) & (y < 150.0 - rise * 0.4) & (side < 84.0)
        temp = np.where(collar, ambient_c + 0.48 * warm + 0.5 * crease, temp)
        neck = np.where((collar & (side > 6.0)) | (side > 70.0), 0.0, neck)
    skin_c = body.neck_c - 0.5 * np.clip((y - 110.0) / 80.0, 0.0, 1.0) + 0.3 * patch
    skin_c = skin_c + np.clip(cavity, -4.0, 5.0) * 0.10
    bare_arm = arm & (side > outfit.sleeve_mm)
    arm_c = body.hand_c + 1.0 * np.clip((430.0 - side) / 150.0, 0.0, 1.0) + 0.3 * patch
    temp = np.where(bare_arm | (hand > 0.5), arm_c, temp)
    temp = temp + neck * (skin_c - temp)
    bare = (neck > 0.5) | bare_arm | (hand > 0.5)
    emissivity = np.where(bare, skin.EMISSIVITY, 0.93)
    return temp.astype(np.float32), emissivity.astype(np.float32)


def _folds(canonical: Values, patch: Values, seed: int) -> tuple[Values, Values]:
    """Folds of unit size: the wide ones in which cloth hangs, and the sharp ones where it bends.

    It hangs down from the breast, fans out from the armpits and crumples across the elbows.
    """
    x, y, z = canonical.T
    side = np.abs(x)
    wide, sharp = noise.blotches(seed + 11, 9.0, 4.0), noise.blotches(seed + 12, 4.0, 2.0)
    bent = 9.0 * patch  # no fold runs straight
    hang = noise.sample(wide, (x + 0.35 * z + bent) / 2.4, y / 3.0)
    hang = hang * np.clip((y - 150.0) / 300.0, 0.25, 1.0).astype(np.float32)
    off_x, off_y = side - 178.0, y - 275.0
    reach = np.hypot(off_x, off_y)
    fan = noise.sample(
        sharp,
        ((np.arctan2(off_y, off_x) * 46.0 + 0.3 * bent) * np.sign(x) + 200.0).astype(np.float32),
        (reach / 14.0).astype(np.float32),
    )
    fan = fan * np.exp(-(((reach - 50.0) / 65.0) ** 2)) * np.clip(reach / 70.0, 0.0, 1.0)
    elbow = noise.sample(
        sharp,
        ((side * 0.55 + 0.12 * bent) * np.sign(x)).astype(np.float32),
        ((y + z) / 16.0).astype(np.float32),
    )
    elbow = elbow * np.exp(-(((side - 365.0) / 55.0) ** 2))
    # the hollow of a fold is narrower than its back
    drape = np.tanh(1.2 * hang) + 0.35 * np.minimum(hang, 0.0)
    return drape.astype(np.float32), (0.6 * np.maximum(fan, -1.2) + elbow).astype(np.float32)


def _bag(canonical: Values, temp: Values, outfit: Outfit, bag_c: float) -> Values:
    """Lay straps, and what they hold, over the cloth: padded, so hardly warmed."""
    x, y, z = canonical.T
    side, front = np.abs(x), z > -20.0
    if outfit.bag == "backpack":
        middle = 92.0 + 0.10 * np.clip(y - 140.0, 0.0, 200.0)
        strap = np.clip((24.0 - np.abs(side - middle)) / 3.0, 0.0, 1.0) * front * (y < 345.0)
        pack = np.clip((140.0 - side) / 6.0, 0.0, 1.0) * ~front
        pack = pack * np.clip((y - 125.0) / 8.0, 0.0, 1.0) * np.clip((560.0 - y) / 10.0, 0.0, 1.0)
        lid = 0.6 * np.exp(-(((y - 290.0) / 5.0) ** 2)) * pack
        cover, value = np.maximum(strap, pack), bag_c - 0.5 * pack + lid
    elif outfit.bag == "shoulder_bag":
        way = x * outfit.side + 95.0 - 0.52 * (y - 130.0)  # from one shoulder to the other hip
        cover = np.clip((17.0 - np.abs(way) * 0.89) / 3.0, 0.0, 1.0) * (y < 640.0)
        value = np.full(len(x), bag_c)
    else:
        return temp
    return np.asarray(temp + cover * (value - temp), np.float32)
