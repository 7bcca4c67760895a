"""The bench of time measures the screener alone, on frames that were taken before."""

from typing import Any

import cv2
import pytest

from device.simulator.sensor import SimulatedSensor
from screening.screener import Screener
from service.offline.bench.timing import FRAMES, WARM_UP, cost


def test_a_step_is_told_in_milliseconds_and_against_a_plain_pass() -> None:
    threads = cv2.getNumThreads()
    told = cost("lepton-3.5", 1, rounds=2)
    assert told.faces == pytest.approx(1.0, abs=0.1)
    assert 0.0 < told.pass_ms < told.median_ms <= told.p95_ms
    assert told.ratio > 1.0
    assert cv2.getNumThreads() == threads


def test_no_frame_is_drawn_between_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    drawn, stepped = SimulatedSensor._frame, Screener.step

    def frame(*arguments: Any) -> object:
        order.append("drawn")
        return drawn(*arguments)

    def step(*arguments: Any) -> object:
        order.append("stepped")
        return stepped(*arguments)

    monkeypatch.setattr(SimulatedSensor, "_frame", frame)
    monkeypatch.setattr(Screener, "step", step)
    cost("lepton-3.5", 1, rounds=1)
    assert order == ["drawn"] * FRAMES + ["stepped"] * (2 * FRAMES)
    assert WARM_UP < FRAMES // 2
