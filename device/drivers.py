"""The one table of drivers: a new sensor is a row here, a folder beside it, and its dossier.

A row names the driver's package, which is imported only when a sensor is opened or asked: a process
that must not see a pixel can read the table without importing a driver. Its module `ids` has
`USB_IDS` and nothing else, `asking` has `ask`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from device.errors import SensorError, SensorNotFound
from device.info import Answer
from hardware.host.usb import UsbIdentity
from hardware.vetting.decision import Admission, Decision, SensorSays, Vet, refusal

if TYPE_CHECKING:
    from device.ends import Admit, Ends
    from device.sensor import Sensor

SIMULATED: Final = "simulated"


@dataclass(frozen=True, slots=True)
class Driver:
    """A kind of camera that a station can run with.

    Attributes
    ----------
    name, words
        On the command line, and in a sentence.
    package
        Where the driver is.
    opener
        Module and function there that open a sensor: `(port, *, vet) -> device.sensor.Sensor`.
    attacher
        Module and function there for a process that may open nothing:
        `(ends, *, admit) -> device.sensor.Sensor` (`device.ends`).
    has_serial, has_video
        Which device nodes it has.
    owns_ids
        Whether its USB ids are its own; others are looked at only when they are asked for by name.
    """

    name: str
    words: str
    package: str
    opener: str
    attacher: str
    has_serial: bool
    has_video: bool
    owns_ids: bool = True

    @property
    def usb_ids(self) -> str:
        """Its USB vendor and product id (`09cb:4007`)."""
        return str(_load(f"{self.package}.ids", "USB_IDS"))

    def open(self, port: str | None, *, vet: Vet) -> "Sensor":
        """Open the sensor at a port, or the one that is found; `vet` decides before it is set up.

        Raises
        ------
        SensorError
            When it is not there, is not vetted, or sends no temperatures.
        """
        sensor: Sensor = _load(*f"{self.package}.{self.opener}".rsplit(".", 1))(port, vet=vet)
        return sensor

    def load(self) -> None:
        """Import the driver: a process that may open nothing later does so beforehand."""
        _load(*f"{self.package}.{self.attacher}".rsplit(".", 1))

    def attach(self, ends: "Ends", *, admit: "Admit") -> "Sensor":
        """Set up a camera that others hold open; raises as `open`."""
        sensor: Sensor = _load(*f"{self.package}.{self.attacher}".rsplit(".", 1))(ends, admit=admit)
        return sensor

    def ask(self, serial_port: str | None, video_node: str | None) -> Answer:
        """Ask the sensor who it is; SensorError when it does not say."""
        answer: Answer = _load(f"{self.package}.asking", "ask")(serial_port, video_node)
        return answer


DRIVERS: Final = (
    Driver(
        "boson",
        "Boson",
        package="device.boson",
        opener="opening.open_boson",
        attacher="opening.attach_boson",
        has_serial=True,
        has_video=True,
    ),
    Driver(
        "lepton",
        "Lepton on a PureThermal board",
        package="device.lepton",
        opener="sensor.open_lepton",
        attacher="sensor.attach_lepton",
        has_serial=False,
        has_video=True,
    ),
    Driver(
        "evo-thermal",
        "Evo Thermal",
        package="device.evo_thermal",
        opener="sensor.open_evo_thermal",
        attacher="sensor.attach_evo_thermal",
        has_serial=True,
        has_video=False,
        owns_ids=False,
    ),
)
NAMES: Final = (SIMULATED, *(driver.name for driver in DRIVERS))


def driver(name: str) -> Driver:
    """Return the driver of that name.

    Raises
    ------
    SensorNotFound
        When there is none.
    """
    for one in DRIVERS:
        if one.name == name:
            return one
    raise SensorNotFound(f"there is no driver called {name!r}; there are: {', '.join(NAMES)}.")


def open_simulated(scenario: str) -> "Sensor":
    """Open the simulated sensor with a scenario."""
    sensor: Sensor = _load("device.simulator.sensor", "open_simulated")(scenario)
    return sensor


def meet(open_sensor: "Callable[[Vet], Sensor]") -> Admission:
    """Ask a sensor who it is, without setting anything in it or taking a frame.

    Parameters
    ----------
    open_sensor
        Opens it with the `vet` that it is given; that `vet` notes the answers and refuses.

    Raises
    ------
    SensorError
        When it does not answer.
    """
    met: list[Admission] = []

    def note(dossier: str, device: UsbIdentity | None, says: SensorSays) -> Decision:
        met.append(Admission(dossier, device, says))
        return refusal(dossier, "It was only asked who it is.")

    try:
        open_sensor(note).close()
    except SensorError:
        if not met:
            raise
    return met[0]


def _load(module: str, name: str) -> Any:
    return getattr(import_module(module), name)
