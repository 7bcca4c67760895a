"""Freshness is measured: a frame is screened only as a new one of a living sensor.

What no picture can tell: a film of this very sensor from before the memory of its lines, a still
with noise made as the sensor makes its own, or a splice at an empty moment. For them stand the
camera's own counter and clock (`values`) and an FFC that the station commands
(`service.worker.ffc_answer`).
"""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState, RadiometricFrame
from screening.freshness.noise import Noise
from screening.freshness.repeats import Repeats
from screening.freshness.values import Values
from screening.result import Reason

GRID_PX: Final = 160  # of larger pictures every so many pixels are looked at, for about this width
GAP_FRAMES: Final = 6.0  # a pause of so many frames: what came before is no measure
STEPS: Final = 8  # their mean is the time of a frame: some that waited come at once on a busy line
HOLD_S: Final = 2.0  # a picture must live for so long before it is believed again
RESTLESS_S: Final = 1.5  # longest that a crowd before the lens leaves no pixel quiet
FLAT_COUNTS: Final = 5  # a row that spans fewer is no picture


class Freshness:
    """Says of each frame whether it may be screened.

    Parameters
    ----------
    height, width
        Of the frames in pixels.
    netd_k
        Noise-equivalent temperature difference in kelvin.
    walks
        Whether the noise of this kind of sensor walks (`device.info.SensorInfo.noise_walks`).
    """

    def __init__(self, height: int, width: int, netd_k: float, *, walks: bool) -> None:
        self._every = max(1, round(max(height, width) / GRID_PX))
        shape = (-(-height // self._every), -(-width // self._every))
        self._picture = np.empty(shape, np.uint16)
        self._values = Values()
        self._repeats = Repeats(*shape)
        self._noise = Noise(*shape, netd_k, walks=walks)
        self._times_s: deque[float] = deque(maxlen=STEPS + 1)
        self._period_s = float("inf")  # the least that was seen
        self._restless_s: float | None = None
        self._fault: Reason | None = None
        self._fault_s: float | None = None  # None: held from the next time that can be believed
        self.cut = False  # the scene of the last frame is another one than that before it
        self.settling = False  # since the last FFC no noise was judged: it may be a still

    def step(self, frame: RadiometricFrame) -> Reason | None:
        """Return why a frame may not be screened, if so; the fault is held for `HOLD_S`."""
        self.cut = False
        impossible = self._values.step(frame)
        if impossible is Reason.IMPOSSIBLE_VALUES:
            self._restart()
            self._fault, self._fault_s = impossible, None
            return impossible
        found = impossible or self._look(frame)
        if found is not None:
            self._fault, self._fault_s = found, frame.time_s
        elif self._fault_s is None:
            self._fault_s = frame.time_s
        elif frame.time_s - self._fault_s >= HOLD_S:
            self._fault = None
        return self._fault

    def _restart(self) -> None:
        self._noise.reset()
        self._times_s.clear()
        self._restless_s = None
        self._period_s = float("inf")

    def _look(self, frame: RadiometricFrame) -> Reason | None:
        if frame.ffc is FfcState.IN_PROGRESS:
            self._restart()
            self.settling = True
            return None  # nothing is screened; the camera may repeat itself
        if self._gap(frame.time_s):
            self._noise.reset()
        picture = self._picture
        np.copyto(picture, frame.counts[:: self._every, :: self._every])
        if _flat(picture):
            return Reason.PICTURE_STILL
        look = self._noise.step(picture, frame.radiometry.kelvin_per_count)
        self.settling &= not self._noise.judged
        if self._repeats.step(picture) or look.still:
            # while an FFC is announced a camera may stand still: a pause, not a fault
            return Reason.FFC if frame.ffc is FfcState.IMMINENT else Reason.PICTURE_STILL
        self.cut = look.cut
        if not look.restless:
            self._restless_s = None
        elif self._restless_s is None:
            self._restless_s = frame.time_s
        elif frame.time_s - self._restless_s > RESTLESS_S:
            return Reason.FOREIGN_NOISE
        return Reason.FOREIGN_NOISE if look.foreign else None

    def _gap(self, time_s: float) -> bool:
        """Whether a frame comes after a pause, by the times of those before it."""
        times_s, steps = self._times_s, len(self._times_s) - 1
        gap = False
        if steps > 0:
            mean_s = (times_s[-1] - times_s[0]) / steps
            if steps == STEPS:
                self._period_s = min(self._period_s, mean_s)
            gap = time_s - times_s[-1] > GAP_FRAMES * min(self._period_s, mean_s)
        if gap:
            times_s.clear()
        times_s.append(time_s)
        return gap


def _flat(picture: NDArray[np.uint16]) -> bool:
    """Whether a row holds next to nothing."""
    return bool((picture.max(axis=1) - picture.min(axis=1) < FLAT_COUNTS).any())
