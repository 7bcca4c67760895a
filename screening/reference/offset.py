"""The sensor's error over time, from what the reference should read and reads.

A sensor drifts slowly and jumps at each flat-field correction, then creeps for about a minute, the
whole frame together. Offset and rate are followed by a Kalman filter that is loosened after every
correction; its own uncertainty goes into the budget of every reading.
"""

from typing import Final

RATE_NOISE: Final = 0.002  # K s-1 per root s: how fast the rate of a settled sensor wanders
CREEP_RATE_C_S: Final = 0.15  # standard deviation of the rate right after a correction
REST_RATE_C_S: Final = 0.02  # and of a sensor at rest
JUMP_C: Final = 1.5  # standard deviation of the jump
FIRST_C: Final = 5.0  # what is known of the offset before the first reading
READING_FLOOR_C: Final = 0.008  # frame-to-frame movement of the whole frame, beyond pixel noise


class OffsetFilter:
    """Follows one reference's offset; variances in K^2, rates in K s-1.

    Parameters
    ----------
    reading_sd_c
        Standard deviation of one frame's reading of the reference (noise of the pixels averaged).
    creeping
        The sensor may still creep after a correction when the filter begins.
    """

    def __init__(self, reading_sd_c: float, *, creeping: bool) -> None:
        self._noise = reading_sd_c**2 + READING_FLOOR_C**2
        self._time_s: float | None = None
        self.offset_c = 0.0
        self.rate_c_s = 0.0
        rate_c_s = CREEP_RATE_C_S if creeping else REST_RATE_C_S
        self._p = (FIRST_C**2, 0.0, rate_c_s**2)

    @property
    def uncertainty_c(self) -> float:
        """Standard uncertainty of the offset."""
        return float(self._p[0] ** 0.5)

    @property
    def rate_uncertainty_c_s(self) -> float:
        """Standard uncertainty of its rate."""
        return float(self._p[2] ** 0.5)

    def loosen(self) -> None:
        """Expect a jump: a flat-field correction has happened."""
        self.rate_c_s = 0.0
        self._p = (self._p[0] + JUMP_C**2, 0.0, CREEP_RATE_C_S**2)

    def lose_time(self) -> None:
        """Take the next time as it comes: the clock has been set anew."""
        self._time_s = None
        self.loosen()

    def restart(self, offset_c: float) -> None:
        """Begin anew at an offset: the sensor has stepped, and how it got there tells nothing."""
        self.offset_c = offset_c
        self.loosen()

    def coast(self, time_s: float) -> None:
        """Carry the offset on to a frame in which the reference cannot be read."""
        if self._time_s is None:
            self._time_s = time_s
        dt = time_s - self._time_s
        if dt <= 0.0:
            return
        self._time_s = time_s
        self.offset_c += self.rate_c_s * dt
        p00, p01, p11 = self._p
        q = RATE_NOISE**2
        self._p = (
            p00 + dt * (2.0 * p01 + dt * p11) + q * dt**3 / 3.0,
            p01 + dt * p11 + q * dt**2 / 2.0,
            p11 + q * dt,
        )

    def read(self, time_s: float, offset_c: float) -> float:
        """Take one frame's offset; return by how many standard deviations it surprised."""
        self.coast(time_s)
        p00, p01, p11 = self._p
        innovation = offset_c - self.offset_c
        s = p00 + self._noise
        k0, k1 = p00 / s, p01 / s
        self.offset_c += k0 * innovation
        self.rate_c_s += k1 * innovation
        self._p = ((1.0 - k0) * p00, (1.0 - k0) * p01, p11 - k1 * p01)
        return float(innovation / s**0.5)
