"""The emulated camera: its registers, its shutter, its frames, and how it answers a message."""

import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.boson import commands as c
from device.boson import telemetry
from device.boson.declare import Command, Register, Value
from device.boson.emulator.pipeline import FACTORY_RBFO, SceneParameters, raw_table, tlinear_table
from device.boson.emulator.scene import FrameSource
from device.boson.emulator.shutter import Shutter, fpa_temp_dk
from device.boson.enums import CaptureSource, CaptureState, GainMode, Ir16Mode, TableType
from device.boson.fbp import REQUEST, Message, Status
from device.errors import ProtocolError

RATE_HZ = 60
CHUNK = 256  # bytes that one memory read may ask for
_KELVIN_PER_COUNT = {GainMode.HIGH: 0.01, GainMode.LOW: 0.02}
_SHARES = (c.EMISSIVITY, c.ATMOSPHERE_TRANSMISSION, c.WINDOW_TRANSMISSION, c.WINDOW_REFLECTIVITY)


@dataclass(frozen=True, slots=True)
class Maker:
    """What an emulated camera is made as.

    Attributes
    ----------
    serial
        Serial number.
    part, product
        As the camera reports them; `{array}` in the part is 640 or 320.
    revision
        Firmware.
    radiometric
        Whether it is calibrated for temperatures.
    percent, clamps
        Whether its scene parameters are percentages, and whether it cuts what is too large
        instead of refusing it: firmware differs in that.
    boot_s
        How long it says nothing after power-up.
    requests
        How many requests it takes at once; what comes with them is lost.
    """

    serial: int = 900_001
    part: str = "SI{array}A032-6SIMULATED"
    product: str = "Boson+ SIMULATED"
    revision: tuple[int, int, int] = (4, 1, 0)
    radiometric: bool = True
    percent: bool = True
    clamps: bool = False
    boot_s: float = 0.0
    requests: int = 64


class Refusal(Exception):
    """Answer with an error status instead."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


class EmulatedCamera:
    """A Boson as its control channel shows it.

    Parameters
    ----------
    scene
        What it looks at; its size is that of the array.
    maker
        What it is made as.
    clock
        Seconds, monotonic.

    Attributes
    ----------
    shutter
        FFC state.
    stalled, frozen_frame, hold_frames, corrupt_telemetry, refusing, pinned
        What faults set: no more frames; a counter that stands; every frame shown so many times;
        telemetry rows of nonsense; a status that every command is refused with; registers that
        take a new value and keep the old one.
    """

    def __init__(
        self,
        scene: FrameSource,
        maker: Maker | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scene = scene
        self.maker = maker or Maker()
        self._clock = clock
        self._captured = np.zeros((scene.height, scene.width), np.uint16)
        self._memory = memoryview(self._captured.data).cast("B")
        self.pinned: set[Register[Any]] = set()
        self._actions = self._make_actions()
        self.power_up()

    # --- life

    def power_up(self) -> None:
        """Start with the settings of the factory."""
        self.shutter = Shutter(RATE_HZ)
        self.stalled = False
        self.frozen_frame: int | None = None
        self.hold_frames = 1
        self.corrupt_telemetry = False
        self.refusing: Status | None = None
        self._up_since = self._clock() + self.maker.boot_s
        self._capture_frame: int | None = None
        whole = 100.0 if self.maker.percent else 1.0
        self._values: dict[int, tuple[Value, ...]] = {}
        for register in c.REGISTERS:
            fields = register.get.reply.fields
            self._values[register.get.function] = tuple(0 for _ in fields)
        for share, value in zip(_SHARES, (0.98, 1.0, 1.0, 0.0), strict=True):
            self.store(share, value * whole)
        for kelvin in (c.BACKGROUND_TEMP, c.ATMOSPHERE_TEMP, c.WINDOW_TEMP):
            self.store(kelvin, 295.15)
        self.store(c.WINDOW_REFLECTED_TEMP, 295.15)
        for rbfo in (c.RBFO_HIGH, c.RBFO_LOW, c.RBFO_HIGH_FACTORY, c.RBFO_LOW_FACTORY):
            self.store(rbfo, *FACTORY_RBFO)
        self.store(c.FFC_FRAMES, 8)
        self.store(c.SPOT_ROI, 0, self.scene.height - 1, 0, self.scene.width - 1)
        self._raw = raw_table(FACTORY_RBFO)
        self._tlinear = {gain: self._make_table(gain) for gain in _KELVIN_PER_COUNT}

    @property
    def uptime_s(self) -> float:
        """Seconds since it came up; negative while it boots."""
        return self._clock() - self._up_since

    @property
    def frame_count(self) -> int:
        """Frames since power-up, as the camera counts them."""
        if self.frozen_frame is not None:
            return self.frozen_frame
        frames = int(self.uptime_s * RATE_HZ)
        return frames - frames % self.hold_frames

    def store(self, register: Register[Any], *values: Value) -> None:
        """Set a register from behind, as neither firmware nor client would see it done."""
        self._values[register.get.function] = values

    def value(self, register: Register[Any]) -> Any:
        """Return what a register holds."""
        return register.get.make(*self._values[register.get.function])

    # --- the control channel

    def answer(self, request: Message) -> Message | None:
        """Answer a request as the camera does; None when it keeps silent."""
        if request.status != REQUEST or self.uptime_s < 0.0:
            return None
        self.shutter.status(self.uptime_s)
        try:
            status, data = Status.OK, self._perform(request)
        except Refusal as refusal:
            status, data = refusal.status, b""
        return Message(request.sequence, request.function, status, data)

    def _perform(self, request: Message) -> bytes:
        if self.refusing is not None:
            raise Refusal(self.refusing)
        command = c.COMMANDS.get(request.function)
        action = self._actions.get(request.function)
        if command is None or action is None:
            raise Refusal(Status.BAD_COMMAND_ID)
        try:
            values = command.request.unpack(request.data)
        except struct.error as unfit:
            short = len(request.data) < command.request.size
            raise Refusal(Status.INSUFFICIENT_BYTES if short else Status.EXCESS_BYTES) from unfit
        return command.reply.pack(*action(*values))

    def _make_actions(self) -> dict[int, Callable[..., tuple[Value, ...]]]:
        actions: dict[int, Callable[..., tuple[Value, ...]]] = {}
        for register in c.REGISTERS:
            actions[register.get.function] = self._reader(register)
            actions[register.set.function] = self._writer(register)

        def on(command: Command[Any], action: Callable[..., tuple[Value, ...]]) -> None:
            actions[command.function] = action

        def tell(command: Command[Any], value: Callable[[], Value]) -> None:
            on(command, lambda: (value(),))

        tell(c.CAMERA_SERIAL, lambda: self.maker.serial)
        tell(c.CAMERA_PART, self.part.encode)
        tell(c.SENSOR_SERIAL, lambda: self.maker.serial + 1_000_000)
        tell(c.SENSOR_PART, lambda: b"SIMULATED ARRAY")
        tell(c.PRODUCT_NAME, self.maker.product.encode)
        tell(c.CAMERA_SERIAL_TEXT, lambda: str(self.maker.serial).encode())
        tell(c.IS_9HZ, lambda: 0)
        on(c.SOFTWARE_REVISION, lambda: self.maker.revision)
        tell(c.FFC_STATUS, lambda: self.shutter.status(self.uptime_s))
        tell(c.FFC_IN_PROGRESS, lambda: int(self.shutter.status(self.uptime_s) == 2))
        tell(c.FFC_DESIRED, lambda: int(self.shutter.desired(self.uptime_s)))
        tell(c.FFC_LAST_FRAME, lambda: self.shutter.last_frame)
        tell(c.FFC_LAST_TEMP, lambda: self.shutter.last_temp_dk)
        tell(c.FFC_APPLIED, lambda: 1)
        on(c.RUN_FFC, self._run_ffc)
        tell(c.TABLE_SWITCH_DESIRED, lambda: 0)
        on(c.CHECK_TABLE_SWITCH, _done)
        tell(c.FPA_TEMP, lambda: fpa_temp_dk(self.uptime_s) - 2732)
        tell(c.FPA_TEMP_KELVIN, lambda: fpa_temp_dk(self.uptime_s))
        tell(c.TABLE_TYPE, lambda: self._table_type)
        tell(c.TABLE_NUMBER, lambda: int(self._table_type))
        tell(c.FRAME_COUNT, lambda: self.frame_count)
        tell(c.FRAME_RATE, lambda: RATE_HZ)
        tell(c.UPTIME, lambda: int(self.uptime_s))
        tell(c.IMAGE_VALID, lambda: 1)
        tell(c.OVER_TEMP, lambda: 0)
        on(c.SAVE_DEFAULTS, _done)
        on(c.FACTORY_DEFAULTS, _done)
        on(c.REBOOT, self._reboot)
        tell(c.RADIOMETRY_CAPABLE, lambda: int(self.maker.radiometric))
        tell(c.SHUTTER_PADDLE_TEMP, lambda: fpa_temp_dk(self.uptime_s) / 10.0)
        on(c.TLINEAR_REFRESH, self._refresh)
        on(c.SPOT_STATS, self._spot_stats)
        on(c.SPOT_TEMP_STATS, self._spot_temp_stats)
        on(c.CAPTURE_FRAME, self._capture)
        on(c.CAPTURE_FRAME_PLAIN, lambda: self._capture(CaptureSource.TLINEAR))
        on(c.CAPTURE_FRAMES, lambda source, _frames, _buffer: self._capture(source))
        on(c.CAPTURE_STATUS, self._capture_status)
        on(c.CAPTURE_SIZE, lambda _source: self._capture_size())
        on(c.CAPTURE_SIZE_PLAIN, self._capture_size)
        on(c.READ_CAPTURE, lambda _source, buffer, at, size: self._read(buffer, at, size))
        on(c.READ_CAPTURE_PLAIN, self._read)
        return actions

    def _reader(self, register: Register[Any]) -> Callable[..., tuple[Value, ...]]:
        return lambda: self._values[register.get.function]

    def _writer(self, register: Register[Any]) -> Callable[..., tuple[Value, ...]]:
        def write(*values: Value) -> tuple[Value, ...]:
            try:
                register.get.make(*values)
            except ValueError as impossible:
                raise Refusal(Status.RANGE_ERROR) from impossible
            if register in _SHARES and not 0.0 <= float(values[0]) <= self._whole:
                if not self.maker.clamps:
                    raise Refusal(Status.RANGE_ERROR)
                values = (min(max(float(values[0]), 0.0), self._whole),)
            if register not in self.pinned:
                self._values[register.get.function] = values
                self._follow(register)
            return ()

        return write

    def _follow(self, register: Register[Any]) -> None:
        """Let a written register take effect."""
        if register is c.FFC_MODE:
            self.shutter.mode = self.value(register)
        elif register is c.FFC_FRAME_THRESHOLD:
            self.shutter.frame_threshold = self.value(register)
        elif register is c.FFC_TEMP_THRESHOLD:
            self.shutter.temp_threshold_dk = self.value(register)
        elif register is c.FFC_WARN_TIME:
            self.shutter.warn_s = self.value(register) / 10.0

    def _run_ffc(self) -> tuple[Value, ...]:
        self.shutter.close(self.uptime_s)
        return ()

    def _reboot(self) -> tuple[Value, ...]:
        self.power_up()
        return ()

    # --- radiometry

    @property
    def part(self) -> str:
        """Part number, with the size of the array in it."""
        return self.maker.part.format(array=self.scene.width)

    @property
    def _whole(self) -> float:
        return 100.0 if self.maker.percent else 1.0

    @property
    def _gain(self) -> GainMode:
        return GainMode.LOW if self.value(c.GAIN_MODE) is GainMode.LOW else GainMode.HIGH

    @property
    def _table_type(self) -> TableType:
        return TableType.LOW_GAIN if self._gain is GainMode.LOW else TableType.HIGH_GAIN

    def _refresh(self, table: int) -> tuple[Value, ...]:
        try:
            kind = TableType(table)
        except ValueError as impossible:
            raise Refusal(Status.RANGE_ERROR) from impossible
        gain = GainMode.HIGH if kind is TableType.HIGH_GAIN else GainMode.LOW
        self._tlinear[gain] = self._make_table(gain)
        return ()

    def _make_table(self, gain: GainMode) -> NDArray[np.uint16]:
        share = [max(self.value(register) / self._whole, 0.0) for register in _SHARES]
        scene = SceneParameters(
            emissivity=max(share[0], 0.01),
            background_k=self.value(c.BACKGROUND_TEMP),
            atmosphere=max(share[1], 0.01),
            atmosphere_k=self.value(c.ATMOSPHERE_TEMP),
            window=max(share[2], 0.01),
            window_k=self.value(c.WINDOW_TEMP),
            window_reflectivity=share[3],
            window_reflected_k=self.value(c.WINDOW_REFLECTED_TEMP),
        )
        rbfo = self.value(c.RBFO_HIGH if gain is GainMode.HIGH else c.RBFO_LOW)
        return tlinear_table(scene, rbfo, _KELVIN_PER_COUNT[gain])

    def expose(self, out: NDArray[np.uint16], *, tlinear: bool) -> None:
        """Take the present frame into `out`, `(H, W) uint16`: the scene, or the closed shutter."""
        if self.shutter.status(self.uptime_s) == 2:
            out.fill(fpa_temp_dk(self.uptime_s) * 10)
            apparent = out
        else:
            apparent = self.scene.frame(self.uptime_s)
        table = self._tlinear[self._gain] if tlinear else self._raw
        np.take(table, apparent, out=out, mode="clip")

    def video_frame(self, out: NDArray[np.uint16]) -> None:
        """Compose the present video frame, telemetry rows on top: `(H + 2, W) uint16`."""
        tlinear = self.value(c.TLINEAR) and self.value(c.USB_IR16) is Ir16Mode.TLINEAR
        self.expose(out[telemetry.ROWS :], tlinear=tlinear)
        said = telemetry.Telemetry(
            camera_serial=self.maker.serial,
            sensor_serial=self.maker.serial + 1_000_000,
            part=self.part,
            frame_rate_hz=RATE_HZ,
            frame=self.frame_count,
            frame_at_ffc=self.shutter.last_frame,
            fpa_temp_dk=fpa_temp_dk(self.uptime_s),
            fpa_temp_at_ffc_dk=self.shutter.last_temp_dk,
            time_ms=int(self.uptime_s * 1000.0),
        )
        telemetry.write(said, out[: telemetry.ROWS])
        if self.corrupt_telemetry:
            out[: telemetry.ROWS, ::2] ^= 0x5A5A

    # --- capture into memory

    def _capture(self, source: int) -> tuple[Value, ...]:
        if source not in set(CaptureSource):
            raise Refusal(Status.RANGE_ERROR)
        self._capture_source = CaptureSource(source)
        self._capture_frame = self.frame_count + 1
        return ()

    def _capture_status(self) -> tuple[Value, ...]:
        waits = self._capture_frame is not None
        frames = int(self.uptime_s * RATE_HZ)
        if waits and not self.stalled and frames >= (self._capture_frame or 0):
            tlinear = self._capture_source is CaptureSource.TLINEAR and self.value(c.TLINEAR)
            self.expose(self._captured, tlinear=tlinear)
            self._capture_frame, waits = None, False
        return (CaptureState(waits), 0, 1, 0, int(not waits), 0)

    def _capture_size(self) -> tuple[Value, ...]:
        return (self._captured.nbytes, *self._captured.shape)

    def _read(self, buffer: int, offset: int, size: int) -> tuple[Value, ...]:
        if buffer != 0 or size > CHUNK:
            raise Refusal(Status.RANGE_ERROR)
        if offset + size > self._captured.nbytes:
            raise Refusal(Status.ILLEGAL_ADDRESS)
        return (bytes(self._memory[offset : offset + size]),)

    # --- spot meter

    def _spot_stats(self) -> tuple[Value, ...]:
        if not self.value(c.SPOT_METER):
            raise Refusal(Status.FEATURE_NOT_ENABLED)
        roi = self.value(c.SPOT_ROI)
        counts = np.zeros_like(self._captured)
        self.expose(counts, tlinear=self.value(c.TLINEAR))
        spot = counts[roi.row_start : roi.row_stop + 1, roi.column_start : roi.column_stop + 1]
        if spot.size == 0:
            raise Refusal(Status.RANGE_ERROR)
        coldest = np.unravel_index(int(spot.argmin()), spot.shape)
        hottest = np.unravel_index(int(spot.argmax()), spot.shape)
        stats: list[Value] = [round(float(spot.mean())), round(float(spot.std()))]
        for row, column in (coldest, hottest):
            stats += (roi.row_start + int(row), roi.column_start + int(column))
            stats.append(int(spot[row, column]))
        return tuple(stats)

    def _spot_temp_stats(self) -> tuple[Value, ...]:
        if not self.value(c.TLINEAR):
            raise Refusal(Status.FEATURE_NOT_ENABLED)
        scale = _KELVIN_PER_COUNT[self._gain]
        unit = int(self.value(c.SPOT_UNIT))
        factor = 1.8 if unit == 1 else 1.0
        offset = (-273.15, -459.67, 0.0)[unit]
        stats = list(self._spot_stats())
        for at in (0, 4, 7):
            stats[at] = float(stats[at]) * scale * factor + offset
        stats[1] = float(stats[1]) * scale * factor
        return tuple(stats)


def _done() -> tuple[Value, ...]:
    return ()


def parse_request(payload: bytes) -> Message | None:
    """Read a packet's payload; None when it is no message (a keep-alive, for example)."""
    try:
        return Message.from_bytes(payload)
    except ProtocolError:
        return None
