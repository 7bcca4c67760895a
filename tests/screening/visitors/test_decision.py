"""The verdict at its bounds: what is *clear*, what is *elevated*, and what only raises doubt."""

from dataclasses import replace

import pytest

from screening.result import Reason, Verdict
from screening.settings import Settings
from screening.visitors.decision import HOTTEST_SKIN_C, UNCERTAIN_C, Evidence, Ruling, decide
from screening.visitors.population import ENOUGH, REMEMBERED, SPREAD_C, Population

SETTINGS = Settings()
THRESHOLD_C = SETTINGS.decision.threshold_c
COLDEST_C = SETTINGS.limits.plausible_skin_c
SD = SETTINGS.decision.relative_sd
ALONE = replace(SETTINGS, references=())  # relative mode: nobody knows the scale
RELATIVE = Reason.RELATIVE_MODE


def ruling(skin_c: float, standard_c: float = 0.25, **more: object) -> Ruling:
    return decide(Evidence(skin_c, standard_c, **more), SETTINGS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("skin_c", "verdict", "reasons"),
    [
        (HOTTEST_SKIN_C + 0.125, Verdict.RECHECK, (Reason.TOO_HOT,)),
        (HOTTEST_SKIN_C, Verdict.ELEVATED, (Reason.ABOVE_THRESHOLD,)),
        (THRESHOLD_C + 0.25, Verdict.ELEVATED, (Reason.ABOVE_THRESHOLD,)),
        (THRESHOLD_C + 0.125, Verdict.RECHECK, (Reason.NEAR_THRESHOLD,)),
        (THRESHOLD_C - 0.25, Verdict.RECHECK, (Reason.NEAR_THRESHOLD,)),
        (THRESHOLD_C - 0.375, Verdict.CLEAR, ()),
        (COLDEST_C, Verdict.CLEAR, ()),
        (COLDEST_C - 0.125, Verdict.RECHECK, (Reason.TOO_COLD,)),
    ],
)
def test_the_threshold_has_a_band_of_one_standard_uncertainty_around_it(
    skin_c: float, verdict: Verdict, reasons: tuple[Reason, ...]
) -> None:
    """The default: `guard_k` is 1, and 0.25 deg C is exact in binary."""
    assert SETTINGS.decision.guard_k == 1.0
    assert ruling(skin_c) == (verdict, reasons)


def test_the_band_grows_with_its_factor() -> None:
    wide = replace(SETTINGS, decision=replace(SETTINGS.decision, guard_k=2.0))
    for away_c, verdict in ((0.5, Verdict.ELEVATED), (0.375, Verdict.RECHECK)):
        assert decide(Evidence(THRESHOLD_C + away_c, 0.25), wide)[0] is verdict
    for away_c, verdict in ((0.5, Verdict.RECHECK), (0.625, Verdict.CLEAR)):
        assert decide(Evidence(THRESHOLD_C - away_c, 0.25), wide)[0] is verdict


def test_nobody_is_cleared_by_a_measurement_that_is_too_uncertain() -> None:
    cool = THRESHOLD_C - 2.0
    assert ruling(cool, UNCERTAIN_C) == (Verdict.CLEAR, ())
    assert ruling(cool, UNCERTAIN_C + 0.0625) == (Verdict.RECHECK, (Reason.UNCERTAIN,))


@pytest.mark.parametrize(
    ("skin_c", "verdict", "reason"),
    [
        (36.0, Verdict.RECHECK, ()),
        (38.5, Verdict.ELEVATED, (Reason.ABOVE_THRESHOLD,)),
        (43.0, Verdict.RECHECK, (Reason.TOO_HOT,)),
        (33.0, Verdict.RECHECK, (Reason.TOO_COLD,)),
    ],
)
def test_a_doubt_clears_nobody_and_silences_no_alarm(
    skin_c: float, verdict: Verdict, reason: tuple[Reason, ...]
) -> None:
    doubts = (Reason.GLASSES,)
    assert ruling(skin_c, doubts=doubts) == (verdict, (*reason, *doubts))


@pytest.mark.parametrize("skin_c", [33.0, 36.0, THRESHOLD_C, 39.0, 43.0])
def test_of_a_face_that_the_sun_has_warmed_nothing_is_said(skin_c: float) -> None:
    nothing = (Verdict.NO_RESULT, (Reason.SUN_WARMED,))
    assert ruling(skin_c, doubts=(Reason.GLASSES, Reason.SUN_WARMED)) == nothing
    assert decide(Evidence(skin_c, 0.25, (Reason.SUN_WARMED,), 9.0), ALONE) == nothing


def test_the_alarm_beside_the_threshold_speaks_from_its_bound_on_when_it_is_switched_on() -> None:
    on = replace(SETTINGS, decision=replace(SETTINGS.decision, relative=True))
    off = replace(SETTINGS, decision=replace(SETTINGS.decision, relative=False))
    alarm = (Verdict.ELEVATED, (Reason.ABOVE_POPULATION,))
    for excess, here, there in (
        (SD, alarm, (Verdict.CLEAR, ())),
        (SD - 0.125, (Verdict.CLEAR, ()), (Verdict.CLEAR, ())),
        (None, (Verdict.CLEAR, ()), (Verdict.CLEAR, ())),
    ):
        assert decide(Evidence(36.0, 0.25, excess=excess), on) == here
        assert decide(Evidence(36.0, 0.25, excess=excess), off) == there


def test_the_alarm_beside_the_threshold_takes_nothing_from_it() -> None:
    """A whole queue with a fever is usual, and still elevated; who is usual is still too cold."""
    on = replace(SETTINGS, decision=replace(SETTINGS.decision, relative=True))
    hot = decide(Evidence(38.5, 0.25, excess=0.0), on)
    assert hot == (Verdict.ELEVATED, (Reason.ABOVE_THRESHOLD,))
    assert decide(Evidence(33.0, 0.25, excess=0.0), on)[0] is Verdict.RECHECK


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(39.0, 0.25, excess=0.0), (Verdict.CLEAR, (RELATIVE,))),
        (Evidence(30.0, 0.25, excess=0.0), (Verdict.CLEAR, (RELATIVE,))),
        (Evidence(36.0, 0.25, excess=SD), (Verdict.ELEVATED, (Reason.ABOVE_POPULATION, RELATIVE))),
        (Evidence(36.0, 0.25), (Verdict.RECHECK, (Reason.UNCERTAIN, RELATIVE))),
        (
            Evidence(36.0, 0.25, (Reason.GLASSES,), 0.0),
            (Verdict.RECHECK, (Reason.GLASSES, RELATIVE)),
        ),
        (Evidence(43.0, 0.25, excess=0.0), (Verdict.RECHECK, (Reason.TOO_HOT, RELATIVE))),
    ],
)
def test_without_a_reference_only_the_others_tell_and_every_verdict_says_so(
    evidence: Evidence, expected: Ruling
) -> None:
    assert decide(evidence, ALONE) == expected


# ---- the others


def people(*skin_c: float, ambient_c: float = 24.0) -> Population:
    found = Population()
    for one in skin_c:
        found.add(one, ambient_c)
    return found


def test_the_others_are_asked_once_they_are_enough() -> None:
    few = people(*[35.0] * (ENOUGH - 1))
    said = [(few.ready, few.excess(36.0, 24.0, 0.0) is None)]
    few.add(35.0, 24.0)
    said.append((few.ready, few.excess(36.0, 24.0, 0.0) is None))
    assert said == [(False, True), (True, False)]


def test_the_excess_is_counted_in_what_people_and_noise_scatter() -> None:
    """0.37 deg C between people; noise as large makes it a root of two."""
    crowd = people(*[35.0] * ENOUGH)
    assert crowd.excess(35.0 + SPREAD_C, 24.0, 0.0) == pytest.approx(1.0)
    assert crowd.excess(35.0 - SPREAD_C, 24.0, 0.0) == pytest.approx(-1.0)
    assert crowd.excess(35.0 + SPREAD_C, 24.0, SPREAD_C) == pytest.approx(0.5**0.5)
    assert SPREAD_C == 0.37


def test_what_is_usual_is_the_middle_of_the_last_hundred() -> None:
    crowd = people(*[30.0] * 60, *[35.0] * REMEMBERED)
    assert crowd.excess(35.0, 24.0, 0.0) == pytest.approx(0.0)
    crowd = people(*[35.0] * 70, *[39.0] * 30)
    assert crowd.excess(35.0, 24.0, 0.0) == pytest.approx(0.0)
    assert (ENOUGH, REMEMBERED) == (20, 100)


def test_a_warm_day_makes_nobody_unusual() -> None:
    """0.087 deg C of skin per deg C of air (PhysioNet 10.13026/3bhc-9065)."""
    crowd = people(*[35.0] * ENOUGH, ambient_c=20.0)
    assert crowd.excess(35.0 + 5 * 0.087, 25.0, 0.0) == pytest.approx(0.0)
    assert crowd.excess(35.0, 25.0, 0.0) == pytest.approx(-5 * 0.087 / SPREAD_C)
