"""The process lock costs next to nothing per frame, and the bench says how much."""

import pytest

from service.offline.bench.locked import rows


@pytest.mark.alone
@pytest.mark.slow
def test_a_locked_process_screens_as_fast_as_an_unlocked_one() -> None:
    (row,) = rows()
    assert row.numbers is not None
    assert row.numbers["attacks"] >= 100
    # A wide margin: the machine that runs the tests has other things to do.
    assert row.numbers["locked_ms"] < 1.5 * row.numbers["unlocked_ms"]
    assert row.numbers["locked_mb"] > 50.0
