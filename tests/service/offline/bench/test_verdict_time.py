"""How soon a verdict comes: whoever comes is read from the first frame."""

import pytest

from screening.result import Verdict
from service.offline.bench import verdict_time as bench
from service.offline.bench.hot_spots import One
from service.offline.bench.verdict_time import Timed, queue, timed


@pytest.mark.parametrize(("seed", "verdict", "latest_s"), [(0, "clear", 0.9), (1, "elevated", 0.4)])
def test_a_coarse_and_slow_sensor_needs_less_than_a_second(
    seed: int, verdict: str, latest_s: float
) -> None:
    """At nine frames a second it was 1.2 and 0.7 s while only visitors were read."""
    found = timed("lepton-3.5", 9.0, seed)
    assert found.verdict == verdict
    assert found.after_s < latest_s
    assert found.read[0] is None  # after a tenth of a second nobody is known yet
    assert found.read[-1] is not None


def test_a_row_tells_the_wrong_from_the_right() -> None:
    read = (One(0.0, 0.1, inside=True),) * len(bench.ALLOWED_S)
    right = [Timed(Verdict.CLEAR, 0.5, read), Timed(Verdict.ELEVATED, 0.3, read)]
    assert bench._times("m", 9.0, right).met
    late = [Timed(Verdict.CLEAR, 0.7, read), right[1]]
    assert bench._times("m", 9.0, late).met is False
    wrong = bench._times("m", 9.0, [*right, *reversed(right)])
    assert (wrong.met, (wrong.numbers or {})["wrong"]) == (False, 2)


def test_the_curve_says_what_a_word_would_have_cost_and_where_nothing_was_read() -> None:
    sure = (None, *(One(0.0, 1e-6, inside=True),) * (len(bench.ALLOWED_S) - 1))
    low = (None, *(One(-2.0, 1e-6, inside=False),) * (len(bench.ALLOWED_S) - 1))
    row = bench._curve("m", 9.0, [Timed(None, 0.0, sure), Timed(None, 0.0, low)])
    numbers = row.numbers or {}
    assert row.value.startswith("0.1 s: 0% read; 0.2 s: ")
    assert 0.4 < numbers["fever_cleared_2"] < 0.6  # nearly all who are read two degrees too low
    assert numbers["rms_c_2"] == pytest.approx(2.0**0.5)


def test_a_line_steps_up_by_one_place_at_a_time() -> None:
    scenario, each_s = queue("boson-plus-320", 30.0, 0.2, 3)
    assert len(scenario.people) == bench.QUEUE
    assert each_s == pytest.approx(1.96, abs=0.01)
    assert [len(person.steps) for person in scenario.people] == [4, 6, 8, 10, 12, 14]
