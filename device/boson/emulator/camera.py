"""The emulated camera: when it lives, and how it answers a message."""

import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.boson import commands as c
from device.boson import telemetry
from device.boson.declare import Command, Register, Value
from device.boson.emulator.imager import Imager
from device.boson.emulator.registers import Refusal, Registers
from device.boson.emulator.scene import FrameSource
from device.boson.emulator.shutter import Shutter, fpa_temp_dk
from device.boson.enums import CaptureSource, FfcStatus
from device.boson.fbp import REQUEST, Message, Status
from device.errors import ProtocolError

RATE_HZ = 60
Action = Callable[..., tuple[Value, ...]]


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
    registers, shutter, imager
        Settings, FFC state, images; made anew at every power-up.
    heard
        How often each request has reached it, by function and data: what it was told to do.
    stalled, frozen_frame, corrupt_telemetry, refusing
        What faults set: no more frames; a counter that stands; telemetry rows of nonsense; a
        status that every command is refused with.
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
        self.heard: Counter[tuple[int, bytes]] = Counter()
        self.power_up()

    # --- life

    def power_up(self) -> None:
        """Start with the settings of the factory."""
        self.shutter = Shutter(RATE_HZ)
        self.registers = Registers(100.0 if self.maker.percent else 1.0, clamps=self.maker.clamps)
        self.registers.store(c.SPOT_ROI, 0, self.scene.height - 1, 0, self.scene.width - 1)
        self.imager = Imager(self.scene, self.registers, self.shutter)
        self.stalled = False
        self.frozen_frame: int | None = None
        self._held_from, self._hold = 0, 1
        self.corrupt_telemetry = False
        self.refusing: Status | None = None
        self._up_since = self._clock() + self.maker.boot_s
        self._actions = self._make_actions()

    @property
    def uptime_s(self) -> float:
        """Seconds since it came up; negative while it boots."""
        return self._clock() - self._up_since

    @property
    def frame_count(self) -> int:
        """Frames since power-up, as the camera counts them."""
        return self._frames_until(self.uptime_s)

    def _frames_until(self, now_s: float) -> int:
        if self.frozen_frame is not None:
            return self.frozen_frame
        frames = int(now_s * RATE_HZ)
        return frames - max(0, frames - self._held_from) % self._hold

    def hold(self, frames: int) -> None:
        """Show every frame so many times from now on: a fault."""
        self._held_from, self._hold = self.frame_count, frames

    @property
    def part(self) -> str:
        """Part number, with the size of the array in it."""
        return self.maker.part.format(array=self.scene.width)

    def video_frame(self, out: NDArray[np.uint16]) -> None:
        """Compose the present video frame, telemetry rows on top: `(H + 2, W) uint16`."""
        now_s = self.uptime_s  # what is told of a frame is of the moment that it shows
        self.shutter.status(now_s)
        said = telemetry.Telemetry(
            camera_serial=self.maker.serial,
            sensor_serial=self.maker.serial + 1_000_000,
            part=self.part,
            frame_rate_hz=RATE_HZ,
            frame=self._frames_until(now_s),
            frame_at_ffc=self.shutter.last_frame,
            fpa_temp_dk=fpa_temp_dk(now_s),
            fpa_temp_at_ffc_dk=self.shutter.last_temp_dk,
            time_ms=int(now_s * 1000.0),
        )
        self.imager.film(now_s, out[telemetry.ROWS :])
        telemetry.write(said, out[: telemetry.ROWS])
        if self.corrupt_telemetry:
            out[: telemetry.ROWS, ::2] ^= 0x5A5A

    # --- the control channel

    def answer(self, request: Message) -> Message | None:
        """Answer a request as the camera does; None when it keeps silent."""
        self.heard[request.function, request.data] += 1
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

    def _make_actions(self) -> dict[int, Action]:
        """Return what each command does, by function id."""
        actions = {r.get.function: self._reader(r) for r in c.REGISTERS}
        actions |= {r.set.function: self._writer(r) for r in c.REGISTERS}
        actions |= {known.function: _value(tell) for known, tell in self._values().items()}
        actions |= {known.function: _effect(act) for known, act in self._effects().items()}
        several: dict[Command[Any], Action] = {
            c.SOFTWARE_REVISION: lambda: self.maker.revision,
            c.SPOT_STATS: lambda: self.imager.spot_stats(self.uptime_s),
            c.SPOT_TEMP_STATS: lambda: self.imager.spot_temp_stats(self.uptime_s),
            c.CAPTURE_STATUS: self._capture_status,
            c.CAPTURE_SIZE: lambda _source: self.imager.size(),
            c.CAPTURE_SIZE_PLAIN: self.imager.size,
        }
        return actions | {known.function: act for known, act in several.items()}

    def _values(self) -> dict[Command[Any], Callable[..., Value]]:
        """Return the commands that answer one value."""
        return {
            c.CAMERA_SERIAL: lambda: self.maker.serial,
            c.CAMERA_PART: self.part.encode,
            c.SENSOR_SERIAL: lambda: self.maker.serial + 1_000_000,
            c.SENSOR_PART: lambda: b"SIMULATED ARRAY",
            c.PRODUCT_NAME: self.maker.product.encode,
            c.CAMERA_SERIAL_TEXT: lambda: str(self.maker.serial).encode(),
            c.IS_9HZ: _no,
            c.FFC_STATUS: lambda: self.shutter.status(self.uptime_s),
            c.FFC_IN_PROGRESS: self._ffc_in_progress,
            c.FFC_DESIRED: lambda: int(self.shutter.desired(self.uptime_s)),
            c.FFC_LAST_FRAME: lambda: self.shutter.last_frame,
            c.FFC_LAST_TEMP: lambda: self.shutter.last_temp_dk,
            c.FFC_APPLIED: _yes,
            c.TABLE_SWITCH_DESIRED: _no,
            c.FPA_TEMP: lambda: fpa_temp_dk(self.uptime_s) - 2732,
            c.FPA_TEMP_KELVIN: lambda: fpa_temp_dk(self.uptime_s),
            c.SHUTTER_PADDLE_TEMP: lambda: fpa_temp_dk(self.uptime_s) / 10.0,
            c.TABLE_TYPE: lambda: self.registers.table,
            c.TABLE_NUMBER: lambda: int(self.registers.table),
            c.FRAME_COUNT: lambda: self.frame_count,
            c.FRAME_RATE: lambda: RATE_HZ,
            c.UPTIME: lambda: int(self.uptime_s),
            c.IMAGE_VALID: _yes,
            c.OVER_TEMP: _no,
            c.RADIOMETRY_CAPABLE: lambda: int(self.maker.radiometric),
            c.READ_CAPTURE: lambda _source, *chunk: self.imager.read(*chunk),
            c.READ_CAPTURE_PLAIN: self.imager.read,
        }

    def _effects(self) -> dict[Command[Any], Callable[..., None]]:
        """Return the commands that answer with their status alone."""
        return {
            c.RUN_FFC: lambda: self.shutter.close(self.uptime_s),
            c.CHECK_TABLE_SWITCH: _nothing,
            c.SAVE_DEFAULTS: _nothing,
            c.CAPTURE_TO_FILE: _nothing,
            c.FACTORY_DEFAULTS: _nothing,
            c.REBOOT: self.power_up,
            c.TLINEAR_REFRESH: self.imager.refresh,
            c.CAPTURE_FRAME: self._capture,
            c.CAPTURE_FRAME_PLAIN: lambda: self._capture(CaptureSource.TLINEAR),
            c.CAPTURE_FRAMES: lambda source, _frames, _buffer: self._capture(source),
        }

    def _reader(self, register: Register[Any]) -> Action:
        return lambda: self.registers.raw(register)

    def _writer(self, register: Register[Any]) -> Action:
        def write(*values: Value) -> tuple[Value, ...]:
            self.registers.write(register, *values)
            self._follow(register)
            return ()

        return write

    def _follow(self, register: Register[Any]) -> None:
        """Let a written register take effect in the shutter."""
        value = self.registers.value(register)
        if register is c.FFC_MODE:
            self.shutter.mode = value
        elif register is c.FFC_FRAME_THRESHOLD:
            self.shutter.frame_threshold = value
        elif register is c.FFC_TEMP_THRESHOLD:
            self.shutter.temp_threshold_dk = value
        elif register is c.FFC_WARN_TIME:
            self.shutter.warn_s = value / 10.0

    def _ffc_in_progress(self) -> int:
        return int(self.shutter.status(self.uptime_s) is FfcStatus.IN_PROGRESS)

    def _capture(self, source: int) -> None:
        self.imager.capture(source, int(self.uptime_s * RATE_HZ) + 1)

    def _capture_status(self) -> tuple[Value, ...]:
        frame = -1 if self.stalled else int(self.uptime_s * RATE_HZ)
        return self.imager.capture_status(self.uptime_s, frame)


def _value(tell: Callable[..., Value]) -> Action:
    return lambda *values: (tell(*values),)


def _effect(act: Callable[..., None]) -> Action:
    def action(*values: Value) -> tuple[Value, ...]:
        act(*values)
        return ()

    return action


def _yes() -> int:
    return 1


def _no() -> int:
    return 0


def _nothing() -> None:
    """Do nothing, and say that it is done."""


def parse_request(payload: bytes) -> Message | None:
    """Read a packet's payload; None when it is no message (a keep-alive, for example)."""
    try:
        return Message.from_bytes(payload)
    except ProtocolError:
        return None
