"""People as layers: what a head and a body radiate as seen from one direction."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.simulator import radiometry, skin
from device.simulator.schema import Person, Room

Image = NDArray[np.float32]
LAYER_MM_PER_PX = 1.5
_HALF_WIDTH_MM, _HALF_HEIGHT_MM = 165.0, 195.0
# right canthus, left canthus, nose tip, right and left mouth corner: mm from the head's centre,
# x to the picture's right, y down, z towards the viewer
LANDMARKS_MM = np.array(
    [
        [-17.0, 0.0, 95.5],
        [17.0, 0.0, 95.5],
        [0.0, 32.0, 94.0],
        [-25.0, 62.0, 76.0],
        [25.0, 62.0, 76.0],
    ]
)


@dataclass(frozen=True, slots=True)
class Layer:
    """A part of a figure seen from one direction, at `mm_per_px`, anchored at its centre.

    Attributes
    ----------
    radiance
        `(h, w) float32`, multiplied by `alpha`.
    alpha
        `(h, w) float32`, 0 to 1.
    cold
        `(h, w) float32`: change of radiance per kelvin that the canthus is chilled.
    """

    radiance: Image
    alpha: Image
    cold: Image
    mm_per_px: float


def head_layer(
    body: skin.Skin, person: Person, room: Room, yaw_deg: float, pitch_deg: float
) -> Layer:
    """Paint the head of a person as an ellipsoid with warm and cool places."""
    x, y = _grid()
    a, b, c = 76.0, 115.0, 98.0
    inside = 1.0 - (x / a) ** 2 - (y / b) ** 2
    alpha = np.clip(inside * 12.0, 0.0, 1.0)
    depth = c * np.sqrt(np.clip(inside, 0.0, None))
    turn = _rotation(yaw_deg, pitch_deg)
    local = np.stack([x, y, depth], axis=-1) @ turn  # back into the head's own axes
    temp = np.full(x.shape, body.cheek_c)
    _spot(temp, local, (0.0, -50.0, 84.0), 42.0, body.forehead_c - body.cheek_c)
    _spot(temp, local, (0.0, 30.0, 98.0), 15.0, body.nose_c - body.cheek_c)
    _spot(temp, local, (0.0, 62.0, 84.0), 20.0, body.mouth_c - body.cheek_c)
    for mark, value in ((0, body.canthus_right_c), (1, body.canthus_left_c)):
        _spot(temp, local, (np.sign(mark - 0.5) * 33.0, -2.0, 78.0), 15.0, 0.7)
        at = LANDMARKS_MM[mark]
        near = value - skin.HOT_SPOT_K
        _blend(temp, local, tuple(at), 12.0, near)
        _spot(temp, local, tuple(at), skin.HOT_SPOT_SIGMA_MM, skin.HOT_SPOT_K)
    hair = (local[..., 1] < -72.0 - 0.25 * (local[..., 2] - 60.0)) | (local[..., 2] < 5.0)
    temp[hair] = room.ambient_c + 5.0
    slant = (
        depth
        / c
        / np.sqrt((x / a) ** 2 * (c / a) ** 2 + (y / b) ** 2 * (c / b) ** 2 + (depth / c) ** 2)
    )
    emissivity = skin.EMISSIVITY - 0.12 * np.clip(1.0 - slant / 0.5, 0.0, 1.0) ** 2
    if "glasses" in person.wears:
        for side in (-1.0, 1.0):
            lens = (
                (np.abs(local[..., 0] - side * 33.0) < 26.0)
                & (np.abs(local[..., 1]) < 19.0)
                & (local[..., 2] > 20.0)
            )
            temp[lens] = room.ambient_c + 4.0
            emissivity[lens] = 0.88
    if "mask" in person.wears:
        mask = (local[..., 1] > 18.0) & (local[..., 1] < 95.0) & (local[..., 2] > 10.0)
        temp[mask] = body.cheek_c - 2.5
    out = radiometry.leaving(temp, emissivity, room.mirrored_c) * alpha
    chill = -radiometry.radiance_slope(34.0) * np.where(hair, 0.3, 2.0) * alpha
    return Layer(_f32(out), _f32(alpha), _f32(chill), LAYER_MM_PER_PX)


def body_layer(body: skin.Skin, room: Room, rng: np.random.Generator) -> Layer:
    """Paint neck, shoulders and trunk; its anchor is the head's centre, at the layer's top."""
    half, height = 420.0, 900.0
    x, y = np.meshgrid(
        np.arange(-half, half, LAYER_MM_PER_PX * 2), np.arange(0.0, height, LAYER_MM_PER_PX * 2)
    )
    neck = (np.abs(x) < 58.0) & (y > 60.0) & (y < 200.0)
    slope = 165.0 + (np.abs(x) / 210.0) ** 2.2 * 60.0
    trunk = (np.abs(x) < 215.0) & (y > slope)
    cloth = room.ambient_c + 6.5 + 0.9 * np.sin(x / 31.0 + rng.random() * 6.0) * np.cos(y / 90.0)
    temp = np.where(trunk, cloth, body.neck_c)
    alpha = (neck | trunk).astype(np.float64)
    out = radiometry.leaving(temp, np.where(trunk, 0.93, 0.98), room.mirrored_c) * alpha
    return Layer(_f32(out), _f32(alpha), _f32(alpha * 0.0), LAYER_MM_PER_PX * 2)


def landmarks_mm(yaw_deg: float, pitch_deg: float) -> NDArray[np.float64]:
    """Where the five landmarks are, turned: `(5, 3)` mm from the head's centre."""
    return LANDMARKS_MM @ _rotation(yaw_deg, pitch_deg).T


def _grid() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    step = LAYER_MM_PER_PX
    x, y = np.meshgrid(
        np.arange(-_HALF_WIDTH_MM, _HALF_WIDTH_MM, step),
        np.arange(-_HALF_HEIGHT_MM, _HALF_HEIGHT_MM, step),
    )
    return x, y


def _rotation(yaw_deg: float, pitch_deg: float) -> NDArray[np.float64]:
    """Head axes to view axes: yaw about the vertical (nose to the right), then pitch (down)."""
    a, b = np.radians(yaw_deg), np.radians(pitch_deg)
    yaw = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    pitch = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    return np.asarray(pitch @ yaw)


def _spot(
    temp: NDArray[np.float64],
    local: NDArray[np.float64],
    at: tuple[float, float, float],
    sigma_mm: float,
    size_k: float,
) -> None:
    distance = ((local - np.array(at)) ** 2).sum(axis=-1)
    temp += size_k * np.exp(-distance / (2.0 * sigma_mm**2))


def _blend(
    temp: NDArray[np.float64],
    local: NDArray[np.float64],
    at: tuple[float, float, float],
    sigma_mm: float,
    value_c: float,
) -> None:
    weight = np.exp(-(((((local - np.array(at)) ** 2).sum(axis=-1)) / (2.0 * sigma_mm**2)) ** 2))
    temp += weight * (value_c - temp)


def _f32(array: NDArray[np.float64]) -> Image:
    return np.ascontiguousarray(array, np.float32)
