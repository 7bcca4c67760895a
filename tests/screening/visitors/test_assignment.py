"""The pairing of least cost: as cheap as scipy's, each row and column at most once."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from screening.visitors.assignment import assign
from screening.visitors.tracking import NEVER

Costs = list[list[float]]


def as_cheap_as_scipy(cost: Costs) -> None:
    pairs = assign(cost)
    rows, columns = linear_sum_assignment(np.array(cost))
    assert len(pairs) == min(len(cost), len(cost[0]))
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert pairs == sorted(pairs)
    least = float(np.array(cost)[rows, columns].sum())
    assert sum(cost[row][column] for row, column in pairs) == pytest.approx(least, abs=1e-9)


@given(st.data())
def test_it_is_as_cheap_as_the_library_s(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 8)), data.draw(st.integers(1, 8))
    numbers = st.one_of(
        st.floats(-100.0, 100.0),
        st.integers(0, 3).map(float),  # ties
        st.just(NEVER),
    )
    cost = data.draw(
        st.lists(
            st.lists(numbers, min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
    as_cheap_as_scipy(cost)


def test_a_full_entrance_is_paired_as_the_library_pairs_it() -> None:
    drawn = random.Random(1)  # noqa: S311 - no secret
    for _ in range(300):
        rows, columns = drawn.randint(1, 16), drawn.randint(1, 16)
        cost = [[drawn.uniform(-5.0, 40.0) for _ in range(columns)] for _ in range(rows)]
        as_cheap_as_scipy(cost)
        found = linear_sum_assignment(np.array(cost))
        assert assign(cost) == list(zip(*(side.tolist() for side in found), strict=True))


@pytest.mark.parametrize("nothing", [[], [[]], [[], []]])
def test_nobody_is_paired_with_nobody(nothing: Costs) -> None:
    assert assign(nothing) == []


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_cost_that_is_no_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        assign([[1.0, number], [2.0, 3.0]])
