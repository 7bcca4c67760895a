"""The drift watch: means of hours, nothing of anybody, and a warning before it stops."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.ipc.calibration import Span
from service.ipc.records import Instruments, SpotSeen
from service.state.acceptance import Baseline
from service.state.drift import FILE, VISITORS_NEEDED, DriftWatch

BEGIN = datetime(2026, 5, 4, 6, 0, tzinfo=UTC).timestamp()
ACCEPTED = Baseline(offset_c=0.4, corrected_scene_c=22.4, noise_k=0.03, median_c=35.5)


class Watched:
    """A drift watch with a clock that is turned by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now_s = BEGIN
        self.watch = DriftWatch(folder, lambda: self.now_s)

    def hour(self, *, offset_c: float = 0.4, noise_k: float = 0.03, seconds: int = 120) -> None:
        """Let an hour pass, of which some seconds are measured."""
        for _ in range(seconds):
            self.watch.instruments(Instruments(35.6, offset_c, 30.0, 30.0, 5.0, 0.0))
            self.watch.spot(SpotSeen(0, 35.6, 36.0, noise_k, 22.0, 0.9, 0.9))
        self.now_s += 3600.0
        self.watch.tick()

    def hours(self, count: int, **more: float) -> None:
        for _ in range(count):
            self.hour(**more)  # type: ignore[arg-type] # none of them is the number of seconds


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    return Watched(tmp_path)


def test_an_hour_is_kept_as_means_with_few_decimals(watched: Watched) -> None:
    watched.hour(offset_c=0.4123)
    (point,) = watched.watch.points(Span.DAY)
    assert (point.hour, point.offset_c, point.noise_k) == ("2026-05-04T06", 0.41, 0.03)
    assert point.corrected_scene_c == 22.4


def test_an_hour_of_which_hardly_a_minute_was_measured_says_nothing(watched: Watched) -> None:
    watched.hour(seconds=30)
    assert watched.watch.points(Span.DAY) == ()


def test_what_was_kept_is_there_after_a_restart_and_damage_costs_only_the_past(
    watched: Watched,
) -> None:
    watched.hours(3)
    again = Watched(watched.folder)
    assert again.watch.points(Span.DAY) == watched.watch.points(Span.DAY)
    (watched.folder / FILE).write_text("{")
    assert Watched(watched.folder).watch.points(Span.DAY) == ()


def test_days_stay_when_their_hours_are_gone(watched: Watched) -> None:
    watched.hours(24 * 10)
    days = watched.watch.points(Span.MONTH)
    assert [one.hour for one in days][:2] == ["2026-05-04", "2026-05-05"]
    assert len(watched.watch.points(Span.DAY)) == 48


@pytest.mark.parametrize("visitors", [VISITORS_NEEDED - 1, VISITORS_NEEDED])
def test_of_visitors_only_the_median_of_a_day_with_enough_is_kept(
    watched: Watched, visitors: int
) -> None:
    watched.hour()
    for number in range(visitors):
        watched.watch.visitor(35.0 + 0.05 * number)
    watched.hours(24)
    (day,) = watched.watch.points(Span.YEAR)
    assert (day.median_c is not None) == (visitors >= VISITORS_NEEDED)
    kept = (watched.folder / FILE).read_text()
    assert "35.05" not in kept


def test_a_look_elsewhere_is_not_taken_for_the_reference(watched: Watched) -> None:
    for _ in range(120):
        watched.watch.instruments(Instruments(35.6, 0.4, 30.0, 30.0, 5.0, 0.0))
        watched.watch.spot(SpotSeen(3, 30.0, 30.0, 0.4, 22.0, 0.9, 0.9))
    watched.now_s += 3600.0
    watched.watch.tick()
    assert watched.watch.points(Span.DAY)[0].noise_k is None


@pytest.mark.parametrize(
    ("change", "past", "found"),
    [
        ({}, None, ()),
        ({"offset_c": 0.9}, None, ()),
        ({"offset_c": 1.1}, False, ("offset_c",)),
        ({"offset_c": -0.7}, True, ("offset_c",)),
        ({"noise_k": 0.05}, False, ("noise_k",)),
        ({"noise_k": 0.07}, True, ("noise_k",)),
    ],
)
def test_it_warns_before_it_stops(
    watched: Watched, change: dict[str, float], past: bool | None, found: tuple[str, ...]
) -> None:
    watched.hours(24, **change)
    assert watched.watch.against(ACCEPTED) == (past, found)


def test_one_bad_hour_stops_nothing(watched: Watched) -> None:
    watched.hours(23)
    watched.hour(offset_c=2.0)
    assert watched.watch.against(ACCEPTED) == (None, ())
