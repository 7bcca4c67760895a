"""The emulated camera's images: exposed, captured into memory, measured by the spot meter."""

import numpy as np
from numpy.typing import NDArray

from device.boson import commands as c
from device.boson.declare import Value
from device.boson.emulator.pipeline import FACTORY_RBFO, raw_table, tlinear_table
from device.boson.emulator.registers import Refusal, Registers
from device.boson.emulator.scene import FrameSource
from device.boson.emulator.shutter import Shutter, fpa_temp_dk
from device.boson.enums import CaptureSource, CaptureState, FfcStatus, GainMode, Ir16Mode, TableType
from device.boson.fbp import Status

_KELVIN_PER_COUNT = {GainMode.HIGH: 0.01, GainMode.LOW: 0.02}
_UNITS = ((1.0, -273.15), (1.8, -459.67), (1.0, 0.0))  # deg C, deg F, K: factor and offset to K


class Imager:
    """Turns the scene into counts.

    Parameters
    ----------
    scene
        What the camera looks at.
    registers, shutter
        Its settings and its shutter.
    """

    def __init__(self, scene: FrameSource, registers: Registers, shutter: Shutter) -> None:
        self._scene = scene
        self._registers = registers
        self._shutter = shutter
        self._raw = raw_table(FACTORY_RBFO)
        self._tlinear = {gain: self._make_table(gain) for gain in _KELVIN_PER_COUNT}
        self._captured = np.zeros((scene.height, scene.width), np.uint16)
        self._memory = memoryview(self._captured.data).cast("B")
        self._source = CaptureSource.TLINEAR
        self._due_frame: int | None = None  # frame that a capture waits for

    def refresh(self, table: int) -> None:
        """Let changed scene parameters take effect in a gain."""
        try:
            kind = TableType(table)
        except ValueError as impossible:
            raise Refusal(Status.RANGE_ERROR) from impossible
        gain = GainMode.HIGH if kind is TableType.HIGH_GAIN else GainMode.LOW
        self._tlinear[gain] = self._make_table(gain)

    def _make_table(self, gain: GainMode) -> NDArray[np.uint16]:
        rbfo = self._registers.value(c.RBFO_HIGH if gain is GainMode.HIGH else c.RBFO_LOW)
        return tlinear_table(self._registers.scene, rbfo, _KELVIN_PER_COUNT[gain])

    def expose(self, now_s: float, out: NDArray[np.uint16], *, tlinear: bool) -> None:
        """Take the present frame into `out`, `(H, W) uint16`: the scene, or the closed shutter."""
        if self._shutter.status(now_s) is FfcStatus.IN_PROGRESS:
            out.fill(fpa_temp_dk(now_s) * 10)
            apparent = out
        else:
            apparent = self._scene.frame(now_s)
        table = self._tlinear[self._registers.gain] if tlinear else self._raw
        np.take(table, apparent, out=out, mode="clip")

    def film(self, now_s: float, out: NDArray[np.uint16]) -> None:
        """Take the present frame of the 16-bit video into `out`, `(H, W) uint16`."""
        registers = self._registers
        tlinear = registers.value(c.TLINEAR) and registers.value(c.USB_IR16) is Ir16Mode.TLINEAR
        self.expose(now_s, out, tlinear=tlinear)

    # --- capture into memory

    def capture(self, source: int, next_frame: int) -> None:
        """Start to capture the next frame."""
        try:
            self._source = CaptureSource(source)
        except ValueError as impossible:
            raise Refusal(Status.RANGE_ERROR) from impossible
        self._due_frame = next_frame

    def capture_status(self, now_s: float, frame: int) -> tuple[Value, ...]:
        """Return how the capture stands when the frame counter has come to `frame`."""
        if self._due_frame is not None and frame >= self._due_frame:
            is_tlinear = self._source is CaptureSource.TLINEAR
            tlinear = is_tlinear and self._registers.value(c.TLINEAR)
            self.expose(now_s, self._captured, tlinear=tlinear)
            self._due_frame = None
        done = self._due_frame is None
        return (CaptureState.READY if done else CaptureState.IN_PROGRESS, 0, 1, 0, int(done), 0)

    def size(self) -> tuple[Value, ...]:
        """Return bytes, rows and columns of a capture."""
        return (self._captured.nbytes, *self._captured.shape)

    def read(self, buffer: int, offset: int, size: int) -> bytes:
        """Return bytes of the capture."""
        if buffer != 0 or size > c.CHUNK:
            raise Refusal(Status.RANGE_ERROR)
        if offset + size > self._captured.nbytes:
            raise Refusal(Status.ILLEGAL_ADDRESS)
        return bytes(self._memory[offset : offset + size])

    # --- spot meter

    def spot_stats(self, now_s: float) -> tuple[Value, ...]:
        """Return mean, deviation, coldest and hottest pixel of the region in counts."""
        if not self._registers.value(c.SPOT_METER):
            raise Refusal(Status.FEATURE_NOT_ENABLED)
        roi = self._registers.value(c.SPOT_ROI)
        counts = np.zeros_like(self._captured)
        self.expose(now_s, counts, tlinear=self._registers.value(c.TLINEAR))
        spot = counts[roi.row_start : roi.row_stop + 1, roi.column_start : roi.column_stop + 1]
        if spot.size == 0:
            raise Refusal(Status.RANGE_ERROR)
        stats: list[Value] = [round(float(spot.mean())), round(float(spot.std()))]
        for at in (int(spot.argmin()), int(spot.argmax())):
            row, column = divmod(at, spot.shape[1])
            stats += (roi.row_start + row, roi.column_start + column, int(spot[row, column]))
        return tuple(stats)

    def spot_temp_stats(self, now_s: float) -> tuple[Value, ...]:
        """Return the same as temperatures in the spot meter's unit."""
        if not self._registers.value(c.TLINEAR):
            raise Refusal(Status.FEATURE_NOT_ENABLED)
        scale = _KELVIN_PER_COUNT[self._registers.gain]
        factor, offset = _UNITS[self._registers.value(c.SPOT_UNIT)]
        stats = list(self.spot_stats(now_s))
        for at in (0, 4, 7):
            stats[at] = float(stats[at]) * scale * factor + offset
        stats[1] = float(stats[1]) * scale * factor
        return tuple(stats)
