"""What the charts remember: a point every so often, bounded, and nothing of a visitor."""

from dataclasses import replace

from screening.result import State
from service.web.trend import EVERY_S, KEPT_S, Point, Trend
from tests.service.stage import REFERENCE, view

SHOWN = view(State.READY, fpa_temp_c=31.0)


def test_a_point_is_kept_every_ten_seconds() -> None:
    trend = Trend()
    for tenth in range(301):
        trend.add(SHOWN, 1000.0 + tenth / 10)
    assert [point.at_s for point in trend.points()] == [1000, 1010, 1020, 1030]
    assert trend.points()[0] == Point(at_s=1000, apparent_c=35.71, offset_c=-0.19, fpa_c=31.0)


def test_the_oldest_goes_after_twelve_hours() -> None:
    trend = Trend()
    for number in range(5000):
        trend.add(SHOWN, number * EVERY_S)
    points = trend.points()
    assert len(points) == KEPT_S / EVERY_S
    assert points[-1].at_s == 49990


def test_a_gap_is_a_gap_and_a_clock_that_was_set_back_begins_anew() -> None:
    trend = Trend()
    trend.add(SHOWN, 100.0)
    trend.add(replace(SHOWN, reference=replace(REFERENCE, apparent_c=None)), 120.0)
    assert [point.apparent_c for point in trend.points()] == [35.71, None]
    trend.add(SHOWN, 50.0)
    assert [point.at_s for point in trend.points()] == [50]
