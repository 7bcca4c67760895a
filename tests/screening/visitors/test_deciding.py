"""From frames to a verdict: gates, fusion, guard band, population, and what the guard sees."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from screening.faces.detection import Detection
from screening.faces.plausible import Plausibility
from screening.measuring.correction import Correction
from screening.measuring.estimate import BEST, MIN_FRAMES, BestFrames, Sample
from screening.measuring.measure import Reading
from screening.measuring.quality import Judgement, judge
from screening.result import Reason, State, Verdict
from screening.settings import Decision, Reference, Settings, Site
from screening.states import ASK_S, FADE_S, Board
from screening.visitors.decision import Evidence, decide
from screening.visitors.population import ENOUGH, Population
from screening.visitors.visitor import VisitorRecord
from tests.narrow import some
from tests.screening.pictures import Wall, block, detection, face

READING = Reading(
    Site.CANTHUS,
    60,
    70,
    35.8,
    hot_spot=True,
    relief_c=0.15,
    left_right_c=0.1,
    eyes_c=34.3,
    brow_c=34.1,
    skin_c=34.2,
    beside_c=24.0,
    contrast_c=1.8,
    warm_share=0.95,
    areas_c=(34.0, 34.0, 34.0, 34.0),
)


def judged(found: Detection | None = None, reading: Reading = READING, **changes: Any) -> Judgement:
    arguments: dict[str, Any] = {
        "frame": (120, 160), "speed_px_s": 0.0, "leaving": False, "distance_m": 0.7,
        "zone_m": (0.25, 2.0),
    } | changes  # fmt: skip
    return judge(found or detection(60, 80, 40), reading, **arguments)


def test_a_good_face_has_no_reason_against_it() -> None:
    judgement = judged()
    assert judgement.unusable == judgement.doubtful == ()
    assert judgement.quality > 0.8


@pytest.mark.parametrize(
    ("reason", "found", "changes"),
    [
        (Reason.TOO_FAR, detection(60, 80, 10), {}),
        (Reason.TOO_FAR, None, {"distance_m": 2.5}),
        (Reason.TOO_CLOSE, detection(60, 80, 115), {}),
        (Reason.TOO_CLOSE, None, {"distance_m": 0.1}),
        (Reason.CUT_OFF, detection(5, 80, 40), {}),
        (Reason.CUT_OFF, detection(60, 152, 40), {}),
        (Reason.BLURRED, None, {"speed_px_s": 400.0}),
    ],
)
def test_what_forbids_a_reading_has_its_reason(
    reason: Reason, found: Detection | None, changes: dict[str, Any]
) -> None:
    judgement = judged(found, **changes)
    assert reason in judgement.unusable
    assert judgement.quality == 0.0


def test_half_a_face_before_the_lens_is_too_close() -> None:
    assert judged(reading=replace(READING, beside_c=34.0)).unusable == (Reason.TOO_CLOSE,)


@pytest.mark.parametrize(
    ("eyes_free", "glasses", "doubts"),
    [
        ((1.0, 0.9), 0.0, ()),
        ((0.1, 0.9), 0.0, ()),  # the nose is before one of them
        ((0.1, 0.2), 0.9, (Reason.GLASSES,)),  # lenses as warm as skin
        ((0.1, 0.2), 0.1, (Reason.COVERED,)),
    ],
)
def test_the_close_up_is_believed_where_temperatures_show_nothing(
    eyes_free: tuple[float, float], glasses: float, doubts: tuple[Reason, ...]
) -> None:
    found = replace(detection(60, 80, 40), eyes_free=eyes_free, glasses=glasses)
    assert judged(found).doubtful == doubts
    cold = judged(found, replace(READING, eyes_c=30.0, brow_c=30.5))
    assert cold.doubtful == (Reason.GLASSES if glasses > 0.5 else Reason.COVERED,)


def test_a_face_turned_away_is_not_measured() -> None:
    found = detection(60, 80, 40)
    found.landmarks[2, 0] += 6.0
    assert Reason.TURNED_AWAY in judged(found).unusable


def test_who_walks_away_shows_the_back_of_the_head() -> None:
    assert Reason.TURNED_AWAY in judged(leaving=True).unusable


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        (Reason.GLASSES, {"eyes_c": 31.0}),
        (Reason.COVERED, {"warm_share": 0.3}),
        (Reason.LEFT_RIGHT, {"left_right_c": 0.7}),
        (Reason.COVERED, {"brow_c": 30.0}),
        (Reason.COVERED, {"warm_share": 0.3, "brow_c": 30.0}),
        (Reason.GLASSES, {"eyes_c": 31.0, "brow_c": 31.5}),  # a frame is no fringe
        (Reason.NOT_ACCLIMATISED, {"contrast_c": 3.7}),
        (Reason.SUN_WARMED, {"areas_c": (34.0, 36.0, 34.0, 35.8)}),
    ],
)
def test_what_leaves_a_doubt_lets_the_reading_stand(
    reason: Reason, changes: dict[str, Any]
) -> None:
    judgement = judged(reading=replace(READING, **changes))
    assert judgement.doubtful == (reason,)
    assert judgement.unusable == ()
    assert judgement.quality < judged().quality


def sample(quality: float, skin_c: float, sd_c: float = 0.03) -> Sample:
    return Sample(quality, skin_c - 0.8, skin_c - 0.1, 0.1, sd_c, 1.3, 0.0)


def test_the_estimate_is_neither_the_maximum_nor_the_mean_of_all() -> None:
    random = np.random.default_rng(2)
    best = BestFrames()
    for _ in range(60):
        blur = random.uniform(0, 1)  # blur lowers quality and reading together
        noise = random.normal(0, 0.03)
        best.add(sample(1.0 - blur, 36.0 - 0.6 * blur + noise))
    fused = best.fused()
    assert fused is not None
    assert fused.frames == BEST
    assert fused.corrected_c + fused.footprint_c == pytest.approx(36.0, abs=0.08)


def test_nothing_is_said_from_too_few_frames() -> None:
    best = BestFrames()
    for _ in range(MIN_FRAMES - 1):
        best.add(sample(0.9, 36.0))
    assert best.fused() is None


def test_more_scatter_is_more_doubt() -> None:
    doubts = []
    for spread in (0.02, 0.3):
        best = BestFrames()
        for value in np.linspace(36 - spread, 36 + spread, BEST):
            best.add(sample(0.9, float(value)))
        doubts.append(some(best.fused()).noise_c)
    assert doubts[1] > 3.0 * doubts[0]


@pytest.mark.parametrize(
    ("skin_c", "standard_c", "verdict"),
    [
        (35.8, 0.15, Verdict.CLEAR),
        (37.3, 0.15, Verdict.CLEAR),
        (37.36, 0.15, Verdict.RECHECK),
        (37.5, 0.15, Verdict.RECHECK),
        (37.64, 0.15, Verdict.RECHECK),
        (37.66, 0.15, Verdict.ELEVATED),
        (36.9, 0.45, Verdict.CLEAR),
        (36.9, 0.59, Verdict.CLEAR),
        (36.9, 0.61, Verdict.RECHECK),
        (35.0, 0.76, Verdict.RECHECK),
        (33.9, 0.15, Verdict.RECHECK),
        (38.8, 0.9, Verdict.ELEVATED),
    ],
)
def test_the_guard_band_stands_on_both_sides(
    skin_c: float, standard_c: float, verdict: Verdict
) -> None:
    assert decide(Evidence(skin_c, standard_c), Settings())[0] is verdict


@pytest.mark.parametrize("doubt", [Reason.GLASSES, Reason.COVERED, Reason.NOT_ACCLIMATISED])
def test_with_a_doubt_nobody_is_cleared_but_fever_is_still_seen(doubt: Reason) -> None:
    assert decide(Evidence(35.8, 0.2, (doubt,)), Settings())[0] is Verdict.RECHECK
    assert decide(Evidence(38.8, 0.2, (doubt,)), Settings())[0] is Verdict.ELEVATED


def filled(centre_c: float = 35.7) -> Population:
    population = Population()
    for z in np.linspace(-1.5, 1.5, ENOUGH):
        population.add(centre_c + 0.35 * float(z), 24.0)
    return population


def test_the_relative_alarm_needs_people_and_then_speaks_beside_the_threshold() -> None:
    assert Population().excess(37.0, 24.0, 0.1) is None
    excess = filled().excess(36.9, 24.0, 0.1)
    assert excess is not None
    assert excess > 2.3
    on = Settings(decision=Decision(relative=True))
    assert decide(Evidence(36.9, 0.15, (), excess), Settings())[0] is Verdict.CLEAR
    verdict, reasons = decide(Evidence(36.9, 0.15, (), excess), on)
    assert verdict is Verdict.ELEVATED
    assert reasons == (Reason.ABOVE_POPULATION,)


def test_the_relative_alarm_never_clears_what_the_threshold_holds() -> None:
    on = Settings(decision=Decision(relative=True))
    assert decide(Evidence(38.5, 0.15, (), -1.0), on)[0] is Verdict.ELEVATED


def test_a_warm_day_is_no_fever_of_everybody() -> None:
    population = filled()
    warm = population.excess(35.7 + 0.087 * 4, 28.0, 0.1)
    assert warm == pytest.approx(0.0, abs=0.15)


def test_without_a_reference_every_verdict_says_that_it_is_relative() -> None:
    settings = Settings(references=())
    for evidence in (
        Evidence(35.8, 2.0),
        Evidence(35.8, 2.0, (), 0.0),
        Evidence(37.8, 2.0, (), 4.0),
        Evidence(33.0, 2.0, (Reason.GLASSES,), 0.1),
    ):
        verdict, reasons = decide(evidence, settings)
        assert Reason.RELATIVE_MODE in reasons
        assert verdict is not Verdict.CLEAR or evidence.excess == 0.0
    assert decide(Evidence(35.8, 2.0), settings)[0] is Verdict.RECHECK  # the first visitor
    assert decide(Evidence(37.8, 2.0, (), 4.0), settings)[0] is Verdict.ELEVATED


def test_a_shirt_under_a_face_is_no_face() -> None:
    wall = Wall()
    picture = wall.paint(block(30, 90, 60, 60, 30.0), face(60, 60, 36))
    found = [detection(60, 60, 36, 0.8), detection(60, 115, 40, 0.7)]
    kept = Plausibility(120, 160).faces(picture, found, 0.0)
    assert kept == [found[0]]


def test_a_face_and_its_neck_are_one() -> None:
    wall = Wall()
    picture = wall.paint(block(50, 80, 20, 30, 34.5), face(60, 60, 40))
    found = [detection(60, 60, 40, 0.8), detection(60, 82, 40, 0.7)]
    assert Plausibility(120, 160).faces(picture, found, 0.0) == [found[0]]


def test_lukewarm_things_must_look_more_like_a_face_than_skin_does() -> None:
    wall = Wall()
    judge_of = Plausibility(120, 160)
    cool = wall.paint(face(60, 80, 40, skin_c=29.0))
    assert judge_of.faces(cool, [detection(60, 80, 40, 0.6)], 0.0) == []
    # somebody who comes in from the cold is still seen, to be told to wait
    assert len(judge_of.faces(cool, [detection(60, 80, 40, 0.9)], 0.0)) == 1
    # the same apparent temperature from a sensor that reads 4 deg C low is skin
    assert len(judge_of.faces(cool, [detection(60, 80, 40, 0.6)], 4.0)) == 1


def record(number: int, verdict: Verdict | None = None, *obstacles: Reason) -> VisitorRecord:
    made = VisitorRecord(0, (0, 0, 10, 10))
    made.id, made.verdict, made.obstacles = number, verdict, obstacles
    return made


def test_a_clear_fades_and_is_never_shown_to_the_next() -> None:
    board = Board()
    assert board.step(0.0, None, [record(1, Verdict.CLEAR)])[0] is State.CLEAR
    assert board.step(0.5, None, [])[0] is State.CLEAR
    assert board.step(0.6, None, [record(2)])[0] is not State.CLEAR
    board.step(0.7, None, [record(1, Verdict.CLEAR)])
    assert board.step(0.8, None, [record(1)])[0] is not State.CLEAR  # back after a gap
    board.step(1.0, None, [record(1, Verdict.CLEAR)])
    assert board.step(1.1 + FADE_S[Verdict.CLEAR], None, [])[0] is not State.CLEAR


def test_an_alarm_stays_while_the_next_one_steps_up() -> None:
    board = Board()
    board.step(0.0, None, [record(1, Verdict.ELEVATED)])
    assert board.step(1.0, None, [record(2)])[0] is State.ELEVATED


def test_a_fault_is_shown_at_once_and_ends_every_verdict() -> None:
    board = Board()
    board.step(0.0, None, [record(1, Verdict.CLEAR)])
    fault = (State.NOT_SCREENING, (Reason.REFERENCE_HIDDEN,))
    assert board.step(0.1, fault, [record(1, Verdict.CLEAR)]) == fault
    assert board.step(0.2, None, [])[0] is State.READY


def test_instructions_do_not_flicker() -> None:
    board = Board()
    board.step(0.0, None, [])
    shown = []
    for n in range(60):  # an obstacle in every other frame
        reasons = (Reason.TURNED_AWAY,) if n % 2 else (Reason.TOO_FAR,)
        shown.append(board.step(n / 30, None, [record(1, None, *reasons)])[0])
    changes = sum(a is not b for a, b in pairwise(shown))
    assert changes <= 1


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        (Reason.SEVERAL_PEOPLE, State.ONE_AT_A_TIME),
        (Reason.TOO_FAR, State.COME_CLOSER),
        (Reason.TURNED_AWAY, State.LOOK_AT_CAMERA),
        (Reason.GLASSES, State.TAKE_OFF_GLASSES),
        (Reason.BLURRED, State.HOLD_STILL),
        (Reason.SUN_WARMED, State.LOOK_AT_CAMERA),
    ],
)
def test_what_hinders_becomes_an_instruction(reason: Reason, state: State) -> None:
    board = Board()
    for n in range(30):
        shown = board.step(n / 30, None, [record(1, None, reason)])
    assert shown == (state, (reason,))


def test_who_has_no_result_is_told_why_also_in_frames_that_do_not_show_it() -> None:
    board, visitor = Board(), record(1, Verdict.NO_RESULT)
    visitor.reasons = (Reason.SUN_WARMED,)
    asks = (State.LOOK_AT_CAMERA, (Reason.SUN_WARMED,))
    for n, obstacles in enumerate([(), (Reason.BLURRED,), (), (Reason.TOO_FAR,)] * 10):
        visitor.obstacles = obstacles
        assert board.step(n / 10, None, [visitor]) == asks


def test_a_visitor_is_asked_to_take_glasses_off_before_a_second_check_is_called() -> None:
    board, visitor = Board(), record(1, Verdict.RECHECK)
    visitor.reasons = (Reason.GLASSES,)
    asks = (State.TAKE_OFF_GLASSES, (Reason.GLASSES,))
    assert board.step(0.0, None, [visitor]) == asks
    assert board.step(0.1, None, []) == asks  # a frame without the face changes nothing
    assert board.step(ASK_S, None, [visitor]) == asks
    assert board.step(ASK_S + 0.1, None, [visitor])[0] is State.RECHECK
    other = record(2, Verdict.RECHECK)
    other.reasons = (Reason.GLASSES,)
    assert board.step(ASK_S + 1.0, None, [other]) == asks
    # who walks on with them has the second check
    assert board.step(ASK_S + 2.0, None, [])[0] is State.RECHECK


def test_a_doubt_that_no_visitor_can_mend_is_no_request() -> None:
    board, visitor = Board(), record(1, Verdict.RECHECK)
    visitor.reasons = (Reason.TOO_COLD,)
    assert board.step(0.0, None, [visitor])[0] is State.RECHECK


def measured(visitor: VisitorRecord, seconds: tuple[float, float], reading: Reading) -> None:
    """Let a visitor be read ten times a second."""
    settings = Settings()
    correction = Correction(settings)
    correction.correct_by([(0, 0.0, 0.02)])
    for time_s in np.arange(*seconds, 0.1):
        visitor.add(reading, judged(reading=reading), sample(0.9, 35.9), float(time_s))
        visitor.conclude(correction, settings, Population())


def test_who_takes_their_glasses_off_is_measured_anew() -> None:
    visitor = record(1)
    measured(visitor, (0.0, 3.0), replace(READING, site=Site.FACE_MAXIMUM, eyes_c=30.0))
    assert (visitor.verdict, visitor.mendable) == (Verdict.RECHECK, Reason.GLASSES)
    measured(visitor, (3.0, 3.8), READING)  # a glimpse past the lenses is not enough
    assert (visitor.verdict, visitor.mendable) == (Verdict.RECHECK, Reason.GLASSES)
    measured(visitor, (3.8, 4.2), READING)
    assert visitor.final_report().reasons == (Reason.GLASSES,)  # gone before there was anything new
    measured(visitor, (4.2, 5.5), READING)
    assert visitor.verdict is Verdict.CLEAR
    assert visitor.final_report().verdict is Verdict.CLEAR


def test_settings_come_with_a_reference() -> None:
    assert Settings().references == (Reference(),)


# a verdict has an owner


@pytest.mark.parametrize("next_one", [Verdict.CLEAR, Verdict.RECHECK, None])
def test_no_word_on_the_next_one_ends_an_alarm_that_is_held(next_one: Verdict | None) -> None:
    board = Board()
    board.step(0.0, None, [record(1, Verdict.ELEVATED)])
    other = record(2, next_one)
    other.reasons = (Reason.GLASSES,) if next_one is Verdict.RECHECK else ()
    hold_s = FADE_S[Verdict.ELEVATED]
    assert board.step(hold_s - 0.1, None, [other])[0] is State.ELEVATED
    assert board.step(hold_s + 0.1, None, [other])[0] is not State.ELEVATED
    board.step(hold_s + 0.2, None, [record(1, Verdict.ELEVATED)])
    assert board.step(hold_s + 0.3, None, [record(1, Verdict.RECHECK)])[0] is State.RECHECK


def test_what_was_shown_is_recorded_when_its_owner_walks_away_early() -> None:
    visitor = record(1)
    measured(visitor, (0.0, 1.0), READING)
    assert visitor.verdict is Verdict.CLEAR
    visitor._leave()
    assert visitor.final_report().verdict is Verdict.CLEAR
    glimpsed = record(2)
    measured(glimpsed, (0.0, 0.5), READING)
    assert glimpsed.verdict is None
    glimpsed._leave()
    assert glimpsed.final_report().verdict is Verdict.NO_RESULT


def test_another_face_in_the_same_place_is_judged_for_itself() -> None:
    visitor, settings = record(1), Settings()
    correction = Correction(settings)
    correction.correct_by([(0, 0.0, 0.02)])
    measured(visitor, (0.0, 3.0), READING)
    assert visitor.verdict is Verdict.CLEAR
    said = []
    for n in range(12):
        visitor.add(READING, judged(), sample(0.9, 38.9), 3.0 + n / 10)
        visitor.conclude(correction, settings, Population())
        said.append(visitor.verdict)
    assert Verdict.ELEVATED in said[:4]
    assert Verdict.CLEAR not in said[4:]
    assert visitor.final_report().verdict is Verdict.ELEVATED


def test_readings_from_just_before_the_scale_was_in_question_are_taken_back() -> None:
    visitor, settings = record(1), Settings()
    correction = Correction(settings)
    correction.correct_by([(0, 0.0, 0.02)])
    for n in range(12):
        at = replace(sample(0.9, 35.9), time_s=n / 10)
        visitor.add(READING, judged(), at, n / 10)
        visitor.conclude(correction, settings, Population())
    said = [visitor.verdict]
    for since_s in (1.15, 0.15):  # the first leaves what it rests on
        visitor.unsay_since(since_s, correction, settings, Population())
        said.append(visitor.verdict)
    assert said == [Verdict.CLEAR, Verdict.CLEAR, None]
    assert visitor.skin_c is None


# not the front of a head


def test_a_head_turned_far_is_turned_away_whatever_its_points_say() -> None:
    assert Reason.TURNED_AWAY in judged(replace(detection(60, 80, 40), yaw_deg=50.0)).unusable
    assert not judged(replace(detection(60, 80, 40), yaw_deg=40.0)).unusable


def test_what_both_networks_are_half_hearted_about_gives_no_temperature() -> None:
    unlike = replace(detection(60, 80, 40), yaw_deg=5.0, quality=0.5, score=0.65)
    assert judged(unlike).unusable == (Reason.TURNED_AWAY,)
    assert not judged(replace(unlike, quality=0.6)).unusable
    assert not judged(replace(unlike, yaw_deg=None)).unusable  # too small for a close-up
    # behind glasses they are so too, and the reading clears nobody
    assert not judged(unlike, replace(READING, eyes_c=30.0)).unusable


def test_without_a_hot_spot_there_are_no_canthi_in_view() -> None:
    flat = replace(READING, relief_c=0.05, contrast_c=0.8)
    assert judged(reading=flat).doubtful == (Reason.COVERED,)
    assert judged(reading=replace(flat, contrast_c=1.6)).doubtful == ()
    assert judged(reading=replace(flat, relief_c=0.1)).doubtful == ()
    assert judged(reading=replace(flat, relief_c=None)).doubtful == ()
