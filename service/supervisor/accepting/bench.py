"""What a calibration stands on: what the supervisor does for it, and what it never changes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from device.info import SensorInfo
from service.ipc.calibration import ShownReading
from service.ipc.settings import StationSettings
from service.state.acceptance import Baseline
from service.supervisor.accepting.by_serial import SetBySerial


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


@dataclass(frozen=True, slots=True)
class Around:
    """What does not change while a station runs."""

    name: str
    own: Path | None
    baseline: Callable[[], Baseline]  # what the drift watch measures now
