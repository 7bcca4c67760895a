"""The visitor's window guides, and tells those who stand by nothing."""

from dataclasses import replace
from itertools import product

import pytest

from screening.result import Reason, State, Verdict
from service.ipc.view import DOWN, Lane
from service.web.i18n import catalogues
from service.web.visitor import THANKS_S, Guide, guide, told
from tests.service.stage import view, visitor

TELLING = {Guide.PASS, Guide.AGAIN, Guide.GUARD}
VERDICTS = (State.CLEAR, State.RECHECK, State.ELEVATED)


def test_nobody_who_stands_by_can_tell_one_verdict_from_another() -> None:
    for since_s in (0.0, THANKS_S - 0.1, THANKS_S, 60.0):
        said = {guide(view(state), since_s=since_s, openly=False) for state in VERDICTS}
        assert len(said) == 1
    # and what lasts is what a pause of the camera looks like
    pause = guide(view(State.NOT_SCREENING, Reason.FFC), since_s=0.0, openly=False)
    assert guide(view(State.ELEVATED), since_s=60.0, openly=False) is pause


def test_no_view_tells_a_verdict_unless_the_site_wants_it() -> None:
    for state, lane in product(State, Lane):
        told = guide(replace(view(state), lane=lane), since_s=0.0, openly=False)
        assert told not in TELLING
    assert {guide(view(state), since_s=9.0, openly=True) for state in VERDICTS} == TELLING


@pytest.mark.parametrize(
    ("state", "reasons", "told"),
    [
        (State.READY, (), Guide.WELCOME),
        (State.COME_CLOSER, (Reason.TOO_FAR,), Guide.CLOSER),
        (State.COME_CLOSER, (Reason.TOO_CLOSE,), Guide.BACK),
        (State.LOOK_AT_CAMERA, (), Guide.LOOK),
        (State.LOOK_AT_CAMERA, (Reason.SUN_WARMED,), Guide.SHADE),
        (State.LOOK_AT_CAMERA, (Reason.COVERED,), Guide.UNCOVER),
        (State.ONE_AT_A_TIME, (), Guide.ALONE),
        (State.TAKE_OFF_GLASSES, (), Guide.GLASSES),
        (State.HOLD_STILL, (), Guide.STILL),
    ],
)
def test_a_visitor_is_told_how_to_stand(
    state: State, reasons: tuple[Reason, ...], told: Guide
) -> None:
    assert guide(view(state, *reasons), since_s=0.0, openly=False) is told


def test_a_station_that_screens_nobody_asks_nobody_up() -> None:
    for state in DOWN:
        assert guide(view(state), since_s=0.0, openly=True) is Guide.MOMENT


def test_a_closed_lane_says_so_whatever_the_station_says() -> None:
    who = visitor(1, Verdict.ELEVATED)
    for state in State:
        shown = replace(view(state, visitor=who), lane=Lane.CLOSED)
        assert guide(shown, since_s=0.0, openly=True) is Guide.CLOSED
        assert guide(replace(shown, lane=Lane.PAUSED), since_s=0.0, openly=True) is Guide.MOMENT


def test_how_far_to_step_is_the_one_number_and_comes_with_nothing_else() -> None:
    far = view(State.COME_CLOSER, Reason.TOO_FAR, step_m=0.6)
    assert told(far, Guide.CLOSER) == {"guide": "closer", "step_m": 0.6}
    assert told(replace(far, step_m=-0.3), Guide.BACK) == {"guide": "back", "step_m": 0.3}
    assert told(replace(far, step_m=None), Guide.CLOSER) == {"guide": "closer"}
    for one in set(Guide) - {Guide.CLOSER, Guide.BACK}:
        assert told(far, one) == {"guide": one}


def test_every_guidance_has_its_words() -> None:
    for words in catalogues().values():
        assert set(words["visitor"]) == set(Guide)
        assert not any(digit in " ".join(words["visitor"].values()) for digit in "0123456789°")
