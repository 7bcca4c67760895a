"""A threshold from clinical data promises no more than its people can bear out."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from screening.settings import Site
from service.offline.bench.data import DataAbsentError, find
from service.offline.clinical_tables import TableError, read
from service.offline.threshold import Share, TooFewPeopleError, fit, threshold_for
from tests.narrow import some


@pytest.mark.parametrize(("hits", "total"), [(0, 5), (5, 5), (17, 19), (98, 100), (1, 300)])
def test_intervals_are_those_of_clopper_and_pearson(hits: int, total: int) -> None:
    share = Share(hits, total)
    interval = binomtest(hits, total).proportion_ci(method="exact")
    assert (share.low, share.high) == pytest.approx((interval.low, interval.high))


@pytest.mark.parametrize("false_alarms", [0.01, 0.02, 0.05])
def test_the_share_of_false_alarms_is_kept_among_those_it_was_chosen_from(
    false_alarms: float,
) -> None:
    well = np.random.default_rng(4).normal(35.7, 0.4, 700)
    at = threshold_for(well, false_alarms)
    assert (well >= at).mean() <= false_alarms
    assert (well >= at - 0.1).mean() > false_alarms


def people(seed: int, count: int = 3000) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    oral = np.where(np.arange(count) % 20 == 0, random.normal(38.6, 0.4, count),
                    random.normal(36.7, 0.35, count))  # fmt: skip
    return oral - 1.0 + random.normal(0, 0.3, count), oral


def test_cross_validation_tells_what_happens_to_other_people() -> None:
    skin, oral = people(1)
    found = fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02)
    fresh_skin, fresh_oral = people(2, 60000)
    called = fresh_skin >= found.threshold_c.value
    assert found.sensitivity.low <= called[fresh_oral >= 38.0].mean() <= found.sensitivity.high
    assert found.specificity.low <= (~called)[fresh_oral < 37.5].mean() <= found.specificity.high


@pytest.mark.slow
def test_measured_three_times_they_are_no_more_people() -> None:
    skin, oral = people(6, 600)
    once = fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02)
    thrice = fit(
        np.tile(skin, 3),
        np.tile(oral, 3),
        febrile_c=38.0,
        afebrile_c=37.5,
        false_alarms=0.02,
        person=np.tile(np.arange(600), 3),
    )
    assert thrice == once


def test_another_group_of_people_lies_in_the_interval_that_was_promised() -> None:
    inside, told = 0, []
    for seed in range(40):
        skin, oral = people(100 + seed, 500)
        found = fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02)
        told.append(found.elsewhere.value)
        others_c, others_oral_c = people(200 + seed, 500)
        reached = (others_c >= found.threshold_c.value)[others_oral_c < 37.5].mean()
        inside += found.elsewhere.low <= reached <= found.elsewhere.high
    assert inside >= 36  # 95 % of 40, and a bootstrap of an extreme quantile is a little narrow
    assert 0.018 < np.mean(told) < 0.03


def test_days_that_err_together_widen_what_is_promised_of_another_group() -> None:
    skin, oral = people(7, 600)
    day = np.arange(600) // 20
    skin = skin + np.random.default_rng(8).normal(0, 0.25, 30)[day]
    alone = fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02)
    by_day = fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02, day=day)
    assert by_day.elsewhere.high > alone.elsewhere.high
    assert by_day.threshold_c.high - by_day.threshold_c.low > (
        alone.threshold_c.high - alone.threshold_c.low
    )


def test_the_same_table_gives_the_same_intervals() -> None:
    skin, oral = people(9, 400)
    first, second = (
        fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02) for _ in range(2)
    )
    assert first == second


def test_a_plain_table_tells_who_was_measured_twice(tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    table.write_text("subject,skin_c,oral_c,day\na,35.5,36.8,1\nb,36.0,37.0,1\na,35.6,36.8,2\n")
    (only,) = read(table, Site.CANTHUS)
    assert some(only.person).tolist() == [0, 1, 0]
    assert some(only.day).tolist() == [0, 0, 1]


def test_people_without_a_value_do_not_count() -> None:
    skin, oral = people(3, 400)
    skin[::7] = np.nan
    found = fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02)
    assert found.specificity.total == int(((oral < 37.5) & np.isfinite(skin)).sum())


def test_too_few_people_promise_nothing() -> None:
    skin, oral = people(5, 40)
    with pytest.raises(TooFewPeopleError, match="at least 49"):
        fit(skin, oral, febrile_c=38.0, afebrile_c=37.5, false_alarms=0.02)


def test_a_plain_table_is_read(tmp_path: Path) -> None:
    table = tmp_path / "ours.csv"
    table.write_text("﻿subject,skin_c,oral_c\n1,35.5,36.8\n2,,37.0\n3,3121,36.9\n", "utf-8")
    (only,) = read(table, Site.CANTHUS)
    assert only.skin_c[0] == 35.5
    assert np.isnan(only.skin_c[1:]).all()


def test_another_table_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    table.write_text("a,b\n1,2\n")
    with pytest.raises(TableError, match="skin_c"):
        read(table, Site.CANTHUS)


@pytest.mark.parametrize("camera", ["FLIR", "ICI"])
def test_the_clinical_set_is_read_without_its_traps(camera: str) -> None:
    try:
        path = find("fever-clinical", f"{camera}_group1.csv")
    except DataAbsentError as absent:
        pytest.skip(str(absent))
    rounds = read(path, Site.CANTHUS)
    assert [r.name for r in rounds] == ["round 1", "round 2", "round 3", "all"]
    for one in rounds:
        well = one.oral_c < 37.5
        assert len(np.unique(some(one.person))) > 500
        assert np.nanmean(one.skin_c[well]) == pytest.approx(35.6, abs=0.3)
        assert np.nanmax(one.ambient_c) < 31.0
