"""The emulated shutter: when a flat-field correction starts, how long it takes, when it is due."""

import math
from dataclasses import dataclass

from device.boson.enums import FfcMode, FfcStatus

_AMBIENT_C = 24.0
_SELF_HEATING_K = 12.0
_WARM_UP_S = 300.0


@dataclass(slots=True)
class Shutter:
    """FFC state of the camera, driven by the time since power-up in seconds.

    Attributes
    ----------
    mode, warn_s, frame_threshold, temp_threshold_dk
        As set over the control channel.
    duration_s
        How long the shutter stays closed; infinite for a shutter that sticks.
    rate_hz
        Frame rate.
    last_end_s
        When the last FFC ended; None before the first.
    last_frame, last_temp_dk
        Frame counter and FPA temperature (0.1 K) at its end; 0 before the first.
    """

    rate_hz: float
    mode: FfcMode = FfcMode.AUTO
    duration_s: float = 0.4
    warn_s: float = 2.0
    frame_threshold: int = 18_000
    temp_threshold_dk: int = 15
    last_end_s: float | None = None
    last_frame: int = 0
    last_temp_dk: int = 0
    _closed_s: float | None = None
    _announced_s: float | None = None

    def close(self, now_s: float) -> None:
        """Start an FFC, unless one is under way."""
        if self.status(now_s) is not FfcStatus.IN_PROGRESS:
            self._closed_s = now_s

    def status(self, now_s: float) -> FfcStatus:
        """Return the FFC state, after all that has happened until `now_s`."""
        if self._closed_s is not None and now_s >= self._closed_s + self.duration_s:
            self.last_end_s = self._closed_s + self.duration_s
            self.last_frame = int(self.last_end_s * self.rate_hz)
            self.last_temp_dk = fpa_temp_dk(self.last_end_s)
            self._closed_s = None
        if self._closed_s is not None:
            return FfcStatus.IN_PROGRESS
        if self.mode is FfcMode.AUTO and self.desired(now_s):
            if self._announced_s is None:
                self._announced_s = now_s
            if self.last_end_s is None or now_s >= self._announced_s + self.warn_s:
                self._announced_s = None
                self._closed_s = now_s
                return FfcStatus.IN_PROGRESS
            return FfcStatus.IMMINENT
        self._announced_s = None
        return FfcStatus.NEVER if self.last_end_s is None else FfcStatus.COMPLETE

    def desired(self, now_s: float) -> bool:
        """Whether the FPA temperature or the time since the last FFC asks for one."""
        if self.last_end_s is None:
            return True
        frames = (now_s - self.last_end_s) * self.rate_hz
        drift_dk = abs(fpa_temp_dk(now_s) - self.last_temp_dk)
        return frames >= self.frame_threshold or drift_dk >= self.temp_threshold_dk


def fpa_temp_dk(uptime_s: float) -> int:
    """Temperature of the focal plane array in 0.1 K: ambient, and what the camera heats itself."""
    warmth = 1.0 - math.exp(-uptime_s / _WARM_UP_S)
    return round((_AMBIENT_C + _SELF_HEATING_K * warmth + 273.15) * 10.0)
