"""What a calibration stands on: what the supervisor does for it, and what it never changes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from device.info import SensorInfo
from service.ipc.calibration import ShownReading
from service.ipc.settings import StationSettings
from service.sandbox.calibrator.records import Said
from service.state.acceptance import Baseline

MAX_LOOKS: Final = 15


class SetBySerial(Protocol):
    """A source that can be set, by another process."""

    def begin(self) -> None:
        """Have its line opened."""

    def ask(self, set_c: float | None) -> bool:
        """Set it, or only ask for its temperature; False while its line is not open yet."""

    def take(self) -> Said | None:
        """Return what was said since this was asked last."""

    def end(self) -> None:
        """Have its line closed."""


class Bench(Protocol):
    """What the supervisor does for a calibration."""

    def look(self, number: int, at: tuple[float, float] | None, emissivity: float) -> None:
        """Let the worker look at a place, or at the reference again."""

    def try_threshold(self, threshold_c: float | None) -> None:
        """Screen with another threshold for a trial, or with the one that is set."""

    def warm_for_s(self) -> float:
        """Return for how long the sensor has been on, in seconds."""

    def readings(self) -> tuple[ShownReading, ...]:
        """Return what visitors in view read, accepted or not."""

    def dossier(self, sensor: SensorInfo) -> tuple[str, str]:
        """Return the hashes of a sensor's dossier and list of parts; empty where there is none."""

    def settings(self) -> StationSettings | None:
        """Return the settings in force."""

    def calibrator(self) -> SetBySerial | None:
        """Return the calibrator that may be set by serial; None: there is none."""

    def shape_holds(self) -> bool:
        """Return whether the learnt shape of the picture is that of the open sensor."""


class Aim:
    """Where the worker looks for a calibration, and the number of that look.

    Parameters
    ----------
    bench
        Tells the worker.
    emissivity
        Of the surface there.

    Attributes
    ----------
    look
        1 to 15, comes back with every answer; 0: at the reference.
    """

    def __init__(self, bench: Bench, emissivity: Callable[[], float]) -> None:
        self._bench = bench
        self._emissivity = emissivity
        self.look = 0

    def at(self, at: tuple[float, float] | None) -> int:
        """Look at an upright pixel, or at the reference again; return the number."""
        self.look = 0 if at is None else self.look % MAX_LOOKS + 1
        self._bench.look(self.look, at, self._emissivity())
        return self.look


@dataclass(frozen=True, slots=True)
class Around:
    """What does not change while a station runs."""

    name: str
    own: Path | None
    baseline: Callable[[], Baseline]  # what the drift watch measures now
