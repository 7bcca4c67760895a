"""What an emulated camera looks at: a face before a wall, or any sensor's frames."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.errors import SensorLost
from device.frame import FfcState, RadiometricFrame
from device.sensor import Sensor

CENTIKELVIN_AT_0_C = 27315


class FrameSource(Protocol):
    """A scene in apparent temperature."""

    @property
    def width(self) -> int:
        """Pixels per row."""

    @property
    def height(self) -> int:
        """Rows."""

    def frame(self, time_s: float) -> NDArray[np.uint16]:
        """Return the scene at `time_s` as `(H, W) uint16` in 0.01 K, valid until the next call."""


class DoorScene:
    """A person at 34.6 deg C who sways before a wall at 22 deg C, and a reference at 36 deg C.

    It is there for tests of the line and of the driver, not of the screening.
    """

    def __init__(self, width: int = 640, height: int = 512, noise_k: float = 0.03) -> None:
        self.width, self.height = width, height
        self._random = random = np.random.Generator(np.random.PCG64(7))
        wall = np.linspace(21.5, 22.5, height)[:, None] + np.zeros(width)
        wall[: height // 8, : width // 8] = 36.0
        self._wall = _centikelvin(wall)
        # Two pieces of noise that are never laid over one another in the same way twice.
        self._noise = np.rint(random.normal(0.0, noise_k * 71.0, (2, 2 * height * width)))
        self._noise = self._noise.astype(np.int16)
        y, x = np.mgrid[-1.0 : 1.0 : height // 2 * 1j, -1.0 : 1.0 : width // 3 * 1j]
        self._face = _centikelvin(34.6 - 1.5 * (x**2 + y**2))
        self._inside = x**2 + y**2 < 1.0
        self._out = np.zeros((height, width), np.uint16)

    def frame(self, time_s: float) -> NDArray[np.uint16]:
        """Return the scene at `time_s`."""
        np.copyto(self._out, self._wall)
        rows, columns = self._face.shape
        top = self.height // 4
        left = self.width // 3 + round(self.width / 20 * np.sin(time_s))
        place = self._out[top : top + rows, left : left + columns]
        np.copyto(place, self._face, where=self._inside)
        for noise in self._noise:
            start = int(self._random.integers(noise.size - self._out.size))
            piece = noise[start : start + self._out.size].reshape(self._out.shape)
            np.add(self._out, piece, out=self._out, casting="unsafe")
        return self._out


class SensorScene:
    """The frames of another sensor, of a simulated one for example.

    Parameters
    ----------
    sensor
        An open sensor that yields 0.01 K per count and keeps to the clock by itself.
    """

    def __init__(self, sensor: Sensor) -> None:
        self.width, self.height = sensor.info.width, sensor.info.height
        self._frames: Iterator[RadiometricFrame] = sensor.frames()
        self._open = np.zeros((self.height, self.width), np.uint16)

    def frame(self, time_s: float) -> NDArray[np.uint16]:  # noqa: ARG002 - the sensor has the clock
        """Return the sensor's next frame; the last one again while its own shutter is closed."""
        frame = next(self._frames, None)
        if frame is None:
            raise SensorLost("the scene of the emulated camera has ended.")
        if frame.ffc is not FfcState.IN_PROGRESS:
            np.copyto(self._open, frame.counts)
        return self._open


def _centikelvin(celsius: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.rint(celsius * 100.0 + CENTIKELVIN_AT_0_C).astype(np.uint16)
