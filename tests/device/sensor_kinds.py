"""Every kind of sensor that the contract suite holds to the contract: one entry each."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from device.boson.emulator.camera import EmulatedCamera, Maker
from device.boson.emulator.link import EmulatedLink
from device.boson.emulator.scene import DoorScene
from device.boson.opening import open_boson
from device.evo_thermal.emulator import EmulatedEvoThermal
from device.evo_thermal.sensor import open_evo_thermal
from device.info import SensorInfo
from device.lepton.control import LeptonControl
from device.lepton.emulator import EmulatedCapture, EmulatedLepton, Fault, door
from device.lepton.sensor import LeptonSensor
from device.replay import open_recording
from device.sensor import Sensor
from device.simulator.sensor import open_simulated
from hardware.vetting.check import vet
from tests.device.lines import LINES, Line, lossy, small_pieces
from tests.device.recordings import recording, zipped
from tests.device.test_replay_y16 import content, emulated, saved


@dataclass(frozen=True)
class Kind:
    """A sensor that can be opened for a test.

    Attributes
    ----------
    name
        As pytest shows it.
    open
        Opens it, given a folder for files; everything behind it ends with the context.
    simulated
        What its info must say.
    shutter
        Whether an FFC can be asked for.
    lean
        Whether taking a frame must allocate nothing of a frame's size.
    """

    name: str
    open: Callable[[Path], AbstractContextManager[Sensor]]
    simulated: bool = True
    shutter: bool = True
    lean: bool = False

    def __str__(self) -> str:
        return self.name


def _simulated(_: Path) -> AbstractContextManager[Sensor]:
    return open_simulated("lepton-one-healthy", realtime=False, seed=1)


def _cptv(folder: Path) -> AbstractContextManager[Sensor]:
    times = tuple(range(60_000, 70_000, 111))
    return open_recording(zipped(folder, recording(times)))


def _y16(folder: Path) -> AbstractContextManager[Sensor]:
    return open_recording(saved(folder, content(emulated(40))))


def _lepton(*, fault: Fault | None = None) -> Callable[[Path], AbstractContextManager[Sensor]]:
    def opened(_: Path) -> LeptonSensor:
        picture = door(1.0)
        flicker = itertools.count()

        def still(_: float) -> np.ndarray:
            picture[0, 0] ^= 1 + next(flicker) % 2
            return picture

        camera = EmulatedLepton(still)  # a scene that is made once, to see what the driver makes
        control = LeptonControl("/dev/null", camera.ioctl)
        control.make_radiometric()
        info = SensorInfo("lepton-3-5-purethermal", "Lepton 3.5", "1", "3.3.26", 160, 120, 8.7,
                          57.0, 0.05, simulated=False, port="1-2")  # fmt: skip
        sensor = LeptonSensor(info, EmulatedCapture(camera), control, quarter_turns=-1)
        camera.fault = fault
        return sensor

    return opened


def _evo_thermal(line: Callable[[], Line]) -> Callable[[Path], AbstractContextManager[Sensor]]:
    @contextmanager
    def opened(_: Path) -> Iterator[Sensor]:
        with EmulatedEvoThermal(line()) as camera, open_evo_thermal(camera.port, vet=vet) as sensor:
            yield sensor

    return opened


def _boson(line: Callable[[], Line]) -> Callable[[Path], AbstractContextManager[Sensor]]:
    @contextmanager
    def opened(folder: Path) -> Iterator[Sensor]:
        camera = EmulatedCamera(DoorScene(320, 256), Maker())
        with EmulatedLink(camera, folder / "boson") as link:
            link.spoil = line()
            with open_boson(link.port, vet=vet) as sensor:
                yield sensor

    return opened


# One of each, on a perfect line where it has one.
KINDS = (
    Kind("simulator", _simulated),
    Kind("CPTV recording", _cptv, shutter=False),
    Kind("Y16 recording", _y16, shutter=False),
    Kind("Boson", _boson(LINES["perfect line"])),
    Kind("Lepton", _lepton(), simulated=False, lean=True),
    Kind("Evo Thermal", _evo_thermal(LINES["perfect line"]), shutter=False),
)

# A frame of a Boson is 640 answers long, and one that is lost costs a quarter of a second.
_BOSON_LINES = LINES | {
    "line of single bytes": lambda: small_pieces(longest=64, piece=50),
    "lossy line": lambda: lossy(every=300),
}
ON_BAD_LINES = (
    *(
        Kind(f"Boson on a {name}", _boson(line))
        for name, line in _BOSON_LINES.items()
        if line is not LINES["perfect line"]
    ),
    *(
        Kind(f"Evo Thermal on a {name}", _evo_thermal(line), shutter=False)
        for name, line in LINES.items()
        if line is not LINES["perfect line"]
    ),
    Kind("Lepton that repeats frames", _lepton(fault=Fault.DUPLICATES), simulated=False, lean=True),
    Kind("Lepton on a bad cable", _lepton(fault=Fault.CORRUPT_TELEMETRY), simulated=False),
)


def taken(sensor: Sensor, count: int) -> Iterator[np.ndarray]:
    """Yield copies of the counts of the next frames."""
    for frame in islice(sensor.frames(), count):
        yield np.array(frame.counts)
