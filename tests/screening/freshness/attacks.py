"""What can be put in the place of a living picture, from one frame of a film on."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Film = NDArray[np.uint16]  # (frames, H, W)
Attack = Callable[[Film, int, np.random.Generator], Film]


def _place(rows: float = 1.0, columns: float = 1.0) -> Callable[[Film], tuple[slice, slice]]:
    """Return what finds a part in the middle of the picture: shares of its sides, or pixels."""

    def find(film: Film) -> tuple[slice, slice]:
        _, height, width = film.shape
        high = round(rows if rows > 1.0 else height * rows)
        wide = round(columns if columns > 1.0 else width * columns)
        top, left = (height - high) // 2, (width - wide) // 2
        return slice(top, top + high), slice(left, left + wide)

    return find


def frozen(rows: float = 1.0, columns: float = 1.0, noise_k: float = 0.0, step: int = 1) -> Attack:
    """Freeze a part of the picture, with fresh white noise of that size in steps of counts."""

    def attack(film: Film, begin: int, rng: np.random.Generator) -> Film:
        out = film.copy()
        part = (slice(begin, None), *_place(rows, columns)(film))
        noise = rng.normal(0.0, noise_k * 100.0, out[part].shape) if noise_k else 0.0
        still = film[begin - 1][part[1:]].astype(np.float64) + noise
        out[part] = (np.rint(still / step) * step).astype(np.uint16)
        return out

    return attack


def loop(frames: int, *, backwards: bool = False, noise_k: float = 0.0) -> Attack:
    """Play the last so many frames again and again."""

    def attack(film: Film, begin: int, rng: np.random.Generator) -> Film:
        piece = film[begin - frames : begin]
        if backwards:
            piece = piece[::-1]
        out = film.copy()
        number = np.arange(len(film) - begin) % frames
        noise = rng.normal(0.0, noise_k * 100.0, out[begin:].shape) if noise_k else 0.0
        out[begin:] = np.rint(piece[number] + noise).astype(np.uint16)
        return out

    return attack


def every_second_zero(film: Film, begin: int, _: np.random.Generator) -> Film:
    """Leave every second frame all zero."""
    out = film.copy()
    out[begin::2] = 0
    return out


def each_twice(film: Film, begin: int, _: np.random.Generator) -> Film:
    """Send every frame twice."""
    out = film.copy()
    count = len(film) - begin
    out[begin:] = film[begin + np.arange(count) // 2]
    return out


ATTACKS: dict[str, Attack] = {
    "frozen": frozen(),
    "half frozen": frozen(rows=0.5),
    "an eighth frozen": frozen(rows=0.125),
    "four rows frozen": frozen(rows=4),
    "twenty columns frozen": frozen(columns=20),
    "a patch of 40 x 40 frozen": frozen(rows=40, columns=40),
    "a patch of 14 x 14 frozen": frozen(rows=14, columns=14),
    "frozen with 14 mK of fresh noise": frozen(noise_k=0.014),
    "frozen with 17 mK in steps of 20": frozen(noise_k=0.017, step=2),
    "frozen with 50 mK of fresh noise": frozen(noise_k=0.05),
    "frozen with 100 mK of fresh noise": frozen(noise_k=0.1),
    "a quarter frozen with 14 mK": frozen(rows=0.25, noise_k=0.014),
    "a loop of a second": loop(9),
    "a loop of a second, backwards": loop(9, backwards=True),
    "a loop with 14 mK of noise": loop(9, noise_k=0.014),
    "every second frame zero": every_second_zero,
    "each frame twice": each_twice,
}
