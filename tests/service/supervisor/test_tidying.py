"""What Python keeps of objects that are over is given back."""

import gc
import sys
from collections.abc import Iterator

import pytest

from service.supervisor import tidying
from service.supervisor.main import Supervisor
from service.supervisor.tidying import EVERY_S, Tidying

TUPLES = 2000  # as many of one size as Python keeps


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def throw_away() -> None:
    """Make tuples as a view does, of generators, and let them end."""
    for size in (4, 5, 6, 7):
        made = [tuple(number for number in range(size)) for _ in range(TUPLES)]
        del made


def test_what_is_over_is_given_back_once_a_minute() -> None:
    tidied = Tidying(0.0)
    before = sys.getallocatedblocks()
    throw_away()
    tidied.turn(EVERY_S - 0.1)
    waiting = sys.getallocatedblocks() - before
    assert waiting > 3 * TUPLES, "what this is for: a later Python may keep less"
    tidied.turn(EVERY_S)
    assert sys.getallocatedblocks() - before < waiting / 10
    throw_away()
    tidied.turn(2.0 * EVERY_S)
    assert sys.getallocatedblocks() - before < waiting / 10


def test_what_was_there_at_the_beginning_is_looked_at_no_more() -> None:
    there = len(gc.get_objects())
    Tidying(0.0)
    assert gc.get_freeze_count() > 0.9 * there
    assert len(gc.get_objects()) < 0.1 * there


def test_a_station_tidies_while_it_runs(
    station: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = 0

    def turn() -> None:
        nonlocal turns
        turns += 1
        throw_away()
        if turns == 3:
            station.stop()

    before = sys.getallocatedblocks()
    with monkeypatch.context() as patched:
        patched.setattr(tidying, "EVERY_S", 0.0)
        patched.setattr(station, "_turn", turn)
        patched.setattr(station, "_end_all", lambda: None)
        station.run()
    assert turns == 3
    assert sys.getallocatedblocks() - before < TUPLES
