"""How long the sensor has been warming up, across workers: it stays on when a worker is replaced.

A screener counts its warm-up from its own first frame. Without this, a worker that crashes on the
second day would blind the station for another half an hour.
"""

from collections.abc import Callable
from dataclasses import replace

from device.info import SensorInfo
from screening.settings import Settings

_GAP_S = 20.0  # away for longer, it may have been switched off


class WarmUp:
    """Remembers since when the same sensor has been sending, with short gaps only.

    Parameters
    ----------
    clock
        Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._sensor: SensorInfo | None = None
        self._since: float | None = None
        self._seen_at = 0.0

    def opened(self, sensor: SensorInfo) -> None:
        """Note that a sensor was opened; another one begins cold."""
        if sensor != self._sensor:
            self._sensor, self._since = sensor, None

    def seen(self) -> None:
        """Note a frame."""
        now = self._clock()
        if self._since is None or now - self._seen_at > _GAP_S:
            self._since = now
        self._seen_at = now

    @property
    def warm_for_s(self) -> float:
        """For how long the sensor has been sending, in seconds."""
        now = self._clock()
        if self._since is None or now - self._seen_at > _GAP_S:
            return 0.0
        return now - self._since

    def credited(self, settings: Settings) -> Settings:
        """Return settings for a screener that starts now, with the time already warm taken off."""
        left_s = max(0.0, settings.limits.warm_up_s - self.warm_for_s)
        return replace(settings, limits=replace(settings.limits, warm_up_s=left_s))
