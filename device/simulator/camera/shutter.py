"""The shutter: when a flat-field correction comes, and how the picture jumps and sinks after it.

Measured on recordings of two Lepton 3.5 that look at a heated plate: the shutter has warmed the
picture's zero, so after an FFC everything reads 0.8 to 1.4 K higher. It rises to that within two
seconds (time constant about 0.9 s) and sinks within a minute, not along an exponential but in
steps: it stays for several seconds, then falls within a few. In 18 and 32 s of sinking the fifth of
the seconds that falls most has 0.53 and 0.78 of the fall; on an exponential it has 0.22 and 0.30.
"""

import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState
from device.simulator.scenario.schema import Camera

Values = NDArray[np.float64]
RISE_S = 0.9  # time constant of the rise
_STEP_S = (1.5, 7.0)  # how long one step down takes
_BETWEEN_STEPS_S = (4.0, 13.0)
_MAX_STEPS = 40


class Shutter:
    """When the shutter is closed, and what it leaves behind.

    Parameters
    ----------
    ffc_s, imminent_s
        How long an FFC takes and how long before it the camera says so.
    rng
        Draws when the picture sinks.
    """

    def __init__(
        self, camera: Camera, ffc_s: float, imminent_s: float, rng: np.random.Generator
    ) -> None:
        self._camera = camera
        self._ffc_s, self._imminent_s = ffc_s, imminent_s
        self._rng = rng
        self.open_since_s = -camera.ffc_age_s
        self._closed_at_s: float | None = None
        self._next_auto_s = camera.ffc_every_s
        self._planned = sorted(camera.ffc_at_s)
        self._steps = self._draw_steps()

    def request(self, time_s: float) -> None:
        """Close it now, unless it is closed already."""
        if self._closed_at_s is None:
            self._closed_at_s = time_s

    def state(self, time_s: float) -> FfcState:
        """Move on to this time and say what the camera says of it."""
        if self._next_auto_s is not None and time_s >= self._next_auto_s - self._imminent_s:
            self._planned.append(self._next_auto_s)
            self._next_auto_s += self._camera.ffc_every_s or 0.0
        imminent = False
        for start in list(self._planned):
            if time_s >= start:
                self._planned.remove(start)
                self.request(time_s)
            elif time_s >= start - self._imminent_s:
                imminent = True
        if self._closed_at_s is not None:
            if time_s < self._closed_at_s + self._ffc_s:
                return FfcState.IN_PROGRESS
            self.open_since_s = self._closed_at_s + self._ffc_s
            self._closed_at_s = None
            self._steps = self._draw_steps()
        return FfcState.IMMINENT if imminent else FfcState.COMPLETE

    def jump_k(self, time_s: float) -> float:
        """Return what is left of the jump, in kelvin."""
        age = max(time_s - self.open_since_s, 0.0)
        starts, lengths, drops = self._steps
        part = np.clip((age - starts) / lengths, 0.0, 1.0)
        fallen = float((drops * 0.5 * (1.0 - np.cos(np.pi * part))).sum())
        risen = 1.0 - float(np.exp(-age / RISE_S))
        return self._camera.ffc_jump_k * risen * (1.0 - fallen)

    def _draw_steps(self) -> tuple[Values, Values, Values]:
        """When steps down begin (seconds after the FFC), how long they take, shares of the jump."""
        starts = np.cumsum(self._rng.uniform(*_BETWEEN_STEPS_S, _MAX_STEPS))
        lengths = self._rng.uniform(*_STEP_S, _MAX_STEPS)
        # each step ends where an exponential with the time constant of settling would be
        ends = np.minimum.accumulate(np.exp(-(starts + lengths) / self._camera.ffc_settle_s))
        return starts, lengths, -np.diff(ends, prepend=1.0)
