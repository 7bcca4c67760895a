"""What a camera cannot say of a frame: values outside physics, and clocks that do not agree."""

import math
from typing import Final

from device.frame import FfcState, Gain, RadiometricFrame
from screening.result import Reason

FRAMES_PER_S: Final = 200.0  # no camera that is read here counts faster ...
FRAMES_SPARE: Final = 100.0  # ... nor skips more than these besides
FPA_C: Final = (-40.0, 100.0)  # beyond it no camera lives
FPA_K_PER_S: Final = 1.0  # a focal plane warms no faster ...
FPA_SPARE_K: Final = 3.0  # ... than by this at once
FFC_SLIP_S: Final = 3.0  # by which the camera's clock and that of the frames may differ
IMMINENT_S: Final = 10.0  # an FFC that is announced for longer does not come


class Values:
    """Holds what comes with each frame against the frames before it."""

    def __init__(self) -> None:
        self._before: RadiometricFrame | None = None
        self._ffc_s: float | None = None  # when the last FFC ended, on the clock of the frames
        self._imminent_s: float | None = None

    def step(self, frame: RadiometricFrame) -> Reason | None:
        """Return what is impossible about a frame, if anything."""
        before = self._before
        if not _possible(frame) or (before is not None and not _follows(frame, before)):
            if math.isfinite(frame.time_s):
                # What comes next is held against this one: a camera that restarted is seen again.
                self._before, self._ffc_s, self._imminent_s = frame, None, None
            return Reason.IMPOSSIBLE_VALUES
        self._before = frame
        if not self._ffc_agrees(frame, before) or self._announced_too_long(frame):
            return Reason.IMPOSSIBLE_VALUES
        if frame.radiometry.gain is not Gain.HIGH:
            return Reason.LOW_GAIN
        return Reason.NO_FFC if frame.ffc is FfcState.NEVER else None

    def _ffc_agrees(self, frame: RadiometricFrame, before: RadiometricFrame | None) -> bool:
        """Whether the age of the FFC goes on as time does, or began anew since the last frame."""
        if frame.ffc_age_s is None:
            self._ffc_s = None
            return frame.ffc is FfcState.NEVER
        if frame.ffc is FfcState.IN_PROGRESS:
            self._ffc_s = None
            return True
        ended_s = frame.time_s - frame.ffc_age_s
        known_s, self._ffc_s = self._ffc_s, ended_s
        if known_s is None or before is None or abs(ended_s - known_s) <= FFC_SLIP_S:
            self._ffc_s = ended_s if known_s is None else known_s
            return True
        return ended_s >= before.time_s - FFC_SLIP_S

    def _announced_too_long(self, frame: RadiometricFrame) -> bool:
        if frame.ffc is not FfcState.IMMINENT:
            self._imminent_s = None
            return False
        if self._imminent_s is None:
            self._imminent_s = frame.time_s
        return frame.time_s - self._imminent_s > IMMINENT_S


def _possible(frame: RadiometricFrame) -> bool:
    """Whether a frame could be one, taken by itself."""
    age_s, fpa_c = frame.ffc_age_s, frame.fpa_temp_c
    return (
        math.isfinite(frame.time_s)
        and frame.sequence >= 0
        and isinstance(frame.ffc, FfcState)
        and isinstance(frame.radiometry.gain, Gain)
        and (age_s is None or (math.isfinite(age_s) and age_s >= 0.0))
        and (fpa_c is None or FPA_C[0] <= fpa_c <= FPA_C[1])
    )


def _follows(frame: RadiometricFrame, before: RadiometricFrame) -> bool:
    """Whether a frame can come after another one."""
    passed_s = frame.time_s - before.time_s
    counted = frame.sequence - before.sequence
    if passed_s <= 0.0 or not 0 < counted <= FRAMES_PER_S * passed_s + FRAMES_SPARE:
        return False
    if frame.fpa_temp_c is None or before.fpa_temp_c is None:
        return True
    moved_k = abs(frame.fpa_temp_c - before.fpa_temp_c)
    return moved_k <= FPA_SPARE_K + FPA_K_PER_S * passed_s
