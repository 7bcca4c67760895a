"""Entrances unlike each other, drawn: panels, housings, lamps, vents and screens in pictures."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from screening.measuring.correction import expected_c
from screening.result import Box
from screening.settings import Reference, Settings

SEED: Final = 29
SET_C: Final = (35.0, 38.0)  # of the reference
THINGS: Final = ("lamp", "vent", "screen", "radiator", "box", "head")
_BLUR_PX: Final = 0.6

Rng = np.random.Generator
Celsius = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entrance:
    """What is painted over a room, and the reference that stands in it.

    Attributes
    ----------
    cover
        `(H, W) float32`, 0..1: how much of a pixel is furniture.
    temp_c
        `(H, W) float32`: of that, apparent, before the sensor's error.
    disc
        Box around the reference, in pixels.
    """

    reference: Reference
    cover: Celsius
    temp_c: Celsius
    disc: Box


def draw(
    number: int, shape: tuple[int, int], room_c: float, things: tuple[str, ...] = THINGS
) -> Entrance:
    """Return entrance `number` for pictures of `shape` (rows, columns); odd ones are furnished.

    Beside the reference and its housing stand only `things`.
    """
    rng = np.random.default_rng([SEED, number])
    canvas = _Canvas(shape)
    height, width = shape
    radius = width * rng.uniform(0.03, 0.07)
    x, y = rng.uniform(0.15, 0.85) * width, rng.uniform(0.1, 0.9) * height
    set_c = float(rng.uniform(*SET_C))
    reference = Reference(temp_c=set_c, mark=(float(x), float(y)))
    for _ in range(int(rng.integers(0, 3))):
        _thing(canvas, rng, room_c, things)
    if number % 2:
        _panel(canvas, rng, room_c, (x, y), radius)
    canvas.disc(x, y, radius, expected_c(Settings().scene, reference))
    around = (float(x - radius), float(y - radius), float(2 * radius), float(2 * radius))
    return Entrance(reference, *canvas.done(), around)


class _Canvas:
    """Temperatures with their cover; later things lie over earlier ones."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.rows, self.columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        self._temp = np.zeros(shape, np.float32)
        self._cover = np.zeros(shape, np.float32)

    def lay(self, inside: NDArray[np.bool_], temp_c: Celsius | float) -> None:
        """Lay a thing over what is there."""
        self._cover[inside] = 1.0
        self._temp[inside] = temp_c if isinstance(temp_c, float) else temp_c[inside]

    def disc(self, x: float, y: float, radius: float, temp_c: float) -> None:
        """Lay a disc."""
        self.lay(np.hypot(self.columns - x, self.rows - y) <= radius, float(temp_c))

    def box(self, x: float, y: float, w: float, h: float, temp_c: Celsius | float) -> None:
        """Lay a rectangle with its centre at (x, y)."""
        inside = (np.abs(self.columns - x) <= w / 2) & (np.abs(self.rows - y) <= h / 2)
        self.lay(inside, temp_c)

    def done(self) -> tuple[Celsius, Celsius]:
        """Return cover and temperatures as the optics show them."""
        cover = cv2.GaussianBlur(self._cover, (5, 5), _BLUR_PX)
        heat = cv2.GaussianBlur(self._cover * self._temp, (5, 5), _BLUR_PX)
        return np.asarray(cover), np.asarray(heat / np.maximum(cover, 1e-3), np.float32)


def _panel(
    canvas: _Canvas, rng: Rng, room_c: float, at: tuple[float, float], radius: float
) -> None:
    """Put a housing behind the reference: of any aspect and size, the disc anywhere on it."""
    aspect = float(np.exp(rng.uniform(np.log(0.35), np.log(2.5))))
    size = radius * float(np.exp(rng.uniform(np.log(2.6), np.log(12.0))))
    w, h = size * aspect**0.5, size / aspect**0.5
    x = at[0] + rng.uniform(-0.5, 0.5) * max(0.0, w - 2.2 * radius)
    y = at[1] + rng.uniform(-0.5, 0.5) * max(0.0, h - 2.2 * radius)
    across, down = (canvas.columns - x) / (w / 2), (canvas.rows - y) / (h / 2)
    warm_c = room_c + rng.uniform(1.0, 6.0)
    tilt = rng.uniform(-1.0, 1.0, 2)
    glow = rng.uniform(0.0, 2.5)
    near = np.exp(-((canvas.columns - at[0]) ** 2 + (canvas.rows - at[1]) ** 2) / (3 * radius) ** 2)
    temp = np.asarray(warm_c + tilt[0] * across + tilt[1] * down + glow * near, np.float32)
    power = float(rng.choice((2.0, 4.0, 20.0)))  # an ellipse, rounded, a rectangle
    canvas.lay(np.abs(across) ** power + np.abs(down) ** power <= 1.0, temp)
    for _ in range(int(rng.integers(0, 4))):  # logos, screws, slots, a second dead disc
        mark_c = np.asarray(temp + rng.uniform(-2.5, 1.5), np.float32)
        mx, my = x + rng.uniform(-0.4, 0.4) * w, y + rng.uniform(-0.4, 0.4) * h
        canvas.box(mx, my, w * rng.uniform(0.05, 0.5), h * rng.uniform(0.03, 0.3), mark_c)
    if rng.random() < 0.4:  # on a pole
        canvas.box(x, y + h, w * rng.uniform(0.1, 0.4), h, room_c + rng.uniform(0.0, 1.5))


def _thing(canvas: _Canvas, rng: Rng, room_c: float, things: tuple[str, ...]) -> None:
    """Put a lamp, a vent, a screen, a radiator or a warm box somewhere."""
    height, width = canvas.shape
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    size = width * rng.uniform(0.06, 0.4)
    match rng.choice(things):
        case "lamp":
            canvas.disc(x, y, size * 0.3, room_c + rng.uniform(5.0, 30.0))
        case "vent":
            slots = np.asarray(
                room_c + rng.uniform(-4.0, 6.0) * (np.sin(canvas.rows * rng.uniform(0.5, 2)) > 0),
                np.float32,
            )
            canvas.box(x, y, size, size * rng.uniform(0.3, 1.0), slots)
        case "screen":
            canvas.box(x, y, size, size * rng.uniform(0.5, 1.6), room_c + rng.uniform(3.0, 12.0))
        case "radiator":
            ribs = np.asarray(
                room_c + rng.uniform(6.0, 25.0) * (0.85 + 0.15 * np.sin(canvas.columns)),
                np.float32,
            )
            canvas.box(x, y, size * 1.5, size, ribs)
        case "box":
            canvas.box(x, y, size, size * rng.uniform(0.6, 1.8), room_c + rng.uniform(1.0, 6.0))
        case _:  # a warm ellipse with darker spots where eyes and mouth would be
            _doll(canvas, rng, (x, y, size), room_c + rng.uniform(3.0, 10.0))


def _doll(canvas: _Canvas, rng: Rng, at: tuple[float, float, float], temp_c: float) -> None:
    x, y, size = at
    tall = rng.uniform(1.0, 1.4)
    across, down = (canvas.columns - x) / (size / 2), (canvas.rows - y) / (size * tall / 2)
    shade = np.asarray(temp_c - 1.0 * (across**2 + down**2), np.float32)
    canvas.lay(across**2 + down**2 <= 1.0, shade)
    for dx, dy, w in ((-0.2, -0.15, 0.12), (0.2, -0.15, 0.12), (0.0, 0.25, 0.3)):
        spot_c = np.asarray(shade + rng.uniform(-2.0, 1.0), np.float32)
        canvas.box(x + dx * size, y + dy * size * tall, w * size, 0.08 * size, spot_c)
