"""Faults from a grammar, from the line to the page, before an oracle that knows only the docs."""

import itertools

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.faults.chain import COMES_S, FRAME_TICKS, TICK_S, Chain
from tests.faults.pairs import play
from tests.oracle.grammar import FIRST_FAULT_S, KINDS, Fault, faults
from tests.oracle.judge import judge

BEGINS_S = 7.0
LASTS_S = 5.0


def test_without_a_fault_somebody_is_cleared() -> None:
    """Else nothing here could ever be wrong."""
    chain = Chain([Fault("frames come late", 6.0, 0.1)])
    moments = chain.run()
    assert any(m.shown["state"] == "clear" for m in moments if m.at_s < BEGINS_S)
    assert not list(judge(moments, chain.blindness()))


@pytest.mark.parametrize("kind", KINDS)
def test_each_fault_by_itself(kind: str) -> None:
    chain = Chain([Fault(kind, BEGINS_S, LASTS_S)])
    moments = chain.run()
    assert any(m.screens for m in moments if m.at_s < BEGINS_S)
    if kind != "frames come late":
        assert any(not m.screens for m in moments if m.at_s > BEGINS_S), "it was no fault"
    assert list(judge(moments, chain.blindness())) == []


@pytest.mark.parametrize("kind", ["an FFC", "low gain", "frames are lost", "the worker stops"])
def test_who_comes_while_nothing_is_seen_and_stands_still_is_screened(kind: str) -> None:
    """Found by a film: the one change of the picture was taken for nothing that moves."""
    moments = Chain([Fault(kind, COMES_S - 0.2, 1.0)]).run()
    assert any(m.shown["state"] == "clear" for m in moments)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
@given(faults())
def test_faults_from_the_grammar(drawn: list[Fault]) -> None:
    chain = Chain(drawn)
    assert list(judge(chain.run(), chain.blindness())) == []


def test_an_ffc_does_not_hide_a_still_that_began_before_it() -> None:
    """Found by the grammar: the FFC made the measuring of the noise begin anew."""
    still = Fault("frozen with fresh noise", 6.0, 4.0)
    chain = Chain([still, Fault("an FFC", 6.1, 1.3)])
    moments = chain.run()
    assert list(judge(moments, chain.blindness())) == []
    assert not [m for m in moments if 7.4 < m.at_s < 10.0 and m.screens], "not for a moment"


def test_what_frames_show_is_not_asked_for_while_none_come() -> None:
    """Found by the grammar: a patch stands still while the worker does, and is seen after it."""
    patch = Fault("a patch is frozen", 6.0, 3.0)
    chain = Chain([patch, Fault("the worker stops", 6.1, 1.0)])
    moments = chain.run()
    assert list(judge(moments, chain.blindness())) == []
    assert not [m for m in moments if 8.5 < m.at_s < 9.0 and m.screens], "but then it is"


def test_a_fever_is_never_cleared_whatever_breaks() -> None:
    for kind in ("frozen", "the worker stops", "the supervisor stops", "an FFC"):
        chain = Chain([Fault(kind, BEGINS_S, 2.0)], canthus_c=39.0)
        moments = chain.run()
        assert any(m.shown["alarms"] for m in moments)
        assert list(judge(moments, chain.blindness(), fever=True)) == []


def test_two_faults_are_shown_at_whatever_time_between_two_frames_they_begin() -> None:
    """A film of the page was green through one of these; it was the film that was wrong (0191)."""
    chain = Chain([])
    assert chain.until(FIRST_FAULT_S)[-1].shown["state"] == "clear"
    for tick, order in itertools.product(range(FRAME_TICKS), (1, -1)):
        begins_s = FIRST_FAULT_S + tick * TICK_S
        kinds = [("the reference is gone", 0.2), ("hot pixels", 1.6)][::order]
        (first, first_s), (second, second_s) = kinds
        pair = (
            Fault(first, begins_s, first_s),
            Fault(second, begins_s + FRAME_TICKS * TICK_S, second_s),
        )
        moments, wrong = play(chain, pair, seed=tick)
        assert moments > 1.6 / TICK_S
        assert not wrong, pair
    chain.close()
