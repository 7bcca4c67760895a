"""The learnt non-uniformity: how learning it stands, and for which sensor it holds."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Final

from pydantic import ValidationError

from device.info import SensorInfo
from screening.settings import Settings, Uniformity
from service.ipc.records import Plate, PlateSeen
from service.ipc.settings import SettingsError, StationSettings, UniformitySettings, field_errors

LOST: Final = "The sensor was lost meanwhile: try again."


class NonUniformityLearning:
    """Knows the open sensor; what another one has is never used.

    Attributes
    ----------
    running
        An admin holds a plate before the lens, and the worker learns.
    problem
        Why nothing was learnt the last time; empty when something was.
    """

    def __init__(self) -> None:
        self._sensor = ""
        self.running = False
        self.problem = ""

    def opened(self, sensor: SensorInfo) -> None:
        """Note which sensor is open now."""
        self._sensor = fingerprint(sensor)

    def lost(self) -> None:
        """Note that no sensor is open any more."""
        self._sensor = ""
        if self.running:
            self.ended(LOST)

    def begin(self) -> bool:
        """Begin to learn; False when no sensor is open."""
        self.running, self.problem = bool(self._sensor), ""
        return self.running

    def ended(self, problem: str = "") -> None:
        """Note how learning ended."""
        self.running, self.problem = False, problem

    def learnt(self, plate: PlateSeen, today: date) -> UniformitySettings:
        """Return what was learnt as it is saved, for the sensor that is open.

        Raises
        ------
        SettingsError
            When nothing was learnt, no lens is like that, or the sensor is gone.
        """
        if not self._sensor:
            raise SettingsError(LOST)
        if plate.outcome is Plate.ONLY_CORRECTED:
            raise SettingsError("The sensor only corrected itself: try again.")
        if plate.outcome is Plate.UNEVEN:
            raise SettingsError(
                "The picture was not smooth enough: fill all of it with a plate of even "
                "temperature, out of focus, and wait until it has come to rest."
            )
        numbers = {name: getattr(plate, name) for name in Uniformity.__slots__}
        try:
            return UniformitySettings(**numbers, learnt_on=today, sensor_sha256=self._sensor)
        except ValidationError as error:
            place, why = next(iter(field_errors(error).items()))
            raise SettingsError(
                f"No lens is like that ({place}: {why}): hold a plate of even temperature "
                "before the lens, so that it fills the picture."
            ) from error

    def holds(self, settings: StationSettings) -> bool:
        """Whether the saved one is that of the open sensor."""
        saved = settings.uniformity
        return saved is not None and saved.sensor_sha256 == self._sensor

    def in_force(self, settings: StationSettings) -> Settings:
        """Return settings for the screener, without one that was learnt on another sensor."""
        plain = settings.plain()
        return plain if self.holds(settings) else replace(plain, uniformity=None)


def fingerprint(sensor: SensorInfo) -> str:
    """Return a digest of what makes a sensor and its mounting this one."""
    parts = (sensor.dossier, sensor.model, sensor.serial, f"{sensor.width}x{sensor.height}")
    return sha256("\n".join(parts).encode()).hexdigest()
