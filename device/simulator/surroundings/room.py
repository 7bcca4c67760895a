"""The room behind the people: walls, and things that are warmer or cooler than they are."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import Optics
from device.simulator.physics import radiometry
from device.simulator.scenario.schema import Item, Room
from device.simulator.surroundings.dog import side_view

Image = NDArray[np.float32]
_WALL_EMISSIVITY = 0.93


def room_image(room: Room, optics: Optics, rng: np.random.Generator) -> Image:
    """Radiance of the empty room at the lens, `(H, W) float32`, air in between included.

    What walks is no part of it.
    """
    temp = _walls(room, optics, rng)
    still = [item for item in room.items if item.walk_to is None]
    for item in sorted(still, key=lambda thing: -thing.at[2]):
        _put(temp, item, optics, room, rng)
    tau = radiometry.transmission(room.depth_m, room.ambient_c, room.relative_humidity)
    out = radiometry.leaving(temp, _WALL_EMISSIVITY, room.mirrored_c) * tau
    out += (1.0 - tau) * float(radiometry.radiance(room.ambient_c))
    return np.asarray(out, np.float32)


def _walls(room: Room, optics: Optics, rng: np.random.Generator) -> Image:
    """Panels, skirting, corners: a wall is never even, but never far from the air's temperature."""
    height, width = optics.height, optics.width
    slow = cv2.resize(
        rng.standard_normal((6, 8)).astype(np.float32),
        (width, height),
        interpolation=cv2.INTER_CUBIC,
    )
    rise = np.linspace(0.5, -0.4, height, dtype=np.float32)[:, None]
    temp = np.asarray(room.ambient_c + 0.18 * slow + rise, np.float32)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    for _ in range(int(rng.integers(2, 6))):
        edge = width * float(rng.uniform(-0.1, 1.1))
        lean = float(rng.normal(0.0, 0.03))
        temp += float(rng.normal(0.0, 0.35)) * _soft(x - edge - lean * y, 1.0)
        temp += float(rng.normal(0.0, 0.25)) * np.exp(-(((x - edge - lean * y) / 2.0) ** 2))
    for _ in range(int(rng.integers(1, 4))):
        edge = height * float(rng.uniform(0.1, 1.0))
        lean = float(rng.normal(0.0, 0.15))
        temp += float(rng.normal(0.0, 0.3)) * _soft(y - edge - lean * (x - width / 2.0), 1.0)
    return temp


def _put(temp: Image, item: Item, optics: Optics, room: Room, rng: np.random.Generator) -> None:
    """Draw one thing into the temperature map."""
    u, v, depth = optics.project(*item.at)
    px = optics.focal_px / depth
    half_w, half_h = item.size[0] * px / 2.0, item.size[1] * px / 2.0
    x0, x1 = int(max(0, u - half_w * 1.3 - 2)), int(min(temp.shape[1], u + half_w * 1.3 + 3))
    y0, y1 = int(max(0, v - half_h * 1.3 - 2)), int(min(temp.shape[0], v + half_h * 1.3 + 3))
    if x0 >= x1 or y0 >= y1:
        return
    y, x = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    dx, dy = (x - np.float32(u)) / half_w, (y - np.float32(v)) / half_h
    box = _soft(1.0 - np.abs(dx), 1.0 / half_w) * _soft(1.0 - np.abs(dy), 1.0 / half_h)
    warm = item.temp_c - room.ambient_c
    value = np.full(dx.shape, warm, np.float32)
    cover = box
    if item.kind == "radiator":
        value *= 0.85 + 0.15 * np.sin(dx * 24.0) + 0.1 * dy
    elif item.kind in {"window", "door"}:
        frame = np.maximum(np.abs(dx), np.abs(dy)) > 0.9
        bar = (np.abs(dx) < 0.03) & (item.kind == "window")
        value = np.where(frame | bar, value * 0.35, value * (1.0 + 0.08 * dy))
    elif item.kind == "lamp":
        ring = dx * dx + dy * dy
        cover = _soft(1.0 - ring, 2.0 / half_w)
        value *= 0.7 + 0.3 * np.exp(-ring * 3.0)
    elif item.kind == "hot_drink":
        cup = _soft(1.0 - np.abs(dx) - 0.1 * (dy + 1.0), 1.5 / half_w)
        cover = cup * _soft(1.0 - np.abs(dy), 1.5 / half_h)
        value = np.where(dy < -0.75, value * 1.25, value * (0.75 + 0.2 * (dy > -0.4)))
    elif item.kind == "sun_patch":
        cover = _soft(1.0 - np.abs(dx + 0.35 * dy), 0.15) * _soft(1.0 - np.abs(dy), 0.10)
        value *= 0.85 + 0.1 * np.sin(dx * 3.0 + 1.0)
    elif item.kind == "dog":
        facing = np.float32(1.0 if rng.random() < 0.5 else -1.0)
        cover, value = side_view(dx * facing, dy, warm, None)
    patch = temp[y0:y1, x0:x1]
    patch += np.asarray(cover * (room.ambient_c + value - patch), np.float32)


def _soft(distance: NDArray[np.float32], soft: float) -> NDArray[np.float32]:
    """Rise from 0 to 1 where `distance` becomes positive."""
    return np.asarray(np.clip(distance / max(soft, 1e-6) + 0.5, 0.0, 1.0), np.float32)
