"""Keeping up: late frames are passed over, never queued, and never all of them."""

from dataclasses import replace

import pytest

from screening.settings import Limits, Settings
from service.supervisor.child_slot import Backoff
from service.supervisor.warm_up import WarmUp
from service.worker.frame_skipping import FrameSkipping
from tests.service.stage import SENSOR

RATE_HZ = 30.0


def screened(times: list[float], *, step_s: float, queue_s: float = 0.0) -> list[float]:
    """Return which frames a worker with this pace screens when each takes `step_s`.

    Frames are captured at `times`; the sensor keeps them ready until they are asked for.
    """
    pace, now, kept = FrameSkipping(RATE_HZ), 0.0, []
    for time_s in times:
        asked = now
        now = max(now, time_s) + queue_s
        if not pace.waited(time_s, asked=asked, now=now):
            kept.append(time_s)
            now += step_s
    return kept


def test_a_worker_that_is_fast_enough_screens_every_frame() -> None:
    times = [i / RATE_HZ for i in range(300)]
    assert screened(times, step_s=0.01) == times


def test_a_worker_that_is_too_slow_skips_instead_of_falling_behind() -> None:
    times = [i / RATE_HZ for i in range(3000)]
    pace, now, delays = FrameSkipping(RATE_HZ), 0.0, []
    for time_s in times:
        asked, now = now, max(now, time_s)
        if not pace.waited(time_s, asked=asked, now=now):
            delays.append(now - time_s)
            now += 0.1  # three frames long
    assert len(delays) < len(times)
    assert max(delays) < 3 * 0.1


def test_a_source_that_is_itself_slow_is_no_queue() -> None:
    times = [i / RATE_HZ for i in range(100)]
    assert screened(times, step_s=0.01, queue_s=0.08) == times


def test_however_late_frames_are_one_is_screened_now_and_then() -> None:
    pace = FrameSkipping(RATE_HZ)
    pace.waited(0.0, asked=0.0, now=0.0)
    skipped = [pace.waited(i / RATE_HZ, asked=1e3, now=1e3) for i in range(100)]
    assert any(not skip for skip in skipped[:10])


def test_a_process_is_started_again_at_once_then_slower_but_always() -> None:
    backoff = Backoff()
    delays = [backoff.delay_s(0.1) for _ in range(50)]
    assert delays[0] == 0.0
    assert delays == sorted(delays)
    assert delays[-1] <= 2.0


def test_a_process_that_ran_well_for_a_while_is_started_at_once_again() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.delay_s(0.1)
    assert backoff.delay_s(60.0) == 0.0


class TestWarmth:
    settings = Settings(limits=Limits(warm_up_s=1800.0))

    @pytest.fixture
    def warmth(self) -> WarmUp:
        self.now = 0.0
        warmth = WarmUp(lambda: self.now)
        warmth.opened(SENSOR)
        for self.now in range(1000):
            warmth.seen()
        return warmth

    def test_a_sensor_that_stayed_on_has_less_to_warm_up_for_the_next_worker(
        self, warmth: WarmUp
    ) -> None:
        assert warmth.credited(self.settings).limits.warm_up_s == 1800.0 - 999.0

    def test_a_sensor_that_was_away_begins_cold(self, warmth: WarmUp) -> None:
        self.now += 60.0
        assert warmth.credited(self.settings).limits.warm_up_s == 1800.0
        warmth.seen()
        assert warmth.credited(self.settings).limits.warm_up_s == 1800.0

    def test_another_sensor_begins_cold(self, warmth: WarmUp) -> None:
        warmth.opened(replace(SENSOR, serial="other"))
        assert warmth.credited(self.settings).limits.warm_up_s == 1800.0

    def test_the_same_sensor_opened_by_the_next_worker_stays_warm(self, warmth: WarmUp) -> None:
        warmth.opened(SENSOR)
        assert warmth.credited(self.settings).limits.warm_up_s == 1800.0 - 999.0
