"""Pictures to screen, painted by hand: warm discs and faces on a wall, with noise."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from screening.faces.detection import Detection

Celsius = NDArray[np.float32]


class Wall:
    """A wall at 24 deg C, `(height, width)`, seen with noise; things are painted on it."""

    def __init__(self, width: int = 120, height: int = 160, noise_k: float = 0.03) -> None:
        self.width, self.height, self.noise_k = width, height, noise_k
        self._random = np.random.default_rng(7)
        self.rows, self.columns = np.mgrid[:height, :width].astype(np.float32)

    def paint(self, *things: Callable[["Wall", Celsius], None], offset_c: float = 0.0) -> Celsius:
        picture = np.full((self.height, self.width), 24.0, np.float32)
        for thing in things:
            thing(self, picture)
        noise = self._random.standard_normal(picture.shape).astype(np.float32) * self.noise_k
        return picture + noise + np.float32(offset_c)


def disc(x: float, y: float, radius: float, temp_c: float) -> Callable[[Wall, Celsius], None]:
    def draw(wall: Wall, picture: Celsius) -> None:
        distance = np.hypot(wall.columns - x, wall.rows - y)
        inside = np.clip(radius + 0.5 - distance, 0.0, 1.0)
        picture += inside * (np.float32(temp_c) - picture)

    return draw


def block(x: int, y: int, w: int, h: int, temp_c: float) -> Callable[[Wall, Celsius], None]:
    def draw(wall: Wall, picture: Celsius) -> None:
        picture[max(0, y) : y + h, max(0, x) : x + w] = temp_c

    return draw


def face(
    x: float, y: float, width_px: float, canthus_c: float = 36.0, skin_c: float = 34.0
) -> Callable[[Wall, Celsius], None]:
    """Paint a face whose centre is at (x, y), with two hot spots at its inner canthi."""

    def draw(wall: Wall, picture: Celsius) -> None:
        mm = 140.0 / width_px
        across, down = (wall.columns - x) * mm, (wall.rows - y) * mm
        inside = (across / 70.0) ** 2 + (down / 75.0) ** 2 < 1.0
        temp = (
            skin_c - 0.9 * (np.abs(across) / 70.0) ** 2 + 0.4 * np.sin(across / 9.0 + down / 14.0)
        )
        temp -= 1.5 * np.exp(-((across / 12.0) ** 2 + ((down - 15.0) / 20.0) ** 2))  # the nose
        for side in (-16.5, 16.5):
            spot = ((across - side) ** 2 + (down + 20.0) ** 2) / (2.0 * 3.4**2)
            temp += (canthus_c - skin_c) * np.exp(-spot)
        picture[inside] = temp[inside]

    return draw


def detection(x: float, y: float, width_px: float, score: float = 0.9) -> Detection:
    """Return what a detector says of `face(x, y, width_px)`."""
    px = width_px / 140.0
    points = [(-16.5, -20), (16.5, -20), (0, 20), (-24, 45), (24, 45)]
    landmarks = np.array([(x + a * px, y + b * px) for a, b in points], np.float32)
    w, h = 147.0 * px, 160.0 * px
    return Detection((x - w / 2, y - h / 2, w, h), score, landmarks, score)


def frame(
    celsius: Celsius,
    time_s: float,
    *,
    sequence: int = 0,
    ffc: FfcState = FfcState.COMPLETE,
    ffc_age_s: float | None = None,
    tlinear: bool = True,
) -> RadiometricFrame:
    counts = np.clip(np.rint((celsius + 273.15) * 100.0), 0, 65535).astype(np.uint16)
    radiometry = Radiometry(tlinear=tlinear, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)
    age_s = 300.0 + time_s if ffc_age_s is None else ffc_age_s
    return RadiometricFrame(counts, radiometry, time_s, sequence, ffc, age_s)
