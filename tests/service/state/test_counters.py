"""Sums per hour are kept for a while; nobody can be picked out of them."""

from pathlib import Path

import pytest

from screening.result import Reason
from service.state.counters import FEW, FILE, Counted, Counters

HOUR = 3600.0
START = 1_767_258_000.0  # 2026-01-01T09:00:00Z


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def counters(tmp_path: Path, clock: Clock) -> Counters:
    return Counters(tmp_path, wall_clock=clock)


def many(counters: Counters, what: Counted, times: int, *reasons: Reason) -> None:
    for _ in range(times):
        counters.count(what, reasons)


def test_an_hour_is_shown_when_it_is_over(counters: Counters, clock: Clock) -> None:
    many(counters, Counted.SCREENED, 40)
    many(counters, Counted.ELEVATED, 6)
    assert counters.hours() == ()
    clock.now += HOUR
    (hour,) = counters.hours()
    assert (hour.hour, hour.screened, hour.elevated, hour.confirmed) == ("2026-01-01T09", 40, 6, 0)


@pytest.mark.parametrize(("times", "shown"), [(0, 0), (1, FEW), (4, FEW), (5, 5), (23, 23)])
def test_small_numbers_are_hidden(
    counters: Counters, clock: Clock, times: int, shown: int | None
) -> None:
    many(counters, Counted.SCREENED, 50)
    many(counters, Counted.CONFIRMED, times)
    clock.now += HOUR
    assert counters.hours()[0].confirmed == shown


def test_of_an_hour_with_few_visitors_nothing_is_shown(counters: Counters, clock: Clock) -> None:
    """Zero elevated of one screened would say that this one visitor was not."""
    many(counters, Counted.SCREENED, 4)
    clock.now += HOUR
    (hour,) = counters.hours()
    assert hour.screened is hour.elevated is hour.confirmed is hour.no_result is FEW


def test_reasons_are_counted_and_hidden_alike(counters: Counters, clock: Clock) -> None:
    many(counters, Counted.SCREENED, 30)
    many(counters, Counted.NO_RESULT, 7, Reason.GLASSES)
    many(counters, Counted.NO_RESULT, 2, Reason.TOO_FAR, Reason.GLASSES)
    clock.now += HOUR
    (hour,) = counters.hours()
    assert hour.no_result == 9
    assert dict(hour.no_result_because) == {Reason.GLASSES: 9, Reason.TOO_FAR: FEW}


def test_counts_outlive_a_restart(counters: Counters, clock: Clock, tmp_path: Path) -> None:
    many(counters, Counted.SCREENED, 12)
    counters.write()
    clock.now += HOUR
    assert Counters(tmp_path, wall_clock=clock).hours()[0].screened == 12


def test_hours_erase_themselves(clock: Clock, tmp_path: Path) -> None:
    counters = Counters(tmp_path, kept_hours=3, wall_clock=clock)
    for _ in range(6):
        many(counters, Counted.SCREENED, 10)
        clock.now += HOUR
        counters.write()
    assert [hour.hour for hour in counters.hours()] == ["2026-01-01T14", "2026-01-01T13"]
    assert b"T09" not in (tmp_path / FILE).read_bytes()


def test_old_hours_are_erased_when_the_station_was_off(clock: Clock, tmp_path: Path) -> None:
    counters = Counters(tmp_path, kept_hours=3, wall_clock=clock)
    many(counters, Counted.SCREENED, 10)
    counters.write()
    clock.now += 1000 * HOUR
    Counters(tmp_path, kept_hours=3, wall_clock=clock).write()
    assert (tmp_path / FILE).read_bytes() == b"{}"


def test_the_file_does_not_change_when_somebody_passes(
    counters: Counters, clock: Clock, tmp_path: Path
) -> None:
    for _ in range(30):
        counters.count(Counted.SCREENED)
        clock.now += 20.0
        counters.tick()
    assert not (tmp_path / FILE).exists()
    clock.now += 600.0
    counters.tick()
    assert (tmp_path / FILE).exists()


def test_a_damaged_file_costs_the_past_and_not_the_station(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / FILE).write_bytes(b'{"2026": "many"}')
    assert Counters(tmp_path, wall_clock=clock).hours() == ()
