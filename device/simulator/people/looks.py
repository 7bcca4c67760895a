"""How somebody looks beside their skin: what was drawn, and details that follow from it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

import numpy as np

Cloth = Literal["none", "hood", "turban", "veil"]
Held = Literal["nothing", "cup", "phone"]
Tied = Literal["loose", "tail", "bun", "top_bun", "plait"]
# Cumulative chances.
_TIED: Final[tuple[tuple[Tied, float], ...]] = (
    ("tail", 0.22),
    ("bun", 0.34),
    ("top_bun", 0.46),
    ("plait", 0.58),
    ("loose", 1.0),
)


class Part(IntEnum):
    """What a vertex is made of."""

    SKIN = 0
    HAIR = 1
    LENS = 2
    FRAME = 3
    CAP = 4
    MASK = 5
    SCARF = 6
    CUP = 7
    PHONE = 8


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
    cloth
        Around the head: a hood, a turban, or a veil that leaves the eyes free.
    held
        Before the mouth a cup, or a phone at the ear.
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
    cloth: Cloth = "none"
    held: Held = "nothing"


@dataclass(frozen=True, slots=True)
class Detail:
    """What follows from a `Style` by a draw of its own.

    Attributes
    ----------
    tied
        How long hair is worn.
    long_mm
        Canonical y at which loose hair ends, or how far down a tail or a plait hangs.
    wave
        Of loose hair, 0 (straight) to 1.
    warmth
        How much of the scalp's warmth the hair shows against what is usual, -1 to 1.
    parting
        On which side the parting is: -1 left in the picture, 1 right, 0 there is none.
    side
        Over which shoulder a plait hangs, -1 or 1.
    smile
        How far the corners of the mouth are raised, in mm.
    gape
        How far the mouth is open, in mm: somebody who speaks or breathes through it.
    lids
        How far the eyes are closed, 0 to 1.
    """

    tied: Tied
    long_mm: float
    wave: float
    warmth: float
    parting: int
    side: int
    smile: float
    gape: float
    lids: float


def detail(style: Style) -> Detail:
    """Draw what is not in a style; the same style always gives the same."""
    rng = again(style.hairline_mm, style.brow, style.lips)
    lot = rng.random(6)
    tied = next(kind for kind, up_to in _TIED if lot[0] < up_to)
    return Detail(
        tied="tail" if style.cap and tied == "loose" else tied,
        long_mm=float(rng.choice([92.0, 150.0, 185.0, 225.0])) + float(rng.uniform(-12.0, 12.0)),
        wave=float(rng.random() ** 1.5),
        warmth=float(rng.uniform(-1.0, 1.0)),
        parting=int(np.sign(style.sweep)) if lot[1] < 0.6 else 0,
        side=1 if lot[2] < 0.5 else -1,
        smile=float(rng.normal(1.5, 1.6)),
        gape=float(rng.uniform(3.0, 9.0)) if lot[3] < 0.14 else 0.0,
        lids=float(lot[4] ** 2 * 0.6) if lot[5] < 0.92 else 1.0,
    )


def again(*drawn: float) -> np.random.Generator:
    """Return a generator that depends on what was drawn already, and shifts no other draw."""
    return np.random.Generator(np.random.PCG64([int(abs(value) * 2**32) for value in drawn]))
