"""Who is a visitor, and what one visitor's record keeps, at its bounds."""

from dataclasses import replace

import numpy as np
import pytest

from screening.faces.detection import Detection
from screening.measuring.correction import Correction
from screening.measuring.estimate import BEST
from screening.measuring.measure import Reading, mm_per_px
from screening.result import Reason, Verdict
from screening.settings import Settings, Site
from screening.visitors.population import Population
from screening.visitors.tracking import Sighting, Track
from screening.visitors.visitor import VisitorRecord
from tests.screening.pictures import detection
from tests.screening.visitors.test_deciding import READING, judged, sample

FACE = detection(60, 80, 40)
LENS = 0.002  # radians of one pixel
AT_M = mm_per_px(FACE) / (1000.0 * LENS)  # where a face of that size stands
PLACE = (0, 0, 10, 10)


def track(
    seen: Detection = FACE, *, speed: float = 0.0, gap_s: float = 0.1, growth: float = 0.0
) -> Track:
    """Return a face that moves by so many of its own sizes per second."""
    look = Sighting.at(seen)
    made = Track(1, *look, time_s=0.0, seen_s=0.0, seen=look)
    made.detection, made.gap_s, made.growth = seen, gap_s, growth
    made.largest_px, made.vx = made.size_px, speed * made.size_px
    return made


def visitor(*, alive: bool = True) -> VisitorRecord:
    made = VisitorRecord(5, PLACE, LENS)
    for _ in range(3 * alive):
        made.live(track(), somebody=True, stirs=True)
    return made


def come(made: VisitorRecord, frames: int, farthest_m: float = 2 * AT_M, **how: float) -> bool:
    for n in range(frames):
        made.see(track(**how), 10 + n, farthest_m)  # type: ignore[arg-type]
    return made.admit(1)


# ---- who came to be screened


def test_four_frames_in_the_zone_are_on_purpose() -> None:
    assert not come(visitor(), 3)
    made = visitor()
    assert come(made, 4)
    assert made.id == 1
    assert not made.admit(2)  # it is one already
    assert made.id == 1
    assert (made.first_frame, made.last_frame) == (5, 13)


def test_the_zone_ends_where_it_says() -> None:
    assert come(visitor(), 4, AT_M)
    assert not come(visitor(), 4, AT_M * 0.99)
    unknown = VisitorRecord(0, PLACE)  # of a lens that nobody knows: nobody is too far
    for _ in range(3):
        unknown.live(track(), somebody=True, stirs=True)
    assert come(unknown, 4, 0.1)
    assert unknown.distance_m is None


def test_a_profile_that_walks_through_is_a_passer_by_and_one_that_stands_is_not() -> None:
    profile = replace(FACE, yaw_deg=41.0)
    assert not come(visitor(), 9, seen=profile, speed=0.7)  # type: ignore[arg-type]
    assert come(visitor(), 4, seen=profile, speed=0.5)  # type: ignore[arg-type]
    facing = replace(FACE, yaw_deg=-39.0)
    assert come(visitor(), 4, seen=facing, speed=0.7)  # type: ignore[arg-type]
    aside = replace(FACE, yaw_deg=-41.0)
    assert not come(visitor(), 9, seen=aside, speed=0.7)  # type: ignore[arg-type]


def test_who_walks_away_does_not_come() -> None:
    assert not come(visitor(), 9, growth=-9.0)


def test_who_stands_before_the_zone_and_looks_is_asked_closer_and_then_a_visitor() -> None:
    near = AT_M / 1.5  # the face stands half a zone before it
    made = visitor()
    told = [(come(made, frames, near), made.approaching) for frames in (4, 2, 13, 2)]
    assert told == [(False, False), (False, True), (False, True), (True, True)]
    assert made.obstacles == (Reason.TOO_FAR,)


@pytest.mark.parametrize(
    "how", [{"speed": 0.7}, {"seen": replace(FACE, yaw_deg=41.0)}], ids=["walks", "looks away"]
)
def test_who_passes_before_the_zone_is_nobody_s_visitor(how: dict[str, float]) -> None:
    made = visitor()
    assert not come(made, 40, AT_M / 1.5, **how)
    assert not made.approaching


def test_who_stands_farther_than_people_wait_is_told_nothing() -> None:
    made = visitor()
    assert not come(made, 40, AT_M / 1.7)
    assert made.obstacles == ()


def test_what_never_moved_or_always_stood_there_is_no_visitor() -> None:
    still = visitor(alive=False)
    for n in range(9):
        still.live(track(), somebody=True, stirs=n == 0)
    lives = [still.lives]
    still.live(track(), somebody=True, stirs=True)
    assert [*lives, still.lives] == [False, True]
    furniture = visitor(alive=False)
    for _ in range(2):
        furniture.live(track(), somebody=True, stirs=True)
    lives = [furniture.lives]
    furniture.live(track(), somebody=True, stirs=False)
    assert [*lives, furniture.lives] == [False, True]


def test_what_may_be_furniture_is_believed_after_half_a_second() -> None:
    unsure = visitor(alive=False)
    for _ in range(3):
        unsure.live(track(gap_s=0.125), somebody=False, stirs=True)
    lives = [unsure.lives]
    unsure.live(track(gap_s=0.125), somebody=False, stirs=False)
    assert [*lives, unsure.lives] == [False, True]


# ---- what is kept of one


def screened(made: VisitorRecord, skin_c: float, frames: int, *, start_s: float = 0.0) -> None:
    settings = Settings()
    correction = Correction(settings)
    correction.correct_by([(0, 0.0, 0.02)])
    for n in range(frames):
        at_s = start_s + n / 10
        made.add(READING, judged(), replace(sample(0.9, skin_c), time_s=at_s), at_s)
        made.conclude(correction, settings, Population())


def test_nothing_is_cleared_before_there_are_frames_enough_and_an_alarm_comes_at_once() -> None:
    made = visitor()
    screened(made, 35.9, BEST - 1)
    assert made.verdict is None
    ended = made.final_report()
    assert (ended.verdict, ended.reasons) == (Verdict.RECHECK, (Reason.TOO_FEW_FRAMES,))
    made = visitor()
    screened(made, 35.9, BEST)
    assert made.verdict is Verdict.CLEAR
    made = visitor()
    screened(made, 38.9, BEST - 1)
    assert made.verdict is Verdict.ELEVATED


@pytest.mark.parametrize("early", [0, 3])
def test_for_a_doubt_only_frames_of_a_visitor_count(early: int) -> None:
    made, cold = visitor(), replace(READING, contrast_c=3.7)
    for n in range(early):
        made.add(cold, judged(reading=cold), sample(0.9, 35.9), n / 10)
    assert come(made, 4)
    said = read(made, 35.9, BEST, 1.0, cold)
    assert said == [None] * (BEST - 1) + [Verdict.RECHECK]


def test_who_was_read_before_it_was_known_that_they_came_is_cleared_as_soon() -> None:
    made = visitor()
    for n in range(3):
        made.add(READING, judged(), sample(0.9, 35.9), n / 10)
    assert come(made, 4)
    assert read(made, 35.9, BEST - 3, 1.0) == [None] * (BEST - 4) + [Verdict.CLEAR]


def test_an_alarm_is_not_taken_back() -> None:
    made = visitor()
    screened(made, 38.4, BEST)
    screened(made, 37.7, 3, start_s=2.0)
    assert made.verdict is Verdict.ELEVATED
    assert made.reasons == (Reason.ABOVE_THRESHOLD,)


@pytest.mark.parametrize(("gap_s", "kept"), [(0.6, True), (0.61, False)])
def test_who_was_out_of_sight_for_long_is_judged_anew_and_the_graver_word_stands(
    gap_s: float, kept: bool
) -> None:
    made = visitor()
    screened(made, 38.9, BEST)
    made.see(track(gap_s=gap_s), 99, 2 * AT_M)
    assert (made.verdict is Verdict.ELEVATED) == kept
    screened(made, 35.9, BEST, start_s=5.0)
    ended = made.final_report()
    assert ended.verdict is Verdict.ELEVATED
    assert (ended.first_frame, ended.last_frame) == (5, 99)


def test_the_next_one_s_alarm_is_graver_than_a_clear() -> None:
    made = visitor()
    screened(made, 35.9, BEST)
    made.begin_again()
    assert made.verdict is None
    screened(made, 38.9, BEST, start_s=5.0)
    assert made.final_report().verdict is Verdict.ELEVATED


def test_who_could_not_be_measured_is_told_what_hindered_most() -> None:
    made = visitor()
    for reason, times in ((Reason.BLURRED, 2), (Reason.TOO_FAR, 5), (Reason.CUT_OFF, 3)):
        for _ in range(times):
            made.hinder((reason,))
    assert made.obstacles == (Reason.CUT_OFF,)
    ended = made.final_report()
    assert ended.verdict is Verdict.NO_RESULT
    assert ended.reasons == (Reason.TOO_FAR, Reason.CUT_OFF)
    assert (ended.skin_temp_c, ended.site, ended.raw_c) == (None, None, None)
    assert visitor().final_report().reasons == (Reason.TOO_FEW_FRAMES,)


def test_a_report_says_what_was_measured_where_and_how_well() -> None:
    made = visitor()
    come(made, 4)
    screened(made, 35.9, BEST)
    said = made.report()
    assert said.skin_temp_c == pytest.approx(35.9)
    assert said.reference_corrected_c == pytest.approx(35.8)
    assert said.raw_c == pytest.approx(35.1)
    assert (said.site, said.id, said.box) == (Site.CANTHUS.value, 1, FACE.box)
    assert said.expanded_uncertainty_c == pytest.approx(2.0 * some_budget(made))
    assert said.mm_per_px == pytest.approx(1.3)
    assert (said.quality, said.frame_quality) == (0.9, 0.9)
    assert said.frame_c == pytest.approx(35.9)
    before = visitor()
    come(before, 4)
    assert before.report().mm_per_px == pytest.approx(mm_per_px(FACE))
    assert (before.report().frame_c, before.report().frame_quality) == (None, 0.0)


def some_budget(made: VisitorRecord) -> float:
    assert made.budget is not None
    return made.budget.standard_c


def test_the_size_of_a_pixel_follows_new_frames_by_a_fifth() -> None:
    made = visitor()
    made.see(track(), 1, 2 * AT_M)
    nearer = detection(60, 80, 80)
    made.see(track(nearer), 2, 2 * AT_M)
    first, second = mm_per_px(FACE), mm_per_px(nearer)
    assert made.mm_per_px == pytest.approx(first + 0.2 * (second - first))
    assert made.distance_m == pytest.approx(some_mm(made) / (1000.0 * LENS))


def some_mm(made: VisitorRecord) -> float:
    assert made.mm_per_px is not None
    return made.mm_per_px


@pytest.mark.parametrize(("doubtful", "expected"), [(7, ()), (8, (Reason.NOT_ACCLIMATISED,))])
def test_a_doubt_counts_from_a_third_of_the_frames_on(
    doubtful: int, expected: tuple[Reason, ...]
) -> None:
    """0.35 of twenty frames are seven."""
    made, settings = visitor(), Settings()
    correction = Correction(settings)
    correction.correct_by([(0, 0.0, 0.02)])
    cold = replace(READING, contrast_c=3.7)
    for n in range(20):
        reading = cold if n < doubtful else READING
        made.add(reading, judged(reading=reading), sample(0.9, 35.9), n / 10)
    made.conclude(correction, settings, Population())
    assert made.reasons == expected
    assert np.isfinite(some_budget(made))


SUN = replace(READING, areas_c=(36.0, 34.0, 35.8, 34.0))


def test_who_comes_from_the_sun_has_no_result_and_no_number_whatever_is_read() -> None:
    for skin_c in (35.9, 39.0):
        made = visitor()
        said = read(made, skin_c, BEST, 0.0, SUN)
        assert said == [None] * (BEST - 1) + [Verdict.NO_RESULT]
        told = made.report()
        assert (told.verdict, told.reasons) == (Verdict.NO_RESULT, (Reason.SUN_WARMED,))
        assert told.skin_temp_c is told.raw_c is told.reference_corrected_c is None
        assert (told.expanded_uncertainty_c, told.site) == (None, None)
        assert made.final_report().verdict is Verdict.NO_RESULT


def test_no_result_is_told_as_soon_as_a_clear_would_be() -> None:
    made = visitor()
    read(made, 35.9, 5, 0.0, SUN)
    come(made, 4)  # only now it is known that somebody came
    assert read(made, 35.9, BEST - 5, 0.5, SUN)[-1] is Verdict.NO_RESULT


def test_a_few_frames_with_the_sun_in_them_are_none() -> None:
    made = visitor()
    read(made, 35.9, 6, 0.0, SUN)
    assert read(made, 35.9, 20, 0.6)[-1] is Verdict.CLEAR


def test_an_alarm_that_was_given_is_not_taken_back_by_the_sun() -> None:
    made = visitor()
    read(made, 39.0, BEST, 0.0)
    assert read(made, 39.0, 40, 1.0, SUN)[-1] is Verdict.ELEVATED


def correction_of(settings: Settings) -> Correction:
    correction = Correction(settings)
    correction.correct_by([(0, 0.0, 0.02)])
    return correction


def read(
    made: VisitorRecord,
    skin_c: float,
    times: int,
    at_s: float,
    reading: Reading = READING,
    *,
    settings: Settings | None = None,
    population: Population | None = None,
) -> list[Verdict | None]:
    """Read somebody ten times a second; return what was said after each frame."""
    settings = settings or Settings()
    said = []
    for n in range(times):
        now_s = at_s + n / 10
        made.add(
            reading, judged(reading=reading), replace(sample(0.9, skin_c), time_s=now_s), now_s
        )
        made.conclude(correction_of(settings), settings, population or Population())
        said.append(made.verdict)
    return said


def test_eighteen_frames_of_who_walks_away_had_come_and_fewer_are_of_a_back() -> None:
    for frames, kept in ((2 * BEST - 1, False), (2 * BEST, True)):
        made = visitor()
        for n in range(frames):  # nothing is concluded, so nothing was shown
            made.add(READING, judged(), sample(0.9, 35.9), n / 10)
        made.see(track(growth=-9.0), 50, 2 * AT_M)
        assert made.quality == (0.9 if kept else 0.0)
        still = visitor()
        for n in range(frames):
            still.add(READING, judged(), sample(0.9, 35.9), n / 10)
        still.see(track(), 50, 2 * AT_M)
        assert still.quality == 0.9


def test_somebody_stands_below_six_tenths_of_a_face_per_second() -> None:
    profile = replace(FACE, yaw_deg=90.0)
    assert not come(visitor(), 9, seen=profile, speed=0.6)  # type: ignore[arg-type]
    assert come(visitor(), 9, seen=profile, speed=0.59)  # type: ignore[arg-type]


def test_a_profile_begins_at_forty_degrees() -> None:
    for yaw_deg, faces in ((40.0, False), (39.9, True), (-40.0, False)):
        seen = replace(FACE, yaw_deg=yaw_deg)
        assert come(visitor(), 9, seen=seen, speed=0.9) == faces  # type: ignore[arg-type]


def test_who_waits_for_half_a_second_is_asked_and_for_two_is_a_visitor() -> None:
    near = AT_M / 1.5
    made = visitor()
    said = []
    for n in range(17):
        made.see(track(gap_s=0.125), n, near)
        said.append((made.approaching, made.admit(1)))
    # 0.5 s is not yet longer than half a second; 2 s are two
    assert next(n for n, (asked, _) in enumerate(said) if asked) == 4
    assert [n for n, (_, admitted) in enumerate(said) if admitted] == [15]


def adopted(made: VisitorRecord, *verdicts: Verdict) -> Verdict | None:
    """Rule so, one frame after the other; return what is said after them."""
    for verdict in verdicts:
        made._adopt((verdict, (Reason.NEAR_THRESHOLD,) if verdict is Verdict.RECHECK else ()))
    return made.verdict


def test_a_changed_verdict_must_last_three_frames() -> None:
    made = visitor()
    read(made, 35.9, BEST, 0.0)
    recheck = Verdict.RECHECK
    assert adopted(made, recheck, recheck) is Verdict.CLEAR
    assert adopted(made, Verdict.CLEAR, recheck, recheck) is Verdict.CLEAR  # it begins again
    assert adopted(made, recheck) is recheck
    assert made.reasons == (Reason.NEAR_THRESHOLD,)
    assert adopted(made, Verdict.ELEVATED) is Verdict.ELEVATED  # an alarm comes at once


def test_the_reasons_of_an_alarm_follow_what_is_known() -> None:
    made = visitor()
    read(made, 38.9, BEST, 0.0)
    made._adopt((Verdict.ELEVATED, (Reason.ABOVE_THRESHOLD, Reason.GLASSES)))
    assert made.reasons == (Reason.ABOVE_THRESHOLD, Reason.GLASSES)


def test_who_takes_a_place_is_told_after_four_frames_that_are_all_off() -> None:
    made = visitor()
    read(made, 35.9, 12, 0.0)
    read(made, 38.5, 3, 2.0)
    assert made.final_report().skin_temp_c == pytest.approx(35.9, abs=0.5)
    read(made, 35.9, 1, 2.3)  # it was the same one after all: the count begins anew
    said = read(made, 38.5, 3, 2.4)
    assert Verdict.ELEVATED not in said
    made = visitor()
    read(made, 35.9, 12, 0.0)
    read(made, 38.5, 4, 2.0)
    assert made.skin_c == pytest.approx(38.5)
    assert made.sample is not None
    assert made.sample.time_s == pytest.approx(2.3)
    assert made._usable == 4


def test_readings_within_eight_tenths_are_of_one_face_colder_or_warmer() -> None:
    # the first of them is among the nine that the others are held against: 8/9 of 0.9 is 0.8
    for off_c, another in ((0.88, False), (-0.88, False), (0.92, True), (-0.92, True)):
        made = visitor()
        read(made, 35.9, 12, 0.0)
        read(made, 35.9 + off_c, 4, 2.0)
        assert (made._usable == 4) == another, off_c


@pytest.mark.parametrize(
    ("canthus", "maximum", "covered", "site"),
    [
        (True, True, False, Site.CANTHUS),
        (True, True, True, Site.FACE_MAXIMUM),
        (True, False, True, Site.CANTHUS),
        (True, False, False, Site.CANTHUS),
        (False, True, False, Site.FACE_MAXIMUM),
        (False, True, True, Site.FACE_MAXIMUM),
    ],
)
def test_the_canthus_is_the_site_unless_it_is_covered_and_there_is_another(
    canthus: bool, maximum: bool, covered: bool, site: Site
) -> None:
    made = visitor()
    for there, where in ((canthus, Site.CANTHUS), (maximum, Site.FACE_MAXIMUM)):
        for _ in range(4 * there):
            made._best[where].add(sample(0.9, 36.0))
    found, fused = made._fused(covered=covered)
    assert found is site
    assert fused is not None


@pytest.mark.parametrize(
    ("changes", "stands_in"),
    [({"eyes_c": 30.0}, True), ({"brow_c": 30.0}, True), ({"contrast_c": 3.7}, False)],
    ids=["glasses", "covered", "cold"],
)
def test_a_covered_canthus_costs_certainty(changes: dict[str, float], stands_in: bool) -> None:
    made = visitor()
    read(made, 35.9, BEST, 0.0, replace(READING, **changes))  # type: ignore[arg-type]
    assert made.budget is not None
    assert (made.budget.site_c > 0.0) == stands_in


def test_a_spot_whose_height_was_read_is_surer_than_a_usual_one() -> None:
    shares = []
    for height_sd_c in (None, 0.1):
        made = visitor()
        for n in range(BEST):
            at = replace(sample(0.9, 35.9), height_sd_c=height_sd_c)
            made.add(READING, judged(), at, n / 10)
        made.conclude(correction_of(Settings()), Settings(), Population())
        assert made.budget is not None
        shares.append(made.budget.footprint_c)
    assert shares[1] < 0.6 * shares[0]


def test_what_a_visitor_is_unsure_of_alone_counts_against_the_others() -> None:
    """Noise and footprint are a visitor's own; reference and emissivity are everybody's."""
    crowd, heard = Population(), []

    class Listening(Population):
        def excess(self, skin_c: float, ambient_c: float, noise_c: float) -> float | None:
            heard.append((skin_c, ambient_c, noise_c))
            return crowd.excess(skin_c, ambient_c, noise_c)

    made = visitor()
    read(made, 35.9, BEST, 0.0, population=Listening())
    assert made.budget is not None
    own_c = (made.budget.noise_c**2 + made.budget.footprint_c**2) ** 0.5
    assert heard[-1] == pytest.approx((35.9, Settings().scene.ambient_temp_c, own_c))


def test_a_verdict_from_before_the_scale_was_in_question_stands() -> None:
    settings = Settings()
    for since_s, verdict, given_s in (
        (0.85, Verdict.CLEAR, 0.8),
        (0.8, Verdict.CLEAR, 1.1),  # from that moment on: it is given anew, by what is left
        (0.3, None, None),  # which is too little
    ):
        made = visitor()
        read(made, 35.9, 12, 0.0)  # cleared with the ninth frame, at 0.8 s
        made.unsay_since(since_s, correction_of(settings), settings, Population())
        assert made.verdict is verdict, since_s
        assert given_s is None or made._verdict_s == pytest.approx(given_s)
    unread = visitor()
    read(unread, 35.9, 12, 0.0)
    unread.unsay_since(9.0, correction_of(settings), settings, Population())
    assert unread.verdict is Verdict.CLEAR


def test_what_is_left_after_an_unsaid_moment_is_concluded_at_once() -> None:
    settings, made = Settings(), visitor()
    read(made, 35.9, 8, 0.0)
    made.unsay_since(0.6, correction_of(settings), settings, Population())
    assert made.skin_c == pytest.approx(35.9)
    assert made.final_report().reasons == (Reason.TOO_FEW_FRAMES,)
    made = visitor()
    read(made, 38.9, 8, 0.0)
    made.unsay_since(0.0, correction_of(settings), settings, Population())
    assert (made.verdict, made.skin_c, made.sample) == (None, None, None)


def test_of_two_words_as_grave_the_later_one_is_recorded() -> None:
    made = visitor()
    read(made, 35.9, BEST, 0.0)
    made.begin_again()
    read(made, 35.5, BEST, 5.0)
    assert made.final_report().skin_temp_c == pytest.approx(35.5)


def test_who_was_never_admitted_has_no_number() -> None:
    assert visitor().report().id == 0
    assert visitor().report().site is None


def test_a_second_without_what_was_in_the_way_is_a_new_measurement() -> None:
    worn = replace(READING, site=Site.FACE_MAXIMUM, eyes_c=30.0)
    made = visitor()
    read(made, 35.9, 12, 0.0, worn)
    assert made.mendable is Reason.GLASSES
    for now_s, anew in ((1.9, False), (2.1, True)):
        made.add(READING, judged(), sample(0.9, 35.9), now_s)
        assert (made.verdict is None) == anew


def test_a_verdict_keeps_the_moment_in_which_it_was_given() -> None:
    made = visitor()
    read(made, 35.9, 15, 0.0)
    assert made._verdict_s == pytest.approx(0.8)
