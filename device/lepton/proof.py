"""What a Lepton frame must prove before it may be measured, and why one fails."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState
from device.lepton.rows import RowCheck
from device.lepton.telemetry import (
    AGC_ON,
    HEIGHT,
    NEUTRAL,
    OVER_TEMPERATURE,
    SHUTTER_LOCKOUT,
    WIDTH,
    Telemetry,
)
from device.scale import Scale

_CLOCK = 1 << 32  # uptime and frame counter have 32 bits
_FPA_KELVIN_100 = (23315, 37315)  # -40 to 100 deg C: beyond what the camera survives
_FRAMES_PER_MS = 30.0 / 1000.0  # the array runs at 26 Hz, whatever of it leaves the camera


class Flaw(StrEnum):
    """Why a frame is dropped and not measured."""

    UNCONFIRMED = "unconfirmed"  # the first frame: no second one has confirmed who sends it
    DUPLICATE = "duplicate"  # the camera sends each frame several times
    CORRUPT_TELEMETRY = "corrupt_telemetry"
    CORRUPT_ROW = "corrupt_row"  # a row with wrong bits: single pixels that no lens could make
    TLINEAR_OFF = "tlinear_off"
    UNSETTLED = "unsettled"  # proven, but the frame before was not: it may have begun like that
    SCALE_JUMPED = "scale_jumped"  # all of the picture jumps, as only another scale makes it
    AGC_ON = "agc_on"
    LOW_GAIN = "low_gain"
    OWN_CORRECTION = "own_correction"  # the camera corrects emissivity or a window by itself
    SHUTTER_LOCKOUT = "shutter_lockout"  # too cold or too hot for an FFC
    OVER_TEMPERATURE = "over_temperature"
    OUT_OF_STEP = "out_of_step"  # its uptime and our clock do not go on alike
    RESTARTED = "restarted"  # its uptime went back: what was set in it is lost


class Prover:
    """Judges the frames of one camera in the order in which they come.

    The first frame only tells who the camera is; the second one confirms it. From then on
    revision, serial number and software must stay, and time and counter must go on.
    """

    def __init__(self) -> None:
        self._before: Telemetry | None = None
        self._identity: tuple[int, int, int] | None = None
        self._rows = RowCheck(HEIGHT, WIDTH)
        self._scale = Scale(HEIGHT, WIDTH)
        self._settled = True

    def judge(self, counts: NDArray[np.uint16], telemetry: Telemetry) -> Flaw | None:
        """Return why the frame may not be measured, or None.

        Parameters
        ----------
        counts
            `(120, 160) uint16`, the picture.
        telemetry
            What came with it.
        """
        before = self._before
        if not _plausible(telemetry) or self._identity not in {None, telemetry.identity}:
            return Flaw.CORRUPT_TELEMETRY
        if before is None or before.identity != telemetry.identity:
            self._before = telemetry
            return Flaw.UNCONFIRMED
        self._identity = telemetry.identity
        flaw = _sequence(before, telemetry)
        if flaw is not None:
            return flaw
        self._before = telemetry
        settled, flaw = self._settled, _settings(telemetry)
        self._settled = flaw is None
        if flaw is None:
            flaw = self._picture(counts, telemetry) or (None if settled else Flaw.UNSETTLED)
        return flaw

    def _picture(self, counts: NDArray[np.uint16], telemetry: Telemetry) -> Flaw | None:
        """Check the counts themselves."""
        if telemetry.ffc is FfcState.IN_PROGRESS:
            self._scale.forget()  # it shows the shutter
        elif self._scale.jumps(counts):
            return Flaw.SCALE_JUMPED
        return Flaw.CORRUPT_ROW if self._rows.finds(counts) else None


def _plausible(telemetry: Telemetry) -> bool:
    low, high = _FPA_KELVIN_100
    return (
        low <= telemetry.fpa_kelvin_100 <= high
        and telemetry.tlinear <= 1
        and telemetry.resolution <= 1
        and telemetry.gain_mode <= 2
        and telemetry.effective_gain <= 1
    )


def _sequence(before: Telemetry, now: Telemetry) -> Flaw | None:
    """Compare counter and uptime of two frames that follow each other."""
    frames = (now.counter - before.counter) % _CLOCK
    elapsed_ms = (now.uptime_ms - before.uptime_ms) % _CLOCK
    if frames == 0:
        return Flaw.DUPLICATE
    if frames >= _CLOCK // 2 and elapsed_ms >= _CLOCK // 2:
        return Flaw.RESTARTED
    if frames > elapsed_ms * _FRAMES_PER_MS + 30.0:
        return Flaw.CORRUPT_TELEMETRY
    return None


def _settings(telemetry: Telemetry) -> Flaw | None:
    """Check what the camera was set to when it took the frame."""
    corrections = (telemetry.emissivity_8192, telemetry.atmosphere_8192, telemetry.window_8192)
    wrong = {
        Flaw.OVER_TEMPERATURE: telemetry.status & OVER_TEMPERATURE,
        Flaw.SHUTTER_LOCKOUT: telemetry.status & SHUTTER_LOCKOUT,
        Flaw.AGC_ON: telemetry.status & AGC_ON,
        Flaw.TLINEAR_OFF: telemetry.tlinear != 1,
        Flaw.LOW_GAIN: telemetry.effective_gain != 0,
        Flaw.OWN_CORRECTION: corrections != (NEUTRAL,) * 3 or telemetry.reflection_8192 != 0,
    }
    return next((flaw for flaw, found in wrong.items() if found), None)
