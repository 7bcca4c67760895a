"""How far a reference may be from its level, and for how long, at the bounds."""

import pytest

from screening.reference.identity import (
    AFTER_FFC_C,
    LEAK_C_S,
    MOST_APART_C,
    PROVEN_S,
    REST_C,
    REST_S,
    SAME_C,
    Identity,
)

TINY = 1e-6


def known(time_s: float = 0.0) -> Identity:
    return Identity(36.0, 1.0, time_s)  # 35 above a scene that stands at 1


def test_it_departs_by_what_the_scene_does_not_share() -> None:
    made = known()
    assert made.departed_c(36.5, 1.0, 1.0) == pytest.approx(0.5)
    assert made.departed_c(36.5, 1.5, 1.0) == pytest.approx(0.0)
    assert made.departed_c(36.75, None, 1.0) == pytest.approx(0.25)  # the last level is taken
    assert Identity(36.0, None, 0.0).departed_c(36.5, 0.25, 1.0) == pytest.approx(0.25)


def test_a_quarter_of_a_degree_apart_is_the_same_one() -> None:
    made = known()
    made.departed_c(36.0, 1.0, 0.0)
    for sign in (1.0, -1.0):
        assert made.is_it(sign * SAME_C)
        assert not made.is_it(sign * (SAME_C + TINY))


def test_out_of_sight_it_may_follow_the_room_up_to_a_bound() -> None:
    made = known()
    made.departed_c(36.0, 1.0, 300.0)
    assert made.is_it(SAME_C + LEAK_C_S * 300.0 - TINY)
    assert not made.is_it(SAME_C + LEAK_C_S * 300.0 + TINY)
    made.departed_c(36.0, 1.0, 1e6)
    assert made.is_it(MOST_APART_C)
    assert not made.is_it(MOST_APART_C + TINY)


def test_a_steady_reference_follows_the_room_no_faster_than_it_warms() -> None:
    made = known()
    made.believe(made.departed_c(36.2, 1.0, 60.0))
    assert made.departed_c(36.2, 1.0, 60.0) == pytest.approx(0.2 - LEAK_C_S * 60.0)
    made.believe(made.departed_c(35.0, 1.0, 120.0))
    assert made.departed_c(36.0, 1.0, 120.0) == pytest.approx(0.0)
    made.believe(made.departed_c(36.01, 1.0, 180.0))  # less than the room may do: all of it
    assert made.departed_c(36.01, 1.0, 180.0) == pytest.approx(0.0)


def test_a_minute_at_one_level_is_the_proof() -> None:
    made = known()
    proven = []
    for time_s in (PROVEN_S - TINY, PROVEN_S):
        made.believe(made.departed_c(36.0, 1.0, time_s))
        proven.append(made.proven)
    made.begin_again()
    made.believe(made.departed_c(36.0, 1.0, PROVEN_S + 1.0))
    assert [*proven, made.proven] == [False, True, True]  # once proven, always
    again = known()
    again.departed_c(36.0, 1.0, 30.0)
    again.begin_again()
    again.believe(again.departed_c(36.0, 1.0, PROVEN_S + 20.0))
    assert not again.proven


def test_after_a_correction_its_level_is_looked_for_anew() -> None:
    made = known()
    made.corrected()
    departed_c = made.departed_c(36.5, 1.0, 1.0)
    assert made.is_it(departed_c)
    made.believe(departed_c)
    assert made.departed_c(36.5, 1.0, 2.0) == pytest.approx(0.0)
    # counted from where it was before the correction, however often it is corrected
    made.corrected()
    assert made.is_it(made.departed_c(36.0 + AFTER_FFC_C - TINY, 1.0, 3.0))
    assert not made.is_it(made.departed_c(36.0 + AFTER_FFC_C + TINY, 1.0, 3.0))
    assert made.is_it(made.departed_c(36.0 - AFTER_FFC_C + TINY, 1.0, 3.0))
    assert not made.is_it(made.departed_c(36.0 - AFTER_FFC_C - TINY, 1.0, 3.0))
    made.settled()
    assert not made.is_it(made.departed_c(36.0, 1.0, 3.0))
    assert made.is_it(made.departed_c(36.5, 1.0, 3.0))


def rests(made: Identity, warmth_c: float, *times_s: float) -> None:
    for time_s in times_s:
        made.doubt(made.departed_c(warmth_c, 1.0, time_s))


def test_one_that_warms_up_is_taken_where_it_has_come_to_rest_for_a_minute() -> None:
    made = known()
    rests(made, 37.5, 1.0, 30.0, 1.0 + REST_S - TINY)
    assert not made.is_it(made.departed_c(37.5, 1.0, 1.0 + REST_S - TINY))
    rests(made, 37.5, 1.0 + REST_S)
    assert made.departed_c(37.5, 1.0, 1.0 + REST_S) == pytest.approx(0.0)


def test_one_that_goes_on_warming_is_not_at_rest() -> None:
    for step_c, rest in ((REST_C - 0.01, True), (REST_C + 0.01, False)):
        made = known()
        rests(made, 37.5, 1.0)
        rests(made, 37.5 + step_c, 1.0 + REST_S)
        assert (made.departed_c(37.5 + step_c, 1.0, 1.0 + REST_S) == pytest.approx(0.0)) == rest
    cooling = known()
    rests(cooling, 37.5, 1.0)
    rests(cooling, 37.5 - REST_C - 0.01, 1.0 + REST_S)
    assert cooling.departed_c(37.3, 1.0, 2.0 + REST_S) > 1.0


def test_a_proven_one_is_not_learnt_anew_from_what_it_departed_to() -> None:
    made = known()
    made.believe(made.departed_c(36.0, 1.0, PROVEN_S))
    rests(made, 37.5, 100.0, 130.0, 170.0, 300.0)
    assert made.departed_c(37.5, 1.0, 300.0) == pytest.approx(1.5)


def test_believed_in_between_the_rest_begins_anew() -> None:
    made = known()
    rests(made, 37.5, 1.0)
    made.believe(made.departed_c(36.0, 1.0, 2.0))
    rests(made, 37.5, 10.0, 1.0 + REST_S)
    assert made.departed_c(37.5, 1.0, 1.0 + REST_S) == pytest.approx(1.5, abs=0.01)
    rests(made, 37.5, 10.0 + REST_S)
    assert made.departed_c(37.5, 1.0, 10.0 + REST_S) == pytest.approx(0.0)


def test_a_clock_that_was_set_anew_counts_from_there() -> None:
    made = known()
    rests(made, 37.5, 1.0)
    made.resume(5000.0)
    assert not made.is_it(SAME_C + 0.01)  # no time has passed
    made.believe(made.departed_c(36.0, 1.0, 5000.0 + PROVEN_S - 1.0))
    assert not made.proven
    rests(made, 37.5, 5000.0 + PROVEN_S, 5000.0 + PROVEN_S + REST_S - 1.0)
    assert made.departed_c(37.5, 1.0, 5130.0) == pytest.approx(1.5, abs=0.03)
    rested = known()
    rests(rested, 37.5, 1.0)
    rested.resume(0.5)
    rests(rested, 37.5, 61.0)  # the rest began before the clock was set: it does not count
    assert rested.departed_c(37.5, 1.0, 61.0) == pytest.approx(1.5)
