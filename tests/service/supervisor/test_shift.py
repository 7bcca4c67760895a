"""A shift has a lane, a logbook without names, and sums that tell nothing of one person."""

from collections import Counter

import pytest

from service.ipc.requests import Duty
from service.ipc.view import Lane
from service.state.counters import Counted
from service.supervisor.shift import LINES_KEPT, Shift


def total(screened: int, elevated: int) -> Counter[str]:
    return Counter({Counted.SCREENED: screened, Counted.ELEVATED: elevated})


def test_the_lane_is_as_it_was_said_last_and_a_shift_opens_it() -> None:
    shift = Shift(Counter())
    assert shift.lane is Lane.OPEN
    for duty, lane in (
        (Duty.PAUSED, Lane.PAUSED),
        (Duty.CLOSED, Lane.CLOSED),
        (Duty.TRAINED, Lane.CLOSED),
        (Duty.ENDED, Lane.CLOSED),
        (Duty.BEGUN, Lane.OPEN),
    ):
        shift.note(duty, 1.0, Counter(), well=True)
        assert shift.lane is lane


def test_the_sums_are_those_since_the_shift_began_and_come_when_it_has_ended() -> None:
    shift = Shift(Counter())
    shift.note(Duty.BEGUN, 10.0, total(100, 20), well=True)
    running = shift.read(1, 20.0)
    assert running.begun_s == 10.0
    assert running.screened is None
    shift.note(Duty.ENDED, 30.0, total(160, 27), well=True)
    ended = shift.read(2, 40.0)
    assert (ended.screened, ended.elevated, ended.confirmed) == (60, 7, 0)
    shift.note(Duty.BEGUN, 50.0, total(160, 27), well=True)
    assert shift.read(3, 60.0).screened is None


@pytest.mark.parametrize(("screened", "elevated"), [(1, 1), (4, 0), (60, 1), (60, 4)])
def test_a_sum_that_could_be_one_person_is_hidden(screened: int, elevated: int) -> None:
    shift = Shift(Counter())
    shift.note(Duty.BEGUN, 0.0, total(7, 7), well=True)
    shift.note(Duty.ENDED, 1.0, total(7 + screened, 7 + elevated), well=True)
    sums = shift.read(1, 2.0)
    assert sums.elevated is None
    assert sums.screened == (None if screened < 5 else screened)
    assert sums.confirmed == (None if screened < 5 else 0)


def test_the_logbook_knows_what_and_how_long_ago_and_has_an_end() -> None:
    shift = Shift(Counter())
    shift.note(Duty.BEGUN, 0.0, Counter(), well=False)
    for at in range(LINES_KEPT - 1):
        shift.note(Duty.PAUSED, float(at), Counter(), well=True)
    log = shift.read(1, 100.0).log
    assert len(log) == LINES_KEPT
    assert (log[-1].duty, log[-1].well, log[-1].age_s) == (Duty.BEGUN, False, 100.0)
    shift.note(Duty.PAUSED, 0.0, Counter(), well=True)
    assert Duty.BEGUN not in {line.duty for line in shift.read(1, 100.0).log}


def test_without_a_beginning_the_sums_are_since_the_station_started() -> None:
    shift = Shift(total(4000, 300))  # of the last thirty days
    shift.note(Duty.ENDED, 30.0, total(4060, 307), well=True)
    ended = shift.read(1, 40.0)
    assert (ended.begun_s, ended.screened, ended.elevated) == (None, 60, 7)
