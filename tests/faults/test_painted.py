"""Who breaks a station is heard by it, and what is printed of a film that was wrong."""

import os
import signal
import time

import numpy as np

from tests.faults.heard import Heard, Said
from tests.faults.painted import Read, explain
from tests.faults.told import Told
from tests.oracle.grammar import Fault

FOR_S = 0.5


def test_what_is_broken_is_so_at_every_moment_while_it_is_told_again_and_again() -> None:
    told = Told()
    told.tell({"hot pixels"}, -1.0)
    teller = os.fork()
    while teller == 0:
        told.tell({"hot pixels"}, -1.0)
    try:
        ends = time.monotonic() + FOR_S
        while time.monotonic() < ends:
            assert told.now == {"hot pixels"}
            assert told.clock_s == -1.0
    finally:
        os.kill(teller, signal.SIGKILL)
        os.waitpid(teller, 0)


class Picture(Read):
    """One that needs not be read."""

    green = 0
    state = "not_screening"


def test_each_picture_is_told_with_what_was_so_at_its_time() -> None:
    heard = Heard("http://127.0.0.1:1/")  # nobody is there
    heard.close()
    heard.said = [Said(100.0, "clear [clear]", 0.4), Said(100.3, "not_screening bad_pixels", 0.0)]
    wrote = [[99.0, "clear"], [100.4, "not_screening"]]
    done = {Fault("hot pixels", 8.5, 1.6): [100.2, 101.8]}
    shots = [Picture(at, np.empty(0)) for at in (98.0, 100.1, 100.5)]
    before, first, second = explain(shots, 98.0, done, heard, wrote)
    assert before.startswith("  0.00 s  glass: not_screening, 0 green | page: what it was")
    assert "station: nothing" in before
    assert "page: clear | station: clear [clear] (0.10 s ago, for 0.40 s) | broken: -" in first
    assert "page: not_screening | station: not_screening bad_pixels (0.20 s ago" in second
    assert second.endswith("broken: hot pixels")
    heard.said.insert(1, Said(100.1, "clear [clear]", 0.4))
    assert [said.at for said in heard.changes()] == [100.0, 100.3]
