"""After a thousand frames the worker's memory holds the current ones at most."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from screening.freshness.freshness import Freshness
from tests.service.leak.canary_worker import LEAK_AT, CanarySensor
from tests.service.leak.evidence import children_of, frames_in_memory

FRAMES = 1000
PROJECT = Path(__file__).resolve().parents[3]

pytestmark = [
    pytest.mark.skipif(
        os.geteuid() != 0 and not os.environ.get("CI"),
        reason="only root reads a locked worker's memory",
    ),
    pytest.mark.slow,
]


@contextmanager
def worker_after(frames: int, state: Path, **environment: str) -> Iterator[int]:
    """Run the real station on numbered frames; yield the worker, whose later frames come slowly."""
    station = subprocess.Popen(
        [sys.executable, "-m", "tests.service.leak.canary_station", str(state)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=PROJECT,
        env={
            **os.environ,
            "PYTHONPATH": str(PROJECT),
            "LIMEN_HURRY": str(frames),
            **environment,
        },
    )
    assert station.stderr is not None
    try:
        for line in station.stderr:
            if b"canary: shown" in line:
                break
        yield children_of(station.pid)["worker"]
    finally:
        station.terminate()
        station.communicate(timeout=10)


def test_what_the_worker_sees_is_screened() -> None:
    # What is not screened never reaches the code that could keep it.
    with CanarySensor("") as sensor:
        info = sensor.info
        freshness = Freshness(info.height, info.width, info.netd_k, walks=info.noise_walks)
        frames = itertools.islice(sensor.frames(), 40)
        assert {freshness.step(frame) for frame in frames} == {None}


def test_no_earlier_frame_is_left_in_the_worker(tmp_path: Path) -> None:
    with worker_after(FRAMES, tmp_path) as worker:
        seen = frames_in_memory(worker)
        assert len(seen) <= 3, sorted(seen)
        assert min(seen, default=FRAMES) >= FRAMES - 1


def test_in_ordinary_memory_there_are_the_current_frames_and_a_crash_dumps_none(
    tmp_path: Path,
) -> None:
    with worker_after(FRAMES, tmp_path, LIMEN_ORDINARY="1") as worker:
        seen = frames_in_memory(worker)
        assert seen, "the search sees the frames that are there"
        assert len(seen) <= 3, sorted(seen)
        assert min(seen) >= FRAMES - 1
        before = set(PROJECT.glob("core*"))
        os.kill(worker, signal.SIGABRT)
        deadline = time.monotonic() + 10.0
        while Path(f"/proc/{worker}").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not Path(f"/proc/{worker}").exists()
        assert set(PROJECT.glob("core*")) == before


def test_one_frame_that_is_kept_is_found(tmp_path: Path) -> None:
    with worker_after(40, tmp_path, LIMEN_LEAK="stash") as worker:
        assert LEAK_AT in frames_in_memory(worker)
