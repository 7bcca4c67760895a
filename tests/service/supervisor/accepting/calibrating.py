"""A station on which an admin calibrates: what it is told, and what it asks for."""

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from device.info import SensorInfo
from hardware.register import signature
from hardware.register.trust import What
from screening.result import Reason, State, Verdict
from service.acceptance.series import Measured
from service.acceptance.words import Chapter, Conformity, Place, Trial
from service.ipc.calibration import (
    Act,
    Decision,
    Doing,
    Need,
    Notes,
    Paper,
    Review,
    ShownReading,
    Step,
    Ticks,
)
from service.ipc.records import Instruments, Presence, Seen, SpotSeen, Status
from service.ipc.settings import ReferenceSettings, StationSettings, UniformitySettings
from service.state.acceptance import AcceptanceStore, Baseline
from service.state.audit_trail import read
from service.state.calibration import CalibrationStore
from service.state.recorder import Recorder
from service.supervisor.accepting.acceptance import Acceptance
from service.supervisor.accepting.bench import Around, SetBySerial
from service.supervisor.accepting.calibration import Calibration
from service.supervisor.non_uniformity import fingerprint
from tests.hardware.institution import TODAY, Person
from tests.service.stage import SENSOR

CAMERA = replace(SENSOR, simulated=False, model="boson", serial="12345", firmware="4.1")
SHAPE = UniformitySettings(
    x_c=0.0,
    y_c=0.0,
    xx_c=-0.2,
    yy_c=-0.2,
    xy_c=0.0,
    residual_c=0.03,
    learnt_on=TODAY,
    sensor_sha256=fingerprint(CAMERA),
)
SETTINGS = StationSettings(
    references=(ReferenceSettings(temp_c=36.0, emissivity=0.97, mark=(78.0, 125.0)),),
    uniformity=SHAPE,
)
PAPER = Paper(
    laboratory="Physikalisches Labor",
    number="2026-0117",
    serial="BB-7",
    set_point_c=36.0,
    expanded_c=0.2,
    k=2.0,
    emissivity=0.97,
    issued=TODAY - timedelta(days=30),
    due=TODAY + timedelta(days=200),
)
NOTES = Notes(place="By the lift", paper=PAPER)
TICKS = Ticks(unpacked=True, placed=True, surroundings=True)
SEEN = Status(State.READY, reference_found=True)
LOST = Status(State.NOT_SCREENING, Reason.REFERENCE_MISSING)


class Station:
    """A station on which an admin calibrates, with a clock that is turned by hand."""

    def __init__(
        self,
        folder: Path,
        own: Path | None = None,
        *,
        settings: StationSettings = SETTINGS,
        sensor: SensorInfo = CAMERA,
        part_number: str = "21640A032-6IAAX",
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.own = own
        self.number = 0
        self.now_s = self.on_since_s = 1000.0
        self.set = settings
        self.sensor = sensor
        self.part_number = part_number
        self.looks: list[tuple[float, float] | None] = []
        self.tried: list[float | None] = []
        self.source: SetBySerial | None = None
        self.start()

    def start(self) -> None:
        """Start, or start again after a power cut."""
        sensor = self.sensor
        self.recorder = Recorder(self.folder, time.time)
        self.acceptance = Acceptance(AcceptanceStore(self.folder), lambda: TODAY)
        self.acceptance.configured(self.set)
        self.acceptance.opened(sensor, self.part_number)
        self.calibration = Calibration(
            CalibrationStore(self.folder),
            self.acceptance,
            self.recorder,
            self,
            Around("Main entrance", self.own, lambda: Baseline(offset_c=0.4)),
            clock=lambda: self.now_s,
            today=lambda: TODAY,
        )
        self.calibration.opened(sensor, locked=True)
        self.calibration.status(SEEN)
        self.calibration.instruments(Instruments(35.6, 0.4, 30.0, 30.0, 5.0, 0.0))
        self.calibration.spot(SpotSeen(0, 35.6, 36.0, 0.03, 22.0, 0.9, 0.9))

    # what the supervisor would do

    def look(self, number: int, at: tuple[float, float] | None, emissivity: float) -> None:
        assert emissivity == 0.97
        self.looks.append(at)
        self.number = number

    def try_threshold(self, threshold_c: float | None) -> None:
        self.tried.append(threshold_c)

    def warm_for_s(self) -> float:
        return self.now_s - self.on_since_s

    def readings(self) -> tuple[ShownReading, ...]:
        return ()

    def dossier(self, sensor: SensorInfo) -> tuple[str, str]:
        return ("d" * 64 if sensor.dossier else ""), ""

    def settings(self) -> StationSettings:
        return self.set

    def calibrator(self) -> SetBySerial | None:
        return self.source

    def shape_holds(self) -> bool:
        return True

    # what happens

    def seconds(self, count: int, *, offset_c: float = 0.4, shown_c: float = 36.0) -> None:
        look = self.number if self.looks and self.looks[-1] else 0
        for number in range(count):
            self.now_s += 1.0
            wander = 0.004 * (number % 5 - 2)
            self.calibration.instruments(Instruments(35.6, offset_c + wander, 30.0, 30.0, 5.0, 0.0))
            self.calibration.spot(
                SpotSeen(look, 35.6 + wander, shown_c + wander, 0.03, 22.0, 0.9, 0.9)
            )
            self.calibration.turn()

    def do(self, chapter: Chapter, act: Act = Act.BEGIN, **more: object) -> None:
        self.calibration.do(Doing(chapter, act, **more))  # type: ignore[arg-type] # of its fields

    def seen(self, skin_c: float, verdict: Verdict | None, mark: int = 1) -> None:
        self.now_s += 2.0
        self.calibration.seen(
            Seen(
                mark,
                begins=False,
                presence=Presence.IN_VIEW,
                verdict=verdict,
                skin_temp_c=skin_c,
                expanded_uncertainty_c=0.1,
            )
        )
        self.calibration.turn()

    def needs(self, step: Step) -> tuple[Need, ...]:
        return next(one.needs for one in self.calibration.shown().steps if one.step is step)

    def conformity(self, chapter: Chapter) -> Conformity:
        return self.calibration.verdict(chapter).conformity

    @property
    def measured(self) -> Measured:
        """What is on the disk."""
        return CalibrationStore(self.folder).load().measured

    def trail(self) -> list[object]:
        return [entry.event for entry in read(self.folder)]

    # the steps, each as an admin would

    def type_in(self) -> None:
        self.calibration.note(NOTES)
        self.calibration.tick(TICKS)

    def warm_up(self) -> None:
        self.do(Chapter.WARM_UP)
        self.seconds(1200)
        self.do(Chapter.WARM_UP, Act.PAUSE)

    def challenge(self) -> None:
        self.calibration.decide(Decision.CHALLENGE)
        self.calibration.status(LOST)
        self.calibration.status(SEEN)

    def sweep(self, wrong_c: float = 0.0) -> None:
        for set_c in (34.0, 37.0, 39.0):
            self.do(Chapter.ACCURACY, at=(320.0, 256.0), set_c=set_c)
            self.seconds(5, shown_c=set_c + wrong_c)

    def threshold(self) -> None:
        for _ in range(2):
            self.seen(35.5, Verdict.CLEAR)
            self.do(Chapter.THRESHOLD)
            for _ in range(30):
                if self.tried[-1] is None:
                    break
                self.seen(
                    35.5, Verdict.ELEVATED if self.tried[-1] + 0.05 <= 35.5 else Verdict.CLEAR
                )

    def battery(self) -> None:
        self.do(Chapter.STABILITY)
        self.seconds(1850)
        self.do(Chapter.STABILITY, Act.PAUSE)
        for place in (*Place, Place.MIDDLE):
            self.do(Chapter.UNIFORMITY, at=(300.0, 200.0), place=place)
            self.seconds(5)
        self.do(Chapter.RESOLUTION)
        self.seconds(31)
        for _ in range(3):
            self.do(Chapter.ALARM)
            self.seen(35.5, None)
            self.seen(35.5, Verdict.ELEVATED)
            self.do(Chapter.ALARM, heard=True)
        for trial in (Trial.REFERENCE_COVERED, Trial.SENSOR_UNPLUGGED, Trial.LENS_COVERED):
            self.do(Chapter.NOT_FUNCTIONING, trial=trial)
            self.now_s += 0.5
            self.calibration.status(LOST)
            self.calibration.turn()
            self.calibration.status(SEEN)
        for number in range(10):
            for _ in range(2):
                self.seen(35.4 + 0.02 * number, Verdict.CLEAR)
                self.do(Chapter.PEOPLE, clinical_c=36.6 + 0.02 * number)

    def review(self, days: int = 180, *, blocks: bool = False) -> None:
        until = TODAY + timedelta(days=days)
        self.calibration.decide(Decision.REVIEW, review=Review(until=until, blocks=blocks))

    def everything(self) -> None:
        self.type_in()
        self.review()
        self.warm_up()
        self.challenge()
        self.sweep()
        self.threshold()
        self.battery()

    def sign(self, *people: Person) -> None:
        path = Path(self.calibration.shown().record_path)
        beside = path.with_name(f"{path.name}{signature.SUFFIX}")
        for person in people:
            old = beside.read_bytes() if beside.exists() else None
            signed = signature.sign(path.read_bytes(), What.ACCEPTANCE, person.private, old)
            beside.write_bytes(signed)
