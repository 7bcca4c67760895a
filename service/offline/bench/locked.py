"""What the process lock costs: the same frames before and after it, in one process.

    python -m service.offline.bench.locked

prints one JSON object; the bench runs it as a child, for there is no way back out of a lock.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from screening.screener import Screener
from service.offline.bench import scenes
from service.offline.bench.row import Row
from service.sandbox import SINGLE_THREADED, lock_worker
from service.state.defaults import settings_for

FRAMES: Final = 100
ALLOWED_SHARE: Final = 0.05


def rows() -> Iterator[Row]:
    """Yield what the lock costs in time and memory."""
    done = subprocess.run(
        [sys.executable, "-m", "service.offline.bench.locked"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **SINGLE_THREADED},
    )
    numbers: dict[str, float] = json.loads(done.stdout)
    share = numbers["locked_ms"] / numbers["unlocked_ms"] - 1.0
    yield Row(
        "process_lock",
        "process lock: ms per frame before / after, 640x512, one face; MB resident",
        f"{numbers['unlocked_ms']:.2f} / {numbers['locked_ms']:.2f} ms ({share:+.1%}), "
        f"{numbers['unlocked_mb']:.0f} / {numbers['locked_mb']:.0f} MB, of which locked "
        f"{numbers['locked_memory_mb']:.0f}; locking and {numbers['attacks']:.0f} attacks took "
        f"{numbers['lock_ms']:.1f} ms",
        {**numbers, "share": share},
        f"less than {ALLOWED_SHARE:.0%} of a frame",
        met=share < ALLOWED_SHARE,
    )


def main() -> None:
    """Measure."""
    cv2.setNumThreads(0)
    people = [scenes.stander(36.0, 1.0, 12.0)]
    scenario = scenes.scene(scenes.camera("boson-plus-640", portrait=False), people, 12.0)
    info, frames = scenes.film(scenario, 2, FRAMES)
    settings = settings_for(scenario)
    status = os.open("/proc/self/status", os.O_RDONLY)

    # A locked process opens no file any more, not even a network's weights.
    screeners = iter(
        [
            Screener(
                info.width,
                info.height,
                info.hfov_deg,
                info.netd_k,
                settings,
                noise_walks=info.noise_walks,
            )
            for _ in range(7)
        ]
    )

    def pass_over() -> float:
        screener = next(screeners)
        taken = []
        for frame in frames:
            started = time.process_time()
            screener.step(frame)
            taken.append(time.process_time() - started)
        return float(np.median(taken)) * 1e3

    pass_over()  # everything is loaded and warm
    before = min(pass_over() for _ in range(3))
    resident, _ = _memory(status)
    started = time.perf_counter()
    report = lock_worker()
    lock_ms = (time.perf_counter() - started) * 1e3
    after = min(pass_over() for _ in range(3))
    resident_locked, locked = _memory(status)
    said = {
        "unlocked_ms": before,
        "locked_ms": after,
        "unlocked_mb": resident,
        "locked_mb": resident_locked,
        "locked_memory_mb": locked,
        "lock_ms": lock_ms,
        "attacks": len(report.attacks) + len(report.files_alone),
    }
    sys.stdout.write(json.dumps(said))


def _memory(status: int) -> tuple[float, float]:
    """Return resident and locked memory in MB, from a descriptor opened before the lock."""
    text = os.pread(status, 8192, 0).decode()
    found = {name: re.search(rf"{name}:\s+(\d+) kB", text) for name in ("VmRSS", "VmLck")}
    resident, locked = (int(hit[1]) / 1024 if hit else 0.0 for hit in found.values())
    return resident, locked


if __name__ == "__main__":
    main()
