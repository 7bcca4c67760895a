"""A calibration in which somebody goes back, hurries or errs is not taken for whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from screening.result import Reason, State, Verdict
from service.acceptance.words import Chapter, Conformity, Trial
from service.ipc.acceptance import Cause
from service.ipc.calibration import Act, Challenge, Decision, Need, Notes, Review, Step
from service.ipc.records import SpotSeen, Status
from service.ipc.settings import SceneSettings
from service.state.acceptance import AcceptanceError
from service.state.audit_events import SettingChanged
from tests.hardware.institution import TODAY, Institution, Person
from tests.narrow import some
from tests.service.supervisor.accepting.calibrating import (
    LOST,
    NOTES,
    PAPER,
    SEEN,
    SETTINGS,
    SHAPE,
    Station,
)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "state")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    made = Institution(tmp_path_factory.mktemp("house"))
    made.trust("".join(one.entry(signs=("acceptance",)) for one in made.people))
    return made


def configure(station: Station, **change: object) -> None:
    station.set = station.set.model_copy(update=change)
    station.acceptance.configured(station.set)


def further_away(station: Station) -> None:
    configure(station, scene=SceneSettings(distance_m=1.4))


def another_mark(station: Station) -> None:
    moved = SETTINGS.references[0].model_copy(update={"mark": (90.0, 120.0)})
    configure(station, references=(moved,))


def another_set_point(station: Station) -> None:
    warmer = SETTINGS.references[0].model_copy(update={"temp_c": 36.9})
    configure(station, references=(warmer,))


def another_shape(station: Station) -> None:
    configure(station, uniformity=SHAPE.model_copy(update={"xx_c": -0.4}))


# ---- going back a step


@pytest.mark.parametrize("change", [further_away, another_mark, another_set_point, another_shape])
def test_what_was_measured_before_a_change_is_measured_again(
    station: Station, change: Callable[[Station], None]
) -> None:
    station.everything()
    assert station.needs(Step.SIGN) == (Need.CLOSE,)
    change(station)
    assert Need.CHANGED in station.needs(Step.SWEEP)
    assert Need.CHANGED in station.needs(Step.BATTERY)
    assert station.needs(Step.WARM_UP) == (), "the sensor is as warm as before"
    assert Need.EARLIER in station.needs(Step.SIGN)
    with pytest.raises(AcceptanceError, match="not done"):
        station.calibration.decide(Decision.CLOSE, (0, 1))
    before = ("references", "scene", "uniformity")
    configure(station, **{name: getattr(SETTINGS, name) for name in before})
    assert station.needs(Step.SIGN) == (Need.CLOSE,), "back again, nothing is lost"


def test_no_chapter_mixes_numbers_from_before_and_after_a_change(station: Station) -> None:
    station.do(Chapter.ACCURACY, at=(320.0, 256.0), set_c=34.0)
    station.seconds(5, shown_c=34.0)
    further_away(station)
    station.do(Chapter.ACCURACY, at=(320.0, 256.0), set_c=37.0)
    station.seconds(5, shown_c=37.0)
    assert [one.set_c for one in some(station.measured.accuracy).points] == [37.0]


def test_a_long_series_ends_when_a_setting_changes_under_it(station: Station) -> None:
    station.do(Chapter.STABILITY)
    station.seconds(60)
    before = station.measured.stability
    further_away(station)
    station.seconds(60)
    assert station.measured.stability == before
    (shown,) = [o for o in station.calibration.shown().chapters if o.chapter is Chapter.STABILITY]
    assert (shown.running, shown.repeat) == (False, True)
    assert shown.conformity is Conformity.NOT_MEASURED


@pytest.mark.parametrize("change", [further_away, another_mark, another_set_point])
def test_a_challenge_proves_one_reference_at_one_place(
    station: Station, change: Callable[[Station], None]
) -> None:
    station.challenge()
    assert station.calibration.shown().challenge is Challenge.PROVEN
    change(station)
    assert Need.CHALLENGE in station.needs(Step.REFERENCE)
    assert station.calibration.shown().challenge is Challenge.NONE


@pytest.mark.parametrize("change", [another_mark, another_shape])
def test_what_was_signed_is_not_put_in_force_for_what_stands_there_now(
    tmp_path: Path, house: Institution, change: Callable[[Station], None]
) -> None:
    station = Station(tmp_path / "state", house.own)
    station.everything()
    station.calibration.decide(Decision.CLOSE, (0, 1))
    station.sign(*house.people)
    change(station)
    with pytest.raises(AcceptanceError, match="not the one of the record any more"):
        station.calibration.decide(Decision.PUT_IN_FORCE)
    assert station.acceptance.shown().causes == (Cause.NEVER,)


@pytest.mark.parametrize("reason", [Reason.FFC, Reason.SETTLING])
def test_what_a_sensor_reads_while_it_corrects_itself_is_in_no_series(
    station: Station, reason: Reason
) -> None:
    station.do(Chapter.WARM_UP)
    station.seconds(60)
    station.calibration.status(Status(State.NOT_SCREENING, reason, reference_found=True))
    station.calibration.status(SEEN)
    station.seconds(58, offset_c=1.4)  # it falls for a minute, and no status says so
    assert station.calibration.shown().settles, "the page says why nothing comes"
    station.seconds(70)
    assert not station.calibration.shown().settles
    own = some(station.measured.warm_up).own_c
    assert len(own) > 10
    assert max(own) - min(own) < 0.1


# ---- what an admin gets wrong


def test_a_station_that_says_already_that_it_does_not_screen_passes_no_trial(
    station: Station,
) -> None:
    station.calibration.status(LOST)
    with pytest.raises(AcceptanceError, match="already says"):
        station.do(Chapter.NOT_FUNCTIONING, trial=Trial.LENS_COVERED)
    assert station.measured.not_functioning is None
    station.calibration.status(SEEN)
    station.do(Chapter.NOT_FUNCTIONING, trial=Trial.LENS_COVERED)


def test_an_alarm_trial_that_nobody_answers_gives_the_threshold_back(station: Station) -> None:
    station.do(Chapter.ALARM)
    station.now_s += 301.0
    station.calibration.turn()
    assert (station.tried[-1], station.calibration.trial) == (None, False)
    assert not any(one.running for one in station.calibration.shown().chapters)


def test_a_trial_is_no_time_for_another_measurement(station: Station) -> None:
    station.seen(35.5, Verdict.CLEAR)
    station.do(Chapter.ALARM)
    for chapter in (Chapter.THRESHOLD, Chapter.STABILITY, Chapter.ALARM):
        with pytest.raises(AcceptanceError, match="Another measurement runs"):
            station.do(chapter)


def test_to_throw_one_chapter_away_stops_no_other(station: Station) -> None:
    station.do(Chapter.WARM_UP)
    station.do(Chapter.ACCURACY, Act.AGAIN)
    station.seconds(60)
    (running,) = [one for one in station.calibration.shown().chapters if one.running]
    assert running.chapter is Chapter.WARM_UP


@pytest.mark.parametrize("act", [Act.UNDO, Act.AGAIN])
def test_what_one_operator_measured_can_be_taken_back(station: Station, act: Act) -> None:
    station.seen(35.42, Verdict.CLEAR)
    station.do(Chapter.PEOPLE, clinical_c=39.9)  # a slip
    station.do(Chapter.PEOPLE, act)
    assert not station.calibration.shown().waiting_first
    for clinical_c in (36.6, 36.7):
        station.seen(35.42, Verdict.CLEAR)
        station.do(Chapter.PEOPLE, clinical_c=clinical_c)
    assert some(station.measured.people).people[0].first_c == -1.18


@pytest.mark.parametrize(
    "change",
    [
        {"issued": TODAY + timedelta(days=1)},
        {"issued": TODAY - timedelta(days=3), "due": TODAY - timedelta(days=3)},
    ],
)
def test_a_paper_from_the_future_or_due_before_it_was_made_is_none(
    station: Station, change: dict[str, object]
) -> None:
    station.calibration.note(Notes(paper=PAPER.model_copy(update=change)))
    assert Need.PAPER_DATES in station.needs(Step.REFERENCE)
    station.calibration.note(NOTES)
    assert Need.PAPER_DATES not in station.needs(Step.REFERENCE)


def test_a_record_states_no_size_of_a_pixel_that_nobody_measured(
    tmp_path: Path, house: Institution
) -> None:
    station = Station(tmp_path / "state", house.own)
    station.everything()
    spot = SpotSeen(0, 35.6, 36.0, 0.03, 22.0, 0.9, 0.9)
    station.calibration.spot(replace(spot, mm_per_px=None))
    with pytest.raises(AcceptanceError, match="size of a pixel"):
        station.calibration.decide(Decision.CLOSE, (0, 1))


def test_two_keys_of_one_person_are_one_signer(tmp_path: Path) -> None:
    house = Institution(tmp_path)
    again = Person.new(" ANNA ")
    house.trust("".join(one.entry(signs=("acceptance",)) for one in (house.anna, again)))
    station = Station(tmp_path / "state", house.own)
    station.everything()
    assert len(station.calibration.shown().may_sign) == 2
    with pytest.raises(AcceptanceError, match="one person"):
        station.calibration.decide(Decision.CLOSE, (0, 1))


# ---- is it still needed?


def reviewed(station: Station, days: int, *, blocks: bool) -> None:
    station.review(blocks=blocks)
    now = some(station.acceptance.in_force)
    until = TODAY + timedelta(days=days)
    station.acceptance.save(now.model_copy(update={"review_until": until}))


@pytest.mark.parametrize(
    ("days", "blocks", "left", "screens"),
    [
        (31, True, None, True),
        (30, True, 30, True),
        (0, True, 0, True),
        (-1, False, -1, True),
        (-1, True, -1, False),
    ],
)
def test_a_review_that_is_late_reminds_and_ends_the_screening_where_that_was_said(
    station: Station, days: int, left: int | None, *, blocks: bool, screens: bool
) -> None:
    station.calibration.decide(Decision.LET_SCREEN)
    reviewed(station, days, blocks=blocks)
    shown = station.acceptance.shown()
    assert (shown.review_left, shown.screens) == (left, screens)
    assert (Cause.REVIEW in shown.causes) is not screens


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_review_is_on_a_day_to_come_within_a_year(station: Station, days: int) -> None:
    with pytest.raises(AcceptanceError, match="within a year"):
        station.review(days)
    with pytest.raises(AcceptanceError, match="within a year"):
        station.calibration.decide(Decision.REVIEW)


def test_a_review_is_in_the_trail_and_outlives_acceptance_and_restart(station: Station) -> None:
    station.review(blocks=True)
    until = TODAY + timedelta(days=180)
    assert SettingChanged("necessity.review_until", None, until.isoformat()) in station.trail()
    assert SettingChanged("necessity.review_blocks", before=False, after=True) in station.trail()
    station.start()
    assert station.calibration.shown().review == Review(until=until, blocks=True)
