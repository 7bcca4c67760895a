"""What the process lock costs: the same frames in two processes, one of them locked.

    python -m service.offline.bench.locked

prints one JSON object; the bench runs it as a child, since what starts processes has one thread.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from device import framepool
from screening.screener import Screener
from service.ipc.frame_memory import SIZE, create_frame_memory
from service.offline.bench import scenes
from service.offline.bench.row import Row
from service.sandbox.confine import SINGLE_THREADED
from service.sandbox.examine import settled
from service.sandbox.judge import kilobytes, status
from service.sandbox.launch import Program, launch
from service.sandbox.profiles import WORKER
from service.sandbox.settle import settle
from service.state.defaults import settings_for

FRAMES: Final = 100
PASSES: Final = 4
ALLOWED_SHARE: Final = 0.05
_MEASURED: Final = "service.offline.bench.locked"


def rows() -> Iterator[Row]:
    """Yield what the lock costs in time and memory."""
    done = subprocess.run(
        [sys.executable, "-m", _MEASURED],
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
        "process lock: ms per frame without / with, 640x512, one face; MB resident",
        f"{numbers['unlocked_ms']:.2f} / {numbers['locked_ms']:.2f} ms ({share:+.1%}), "
        f"{numbers['unlocked_mb']:.0f} / {numbers['locked_mb']:.0f} MB; locking and "
        f"{numbers['attacks']:.0f} attacks took {numbers['lock_ms']:.1f} ms",
        {**numbers, "share": share},
        f"less than {ALLOWED_SHARE:.0%} of a frame",
        met=share < ALLOWED_SHARE,
    )


def main() -> None:
    """Measure in both, one after the other."""
    unlocked, resident = _without()
    reader, writer = os.pipe()
    with ExitStack() as opened:
        given = _frame_memory(opened)
        program = Program(_MEASURED, ["locked", *map(str, given)], given)
        pid, report = opened.enter_context(settled(program, WORKER, output=writer))
        os.close(writer)
        locked = _read(reader)
        resident_locked = _resident_mb(pid)
    started = time.perf_counter()
    idle = launch(Program("service.sandbox.idle"), WORKER)
    lock_ms = (time.perf_counter() - started) * 1e3
    _end(idle.pid)
    said = {
        "unlocked_ms": unlocked["ms"],
        "locked_ms": locked["ms"],
        "unlocked_mb": resident,
        "locked_mb": resident_locked,
        "lock_ms": lock_ms,
        "attacks": len(report.attacks) + len(report.files_alone),
    }
    sys.stdout.write(json.dumps(said))


def _frame_memory(opened: ExitStack) -> list[int]:
    memory = create_frame_memory()
    if memory is None:
        return []
    opened.callback(os.close, memory)
    return [memory]


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _without() -> tuple[dict[str, float], float]:
    reader, writer = os.pipe()
    launched = launch(Program(_MEASURED, ["unlocked"]), None, output=writer)
    os.close(writer)
    numbers = _read(reader)
    resident = _resident_mb(launched.pid)
    _end(launched.pid)
    return numbers, resident


def _read(pipe: int) -> dict[str, float]:
    """Return the numbers in the first line of JSON; libraries may say something before it."""
    with os.fdopen(pipe, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("{"):
                return dict(json.loads(line))
    raise RuntimeError("the measured process said nothing")


def _resident_mb(pid: int) -> float:
    return kilobytes(status(Path("/proc", str(pid))), "VmRSS") / 1024


def measure(*, locked: bool, memory: int | None = None) -> None:
    """Screen the frames, print how long one takes, and wait for the end."""
    if memory is not None:
        framepool.reserve(memory, SIZE)
    cv2.setNumThreads(0)
    people = [scenes.stander(36.0, 1.0, 12.0)]
    scenario = scenes.scene(scenes.camera("boson-plus-640", portrait=False), people, 12.0)
    info, frames = scenes.film(scenario, 2, FRAMES)
    settings = settings_for(scenario)
    # A settled process opens no file any more, not even a network's weights.
    screeners = [Screener.of(info, settings) for _ in range(PASSES + 1)]
    if locked:
        settle()
    medians = []
    for screener in screeners:  # the first of them warms up
        taken = []
        for frame in frames:
            started = time.process_time()
            screener.step(frame)
            taken.append(time.process_time() - started)
        medians.append(float(np.median(taken)) * 1e3)
    print(json.dumps({"ms": min(medians[1:])}), flush=True)  # noqa: T201 - its output
    time.sleep(60.0)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case [how, *memory]:
            measure(locked=how == "locked", memory=int(memory[0]) if memory else None)
