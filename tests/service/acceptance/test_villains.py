"""A good station fails no chapter; each fault fails the one it belongs to, and no other."""

import pytest

from service.acceptance.chapters import PROCEDURE, judge
from service.acceptance.rule import acceptable
from service.acceptance.series import Measured
from service.acceptance.words import Chapter, Conformity, Finding
from tests.service.acceptance import villains
from tests.service.acceptance.villains import Station

VILLAINS = {
    "drifting": (Station(drift_c_per_h=0.7), Chapter.STABILITY, Finding.DRIFTS),
    "non-uniform": (Station(corner_c=0.4), Chapter.UNIFORMITY, Finding.NON_UNIFORM),
    "noisy": (Station(netd_k=0.25), Chapter.RESOLUTION, Finding.NOISY),
    "normalising": (
        Station(transfer=villains.normalising),
        Chapter.ACCURACY,
        Finding.NORMALISES,
    ),
    "normalising in the middle only": (
        Station(transfer=villains.pulled_in_the_middle),
        Chapter.ACCURACY,
        Finding.NORMALISES,
    ),
    "clipped": (Station(transfer=villains.clipped), Chapter.ACCURACY, Finding.CLIPS),
    "wrong emissivity": (
        Station(transfer=villains.wrong_emissivity),
        Chapter.ACCURACY,
        Finding.WRONG_EMISSIVITY,
    ),
    "not steep enough": (
        Station(transfer=villains.sluggish_slope),
        Chapter.ACCURACY,
        Finding.WRONG_SLOPE,
    ),
    "wrong reference": (Station(offset_c=1.0), Chapter.ACCURACY, Finding.OFFSET),
    "slow to warm up": (Station(warms_in_s=1200.0), Chapter.WARM_UP, Finding.SLOW),
    "slow to answer": (Station(alarm_s=6.0), Chapter.ALARM, Finding.SLOW),
    "not heard": (Station(heard=False), Chapter.ALARM, Finding.NOT_HEARD),
    "coarse steps": (Station(threshold_step_c=0.5), Chapter.THRESHOLD, Finding.COARSE_STEPS),
    "disobedient": (Station(switches_late_c=0.3), Chapter.THRESHOLD, Finding.NOT_OBEYED),
    "silent when blind": (
        Station(indicated_s=None),
        Chapter.NOT_FUNCTIONING,
        Finding.NOT_SHOWN,
    ),
    "late when blind": (Station(indicated_s=9.0), Chapter.NOT_FUNCTIONING, Finding.SLOW),
    "scattered": (Station(person_sd_c=1.2), Chapter.PEOPLE, Finding.SCATTERED),
    "operators who differ": (
        Station(second_operator_c=0.5),
        Chapter.PEOPLE,
        Finding.OPERATORS_DIFFER,
    ),
}


@pytest.mark.parametrize("seed", range(5))
def test_a_good_station_conforms_in_every_chapter(seed: int) -> None:
    found = judge(Station(seed=seed).measured())
    assert [one.chapter for one in found] == list(Chapter)
    assert {one.chapter: one.conformity for one in found} == dict.fromkeys(
        Chapter, Conformity.CONFORMS
    )
    assert {finding for one in found for finding in one.findings} == {Finding.STAND_IN}
    assert acceptable(found)


@pytest.mark.parametrize("name", VILLAINS)
def test_a_fault_fails_its_chapter_and_no_other(name: str) -> None:
    station, chapter, finding = VILLAINS[name]
    found = {one.chapter: one for one in judge(station.measured())}
    assert found[chapter].conformity is Conformity.DOES_NOT_CONFORM
    assert finding in found[chapter].findings
    others = {c: one.conformity for c, one in found.items() if c is not chapter}
    assert set(others.values()) == {Conformity.CONFORMS}, others
    assert not acceptable(found.values())


def test_what_was_not_measured_is_never_conform() -> None:
    found = judge(Measured())
    assert {one.conformity for one in found} == {Conformity.NOT_MEASURED}
    assert not acceptable(found)
    assert not acceptable(())
    assert set(PROCEDURE) == set(Chapter)
