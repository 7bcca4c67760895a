"""A dog from the side: warm eyes, cool nose, fur near the air's temperature; it stands or walks."""

import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import Optics
from device.simulator.physics import radiometry
from device.simulator.render.layers import Image, Layer, Placing, paste
from device.simulator.scenario.schema import Item, Room

_PHASES = 8  # views of a stride
_SPEED_M_S = 0.9  # between the ends of its way
_STRIDE_M = 0.62
_BOB_M = 0.012
_FUR_EMISSIVITY = 0.95
_TURNS = 0.35  # share of its full speed below which it is seen turning
_HEAD_ON = 0.3  # how wide it looks then
_EDGE = 1.3  # half-sizes that its view reaches
# where legs are (share of the half-width) and when in the stride they swing: a walk puts down one
# foot after the other
_LEGS = ((-0.62, 0.0), (0.28, 0.25), (-0.56, 0.5), (0.34, 0.75))


def side_view(x: Image, y: Image, warm: float, stride: float | None) -> tuple[Image, Image]:
    """Share of dog in each place, and how much warmer than the air it is there.

    Parameters
    ----------
    x, y
        Places in half-widths and half-heights from its middle; it looks along +x.
    stride
        Phase of the stride, 0 to 1; None when it stands.
    """
    trunk = _soft(1.0 - np.hypot((x + 0.15) / 0.65, (y - 0.05) / 0.42), 0.08)
    nod = 0.0 if stride is None else 0.03 * float(np.sin(4.0 * np.pi * stride))
    head = _soft(1.0 - np.hypot((x - 0.62) / 0.30, (y + 0.45 + nod) / 0.40), 0.10)
    snout = _soft(1.0 - np.hypot((x - 0.88) / 0.18, (y + 0.35 + nod) / 0.16), 0.15)
    legs = np.zeros_like(x)
    for place, when in _LEGS:
        swing = 0.0 if stride is None else 0.22 * float(np.sin(2.0 * np.pi * (stride - when)))
        legs += _soft(0.07 - np.abs(x - place - swing * np.clip(y - 0.2, 0.0, 1.0)), 0.04)
    legs *= _soft(y, 0.1) * _soft(1.0 - y, 0.05)
    cover = np.clip(trunk + head + snout + legs, 0.0, 1.0)
    fur = 0.55 + 0.12 * np.sin(x * 9.0 + y * 5.0)
    eye = np.exp(-(((x - 0.66) / 0.06) ** 2 + ((y + 0.52 + nod) / 0.08) ** 2))
    nose = np.exp(-(((x - 1.0) / 0.07) ** 2 + ((y + 0.36 + nod) / 0.08) ** 2))
    value = warm * (fur + 0.2 * head + 0.45 * eye + 0.2 * snout - 0.5 * nose)
    return np.asarray(cover, np.float32), np.asarray(value, np.float32)


class Dog:
    """A dog that walks to and fro between two places."""

    def __init__(self, item: Item, room: Room, optics: Optics) -> None:
        if item.walk_to is None:
            raise ValueError("this dog stands: it belongs to the room")
        self._optics = optics
        self._from = np.array(item.at)
        self._way = np.array([item.walk_to[0], item.at[1], item.walk_to[1]]) - self._from
        self._length_m = float(np.hypot(self._way[0], self._way[2]))
        # seen from the side when it crosses, from before or behind when it comes or goes
        self._wide = max(_HEAD_ON, abs(float(self._way[0])) / max(self._length_m, 1e-6))
        nearest = min(item.at[2], item.walk_to[1])
        self._mm = 0.55 * 1000.0 * nearest / optics.focal_px
        self._layers = [self._layer(item, room, k / _PHASES) for k in range(_PHASES)]

    def distance_m(self, time_s: float) -> float:
        """How far in front of the camera it is."""
        return float(self._from[2] + self._way[2] * self._share(time_s))

    def draw(self, time_s: float, air: tuple[float, float], out: Image) -> None:
        """Lay it over `out` as it is at this time."""
        share = self._share(time_s)
        x, y, z = self._from + self._way * share
        stride = share * self._length_m / _STRIDE_M
        y += _BOB_M * float(np.sin(4.0 * np.pi * stride))
        u, v, depth = self._optics.project(float(x), float(y), float(z))
        pace = self._pace(time_s)
        ahead = float(np.clip(pace / _TURNS, -1.0, 1.0)) * (1.0 if self._way[0] >= 0.0 else -1.0)
        squeeze = self._wide * float(np.copysign(max(abs(ahead), _HEAD_ON), ahead))
        layer = self._layers[int(stride * _PHASES) % _PHASES]
        mm_per_px = 1000.0 * depth / self._optics.focal_px
        paste(out, layer, Placing((u, v), mm_per_px, air, squeeze=squeeze))

    def _share(self, time_s: float) -> float:
        """Share of the way: there and back, slow at the ends."""
        return 0.5 - 0.5 * float(np.cos(self._phase(time_s)))

    def _pace(self, time_s: float) -> float:
        """Speed as a share of the highest; negative on the way back."""
        return float(np.sin(self._phase(time_s)))

    def _phase(self, time_s: float) -> float:
        return 2.0 * _SPEED_M_S * time_s / max(self._length_m, 1e-6)

    def _layer(self, item: Item, room: Room, stride: float) -> Layer:
        half = np.array(item.size) * 1000.0 / 2.0 / self._mm  # pixels
        edge = np.ceil(half * _EDGE)
        rows, columns = (
            np.arange(-reach, reach + 1.0) / size
            for reach, size in ((edge[1], half[1]), (edge[0], half[0]))
        )
        x, y = (np.asarray(grid, np.float32) for grid in np.meshgrid(columns, rows))
        cover, warmer = side_view(x, y, item.temp_c - room.ambient_c, stride)
        leaves: NDArray[np.float64] = radiometry.leaving(
            room.ambient_c + warmer, _FUR_EMISSIVITY, room.mirrored_c
        )
        planes = ((leaves * cover).astype(np.float32), cover)
        return Layer(planes, None, (self._mm, self._mm), (float(edge[0]), float(edge[1])))


def _soft(distance: Image, soft: float) -> Image:
    """Rise from 0 to 1 where `distance` becomes positive."""
    return np.asarray(np.clip(distance / soft + 0.5, 0.0, 1.0), np.float32)
