"""The settings of the emulated camera: what it powers up with, and what it refuses."""

from typing import Any

from device.boson import commands as c
from device.boson.declare import Register, Value
from device.boson.emulator.pipeline import FACTORY_RBFO, SceneParameters
from device.boson.enums import GainMode, TableType
from device.boson.fbp import Status

SHARES = (c.EMISSIVITY, c.ATMOSPHERE_TRANSMISSION, c.WINDOW_TRANSMISSION, c.WINDOW_REFLECTIVITY)
_KELVINS = (c.BACKGROUND_TEMP, c.ATMOSPHERE_TEMP, c.WINDOW_TEMP, c.WINDOW_REFLECTED_TEMP)
_RBFOS = (c.RBFO_HIGH, c.RBFO_LOW, c.RBFO_HIGH_FACTORY, c.RBFO_LOW_FACTORY)
_ROOM_K = 295.15


class Refusal(Exception):
    """Answer with an error status instead."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.name)
        self.status = status


class Registers:
    """All settings, by the command that reads them.

    Parameters
    ----------
    whole
        What the firmware calls all of a share: 100 or 1.
    clamps
        Whether it cuts a share that is too large instead of refusing it.

    Attributes
    ----------
    pinned
        Registers that take a new value and keep the old one: a fault.
    """

    def __init__(self, whole: float, *, clamps: bool) -> None:
        self._whole = whole
        self._clamps = clamps
        self.pinned: set[Register[Any]] = set()
        self._values: dict[int, tuple[Value, ...]] = {
            register.get.function: tuple(0 for _ in register.get.reply.fields)
            for register in c.REGISTERS
        }
        for share, value in zip(SHARES, (0.98, 1.0, 1.0, 0.0), strict=True):
            self.store(share, value * whole)
        for kelvin in _KELVINS:
            self.store(kelvin, _ROOM_K)
        for rbfo in _RBFOS:
            self.store(rbfo, *FACTORY_RBFO)
        self.store(c.FFC_MODE, 1)
        self.store(c.FFC_FRAMES, 8)

    def raw(self, register: Register[Any]) -> tuple[Value, ...]:
        """Return a register as it goes on the wire."""
        return self._values[register.get.function]

    def value(self, register: Register[Any]) -> Any:
        """Return what a register holds."""
        return register.get.make(*self.raw(register))

    def store(self, register: Register[Any], *values: Value) -> None:
        """Set a register from behind, without any check."""
        self._values[register.get.function] = values

    def write(self, register: Register[Any], *values: Value) -> None:
        """Set a register as a client does; Refusal when the camera does not take the values."""
        try:
            register.get.make(*values)
        except ValueError as impossible:
            raise Refusal(Status.RANGE_ERROR) from impossible
        floats = [value for value in values if isinstance(value, float)]
        if not all(0.0 <= value < 1e9 for value in floats):  # not NaN either
            raise Refusal(Status.RANGE_ERROR)
        if register in SHARES and floats[0] > self._whole:
            if not self._clamps:
                raise Refusal(Status.RANGE_ERROR)
            values = (self._whole,)
        if register not in self.pinned:
            self.store(register, *values)

    @property
    def gain(self) -> GainMode:
        """Gain in effect: high or low."""
        return GainMode.LOW if self.value(c.GAIN_MODE) is GainMode.LOW else GainMode.HIGH

    @property
    def table(self) -> TableType:
        """Correction table in effect."""
        return TableType.LOW_GAIN if self.gain is GainMode.LOW else TableType.HIGH_GAIN

    @property
    def scene(self) -> SceneParameters:
        """Scene parameters, the shares as 0..1 and such that they can be divided by."""
        share = [self.value(register) / self._whole for register in SHARES]
        return SceneParameters(
            emissivity=max(share[0], 0.01),
            background_k=self.value(c.BACKGROUND_TEMP),
            atmosphere=max(share[1], 0.01),
            atmosphere_k=self.value(c.ATMOSPHERE_TEMP),
            window=max(share[2], 0.01),
            window_k=self.value(c.WINDOW_TEMP),
            window_reflectivity=share[3],
            window_reflected_k=self.value(c.WINDOW_REFLECTED_TEMP),
        )
