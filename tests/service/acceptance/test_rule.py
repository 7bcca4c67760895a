"""The decision rule: a guard band of U on both sides, and nothing unmeasured is good."""

import math
import random

import pytest

from service.acceptance.requirements import TABLE, Origin
from service.acceptance.rule import acceptable, conclude, figure, judge, worst
from service.acceptance.words import Chapter, Conformity, Finding


@pytest.mark.parametrize(
    ("value", "expanded", "found"),
    [
        (0.30, 0.20, Conformity.CONFORMS),
        (-0.30, 0.20, Conformity.CONFORMS),
        (0.31, 0.20, Conformity.NOT_SHOWN),
        (0.50, 0.20, Conformity.NOT_SHOWN),
        (0.70, 0.20, Conformity.NOT_SHOWN),
        (0.71, 0.20, Conformity.DOES_NOT_CONFORM),
        (-0.71, 0.20, Conformity.DOES_NOT_CONFORM),
        (0.00, 0.51, Conformity.NOT_SHOWN),
        (0.50, 0.00, Conformity.CONFORMS),
        (0.51, 0.00, Conformity.DOES_NOT_CONFORM),
    ],
)
def test_the_guard_band_is_as_wide_as_the_uncertainty(
    value: float, expanded: float, found: Conformity
) -> None:
    assert judge(value, expanded, 0.5) is found


def test_a_least_value_has_its_guard_band_below() -> None:
    assert judge(39.0, 0.0, 39.0, at_least=True) is Conformity.CONFORMS
    assert judge(39.1, 0.2, 39.0, at_least=True) is Conformity.NOT_SHOWN
    assert judge(38.9, 0.0, 39.0, at_least=True) is Conformity.DOES_NOT_CONFORM


def test_few_statements_of_conformity_are_wrong() -> None:
    """A true value beyond the limit is said to conform in no more than 2.5 % of the cases."""
    draw, limit, u = random.Random(1), 0.5, 0.1  # noqa: S311
    said = [judge(draw.gauss(0.5001, u), 1.96 * u, limit) for _ in range(20_000)]
    assert said.count(Conformity.CONFORMS) / len(said) <= 0.028


def test_the_worst_counts_and_nothing_is_not_measured() -> None:
    assert worst([]) is Conformity.NOT_MEASURED
    assert worst([Conformity.CONFORMS, Conformity.NOT_SHOWN]) is Conformity.NOT_SHOWN
    assert worst(list(Conformity)) is Conformity.DOES_NOT_CONFORM


def test_an_unfinished_series_is_not_measured_and_one_place_is_not_the_range() -> None:
    good = figure("largest_error_c", 0.1, 0.1, 2.0)
    assert conclude(Chapter.ACCURACY, [good]).conformity is Conformity.CONFORMS
    few = conclude(Chapter.ACCURACY, [good], [Finding.TOO_FEW])
    assert few.conformity is Conformity.NOT_MEASURED
    one = conclude(Chapter.ACCURACY, [good], [Finding.ONE_SET_POINT])
    assert one.conformity is Conformity.NOT_SHOWN
    bad = figure("largest_error_c", 0.9, 0.1, 2.0)
    both = conclude(Chapter.ACCURACY, [bad], [Finding.ONE_SET_POINT])
    assert both.conformity is Conformity.DOES_NOT_CONFORM
    assert acceptable([one])
    assert not acceptable([few])
    assert not acceptable([one, both])


def test_every_requirement_says_where_it_is_from() -> None:
    for name, row in TABLE.items():
        assert row.name == name
        assert math.isfinite(row.limit)
        assert row.clause or row.origin is Origin.OURS, name
        assert row.source or row.origin is not Origin.QUOTED or "80601" in row.clause, name
    assert {row.chapter for row in TABLE.values()} == set(Chapter)
