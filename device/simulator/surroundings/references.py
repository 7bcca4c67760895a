"""Blackbodies in the picture: what their surface does over time, and how they are drawn."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import Optics
from device.simulator.physics import radiometry
from device.simulator.render.layers import Image, Point
from device.simulator.scenario.schema import Reference, Room
from device.simulator.scenario.truth import ReferenceTruth, share_inside

_HEATER_S = 90.0  # time constant of a reference's heater and plate
_WHOLE = 0.999  # of the plate in the picture


class Blackbody:
    """A reference of a scenario.

    Parameters
    ----------
    phases
        `(3,)` from 0 to 1: where the wander of its surface stands at the start.
    """

    def __init__(
        self, reference: Reference, room: Room, optics: Optics, phases: NDArray[np.float64]
    ) -> None:
        self._reference, self._room, self._optics, self._phases = reference, room, optics, phases
        self._plates: dict[Point, _Plate] = {}

    @property
    def distance_m(self) -> float:
        """How far in front of the camera it stands at the start."""
        return self._reference.at[2]

    def _at(self, time_s: float) -> tuple[float, float, float]:
        """Return where it is, before anybody knocks it."""
        carried = [tuple(place) for at_s, *place in self._reference.carried_to if time_s >= at_s]
        x, y, z = carried[-1] if carried else self._reference.at
        return x, y, z

    def draw(self, time_s: float, air: tuple[float, float], out: Image) -> ReferenceTruth | None:
        """Lay it over `out` as it is at this time; None when it has been taken away.

        `air` is what the way to the camera lets through, and what it adds.
        """
        reference = self._reference
        if reference.removed_at_s is not None and time_s >= reference.removed_at_s:
            return None
        surface_c = self._surface_c(time_s)
        x, y, z = self._at(time_s)
        if reference.knocked_at_s is not None and time_s >= reference.knocked_at_s:
            x, y = x + reference.knocked_by[0], y + reference.knocked_by[1]
        u, v, depth = self._optics.project(x, y, z)
        radius = reference.size_m / 2.0 * self._optics.focal_px / depth
        place = (round(u, 3), round(v, 3))
        if place not in self._plates:
            self._plates[place] = _plate(out.shape, reference, (u, v), radius)
        self._plates[place].draw(out, *self._glow(surface_c, air))
        box = (u - radius, v - radius, 2.0 * radius, 2.0 * radius)
        size = (self._optics.width, self._optics.height)
        return ReferenceTruth(box, surface_c, share_inside(box, size) > _WHOLE)

    def _glow(self, surface_c: float, air: tuple[float, float]) -> tuple[float, float, float]:
        """Radiance at the lens of its housing, its rim and its centre."""
        room, emissivity = self._room, self._reference.emissivity
        box_c = room.ambient_c + 0.12 * max(0.0, surface_c - room.ambient_c)
        rim_c = surface_c - self._reference.uniformity_k
        housing, rim, centre = (
            float(radiometry.leaving(temp_c, e, room.mirrored_c)) * air[0] + air[1]
            for temp_c, e in ((box_c, 0.9), (rim_c, emissivity), (surface_c, emissivity))
        )
        return housing, rim, centre

    def _surface_c(self, time_s: float) -> float:
        reference, ambient_c = self._reference, self._room.ambient_c
        hertz = np.array([0.004, 0.011, 0.027])
        wander = float(np.sin(2.0 * np.pi * (hertz * time_s + self._phases)).sum())
        set_c = [temp_c for at_s, temp_c in reference.set_at if time_s >= at_s]
        value = (set_c[-1] if set_c else reference.temp_c) + (
            reference.stability_k * wander / np.sqrt(1.5)
        )
        on_s = reference.on_for_s + time_s
        value -= (reference.temp_c - ambient_c) * float(np.exp(-on_s / _HEATER_S))
        value += reference.drift_k_per_min / 60.0 * max(0.0, time_s - reference.drifts_from_s)
        if reference.heater_fails_at_s is not None and time_s > reference.heater_fails_at_s:
            cooled = 1.0 - float(np.exp(-(time_s - reference.heater_fails_at_s) / _HEATER_S))
            value += (ambient_c - value) * cooled
        return float(value)


@dataclass(frozen=True, slots=True)
class _Plate:
    """Where a reference lies in the picture, made once for each place.

    Attributes
    ----------
    window
        Rows and columns that it touches.
    box, cover
        Share of housing and of radiating surface in each pixel of the window.
    rim
        From 0 at the centre to 1 at the edge.
    """

    window: tuple[slice, slice]
    box: Image
    cover: Image
    rim: Image

    def draw(self, out: Image, housing: float, rim: float, centre: float) -> None:
        """Lay it over `out` with the radiance of its housing, its rim and its centre."""
        patch = out[self.window]
        patch += self.box * (np.float32(housing) - patch)
        patch += self.cover * (np.float32(centre) + np.float32(rim - centre) * self.rim - patch)


def _plate(shape: tuple[int, int], reference: Reference, at: Point, radius: float) -> _Plate:
    """Lay out a reference of this radius in pixels."""
    reach = radius * (2.6 if reference.housing else 1.0) + 2.0
    rows, columns = (
        slice(max(0, int(middle - reach)), max(0, min(size, int(middle + reach + 1))))
        for middle, size in ((at[1], shape[0]), (at[0], shape[1]))
    )
    y, x = np.mgrid[rows, columns].astype(np.float32)
    dx, dy = np.abs(x - np.float32(at[0])), np.abs(y - np.float32(at[1]))
    box = np.clip(radius * 1.9 + 0.5 - dx, 0.0, 1.0) * np.clip(radius * 2.4 + 0.5 - dy, 0.0, 1.0)
    distance = np.maximum(dx, dy) if reference.square else np.hypot(dx, dy)
    return _Plate(
        (rows, columns),
        np.asarray(box * reference.housing, np.float32),
        np.asarray(np.clip(radius + 0.5 - distance, 0.0, 1.0), np.float32),
        np.asarray(np.clip(distance / radius, 0.0, 1.0) ** 2, np.float32),
    )
