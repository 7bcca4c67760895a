"""The camera: from band radiance at the lens to counts, with all that a microbolometer adds.

Each frame: optics blur it, the pixel's offsets (fixed pattern, drift, the jump after an FFC) and
noise are added as radiance, and the camera's own calibration turns the sum into TLinear counts of
0.01 K, set to emissivity 1. What a dishonest camera does happens in that last table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState
from device.simulator.camera.shutter import Shutter
from device.simulator.physics import radiometry
from device.simulator.scenario.schema import Camera, Room

KELVIN_PER_COUNT = 0.01
_CODES = 65536
_SPAN_C = (-40.0, 110.0)  # what the camera sees in high gain
_NOISE_PLANES = 6
_NOISE_MARGIN = 64
_SECOND = 0.3  # of the noise's amplitude: no two windows come together a second time
_NARCISSUS = 0.25  # its size: standard deviation, in halves of the picture
_ROW_SHARE, _COLUMN_SHARE = 0.40, 0.33  # of the noise's amplitude


@dataclass(frozen=True, slots=True)
class CameraModel:
    """What a camera of this kind is like: from its data sheet, high gain, room temperature.

    Attributes
    ----------
    ffc_s, ffc_imminent_s
        How long an FFC takes and how long before it the camera says so.
    ffc_desired_after_s, ffc_desired_after_k
        When it asks for one: time since the last, change of its own temperature since then.
    smear_s
        Thermal time constant of the pixels.
    grain_px, memory
        How noise hangs together: over neighbours (standard deviation of the blur that makes it so)
        and from frame to frame (0 is none). A Lepton filters its output, a Boson+ hardly.
    flicker_k
        Jitter from frame to frame that the whole picture has in common; where the noise has a
        memory, so have its steps.
    step_counts
        The camera's counts come in steps of so many.
    """

    dossier: str
    name: str
    width: int
    height: int
    frame_rate_hz: float
    hfov_deg: float
    netd_k: float
    ffc_s: float
    ffc_imminent_s: float
    ffc_desired_after_s: float
    ffc_desired_after_k: float
    smear_s: float = 0.010
    grain_px: float = 0.0
    memory: float = 0.0
    flicker_k: float = 0.004
    step_counts: int = 1

    @property
    def walks(self) -> bool:
        """Whether its noise walks instead of being white."""
        return self.memory > 0.0


MODELS = {
    "boson-plus-640": CameraModel(
        "boson-plus-640", "Boson+ 640", 640, 512, 30.0, 32.0, 0.020, 0.5, 2.0, 300.0, 2.0
    ),
    "boson-plus-320": CameraModel(
        "boson-plus-320", "Boson+ 320", 320, 256, 30.0, 34.0, 0.020, 0.5, 2.0, 300.0, 2.0
    ),
    "lepton-3.5": CameraModel(
        "lepton-3.5",
        "Lepton 3.5",
        160,
        120,
        9.0,
        57.0,
        0.050,
        2.6,
        2.0,
        180.0,
        1.5,
        0.012,
        grain_px=0.55,
        memory=0.94,
        flicker_k=0.0035,
        step_counts=2,
    ),
}


@dataclass(frozen=True, slots=True)
class Optics:
    """How the upright image is made: size, focal length in pixels, where the axis is."""

    width: int
    height: int
    focal_px: float
    height_m: float
    tilt_rad: float

    @property
    def hfov_deg(self) -> float:
        """Horizontal field of view of the upright image."""
        return float(np.degrees(2.0 * np.arctan(self.width / 2.0 / self.focal_px)))

    def project(self, x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
        """Pixel x, y of a point, and its depth along the axis in metres."""
        c, s = np.cos(self.tilt_rad), np.sin(self.tilt_rad)
        up = y_m - self.height_m
        depth = z_m * c + up * s
        rise = -z_m * s + up * c
        u = (self.width - 1) / 2.0 + self.focal_px * x_m / depth
        v = (self.height - 1) / 2.0 - self.focal_px * rise / depth
        return float(u), float(v), float(depth)


def optics_of(camera: Camera) -> Optics:
    """Projection of a camera as it is mounted."""
    model = MODELS[camera.model]
    focal = model.width / 2.0 / np.tan(np.radians(model.hfov_deg / 2.0))
    size = (model.height, model.width) if camera.portrait else (model.width, model.height)
    return Optics(*size, float(focal), camera.height_m, float(np.radians(camera.tilt_deg)))


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the camera says of the frame it has just made."""

    ffc: FfcState
    ffc_age_s: float | None
    ffc_desired: bool
    fpa_temp_c: float
    offset_k: float


class Detector:
    """The focal plane array and its electronics over time."""

    def __init__(
        self, camera: Camera, room: Room, optics: Optics, rng: np.random.Generator
    ) -> None:
        self._camera = camera
        self._model = MODELS[camera.model]
        self._ambient_c = room.ambient_c
        self._rng = rng
        self._second_rng = rng.spawn(1)[0]
        shape = (optics.height, optics.width)
        self._slope = radiometry.radiance_slope(30.0)
        self._middle = float(radiometry.radiance(room.ambient_c))
        self._table, self._low, self._scale = _calibration(camera, self._model.step_counts)
        self._noise = _noise_planes(shape, self._model, rng)
        self._noise *= np.float32(self._model.netd_k * camera.noise * self._slope * self._scale)
        self._now = self._noise[0, : shape[0], : shape[1]].copy()
        self._bad = _bad_pixels(shape, rng)
        self._pattern = _fixed_pattern(shape, camera.fall_off_k, rng) * np.float32(
            self._slope * self._scale
        )
        self._narcissus = _middle(shape) * np.float32(self._slope * self._scale)
        self._followed: NDArray[np.float32] | None = None
        self._followed_s = 0.0
        # optics, and the pixel's own square (standard deviation 0.29 px) less what drawing blurs
        self._blur_px = float(np.sqrt(camera.softness_px**2 + 0.289**2 - 0.2**2))
        self._code = np.empty(shape, np.float32)
        self._raw = np.empty(shape, np.uint16)
        self._shutter = Shutter(camera, self._model.ffc_s, self._model.ffc_imminent_s, rng)
        self._evened_s = self._shutter.open_since_s
        self._fpa_evened_c = self._fpa_c(self._evened_s)
        self._wander_k = 0.0
        self._flicker_k = self._flicker_step_k = 0.0
        self._last_s: float | None = None

    def request_ffc(self, time_s: float) -> None:
        """Close the shutter as soon as it may."""
        self._shutter.request(time_s)

    def expose(
        self, scene: NDArray[np.float32], time_s: float, out: NDArray[np.uint16]
    ) -> Exposure:
        """Turn `scene` (band radiance, `(H, W) float32`, overwritten) into counts in `out`."""
        state = self._shutter.state(time_s)
        if self._shutter.open_since_s != self._evened_s:
            self._evened_s = self._shutter.open_since_s
            self._fpa_evened_c = self._fpa_c(self._evened_s)
        offset_k = self._offset_k(time_s)
        if state is FfcState.IN_PROGRESS:
            scene.fill(float(radiometry.radiance(self._fpa_c(time_s) - 4.0)))
        cv2.GaussianBlur(scene, (5, 5), self._blur_px, dst=scene, borderType=cv2.BORDER_REPLICATE)
        if self._camera.lag_s:
            self._follow(scene, time_s)
        # gain is measured from the middle of what people are, so that it shows as a slope there
        middle = (1.0 - self._camera.gain) * self._middle
        shift = (offset_k * self._slope + middle - self._low) * self._scale
        cv2.scaleAdd(scene, self._scale * self._camera.gain, self._noise_now(), dst=self._code)
        if rate := self._camera.narcissus_k_per_h:
            grown_k = rate * time_s * self._camera.time_lapse / 3600.0
            cv2.scaleAdd(self._narcissus, grown_k, self._code, dst=self._code)
        fpa = self._fpa_c(time_s)
        # what an FFC has evened out comes back as the camera's own temperature moves on
        unevenness = 1.0 + 0.6 * abs(fpa - self._fpa_evened_c)
        cv2.addWeighted(
            self._pattern, unevenness, self._code, 1.0, shift, dst=self._raw, dtype=cv2.CV_16U
        )  # rounds, and saturates
        cv2.LUT(self._raw, self._table, dst=out)
        flat = out.reshape(-1)
        flat[self._bad] = flat[self._bad - 1]  # the camera fills them from their neighbours
        age = time_s - self._evened_s
        desired = (
            age > self._model.ffc_desired_after_s
            or abs(fpa - self._fpa_evened_c) > self._model.ffc_desired_after_k
        )
        return Exposure(state, max(age, 0.0), desired, fpa, offset_k)

    def _follow(self, scene: NDArray[np.float32], time_s: float) -> None:
        """Let what the pixels have follow what they see."""
        if self._followed is None:
            self._followed = scene.copy()
        part = 1.0 - float(np.exp((self._followed_s - time_s) / self._camera.lag_s))
        self._followed_s = time_s
        cv2.accumulateWeighted(scene, self._followed, part)
        np.copyto(scene, self._followed)

    def _noise_now(self) -> NDArray[np.float32]:
        fresh, now = self._window(self._rng), self._now
        if self._model.memory == 0.0:
            other = self._window(self._second_rng)
            cv2.addWeighted(fresh, float(np.sqrt(1.0 - _SECOND**2)), other, _SECOND, 0.0, dst=now)
            return now
        keep = self._model.memory
        now *= np.float32(keep)
        cv2.scaleAdd(fresh, float(np.sqrt(1.0 - keep**2)), now, dst=now)
        return now

    def _window(self, rng: np.random.Generator) -> NDArray[np.float32]:
        plane, dy, dx = rng.integers(0, (_NOISE_PLANES, _NOISE_MARGIN, _NOISE_MARGIN))
        height, width = self._code.shape
        return self._noise[plane, dy : dy + height, dx : dx + width]

    def _fpa_c(self, time_s: float) -> float:
        on_s = time_s * self._camera.time_lapse + self._camera.powered_for_s
        return self._ambient_c + 9.0 * (1.0 - float(np.exp(-max(on_s, 0.0) / 900.0)))

    def _offset_k(self, time_s: float) -> float:
        """Error common to the frame: calibration, drift with the FPA, wander, the FFC's jump."""
        step = 0.0 if self._last_s is None else max(0.0, time_s - self._last_s)
        step *= self._camera.time_lapse
        self._last_s = time_s
        self._wander_k *= float(np.exp(-step / 120.0))
        self._wander_k += 0.004 * float(np.sqrt(step)) * float(self._rng.standard_normal())
        drift = 0.35 * (self._fpa_c(time_s) - self._fpa_evened_c)
        jump = self._shutter.jump_k(time_s)
        return self._camera.offset_k + drift + jump + self._wander_k + self._flicker()

    def _flicker(self) -> float:
        """Error common to one frame. A Lepton's steps have a lag-1 correlation of about 0.4."""
        fresh = self._model.flicker_k * float(self._rng.standard_normal())
        if not self._model.walks:
            return fresh
        self._flicker_step_k = 0.4 * self._flicker_step_k + float(np.sqrt(1.0 - 0.4**2)) * fresh
        self._flicker_k = 0.9 * self._flicker_k + self._flicker_step_k
        return self._flicker_k


def _calibration(camera: Camera, step: int) -> tuple[NDArray[np.uint16], float, float]:
    """Table from detector code to counts, and the radiance of code 0 and codes per radiance."""
    low, high = (float(radiometry.radiance(t)) for t in _SPAN_C)
    codes = np.linspace(low, high, _CODES)
    if camera.fault == "wrong_emissivity":
        mirrored = float(radiometry.radiance(22.0))
        codes = (codes - (1.0 - 0.95) * mirrored) / 0.95
    temp_c = radiometry.apparent_temp_c(codes)
    if camera.fault == "normalises":
        pulled = 35.4 + 0.4 * (temp_c - 35.4)
        near = np.clip((3.5 - np.abs(temp_c - 36.5)) / 1.0, 0.0, 1.0)
        temp_c = temp_c + near * (pulled - temp_c)
    elif camera.fault == "clips":
        temp_c = np.minimum(temp_c, 37.0)
    counts = step * np.rint((temp_c + radiometry.KELVIN_OFFSET) / KELVIN_PER_COUNT / step)
    return counts.astype(np.uint16).reshape(1, -1), low, (_CODES - 1) / (high - low)


def _noise_planes(
    shape: tuple[int, int], model: CameraModel, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw planes of noise of unit size; frames take windows of them. Rows and columns show."""
    size = (_NOISE_PLANES, shape[0] + _NOISE_MARGIN, shape[1] + _NOISE_MARGIN)
    noise = rng.standard_normal(size, np.float32)
    if model.grain_px > 0.0:
        for plane in noise:
            cv2.GaussianBlur(plane, (5, 5), model.grain_px, dst=plane)
        noise /= noise.std()
    noise *= np.float32(np.sqrt(1.0 - _ROW_SHARE**2 - _COLUMN_SHARE**2))
    noise += rng.standard_normal((size[0], size[1], 1), np.float32) * np.float32(_ROW_SHARE)
    noise += rng.standard_normal((size[0], 1, size[2]), np.float32) * np.float32(_COLUMN_SHARE)
    return np.asarray(noise)


def _bad_pixels(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw which pixels are dead: a few in ten thousand."""
    count = shape[0] * shape[1]
    return np.asarray(np.sort(rng.integers(1, count, max(1, count // 4000))))


def _middle(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Draw a round spot in the middle of the picture, 1 at its top."""
    v, u = np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]), indexing="ij")
    return np.asarray(np.exp(-(u * u + v * v) / (2.0 * _NARCISSUS**2)), np.float32)


def _fixed_pattern(
    shape: tuple[int, int], fall_off_k: Sequence[float], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw what no FFC takes away, in kelvin: pixels, columns, a slow fall-off to the corners."""
    v, u = np.meshgrid(np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1]), indexing="ij")
    fall_off = np.stack([u, v, u * u, v * v, u * v], -1) @ np.array(fall_off_k)
    pixels = rng.standard_normal(shape, np.float32) * 0.012
    columns = rng.standard_normal(shape[1], np.float32) * 0.010
    return np.asarray(pixels + columns + fall_off, np.float32)
