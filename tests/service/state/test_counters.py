"""Sums per hour are kept for a while; nobody can be picked out of them."""

import json
from pathlib import Path

import pytest

from screening.result import Reason
from service.state.counters import FEW, FILE, Counted, Counters
from tests.narrow import some

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
    return Counters(tmp_path, wall_clock=clock, clock=clock)


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


def again(folder: Path, clock: Clock) -> Counters:
    """Return the counters after a restart."""
    counters = Counters(folder, kept_days=3, wall_clock=clock, clock=clock)
    counters.tick()
    return counters


def days(counters: Counters) -> list[str]:
    return [hour.hour[:10] for hour in counters.hours()]


def test_counts_outlive_a_restart(counters: Counters, clock: Clock, tmp_path: Path) -> None:
    many(counters, Counted.SCREENED, 12)
    counters.write()
    clock.now += HOUR
    assert again(tmp_path, clock).hours()[0].screened == 12


def test_what_was_counted_before_the_file_could_be_read_is_added(
    counters: Counters, clock: Clock, tmp_path: Path
) -> None:
    many(counters, Counted.SCREENED, 12)
    counters.write()
    late = Counters(tmp_path, wall_clock=clock, clock=clock)
    many(late, Counted.SCREENED, 3)
    late.tick()
    clock.now += HOUR
    assert late.hours()[0].screened == 15


def test_a_station_that_stops_at_once_writes_over_no_counts(
    counters: Counters, clock: Clock, tmp_path: Path
) -> None:
    many(counters, Counted.SCREENED, 12)
    counters.write()
    late = Counters(tmp_path, wall_clock=clock, clock=clock)
    many(late, Counted.SCREENED, 3)
    late.write()  # it never came to read them
    clock.now += HOUR
    assert again(tmp_path, clock).hours()[0].screened == 15


def test_days_are_erased_by_days_on_which_the_station_ran(clock: Clock, tmp_path: Path) -> None:
    counters = again(tmp_path, clock)
    for _ in range(5):
        many(counters, Counted.SCREENED, 10)
        clock.now += 24 * HOUR
        counters.write()
    assert days(counters) == ["2026-01-05", "2026-01-04"]  # and today, without a visitor yet
    assert b"2026-01-03" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("wrong", [0.0, START + 40 * 24 * HOUR, START - 24 * HOUR])
def test_a_wrong_clock_erases_nothing(clock: Clock, tmp_path: Path, wrong: float) -> None:
    counters = again(tmp_path, clock)
    many(counters, Counted.SCREENED, 10)
    counters.write()
    clock.now = wrong
    counters = again(tmp_path, clock)
    many(counters, Counted.SCREENED, 20)
    counters.write()
    clock.now = START + 2 * HOUR
    counters = again(tmp_path, clock)
    counters.write()
    assert sorted(some(hour.screened) for hour in counters.hours()) == [10, 20]


def test_an_hour_that_the_clock_names_again_is_the_latest_lived(
    clock: Clock, tmp_path: Path
) -> None:
    """A computer without a battery begins each day in 1970."""
    counters = again(tmp_path, clock)
    for day in range(6):
        clock.now = 0.0
        many(counters, Counted.SCREENED, 10)
        counters.write()
        clock.now = START + day * 24 * HOUR
        many(counters, Counted.SCREENED, 10)
        counters.write()
    clock.now += HOUR
    assert days(counters) == ["2026-01-06", "1970-01-01", "2026-01-05"]


def test_words_of_another_version_are_carried_and_not_shown(clock: Clock, tmp_path: Path) -> None:
    words = {"screened": 20, "no_result": 6, "no_result:hatted": 6, "waved": 3}
    (tmp_path / FILE).write_text(json.dumps({"2026-01-01T08": words}))
    counters = again(tmp_path, clock)
    (hour,) = counters.hours()
    assert (hour.screened, hour.no_result, hour.no_result_because) == (20, 6, ())
    counters.write()
    assert json.loads((tmp_path / FILE).read_bytes())["2026-01-01T08"] == words


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


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b'{"2026": "many"}',
        b'{"2026-01-01T08": {"screened": ' + b"9" * 5000 + b"}}",
        b'{"2026-01-01T08": {"screened": 1e999}}',
        b'{"2026-01-01T08": {"screened": NaN}}',
        b'{"2026-01-01T08": {"screened": -1}}',
        b'{"2026-01-01T08": {"' + b"a" * 5000 + b'": 1}}',
        b'{"a":' * 5000,
    ],
)
def test_a_damaged_file_costs_the_past_and_not_the_station(
    tmp_path: Path, clock: Clock, damage: bytes
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    counters = Counters(tmp_path, wall_clock=clock, clock=clock)
    assert counters.tick(), "it is said"
    assert not counters.tick(), "once"
    assert counters.hours() == ()


def test_what_cannot_be_written_is_kept_and_tried_again(
    counters: Counters, clock: Clock, tmp_path: Path
) -> None:
    many(counters, Counted.SCREENED, 12)
    (tmp_path / FILE).mkdir()
    with pytest.raises(IsADirectoryError):
        counters.write()
    (tmp_path / FILE).rmdir()
    counters.write()
    clock.now += HOUR
    assert again(tmp_path, clock).hours()[0].screened == 12
