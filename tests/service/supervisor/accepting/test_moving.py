"""A reference that is set elsewhere has to be seen to follow, by as much, and alone."""

from contextlib import closing
from pathlib import Path

import pytest

from device.simulator.scenario.schema import Camera, Scenario
from service.acceptance.arithmetic import apparent_c
from service.acceptance.words import Chapter
from service.ipc.calibration import Challenge, Decision, Need, Step
from service.ipc.records import SpotSeen
from service.state.acceptance import AcceptanceError
from service.supervisor.accepting.moving import BEFORE, STEADY, STILL_S, WITHIN_S
from tests.service.supervisor.accepting.calibrating import (
    LOST,
    NOTES,
    SEEN,
    SETTINGS,
    TICKS,
    Station,
)
from tests.service.supervisor.accepting.filmed import QUIET, Filmed

MARK = SETTINGS.references[0].mark
SCENE_C = 22.0
SHARE = apparent_c(37.0, 0.97, 22.0) - apparent_c(36.0, 0.97, 22.0)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    station = Station(tmp_path / "state")
    station.calibration.note(NOTES)
    return station


def begin(station: Station, by_c: float = 1.0) -> None:
    station.calibration.decide(Decision.CHALLENGE, by_c=by_c)


def reads(
    station: Station, seconds: float, *, surface_c: float = 36.0, sensor_c: float = 0.0
) -> None:
    """Let the sensor, which is wrong by so much, look at a mark on a surface."""
    raw_c = apparent_c(36.0, 0.97, 22.0) + (surface_c - 36.0) * SHARE + sensor_c
    for n in range(round(seconds)):
        station.now_s += 1.0
        seen = SpotSeen(
            station.number, raw_c + 0.01 * (n % 3), None, 0.03, SCENE_C + sensor_c, 0.9, 0.9
        )
        station.calibration.spot(seen)
        station.calibration.turn()


def stands(station: Station) -> Challenge:
    return station.calibration.shown().challenge


def test_a_reference_that_follows_and_comes_back_is_proven(station: Station) -> None:
    begin(station)
    assert station.looks[-1] == MARK
    reads(station, BEFORE)
    assert stands(station) is Challenge.CHANGE
    station.calibration.status(LOST)  # the station is right to doubt it meanwhile
    for n in range(60):  # it warms up slowly, and the sensor drifts and corrects itself
        reads(station, 1, surface_c=36.0 + n / 60.0, sensor_c=0.4 if n > 30 else -0.3)
    assert stands(station) is Challenge.CHANGE
    reads(station, STEADY + 5, surface_c=37.0, sensor_c=0.4)
    assert stands(station) is Challenge.SET_BACK
    assert station.calibration.shown().challenge_moved_c == pytest.approx(1.0, abs=0.05)
    station.calibration.status(SEEN)
    assert Need.CHALLENGE in station.needs(Step.REFERENCE), "not before it is back"
    reads(station, 2)
    assert stands(station) is Challenge.PROVEN
    assert station.needs(Step.REFERENCE) == ()
    assert station.looks[-1] is None, "the worker looks at the reference again"


def test_it_may_be_set_lower_as_well(station: Station) -> None:
    begin(station, -1.5)
    reads(station, BEFORE)
    station.calibration.status(LOST)
    reads(station, STEADY + 5, surface_c=34.5)
    assert stands(station) is Challenge.SET_BACK


def test_what_does_not_move_is_not_the_reference(station: Station) -> None:
    begin(station)
    reads(station, BEFORE)
    station.calibration.status(LOST)  # the real one was changed, and is missed
    reads(station, STILL_S - 10.0)
    assert stands(station) is Challenge.CHANGE, "it may be slow"
    reads(station, 40.0)
    assert stands(station) is Challenge.NOT_MOVED
    assert Need.CHALLENGE in station.needs(Step.REFERENCE)
    assert station.looks[-1] is None


def test_the_whole_picture_that_moves_is_the_sensor_and_no_reference(station: Station) -> None:
    begin(station)
    reads(station, BEFORE)
    reads(station, STILL_S + 40.0, sensor_c=1.0)
    assert stands(station) is Challenge.NOT_MOVED


@pytest.mark.parametrize("surface_c", [36.5, 37.5, 35.0])
def test_another_amount_is_refused_and_said(station: Station, surface_c: float) -> None:
    begin(station)
    reads(station, BEFORE)
    reads(station, STEADY + 5, surface_c=surface_c)
    assert stands(station) is Challenge.OTHER_AMOUNT
    moved_c = station.calibration.shown().challenge_moved_c
    assert moved_c == pytest.approx(surface_c - 36.0, abs=0.05)


def test_nobody_waits_for_ever(station: Station) -> None:
    begin(station)
    for n in range(round(WITHIN_S) + 10):
        reads(station, 1, surface_c=36.0 + 0.5 * (n % 2))
    assert stands(station) in {Challenge.NOT_MOVED, Challenge.OTHER_AMOUNT}
    begin(station)
    reads(station, BEFORE)
    station.calibration.status(LOST)
    reads(station, STEADY + 5, surface_c=37.0)
    station.now_s += WITHIN_S + 1.0
    station.calibration.turn()
    assert stands(station) is Challenge.FAILED, "it was not found again"


@pytest.mark.parametrize("by_c", [0.0, 0.4, -0.4])
def test_less_than_its_uncertainty_shows_is_not_begun(station: Station, by_c: float) -> None:
    with pytest.raises(AcceptanceError, match="at least"):
        begin(station, by_c)


def test_it_needs_a_mark_and_a_reference_that_is_seen(station: Station) -> None:
    station.calibration.status(LOST)
    with pytest.raises(AcceptanceError, match="not seen"):
        begin(station)
    reference = station.set.references[0].model_copy(update={"mark": None})
    station.set = station.set.model_copy(update={"references": (reference,)})
    with pytest.raises(AcceptanceError, match="Click the reference"):
        begin(station)


def test_nothing_else_is_measured_meanwhile_and_it_not_while_something_is(
    station: Station,
) -> None:
    begin(station)
    with pytest.raises(AcceptanceError, match="Another measurement"):
        station.do(Chapter.RESOLUTION)
    station.calibration.decide(Decision.CHALLENGE)  # covering it instead ends it
    assert stands(station) is Challenge.COVER
    station.do(Chapter.RESOLUTION)
    with pytest.raises(AcceptanceError, match="Another measurement"):
        begin(station)


@pytest.mark.parametrize("happens", ["lost", "power", "other mark"])
def test_what_is_interrupted_proves_nothing(station: Station, happens: str) -> None:
    begin(station)
    reads(station, BEFORE)
    reads(station, STEADY + 5, surface_c=37.0)
    if happens == "lost":
        station.calibration.lost()
        station.calibration.opened(station.sensor, locked=True)
    elif happens == "power":
        station.start()
    else:
        reference = station.set.references[0].model_copy(update={"mark": (100.0, 100.0)})
        station.set = station.set.model_copy(update={"references": (reference,)})
        station.acceptance.configured(station.set)
    station.calibration.status(SEEN)
    assert stands(station) is Challenge.NONE
    assert Need.CHALLENGE in station.needs(Step.REFERENCE)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("wrong", [False, True], ids=["the reference", "the wall beside it"])
def test_before_a_camera_the_reference_passes_and_the_wall_does_not(
    tmp_path: Path, *, wrong: bool
) -> None:
    moves = ((70.0, 37.0), (115.0, 36.0))
    plan = Scenario(
        name="bench",
        title="The reference is set elsewhere, and back",
        duration_s=600.0,
        camera=Camera(),
        references=(QUIET.model_copy(update={"set_at": moves}),),
    )
    with closing(Filmed(tmp_path / "state", plan)) as station:
        station.calibration.note(NOTES)
        station.calibration.tick(TICKS)
        station.run(62.0)
        begin(station)
        if wrong:  # as if it had been marked there
            station.look(station._aimed[0], (320.0, 300.0), 0.97)
        station.run(114.0)
        if wrong:
            station.now_s += STILL_S
            station.run(118.0)
            assert stands(station) is Challenge.NOT_MOVED
            return
        assert stands(station) is Challenge.SET_BACK
        moved_c = station.calibration.shown().challenge_moved_c
        assert moved_c == pytest.approx(1.0, abs=0.1)
        station.run(150.0)
        assert stands(station) is Challenge.PROVEN
