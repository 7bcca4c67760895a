"""One radiometric frame: counts, what they mean in kelvin, and the proof that they mean it.

This is the only module of `device` that `screening` may import.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

KELVIN_OFFSET = 273.15


class FfcState(StrEnum):
    """State of the flat-field correction (the shutter calibration) when the frame was taken."""

    NEVER = "never"  # no FFC since power-up
    IMMINENT = "imminent"  # the camera has announced one
    IN_PROGRESS = "in_progress"  # the shutter is closed: the frame shows the shutter
    COMPLETE = "complete"


class Gain(StrEnum):
    """Gain state of the sensor; only high gain resolves skin temperature well enough."""

    HIGH = "high"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Radiometry:
    """Why this frame's counts are temperatures: read from the camera, not assumed.

    Attributes
    ----------
    tlinear
        The camera reports its temperature-linear output on.
    agc_off
        The camera reports automatic gain control off (AGC makes pictures, not measurements).
    kelvin_per_count
        Resolution that the camera reports, in kelvin per count (0.01 in high gain).
    gain
        Effective gain state.
    """

    tlinear: bool
    agc_off: bool
    kelvin_per_count: float
    gain: Gain

    @property
    def proven(self) -> bool:
        """Whether counts times `kelvin_per_count` is a temperature in kelvin."""
        return self.tlinear and self.agc_off and self.kelvin_per_count > 0.0


@dataclass(frozen=True, slots=True)
class RadiometricFrame:
    """One frame, alive until the screener has stepped; then its buffer is overwritten.

    Nobody keeps a reference to `counts`: copy numbers out of it, never pixels.

    Attributes
    ----------
    counts
        `(H, W) uint16`, C-contiguous, upright, a read-only view into one of a few reused buffers.
        Apparent temperature in kelvin = counts * radiometry.kelvin_per_count.
    radiometry
        The proof that the counts are temperatures.
    time_s
        Capture time in seconds on a monotonic clock (the sensor's own in replay and simulation).
    sequence
        Frame number of the camera; it advances, and a repeated one is never passed on.
    ffc
        State of the flat-field correction.
    ffc_age_s
        Seconds since the last FFC ended; None when the camera has never done one.
    ffc_desired
        The camera asks for an FFC (its temperature or the time since the last one moved on).
    fpa_temp_c
        Focal plane array temperature in deg C; None where the recording does not carry it.
    """

    counts: NDArray[np.uint16]
    radiometry: Radiometry
    time_s: float
    sequence: int
    ffc: FfcState
    ffc_age_s: float | None
    ffc_desired: bool = False
    fpa_temp_c: float | None = None

    def __post_init__(self) -> None:
        """Refuse arrays that are no `(H, W) uint16` image: a programming error, never bad input."""
        if self.counts.ndim != 2 or self.counts.dtype != np.uint16:
            raise TypeError(
                f"counts must be (H, W) uint16, not {self.counts.shape} {self.counts.dtype}"
            )
