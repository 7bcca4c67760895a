"""A Lepton 3.5 on a PureThermal board, without either: the frames and controls that they give.

It makes the 122 rows that come out of the video node, telemetry included, and answers the control
queries of the kernel in the memory that the caller points to. Faults are those of a bad day.
"""

import ctypes
import errno
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.errors import SensorLost, SensorStalled
from device.lepton.commands import GET_CUR, GET_LEN, SET_CUR, Commands
from device.lepton.control import UVCIOC_CTRL_QUERY
from device.lepton.telemetry import (
    AGC_ON,
    FFC_DESIRED,
    FFC_STATE_SHIFT,
    HEIGHT,
    OVER_TEMPERATURE,
    ROWS,
    SHUTTER_LOCKOUT,
    WIDTH,
    Telemetry,
    encode,
)

Scene = Callable[[float], NDArray[np.uint16]]

_FRAME_MS = 115  # 26 Hz array, every third frame leaves the camera
_FFC_MS = 900
_FFC_PERIOD_MS = 180_000
_IMMINENT_MS = 2_000
_SERIAL = 0x0000_0000_2404_8A4E
_PART_NUMBER = "SIMULATED 500-0771-01"
_SOFTWARE = (3, 3, 26)


class Fault(StrEnum):
    """What goes wrong from now on; None of them mends itself."""

    DUPLICATES = "duplicates"  # every frame three times
    CORRUPT_TELEMETRY = "corrupt_telemetry"  # every other frame with telemetry of noise
    CORRUPT_ROW = "corrupt_row"  # wrong bits in one row of the picture
    TLINEAR_OFF = "tlinear_off"  # another program has switched it off
    TENTH_KELVIN = "tenth_kelvin"  # the resolution changed to 0.1 K: still a measurement
    LOW_GAIN = "low_gain"
    AGC_ON = "agc_on"
    OWN_CORRECTION = "own_correction"
    ENDLESS_FFC = "endless_ffc"
    SHUTTER_LOCKOUT = "shutter_lockout"
    OVER_TEMPERATURE = "over_temperature"
    FROZEN_COUNTER = "frozen_counter"
    STALL = "stall"
    UNPLUG = "unplug"
    REBOOT = "reboot"  # settings and counters are those of power-up again


def door(seconds: float) -> NDArray[np.uint16]:
    """Return a picture of a person before a wall in 0.01 K, `(120, 160) uint16`.

    Wall at 22 deg C, face at 34 deg C, blurred as by the lens, with 40 mK of noise.
    """
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    distance = np.hypot((x - 80.0 - 3.0 * np.sin(seconds)) / 22.0, (y - 60.0) / 30.0)
    face = 1.0 / (1.0 + np.exp((distance - 1.0) * 12.0))
    noise = np.random.default_rng(int(seconds * 1000.0)).normal(0.0, 4.0, (HEIGHT, WIDTH))
    picture: NDArray[np.uint16] = np.rint(29515.0 + 1200.0 * face + noise).astype(np.uint16)
    return picture


class EmulatedLepton:
    """The camera and its board.

    Parameters
    ----------
    scene
        What the camera sees at a time in seconds: `(120, 160) uint16` in 0.01 K.
    serial, part_number
        Of the module; the part number says by default that the camera is no camera.

    Attributes
    ----------
    fault
        What is wrong now; set it at any time.
    heard
        How often each query has reached it: unit, selector, kind, and what was set.
    """

    def __init__(
        self, scene: Scene = door, *, serial: int = _SERIAL, part_number: str = _PART_NUMBER
    ) -> None:
        self.fault: Fault | None = None
        self._scene = scene
        self._serial = serial
        self._part_number = part_number.encode()
        self.heard: Counter[tuple[int, int, int, bytes]] = Counter()
        self._repeats = 0
        self._noise = np.random.default_rng(serial)
        self._time_ms = 0.0
        self._power_up()

    def frame(self, rows: NDArray[np.uint16]) -> None:
        """Make the next frame.

        Parameters
        ----------
        rows
            `(122, 160) uint16`, filled with picture and telemetry.
        """
        if self.fault is Fault.REBOOT:
            self.fault = None
            self._power_up()
        self._advance()
        self._picture(rows[:HEIGHT])
        rows[HEIGHT:] = 0
        encode(self._telemetry(), rows[HEIGHT:])
        if self.fault is Fault.CORRUPT_TELEMETRY and self._counter % 2:
            rows[HEIGHT:] = self._noise.integers(0, 1 << 16, (ROWS, WIDTH))

    def ioctl(self, descriptor: int, request: int, query: Any) -> int:
        """Answer a control query as the kernel and the board do.

        Raises
        ------
        OSError
            With the kernel's error number.
        """
        del descriptor
        if self.fault is Fault.UNPLUG:
            raise OSError(errno.ENODEV, "No such device")
        if request != UVCIOC_CTRL_QUERY:
            raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")
        # unit, selector, query, padding, size, padding, pointer: as a C compiler lays it out
        unit, selector, kind, size, address = struct.unpack("@BBBHP", bytes(query))
        value = ctypes.string_at(address, size) if kind == SET_CUR else b""
        self.heard[unit, selector, kind, value] += 1
        command = next(
            (
                known
                for known in Commands
                if (known.value.unit, known.value.selector) == (unit, selector)
            ),
            None,
        )
        if command is None:
            raise OSError(errno.ENOENT, "No such file or directory")
        expected = 2 if kind == GET_LEN else command.value.size
        if size != expected:
            raise OSError(errno.ENOBUFS, "No buffer space available")
        if kind == SET_CUR:
            self._set(command, value)
        elif kind == GET_LEN:
            ctypes.memmove(address, command.value.size.to_bytes(2, "little"), size)
        elif kind == GET_CUR:
            ctypes.memmove(address, self._values[command], size)
        else:
            raise OSError(errno.EINVAL, "Invalid argument")
        return 0

    def _power_up(self) -> None:
        word = (0).to_bytes(4, "little")
        # as a PureThermal board leaves the camera: radiometry on, but TLinear as the module has it
        self._values: dict[Commands, bytes] = {
            Commands.AGC_ENABLE: word,
            Commands.SERIAL: self._serial.to_bytes(8, "little"),
            Commands.GAIN_MODE: word,
            Commands.RUN_FFC: b"\0",
            Commands.PART_NUMBER: self._part_number.ljust(32, b"\0"),
            Commands.SOFTWARE: bytes((*_SOFTWARE, *_SOFTWARE, 0, 0)),
            Commands.RADIOMETRY: (1).to_bytes(4, "little"),
            Commands.FLUX_PARAMETERS: struct.pack(
                "<8H", 8028, 29515, 8192, 29515, 8192, 29515, 0, 29515
            ),
            Commands.TLINEAR: word,
            Commands.RESOLUTION: word,
            Commands.AUTO_RESOLUTION: (1).to_bytes(4, "little"),
            Commands.TELEMETRY_ENABLE: (1).to_bytes(4, "little"),
            Commands.FFC_MODE: struct.pack("<8I", 1, 0, 0, 0, 0, 180_000, 0, 150 | 52 << 16),
            Commands.RBFO: struct.pack("<4I", 395653, 1428000, 1000, 156000),
            Commands.VIDEO_SOURCE: word,
            Commands.REBOOT: b"\0",
        }
        self._uptime_ms = 5_000
        self._counter = 40
        self._ffc_from_ms = 1_000  # every Lepton does one at power-up

    def _set(self, command: Commands, value: bytes) -> None:
        if command in {Commands.SERIAL, Commands.PART_NUMBER, Commands.SOFTWARE}:
            raise OSError(errno.EPIPE, "Broken pipe")
        if command is Commands.RUN_FFC:
            self._ffc_from_ms = self._uptime_ms + _FRAME_MS
        elif command is Commands.REBOOT:
            self._power_up()
        else:
            self._values[command] = value

    def _advance(self) -> None:
        self._time_ms += _FRAME_MS
        self._repeats = (self._repeats + 1) % 3
        if self.fault is Fault.FROZEN_COUNTER:
            return
        if self.fault is Fault.DUPLICATES and self._repeats:
            return
        self._uptime_ms = (self._uptime_ms + _FRAME_MS) % (1 << 32)
        self._counter = (self._counter + 1) % (1 << 32)
        if self._uptime_ms - self._ffc_from_ms >= _FFC_PERIOD_MS:
            self._ffc_from_ms = self._uptime_ms

    def _picture(self, rows: NDArray[np.uint16]) -> None:
        rows[...] = self._scene(self._uptime_ms / 1000.0)
        if self._ffc_state() == 2:
            rows[...] = 30565  # the shutter at the camera's own 32.5 deg C
        if not self._number(Commands.TLINEAR) or self.fault is Fault.TLINEAR_OFF:
            rows //= 4  # raw 14-bit counts
        elif not self._number(Commands.RESOLUTION) or self.fault is Fault.TENTH_KELVIN:
            rows //= 10
        if self.fault is Fault.AGC_ON:
            rows &= 0xFF
        if self.fault is Fault.CORRUPT_ROW:
            rows[HEIGHT // 2, :: WIDTH // 16] ^= 0x0400

    def _ffc_state(self) -> int:
        age_ms = self._uptime_ms - self._ffc_from_ms
        if self.fault is Fault.ENDLESS_FFC or 0 <= age_ms < _FFC_MS:
            return 2
        return 1 if age_ms > _FFC_PERIOD_MS - _IMMINENT_MS or age_ms < 0 else 3

    def _telemetry(self) -> Telemetry:
        state = self._ffc_state()
        ended_ms = self._ffc_from_ms + _FFC_MS if state == 3 else self._ffc_from_ms
        honest = Telemetry(
            revision=14,
            uptime_ms=self._uptime_ms,
            status=state << FFC_STATE_SHIFT | (FFC_DESIRED if state == 1 else 0) | 0x0800,
            serial=self._serial,
            software=int.from_bytes(struct.pack("<2I", 0x03031A, 0x03031A), "little"),
            counter=self._counter,
            fpa_kelvin_100=30565,
            housing_kelvin_100=30515,
            ffc_fpa_kelvin_100=30560,
            ffc_uptime_ms=max(ended_ms, 0),
            emissivity_8192=self._flux(0),
            atmosphere_8192=self._flux(4),
            window_8192=self._flux(2),
            reflection_8192=self._flux(6),
            gain_mode=self._number(Commands.GAIN_MODE),
            effective_gain=int(self._number(Commands.GAIN_MODE) == 1),
            tlinear=self._number(Commands.TLINEAR),
            resolution=self._number(Commands.RESOLUTION),
        )
        return _faulty(honest, self.fault)

    def _number(self, command: Commands) -> int:
        return int.from_bytes(self._values[command], "little")

    def _flux(self, word: int) -> int:
        return int.from_bytes(self._values[Commands.FLUX_PARAMETERS][2 * word :][:2], "little")

    @property
    def time_s(self) -> float:
        """Seconds on the clock of the computer it is plugged into."""
        return self._time_ms / 1000.0


def _faulty(honest: Telemetry, fault: Fault | None) -> Telemetry:
    """Return what the camera says when the fault is there: faults are not hidden by it."""
    if fault is Fault.TLINEAR_OFF:
        return replace(honest, tlinear=0)
    if fault is Fault.TENTH_KELVIN:
        return replace(honest, resolution=0)
    if fault is Fault.LOW_GAIN:
        return replace(honest, gain_mode=1, effective_gain=1)
    if fault is Fault.OWN_CORRECTION:
        return replace(honest, emissivity_8192=8028)
    bits = {
        Fault.AGC_ON: AGC_ON,
        Fault.SHUTTER_LOCKOUT: SHUTTER_LOCKOUT,
        Fault.OVER_TEMPERATURE: OVER_TEMPERATURE,
    }
    return replace(honest, status=honest.status | bits.get(fault, 0)) if fault else honest


class EmulatedCapture:
    """Its frames without a video node, as fast as they are asked for; see `device.y16`."""

    def __init__(self, camera: EmulatedLepton) -> None:
        self._camera = camera

    def read_into(self, frame: NDArray[np.uint16]) -> float:
        """Fill `(122, 160) uint16` with the next frame; return its time in seconds."""
        if self._camera.fault is Fault.UNPLUG:
            raise SensorLost("the emulated Lepton is gone.", "Plug it in again.")
        if self._camera.fault is Fault.STALL:
            raise SensorStalled("the emulated Lepton sends no frame.")
        self._camera.frame(frame)
        return self._camera.time_s

    def close(self) -> None:
        """Do nothing: there is no stream."""
