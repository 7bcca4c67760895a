"""A calibration goes on where it was, says what is missing, and is in force whole or not at all."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner

from screening.result import Verdict
from service.acceptance.record import from_bytes
from service.acceptance.words import Chapter, Conformity, Place, Trial
from service.cli.acceptance import computed_anew
from service.cli.main import app
from service.ipc.acceptance import Cause
from service.ipc.calibration import Act, Challenge, Decision, Doing, Need, Notes, Step
from service.ipc.records import SpotSeen
from service.ipc.settings import ReferenceSettings
from service.state.acceptance import FILE as IN_FORCE
from service.state.acceptance import AcceptanceError, AcceptanceStore
from service.state.audit_events import AcceptanceEnded, AcceptanceRecorded, SettingChanged
from service.state.calibration import FILE as DRAFT
from tests.hardware.institution import TODAY, Institution
from tests.narrow import some
from tests.service.supervisor.accepting.calibrating import (
    CAMERA,
    NOTES,
    PAPER,
    SEEN,
    SETTINGS,
    Station,
)


@pytest.fixture
def station(tmp_path: Path) -> Station:
    return Station(tmp_path / "state")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state folder in which everything was measured."""
    folder = tmp_path_factory.mktemp("done") / "state"
    Station(folder).everything()
    return folder


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    """Return an institution whose people may sign records."""
    made = Institution(tmp_path_factory.mktemp("house"))
    made.trust("".join(one.entry(signs=("acceptance",)) for one in made.people))
    return made


@pytest.fixture
def whole(done: Path, house: Institution, tmp_path: Path) -> Station:
    shutil.copytree(done, tmp_path / "state")
    return Station(tmp_path / "state", house.own)


def test_a_station_of_which_nothing_was_done_says_what_each_step_needs(station: Station) -> None:
    for step in (Step.UNPACK, Step.PLACE, Step.WARM_UP, Step.REFERENCE, Step.SWEEP, Step.BATTERY):
        assert station.needs(step), step
    assert station.needs(Step.UNPACK) == (Need.UNPACKED,)
    assert station.needs(Step.WARM_UP) == (Need.MEASURE,)
    assert station.needs(Step.REFERENCE) == (Need.PAPER, Need.CHALLENGE)
    assert station.needs(Step.SIGN) == (Need.EARLIER,)


def test_the_warm_up_is_over_when_the_sensor_is_stable_and_not_by_a_clock(
    station: Station,
) -> None:
    station.do(Chapter.WARM_UP)
    for minute in range(20):  # it drifts by a degree in 20 minutes
        station.seconds(60, offset_c=0.4 + minute / 20)
    assert station.needs(Step.WARM_UP) == (Need.MEASURE,)
    station.seconds(900, offset_c=1.4)
    assert station.needs(Step.WARM_UP) == ()


def test_what_a_paper_says_must_be_what_is_set_and_still_hold(station: Station) -> None:
    station.challenge()
    for change, need in (
        ({"due": TODAY - timedelta(days=1)}, Need.PAPER_DUE),
        ({"set_point_c": 37.0}, Need.PAPER_DIFFERS),
        ({"k": 1.0}, Need.PAPER_DIFFERS),
        ({"serial": ""}, Need.PAPER),
    ):
        station.calibration.note(Notes(paper=PAPER.model_copy(update=change)))
        assert station.needs(Step.REFERENCE) == (need,)
    station.calibration.note(NOTES)
    assert station.needs(Step.REFERENCE) == ()


def test_a_reference_is_proven_by_being_missed_while_it_is_covered(station: Station) -> None:
    station.calibration.note(NOTES)
    station.calibration.decide(Decision.CHALLENGE)
    assert station.calibration.shown().challenge is Challenge.COVER
    station.now_s += 61.0  # what was covered was something else
    station.calibration.status(SEEN)
    assert station.calibration.shown().challenge is Challenge.FAILED
    assert Need.CHALLENGE in station.needs(Step.REFERENCE)
    station.challenge()
    assert station.calibration.shown().challenge is Challenge.PROVEN
    assert station.needs(Step.REFERENCE) == ()


def test_a_paper_that_is_wrong_by_a_degree_is_found_by_a_second_source(station: Station) -> None:
    station.sweep()
    assert station.needs(Step.SWEEP) == ()
    station.do(Chapter.ACCURACY, Act.AGAIN)
    station.sweep(wrong_c=1.0)
    assert station.needs(Step.SWEEP) == (Need.FAILED,)
    assert station.calibration.verdict(Chapter.ACCURACY).findings


def test_a_source_is_read_where_the_admin_clicked_and_nowhere_else(station: Station) -> None:
    station.do(Chapter.ACCURACY, at=(320.0, 256.0), set_c=37.0)
    assert station.looks == [(320.0, 256.0)]
    station.calibration.spot(SpotSeen(0, 20.0, 20.0, 0.03, 22.0, 0.9, 0.9))  # the reference's
    station.seconds(5, shown_c=37.0)
    point = some(station.measured.accuracy).points[0]
    assert len(point.shown_c) == 5
    assert min(point.shown_c) > 36.9
    assert station.looks[-1] is None, "the worker looks at the reference again"


@pytest.mark.parametrize(
    ("doing", "why"),
    [
        (Doing(Chapter.ACCURACY, Act.BEGIN), "click it in the picture"),
        (Doing(Chapter.UNIFORMITY, Act.BEGIN, place=Place.MIDDLE), "click it in the picture"),
        (Doing(Chapter.THRESHOLD, Act.BEGIN), "stand at the mark"),
        (Doing(Chapter.PEOPLE, Act.BEGIN, clinical_c=36.6), "stand at the mark"),
        (Doing(Chapter.NOT_FUNCTIONING, Act.BEGIN), "what is done"),
        (Doing(Chapter.ALARM, Act.BEGIN, heard=True), "has not come yet"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do(
    station: Station, doing: Doing, why: str
) -> None:
    with pytest.raises(AcceptanceError, match=why):
        station.calibration.do(doing)


def test_one_measurement_runs_at_a_time(station: Station) -> None:
    station.do(Chapter.WARM_UP)
    with pytest.raises(AcceptanceError, match="Another measurement runs"):
        station.do(Chapter.STABILITY)


def test_a_trial_of_the_threshold_screens_with_others_and_ends_with_the_one_that_is_set(
    station: Station,
) -> None:
    station.threshold()
    assert station.tried[0] == 36.0
    assert station.tried[-1] is None
    assert not station.calibration.trial
    assert station.needs(Step.THRESHOLD) == (Need.REVIEW,)
    station.review()
    assert station.needs(Step.THRESHOLD) == ()


def test_an_alarm_is_tried_with_the_lowest_threshold_and_only_then(station: Station) -> None:
    station.do(Chapter.ALARM)
    assert (station.tried, station.calibration.trial) == ([34.0], True)
    station.seen(35.5, None)
    station.seen(35.5, Verdict.ELEVATED)
    station.do(Chapter.ALARM, heard=True)
    assert (station.tried[-1], station.calibration.trial) == (None, False)
    assert some(station.measured.alarm).alarms[0].shown_after_s == 2.0


def test_a_lost_sensor_ends_a_trial_and_its_threshold(station: Station) -> None:
    station.do(Chapter.ALARM)
    station.calibration.lost()
    assert (station.tried[-1], station.calibration.trial) == (None, False)


def test_a_fault_that_no_screen_shows_counts_as_never(station: Station) -> None:
    station.do(Chapter.NOT_FUNCTIONING, trial=Trial.LENS_COVERED)
    station.now_s += 31.0
    station.calibration.turn()
    assert some(station.measured.not_functioning).tried[0].shown_after_s is None


def test_a_fault_that_was_made_too_early_is_not_tried(station: Station) -> None:
    station.calibration.lost()  # unplugged before somebody has pressed *Begin*
    with pytest.raises(AcceptanceError, match="Put back what was done"):
        station.do(Chapter.NOT_FUNCTIONING, trial=Trial.SENSOR_UNPLUGGED)


def test_of_a_person_only_the_difference_is_kept(station: Station) -> None:
    station.seen(35.42, Verdict.CLEAR)
    station.do(Chapter.PEOPLE, clinical_c=36.67)
    assert station.calibration.shown().waiting_first
    station.seen(35.40, Verdict.CLEAR)
    station.do(Chapter.PEOPLE, clinical_c=36.67)
    one = some(station.measured.people).people[0]
    assert (one.first_c, one.second_c) == (-1.25, -1.27)
    kept = (station.folder / DRAFT).read_text()
    assert "36.67" not in kept
    assert "35.42" not in kept


def test_a_person_is_measured_anew_for_each_operator(station: Station) -> None:
    station.seen(35.42, Verdict.CLEAR)
    station.do(Chapter.PEOPLE, clinical_c=36.67)
    with pytest.raises(AcceptanceError, match="stand at the mark"):
        station.do(Chapter.PEOPLE, clinical_c=36.67)


def test_everything_conforms_at_a_good_station_and_can_be_closed(whole: Station) -> None:
    shown = whole.calibration.shown()
    assert {one.step: one.needs for one in shown.steps if one.needs} == {
        Step.SIGN: (Need.CLOSE,),
        Step.VALID: (Need.EARLIER,),
    }
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    assert whole.needs(Step.SIGN) == (Need.SIGNATURES,)
    assert len(whole.calibration.shown().record_sha256) == 64


def test_a_closed_record_follows_from_what_was_measured_and_prints(
    whole: Station, house: Institution, tmp_path: Path
) -> None:
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    whole.sign(house.anna, house.bert)
    (file,) = (whole.folder / "acceptance").glob("record-*.json")
    made = from_bytes(file.read_bytes())
    assert computed_anew(made) == []
    # what the chapters found is in the budget
    given = {line.source.name: line.source.half_width for line in made.budget.lines}
    drift = made.chapters[1].figure("stability_drift_c").value
    assert given["drift"] == pytest.approx(some(drift))
    assert made.budget.dof is not None
    printed = CliRunner().invoke(
        app,
        [
            *("acceptance", "print", str(file), str(tmp_path / "r.pdf")),
            *("--language", "nl", "--register", str(house.own)),
        ],
    )
    assert printed.exit_code == 0, printed.output
    with pikepdf.open(tmp_path / "r.pdf") as pdf:
        assert pdf.attachments["acceptance.json"].get_file().read_bytes() == file.read_bytes()
        assert {"Anna", "Bert"} <= set(re.findall(r"\w+", str(pdf.docinfo["/Author"])))


def test_a_calibration_that_is_not_whole_cannot_be_closed(station: Station) -> None:
    station.calibration.note(NOTES)
    with pytest.raises(AcceptanceError, match="warm up, reference"):
        station.calibration.decide(Decision.CLOSE, (0, 1))


def test_it_comes_into_force_with_two_signatures_and_not_with_one(
    whole: Station, house: Institution
) -> None:
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    for signers in ((), (house.anna,)):
        whole.sign(*signers)
        with pytest.raises(AcceptanceError, match="2 people must sign"):
            whole.calibration.decide(Decision.PUT_IN_FORCE)
        assert whole.acceptance.shown().causes == (Cause.NEVER,)
    whole.sign(house.bert)
    digest = whole.calibration.shown().record_sha256
    whole.calibration.decide(Decision.PUT_IN_FORCE)
    shown = whole.acceptance.shown()
    assert (shown.accepted, shown.screens, shown.until) == (True, True, PAPER.due)
    assert whole.needs(Step.VALID) == ()
    (event,) = [one for one in whole.trail() if isinstance(one, AcceptanceRecorded)]
    assert event.record_sha256 == digest
    assert event.until == some(PAPER.due).isoformat()


def test_a_signature_of_somebody_who_may_not_sign_records_does_not_count(
    whole: Station, house: Institution
) -> None:
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    whole.sign(house.anna, house.admin)
    with pytest.raises(AcceptanceError, match="may sign enrolment"):
        whole.calibration.decide(Decision.PUT_IN_FORCE)


def test_a_record_names_the_two_who_sign_it(whole: Station) -> None:
    assert whole.calibration.shown().may_sign == ("Anna", "Bert")
    for places in (None, (0, 0), (0, 2)):
        with pytest.raises(AcceptanceError, match="Choose the two people"):
            whole.calibration.decide(Decision.CLOSE, places)


def test_a_record_that_was_changed_after_it_was_signed_is_not_put_in_force(
    whole: Station, house: Institution
) -> None:
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    whole.sign(*house.people)
    path = Path(whole.calibration.shown().record_path)
    path.write_bytes(path.read_bytes().replace(b"Main entrance", b"Side entrance"))
    with pytest.raises(AcceptanceError, match="bytes were changed"):
        whole.calibration.decide(Decision.PUT_IN_FORCE)


def test_a_station_that_changed_since_the_record_was_closed_is_not_put_in_force(
    whole: Station, house: Institution
) -> None:
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    whole.sign(*house.people)
    whole.set = SETTINGS.model_copy(update={"references": (ReferenceSettings(temp_c=37.0),)})
    whole.acceptance.configured(whole.set)
    with pytest.raises(AcceptanceError, match="not the one of the record any more"):
        whole.calibration.decide(Decision.PUT_IN_FORCE)


def test_nothing_is_changed_in_a_closed_record_before_it_is_opened_again(whole: Station) -> None:
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    with pytest.raises(AcceptanceError, match="open it again"):
        whole.calibration.note(Notes())
    with pytest.raises(AcceptanceError, match="open it again"):
        whole.do(Chapter.STABILITY)
    whole.calibration.decide(Decision.REOPEN)
    whole.do(Chapter.STABILITY)


def test_an_admin_ends_the_acceptance_and_the_trail_has_it(
    whole: Station, house: Institution
) -> None:
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    whole.sign(*house.people)
    whole.calibration.decide(Decision.PUT_IN_FORCE)
    whole.calibration.decide(Decision.END)
    assert whole.acceptance.shown().causes == (Cause.ENDED,)
    assert AcceptanceEnded() in whole.trail()


def test_the_setting_is_changed_with_both_values_in_the_trail(station: Station) -> None:
    station.calibration.decide(Decision.LET_SCREEN)
    assert station.acceptance.shown().screens
    station.calibration.decide(Decision.LET_NOT_SCREEN)
    assert not station.acceptance.shown().screens
    changes = [one for one in station.trail() if isinstance(one, SettingChanged)]
    assert changes == [
        SettingChanged("acceptance.screen_unaccepted", before=False, after=True),
        SettingChanged("acceptance.screen_unaccepted", before=True, after=False),
    ]


def test_another_sensor_makes_all_that_was_measured_worthless(whole: Station) -> None:
    whole.sensor = replace(CAMERA, serial="67890")
    whole.start()
    assert whole.conformity(Chapter.STABILITY) is Conformity.NOT_MEASURED
    assert whole.calibration.shown().notes == NOTES


# ---- power cuts


def cut(station: Station) -> None:
    """Cut the power: what was not on the disk is gone."""
    station.start()


Act_ = Callable[[Station], None]
STEPS: dict[str, Act_] = {
    "notes": Station.type_in,
    "review": Station.review,
    "warm_up": Station.warm_up,
    "challenge": Station.challenge,
    "sweep": Station.sweep,
    "threshold": Station.threshold,
    "battery": Station.battery,
}


def test_after_a_power_cut_between_any_two_steps_it_goes_on_where_it_was(station: Station) -> None:
    for act in STEPS.values():
        act(station)
        before = station.calibration.shown()
        cut(station)
        after = station.calibration.shown()
        assert [one.needs for one in after.steps] == [one.needs for one in before.steps]
        assert after.chapters == before.chapters
    assert station.needs(Step.SIGN) == (Need.CLOSE,)


@pytest.mark.parametrize("chapter", [Chapter.WARM_UP, Chapter.STABILITY])
def test_a_long_series_that_a_power_cut_interrupted_must_be_repeated_and_says_so(
    station: Station, chapter: Chapter
) -> None:
    station.do(chapter)
    station.seconds(300)
    cut(station)
    step = Step.WARM_UP if chapter is Chapter.WARM_UP else Step.BATTERY
    assert Need.REPEAT in station.needs(step)
    shown = next(one for one in station.calibration.shown().chapters if one.chapter is chapter)
    assert (shown.have, shown.repeat, shown.running) == (0, True, False)
    station.do(chapter)
    station.seconds(20)
    assert Need.REPEAT not in station.needs(step)


def test_a_pause_is_no_interruption(station: Station) -> None:
    station.do(Chapter.STABILITY)
    station.seconds(900)
    station.do(Chapter.STABILITY, Act.PAUSE)
    cut(station)
    station.do(Chapter.STABILITY)
    station.seconds(950)
    assert station.conformity(Chapter.STABILITY) is not Conformity.NOT_MEASURED


def test_a_power_cut_within_a_set_point_loses_that_set_point_and_no_other(
    station: Station,
) -> None:
    station.do(Chapter.ACCURACY, at=(320.0, 256.0), set_c=34.0)
    station.seconds(5, shown_c=34.0)
    station.do(Chapter.ACCURACY, at=(320.0, 256.0), set_c=37.0)
    station.seconds(3, shown_c=37.0)
    cut(station)
    assert [one.set_c for one in some(station.measured.accuracy).points] == [34.0]


def test_a_power_cut_within_a_trial_leaves_no_trial_behind(station: Station) -> None:
    station.do(Chapter.ALARM)
    cut(station)
    assert not station.calibration.trial
    assert not any(one.running for one in station.calibration.shown().chapters)


@pytest.mark.parametrize("size", [0, 1, 100, 5000])
def test_a_damaged_draft_says_that_all_of_it_must_be_repeated(whole: Station, size: int) -> None:
    path = whole.folder / DRAFT
    path.write_bytes(path.read_bytes()[:size])
    cut(whole)
    assert "must be repeated" in whole.calibration.shown().problem
    assert whole.needs(Step.WARM_UP) == (Need.MEASURE,)


def test_no_power_cut_leaves_half_an_acceptance_in_force(
    whole: Station, house: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trail has its entry before the file: without the file nothing is in force."""
    whole.calibration.decide(Decision.CLOSE, (0, 1))
    whole.sign(*house.people)

    def dies(*_: object) -> None:
        raise OSError(5, "the power is cut")

    monkeypatch.setattr("service.state.small_file.write_atomically", dies)
    with pytest.raises(AcceptanceError, match="could not be saved"):
        whole.calibration.decide(Decision.PUT_IN_FORCE)
    monkeypatch.undo()
    cut(whole)
    assert whole.acceptance.shown().causes == (Cause.NEVER,)
    assert AcceptanceStore(whole.folder).load().accepted is None
    whole.calibration.decide(Decision.PUT_IN_FORCE)
    assert whole.acceptance.shown().accepted
    assert json.loads((whole.folder / IN_FORCE).read_text())["accepted"]["ended"] is None


def test_a_correction_that_is_held_stays_the_same_over_a_pause(station: Station) -> None:
    station.do(Chapter.STABILITY)
    station.seconds(60)
    station.do(Chapter.STABILITY, Act.PAUSE)
    station.seconds(1, offset_c=2.4)
    station.do(Chapter.STABILITY)
    station.seconds(60, offset_c=2.4)
    shown = some(station.measured.stability).shown_c
    assert max(shown) - min(shown) < 0.1, "a new offset would be taken for a change of the sensor"


def test_a_long_series_goes_on_by_itself_when_a_lost_sensor_is_back(station: Station) -> None:
    station.do(Chapter.STABILITY)
    station.seconds(60)
    station.calibration.lost()
    assert not any(one.running for one in station.calibration.shown().chapters)
    station.calibration.opened(CAMERA, locked=True)
    station.seconds(60)
    (running,) = [one for one in station.calibration.shown().chapters if one.running]
    assert running.chapter is Chapter.STABILITY
    assert 95 <= running.have <= 145


def test_what_was_paused_does_not_go_on_by_itself(station: Station) -> None:
    station.do(Chapter.STABILITY)
    station.calibration.lost()
    station.do(Chapter.STABILITY, Act.PAUSE)
    station.calibration.opened(CAMERA, locked=True)
    station.seconds(5)
    assert not any(one.running for one in station.calibration.shown().chapters)


def test_a_sensor_that_was_off_meanwhile_warms_up_anew(station: Station) -> None:
    station.do(Chapter.WARM_UP)
    station.seconds(300)
    station.do(Chapter.WARM_UP, Act.PAUSE)
    station.on_since_s = station.now_s
    station.do(Chapter.WARM_UP)
    station.seconds(60)
    times = some(station.measured.warm_up).times_s
    assert times == tuple(sorted(times))
    assert times[-1] <= 60
