"""A live camera holds its rate while people turn: views are drawn before they are needed."""

from collections.abc import Iterator

import numpy as np
import pytest

from device.simulator import ahead, sensor
from device.simulator.camera.camera import optics_of
from device.simulator.people.figures import Figure
from device.simulator.people.skin import draw
from device.simulator.render import drawing
from device.simulator.render.drawing import Drawing, Views
from device.simulator.scenario import schema
from device.simulator.scene import Scene
from device.simulator.sensor import SimulatedSensor

TWO = """
title = "two"
duration_s = 5.0
camera = { model = "boson-plus-320" }
[[people]]
head = 3
start = [0.2, 2.6]
steps = [{ walk_to = [0.0, 1.0] }, { stand_s = 1.5, shake_deg = 35.0 }]
[[people]]
head = 5
at_s = 1.0
start = [-0.8, 2.2]
steps = [{ walk_to = [0.8, 1.8], look = "ahead" }, { stand_s = 1.0 }]
"""
STRIP_S = 0.007  # what a strip takes on a slow machine
BUSY_S = 0.3  # and one while something else has the processor
FRAME_S = 0.012  # what the station does with a frame


class Clock:
    """Time that passes only when something says so."""

    now = 100.0
    strips = 0
    busy_at: int | None = None  # the strip that takes long

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let each strip that is drawn take its time by this clock."""
    clock = Clock()
    monkeypatch.setattr(ahead, "time", clock)
    monkeypatch.setattr(sensor, "time", clock)
    monkeypatch.setattr(ahead, "_START_S", 0.0)  # else all of so short a film were drawn at once
    step = Drawing.step

    def slow(self: Drawing) -> object:
        clock.strips += 1
        clock.now += BUSY_S if clock.strips == clock.busy_at else STRIP_S
        return step(self)

    monkeypatch.setattr(Drawing, "step", slow)
    return clock


def filmed(clock: Clock, *, realtime: bool) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the counts of all frames, and when they came."""
    plan = schema.parse(TWO, "two")
    with SimulatedSensor(plan, realtime=realtime, loop=False, seed=2) as camera:
        for frame in camera.frames():
            yield frame.counts.copy(), clock.now
            clock.now += FRAME_S
        if clock.busy_at is None:
            assert camera.rejected() == {}


def test_a_live_camera_keeps_its_rate_while_new_views_are_drawn(clock: Clock) -> None:
    stamps = np.array([when for _, when in filmed(clock, realtime=True)])
    assert len(stamps) == 150
    assert np.diff(stamps).max() < 1.2 / 30.0


def test_one_strip_that_takes_long_does_not_end_the_drawing(clock: Clock) -> None:
    clock.busy_at = 120
    stamps = np.array([when for _, when in filmed(clock, realtime=True)])
    gaps = np.diff(stamps)
    assert gaps.max() > 0.2
    assert clock.strips > 140
    assert np.sort(gaps)[-4] < 1.2 / 30.0  # it catches up, and no other view comes late


def test_what_is_drawn_ahead_of_time_is_what_would_have_been_drawn_in_time(clock: Clock) -> None:
    live = [counts for counts, _ in filmed(clock, realtime=True)]
    at_once = [counts for counts, _ in filmed(clock, realtime=False)]
    assert len(live) == len(at_once)
    assert all(np.array_equal(one, other) for one, other in zip(live, at_once, strict=True))


def figure(views: Views) -> Figure:
    rng = np.random.Generator(np.random.PCG64(4))
    person = schema.Person(start=(0.0, 1.0), steps=(schema.Step(stand_s=1.0),))
    return Figure(person, draw(person, schema.Room(), rng), schema.Room(), 3.0, rng, views)


def test_the_memory_for_views_is_bounded_and_a_view_that_was_given_up_comes_back_the_same() -> None:
    limit = 2_000_000
    views = Views(limit)
    somebody = figure(views)
    first = somebody.head(0.0, 0.0)
    for yaw in range(10, 180, 10):
        somebody.head(float(yaw), 0.0)
        assert views.nbytes <= limit
    again = somebody.head(0.0, 0.0)
    assert again is not first
    assert all(np.array_equal(a, b) for a, b in zip(first.planes, again.planes, strict=True))


def test_a_moment_that_is_prepared_needs_no_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = schema.parse(TWO, "two")
    optics = optics_of(plan.camera)
    scene = Scene(plan, optics, np.random.Generator(np.random.PCG64(1)))
    image = np.zeros((optics.height, optics.width), np.float32)
    strips = 0
    while scene.prepare(2.0):
        strips += 1
    monkeypatch.setattr(drawing.Drawing, "step", None)
    scene.render(2.0, image)
    assert strips > 8
