"""Nobody is called for without need: scenarios of the simulator, and the cards that they leave."""

import pytest

from service.ipc.view import Need
from service.state.counters import Counted
from tests.service.supervisor.entrance import Entrance


@pytest.mark.slow
def test_a_healthy_visitor_leaves_no_card() -> None:
    entrance = Entrance("one-healthy").play()
    assert "clear" in entrance.states
    assert entrance.cards == {}
    assert not entrance.counted


@pytest.mark.slow
def test_two_who_pass_abreast_and_are_never_measured_are_not_forgotten() -> None:
    entrance = Entrance("two-abreast").play()
    needs = [[need for need, _ in said] for said in entrance.cards.values()]
    assert needs == [[Need.AGAIN, Need.THERMOMETER]] * 2
    assert entrance.counted == {Counted.AGAIN: 2, Counted.THERMOMETER: 2}
