"""A sweep by serial sets the calibrator, waits, measures, and goes on where it was."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from device.calibrator.emulator import EmulatedHart
from device.calibrator.emulator import Fault as Trouble
from device.calibrator.hart import HartCalibrator
from device.calibrator.line import Line
from service.acceptance.settling import PATIENCE_S, STEADY_S
from service.acceptance.sweep import set_points
from service.acceptance.words import Chapter, Conformity, Way
from service.ipc.calibration import Act, BySerial, Decision, Driven, ShownCalibrator
from service.sandbox.calibrator.main import answer
from service.sandbox.calibrator.records import Asked, Fault, Said
from service.state.acceptance import AcceptanceError
from service.supervisor.accepting.by_serial import ANSWERS_WITHIN_S, STARTS_WITHIN_S, TRIES
from tests.service.supervisor.accepting.calibrating import LOST, SEEN, Station

AT = (320.0, 256.0)


class Source:
    """An emulated calibrator on its line, asked as its process asks it.

    Attributes
    ----------
    deaf
        Nothing is answered any more.
    opened, open
        How often a line was opened, and whether one is.
    """

    def __init__(self, line: Line) -> None:
        self._calibrator = HartCalibrator(line)
        self._said: Said | None = None
        self.deaf = False
        self.opens = True
        self.opened, self.open = 0, False
        self.wanders_c = 0.0
        self.set: list[float] = []

    def begin(self) -> None:
        self.opened, self.open = self.opened + 1, True

    def ask(self, set_c: float | None) -> bool:
        if not self.opens:
            return False
        if set_c is not None:
            self.set.append(set_c)
        if not self.deaf:
            asked = Asked.from_bytes(Asked(set_c).to_bytes())
            said = Said.from_bytes(answer(self._calibrator, asked).to_bytes())
            self._said = Said(said.fault, said.temp_c + self.wanders_c)
        return True

    def take(self) -> Said | None:
        said, self._said = self._said, None
        return said

    def end(self) -> None:
        self.open = False


@pytest.fixture
def emulated() -> Iterator[EmulatedHart]:
    with EmulatedHart(pace=1e8) as calibrator:
        yield calibrator


@pytest.fixture
def source(emulated: EmulatedHart) -> Iterator[Source]:
    with closing(Line.at(emulated.port)) as line:
        yield Source(line)


@pytest.fixture
def station(tmp_path: Path, source: Source) -> Station:
    station = Station(tmp_path / "state")
    station.source = source
    return station


def shown(station: Station) -> ShownCalibrator:
    calibrator = station.calibration.shown().calibrator
    assert calibrator is not None
    return calibrator


def runs(station: Station) -> bool:
    chapters = station.calibration.shown().chapters
    return next(one.running for one in chapters if one.chapter is Chapter.ACCURACY)


def passes(station: Station, seconds: float) -> None:
    """Let time pass, in which the camera shows what the source is set to."""
    for _ in range(round(seconds)):
        assert isinstance(station.source, Source)
        station.seconds(1, shown_c=station.source.set[-1] if station.source.set else 36.0)


def begin(station: Station, which: BySerial = BySerial.FEW) -> None:
    station.do(Chapter.ACCURACY, at=AT, by_serial=which)


def points(station: Station) -> list[tuple[float, Way]]:
    series = station.measured.accuracy
    return [] if series is None else [(one.set_c, one.way) for one in series.points]


def test_a_whole_sweep_is_set_waited_for_and_measured_by_itself(
    station: Station, source: Source, emulated: EmulatedHart
) -> None:
    begin(station, BySerial.WHOLE)
    assert runs(station)
    passes(station, 49 * (STEADY_S + 12))
    assert points(station) == list(set_points(whole=True))
    assert [one for one in emulated.heard if one.startswith("s=")][:2] == ["s=34.00", "s=34.25"]
    assert shown(station).stands is Driven.ENDED
    assert not source.open, "its process ends with the sweep"
    assert not runs(station)
    assert station.conformity(Chapter.ACCURACY) is not Conformity.DOES_NOT_CONFORM
    assert "hysteresis_c" in {
        one.name for one in station.calibration.verdict(Chapter.ACCURACY).figures
    }


def test_nothing_is_measured_before_the_source_has_been_steady_for_a_minute(
    station: Station, source: Source
) -> None:
    begin(station)
    passes(station, STEADY_S - 5.0)
    assert shown(station).stands is Driven.SETTLING
    source.wanders_c = 0.2
    passes(station, 5.0)
    source.wanders_c = 0.0
    passes(station, STEADY_S - 5.0)
    assert points(station) == []
    passes(station, 20.0)
    assert points(station) == [(34.0, Way.UP)]


def test_an_ended_sweep_goes_on_with_what_is_missing(station: Station, source: Source) -> None:
    begin(station)
    passes(station, STEADY_S + 12.0)
    station.do(Chapter.ACCURACY, Act.PAUSE)
    assert not source.open
    assert not runs(station)
    station.start()  # the power was cut, too
    assert points(station) == [(34.0, Way.UP)]
    source.set.clear()
    begin(station)
    assert shown(station).left == 2
    passes(station, 2 * (STEADY_S + 12.0))
    assert source.set == [37.0, 39.0]
    with pytest.raises(AcceptanceError, match="All these set points"):
        begin(station)


def test_a_power_cut_within_a_point_leaves_whole_points_only(station: Station) -> None:
    begin(station)
    while shown(station).stands is not Driven.MEASURING:
        passes(station, 1.0)
    passes(station, 2.0)
    station.start()
    assert points(station) == []
    assert not runs(station)
    assert shown(station).stands is Driven.READY


def test_a_sensor_that_is_lost_is_waited_for_and_the_point_is_measured_again(
    station: Station, source: Source
) -> None:
    begin(station)
    while shown(station).stands is not Driven.MEASURING:
        passes(station, 1.0)
    station.calibration.lost()
    assert runs(station), "the sweep goes on"
    for _ in range(100):
        station.now_s += 1.0
        station.calibration.turn()
    assert shown(station).stands is Driven.SETTLING
    station.calibration.opened(station.sensor, locked=True)
    station.calibration.status(SEEN)
    passes(station, 20.0)
    assert source.set[:2] == [34.0, 34.0]
    assert points(station) == [(34.0, Way.UP)]


def test_a_point_that_cannot_be_measured_ends_the_sweep(station: Station) -> None:
    begin(station)
    for _ in range(TRIES):
        while shown(station).stands is not Driven.MEASURING:
            passes(station, 1.0)
        station.calibration.lost()
        station.calibration.opened(station.sensor, locked=True)
        station.calibration.status(SEEN)
    assert shown(station).fault is Fault.NOT_MEASURED


def test_while_the_reference_is_not_seen_a_settled_source_waits(station: Station) -> None:
    begin(station)
    station.calibration.status(LOST)
    passes(station, PATIENCE_S + 60.0)
    assert shown(station).stands is Driven.SETTLING
    station.calibration.status(SEEN)
    passes(station, 10.0)
    assert points(station) == [(34.0, Way.UP)]


def test_no_other_measurement_begins_meanwhile(station: Station) -> None:
    begin(station)
    with pytest.raises(AcceptanceError, match="Another measurement"):
        station.do(Chapter.RESOLUTION)
    with pytest.raises(AcceptanceError, match="Another measurement"):
        begin(station)


@pytest.mark.parametrize(
    "ends", [Decision.BEGIN_ANEW, Act.AGAIN], ids=["all anew", "the chapter anew"]
)
def test_what_is_thrown_away_ends_the_sweep(
    station: Station, source: Source, ends: Decision | Act
) -> None:
    begin(station)
    if isinstance(ends, Act):
        station.do(Chapter.ACCURACY, ends)
    else:
        station.calibration.decide(ends)
    assert not source.open
    assert not runs(station)


def test_a_station_without_a_calibrator_says_how_to_have_one(tmp_path: Path) -> None:
    station = Station(tmp_path / "state")
    assert station.calibration.shown().calibrator is None
    with pytest.raises(AcceptanceError, match="--calibrator"):
        begin(station)


def test_the_source_must_be_clicked_first(station: Station) -> None:
    with pytest.raises(AcceptanceError, match="Click"):
        station.do(Chapter.ACCURACY, by_serial=BySerial.FEW)
    with pytest.raises(AcceptanceError, match="Click"):
        station.do(Chapter.UNIFORMITY, at=AT, by_serial=BySerial.FEW)


def test_more_points_than_a_chapter_holds_are_not_begun(station: Station) -> None:
    for n in range(12):
        station.do(Chapter.ACCURACY, at=AT, set_c=34.1 + 0.01 * n)
        station.seconds(5)
    with pytest.raises(AcceptanceError, match="more than 60"):
        begin(station, BySerial.WHOLE)


@pytest.mark.parametrize(
    ("trouble", "fault"),
    [(Trouble.FAHRENHEIT, Fault.FAHRENHEIT), (Trouble.NOISE, Fault.NO_LINES)],
)
def test_what_is_wrong_with_a_calibrator_is_named(
    tmp_path: Path, trouble: Trouble, fault: Fault
) -> None:
    with EmulatedHart(fault=trouble) as emulated, closing(Line.at(emulated.port)) as line:
        station = Station(tmp_path / "state")
        station.source = source = Source(line)
        begin(station)
        passes(station, 3.0)
        assert (shown(station).stands, shown(station).fault) == (Driven.FAILED, fault)
        assert not source.open
        assert not runs(station)
        station.do(Chapter.RESOLUTION)  # other work may go on


def test_a_calibrator_with_too_low_a_limit_keeps_what_was_measured(tmp_path: Path) -> None:
    stubborn = EmulatedHart(pace=1e8, fault=Trouble.STUBBORN)
    with stubborn as emulated, closing(Line.at(emulated.port)) as line:
        station = Station(tmp_path / "state")
        station.source = Source(line)
        begin(station)
        passes(station, 2 * (STEADY_S + 12.0))
        assert points(station) == [(34.0, Way.UP)]
        assert shown(station).fault is Fault.NOT_TAKEN


def test_a_source_that_never_settles_or_never_answers_is_given_up(
    station: Station, source: Source
) -> None:
    source.wanders_c = 0.2
    begin(station)
    passes(station, PATIENCE_S + 5.0)
    assert shown(station).fault is Fault.NOT_SETTLED
    source.wanders_c, source.deaf = 0.0, True
    begin(station)
    passes(station, ANSWERS_WITHIN_S + 5.0)
    assert shown(station).fault is Fault.NO_REPLY
    source.opens = False
    begin(station)
    passes(station, STARTS_WITHIN_S + 5.0)
    assert shown(station).fault is Fault.NOT_OPENED


def test_another_setting_within_a_point_ends_the_sweep(station: Station) -> None:
    begin(station)
    while shown(station).stands is not Driven.MEASURING:
        passes(station, 1.0)
    reference = station.set.references[0].model_copy(update={"temp_c": 36.4})
    station.set = station.set.model_copy(update={"references": (reference,)})
    station.acceptance.configured(station.set)
    passes(station, 2.0)
    assert not runs(station)
    assert points(station) == []
