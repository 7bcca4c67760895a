"""A worker is ended for its own silence, and never for ours."""

import os
import signal
import subprocess
import sys
import time

import pytest

from screening.result import State
from service.ipc.records import Status, pack
from service.ipc.vocabulary import ChannelError
from service.supervisor.child import ran_s
from service.supervisor.hearing import Hearing
from service.supervisor.patience import (
    SILENT_S,
    STARTS_WITHIN_AT_MOST_S,
    STARTS_WITHIN_S,
    Patience,
)

TURN_S = 0.05


def run(patience: Patience, from_s: float, for_s: float, heard_s: float | None) -> float | None:
    """Turn the loop for a while; return after how long the worker's time was over."""
    for number in range(1, round(for_s / TURN_S) + 1):
        patience.turn(from_s + number * TURN_S)
        if patience.over(0.0, heard_s):
            return number * TURN_S
    return None


def test_silence_is_over_after_its_time() -> None:
    took_s = run(Patience(0.0), 0.0, 10.0, heard_s=0.0)
    assert took_s is not None
    assert SILENT_S < took_s < SILENT_S + 0.2


def test_a_suspended_supervisor_ends_nobody() -> None:
    for asleep_s in (3.0, 60.0, 86_400.0):
        patience = Patience(0.0)
        assert run(patience, 0.0, 1.0, heard_s=0.0) is None
        patience.turn(1.0 + asleep_s)
        assert not patience.over(0.0, 0.0)
        assert run(patience, 1.0 + asleep_s, 0.5, heard_s=0.0) is None
        assert run(patience, 1.5 + asleep_s, 10.0, heard_s=0.0) is not None, "and then it counts"


def test_a_word_begins_the_time_anew() -> None:
    patience = Patience(0.0)
    for second in range(20):
        assert run(patience, float(second), 1.0, heard_s=float(second)) is None


def test_a_busy_machine_gives_the_worker_more_time() -> None:
    """Turns that come seldom are those of a computer that has no time for the worker either."""
    patience = Patience(0.0)
    turns = 0
    while not patience.over(0.0, 0.0):
        turns += 1
        patience.turn(turns * 1.0)
    assert turns > 3 * SILENT_S


def test_a_worker_that_waits_for_the_processor_is_not_silent_by_itself() -> None:
    patience = Patience(0.0)
    for number in range(1, 400):  # 20 s, of which it has one: others have the processor
        patience.turn(number * TURN_S, ran_s=5.0 + number * TURN_S / 20)
        assert not patience.over(0.0, 0.0)


def test_a_worker_that_runs_and_says_nothing_or_waits_for_something_else_is_silent() -> None:
    busy, stuck = Patience(0.0), Patience(0.0)
    for number in range(1, round((SILENT_S + 0.2) / TURN_S)):
        busy.turn(number * TURN_S, ran_s=5.0 + number * TURN_S)
        stuck.turn(number * TURN_S, ran_s=None)
        over = busy.over(0.0, 0.0), stuck.over(0.0, 0.0)
    assert over == (True, True)


def test_a_process_says_whether_it_wants_the_processor() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        try:
            deadline = time.monotonic() + 20.0
            while not ran_s(busy.pid):
                assert time.monotonic() < deadline
            os.kill(busy.pid, signal.SIGSTOP)
            while ran_s(busy.pid) is not None:
                assert time.monotonic() < deadline
        finally:
            busy.kill()
    assert ran_s(busy.pid) is None


def test_each_start_that_fails_gets_twice_the_time_until_one_succeeds() -> None:
    patience = Patience(0.0)
    now_s, given = 0.0, []
    for start in range(6):
        began_s = now_s
        while not patience.over(float(start), None):
            now_s += TURN_S
            patience.turn(now_s)
        given.append(now_s - began_s)
    assert [round(s / STARTS_WITHIN_S) for s in given] == [1, 2, 4, 8, 8, 8]
    assert round(given[-1]) == STARTS_WITHIN_AT_MOST_S
    assert not patience.over(9.0, now_s)  # it was heard
    assert not patience.over(10.0, None)
    patience_s = 0.0
    while not patience.over(10.0, None):
        patience_s += TURN_S
        patience.turn(now_s + patience_s)
    assert round(patience_s) == STARTS_WITHIN_S


def test_what_a_worker_said_while_the_supervisor_slept_may_come_all_at_once() -> None:
    hearing = Hearing(0.0)
    packet = pack(Status(State.READY, None, None, reference_found=True))
    hearing.record(packet, 0.1)
    hearing.slept(60.1)
    for _ in range(639):  # what had room before, and 10 a second
        hearing.record(packet, 60.1)
    with pytest.raises(ChannelError, match="too often"):
        hearing.record(packet, 60.1)
