"""Wherever the power fails in a calibration: it goes on, or says so; never half in force.

The power fails after each call that changes the state folder, with all that a disk may then hold
(`tests.service.state.disk`). Every folder that comes of it starts a station.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from service.acceptance.record import from_bytes
from service.acceptance.words import Chapter, Conformity, Place, Trial
from service.ipc.calibration import Act, Decision, Need, Step
from service.state.acceptance import AcceptanceStore
from service.state.audit_events import AcceptanceRecorded
from service.state.calibration import RECORDS, CalibrationStore, Draft
from service.state.files import write_atomically
from service.supervisor.accepting.taking import LONG, progress
from service.supervisor.accepting.wizard import OF_STEP
from tests.hardware.institution import Institution
from tests.service.state.disk import Disk, Folder
from tests.service.supervisor.accepting.calibrating import LOST, SEEN, Station

CODE = "c" * 64
pytestmark = pytest.mark.slow


@dataclass
class Told:
    """What was acknowledged when the power failed, and what was being done."""

    drafts: tuple[Draft, ...]  # the last that was acknowledged, and one that was being saved
    done: frozenset[str]
    begun: str


@dataclass
class Power:
    """Fails after each call; remembers each folder that is left."""

    folder: Path
    drafts: list[Draft] = field(default_factory=lambda: [Draft()])
    kept: int = 1  # of the drafts
    done: set[str] = field(default_factory=set)
    begun: str = ""
    on: bool = False
    left: dict[bytes, tuple[Folder, Folder, Told]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.disk = Disk(self.folder, self.fails)

    def fails(self) -> None:
        if not self.on:
            return
        told = Told(tuple(self.drafts[self.kept - 1 :]), frozenset(self.done), self.begun)
        within = self.folder / RECORDS
        records = {one.name: one.read_bytes() for one in within.glob("*")}
        for files in self.disk.after_power_cuts(10**6):  # each write torn once: after a byte
            digest = sha256(repr((sorted(files.items()), told)).encode()).digest()
            self.left[digest] = files, records, told

    def act(self, name: str, act: Callable[[], object]) -> None:
        self.begun = name
        act()
        self.done.add(name)
        self.begun = ""


@pytest.fixture
def power(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Power]:
    folder = tmp_path / "state"
    folder.mkdir()
    power = Power(folder)
    save = CalibrationStore.save

    def saved(self: CalibrationStore, new: Draft) -> None:
        if power.on:
            power.drafts.append(new)
        save(self, new)
        power.kept = len(power.drafts)

    monkeypatch.setattr(CalibrationStore, "save", saved)
    monkeypatch.setattr("service.supervisor.accepting.acceptance.code_digest", lambda: CODE)
    yield power
    power.on = False


def again(power: Power, tmp_path: Path, own: Path | None = None) -> Iterator[tuple[Station, Told]]:
    """Start a station on each folder that the power left."""
    power.on = False
    for number, (files, records, told) in enumerate(power.left.values()):
        here = tmp_path / f"cut-{number}"
        (here / RECORDS).mkdir(parents=True)
        for folder, held in ((here, files), (here / RECORDS, records)):
            for name, data in held.items():
                (folder / name).write_bytes(data)
        assert CalibrationStore(here).load() in told.drafts
        station = Station(here, own)
        assert station.calibration.shown().problem == ""
        yield station, told


def everything_for_a_moment(station: Station) -> None:
    """Begin and end each step and each chapter, as short as it goes."""
    station.type_in()
    station.review()
    station.do(Chapter.WARM_UP)
    station.seconds(35)
    station.do(Chapter.WARM_UP, Act.PAUSE)
    station.challenge()
    station.do(Chapter.ACCURACY, at=(320.0, 256.0), set_c=34.0)
    station.seconds(5, shown_c=34.0)
    station.threshold()
    station.do(Chapter.STABILITY)
    station.seconds(35)
    station.do(Chapter.STABILITY, Act.PAUSE)
    station.do(Chapter.UNIFORMITY, at=(300.0, 200.0), place=Place.MIDDLE)
    station.seconds(5)
    station.do(Chapter.RESOLUTION)
    station.seconds(31)
    station.do(Chapter.ALARM)
    station.seen(35.5, None)
    station.do(Chapter.ALARM, Act.PAUSE)
    station.do(Chapter.NOT_FUNCTIONING, trial=Trial.LENS_COVERED)
    station.now_s += 0.5
    station.calibration.status(LOST)
    station.calibration.turn()
    station.calibration.status(SEEN)
    station.seen(35.4, None)
    station.do(Chapter.PEOPLE, clinical_c=36.6)


def test_a_power_cut_within_any_step_or_chapter_is_gone_on_from_or_said(
    power: Power, tmp_path: Path
) -> None:
    with power.disk.watching():
        station = Station(power.folder)
        power.on = True
        everything_for_a_moment(station)
    interrupted = set()
    for begun_anew, _ in again(power, tmp_path):
        kept = CalibrationStore(begun_anew.folder).load()
        shown = {one.chapter: one for one in begun_anew.calibration.shown().chapters}
        assert not any(one.running for one in shown.values())
        assert begun_anew.acceptance.in_force is not None
        assert begun_anew.acceptance.in_force.accepted is None
        if kept.running in LONG:
            (step,) = [step for step, of in OF_STEP.items() if kept.running in of]
            assert Need.REPEAT in begun_anew.needs(step)
            assert (shown[kept.running].have, shown[kept.running].repeat) == (0, True)
        for one in set(Chapter) - {kept.running, *kept.repeat}:
            assert shown[one].have == progress(kept.measured, one)[0], "nothing else is lost"
        interrupted.add(kept.running)
    assert interrupted >= {
        *LONG,
        *(Chapter.ACCURACY, Chapter.THRESHOLD, Chapter.UNIFORMITY, Chapter.RESOLUTION),
        *(Chapter.ALARM, Chapter.NOT_FUNCTIONING, None),
    }


def test_a_power_cut_on_the_way_into_force_leaves_the_old_or_the_new_and_nothing_between(
    power: Power, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    house = Institution(tmp_path_factory.mktemp("house"))
    house.trust("".join(one.entry(signs=("acceptance",)) for one in house.people))
    measured = tmp_path / "measured"
    Station(measured, house.own).everything()
    with power.disk.watching():
        for path in measured.iterdir():
            if path.is_file():
                write_atomically(power.folder / path.name, path.read_bytes())
        station = Station(power.folder, house.own)
        power.drafts, power.kept, power.on = [CalibrationStore(power.folder).load()], 1, True
        decide = station.calibration.decide
        power.act("closed", lambda: decide(Decision.CLOSE, (0, 1)))
        station.sign(*house.people)
        power.act("in force", lambda: decide(Decision.PUT_IN_FORCE))
        power.act("ended", lambda: decide(Decision.END))
    seen = set()
    for begun_anew, told in again(power, tmp_path, house.own):
        now = AcceptanceStore(begun_anew.folder).load().accepted
        if now is not None:
            record = begun_anew.folder / RECORDS / "record-1.json"
            assert sha256(record.read_bytes()).hexdigest() == now.record_sha256
            assert now.record_sha256 in {
                event.record_sha256
                for event in begun_anew.trail()
                if isinstance(event, AcceptanceRecorded)
            }, "the trail has it before it is in force"
        assert now is not None or "in force" not in told.done
        assert now is None or "in force" in {*told.done, told.begun}
        assert (now is not None and now.ended is not None) or "ended" not in told.done
        name = CalibrationStore(begun_anew.folder).load().record
        assert name or "closed" not in told.done
        if name:
            made = from_bytes((begun_anew.folder / RECORDS / name).read_bytes())
            assert made.conformity is not Conformity.NOT_MEASURED
        assert Need.EARLIER not in begun_anew.needs(Step.SIGN)
        seen.add((bool(name), now is not None, now is not None and now.ended is not None))
    assert seen == {
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    }
