"""What a frame costs in processor time, on one core, beside one plain pass over the same frame.

Milliseconds depend on the machine and on what else it does; their ratio to an `np.take` of a
65,536-entry table over the frame, measured in the same run, does so much less.

The frames are taken first, as copies in a list, and then stepped through: drawing them in between
would empty the caches and bill the simulator's memory traffic to the screener. A step and a plain
pass over the same frame take turns, so that both find the same machine; the step comes first, for a
frame that the screener gets has not been read by anybody. OpenCV has no threads of its own here, as
in the station's worker.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from device.frame import RadiometricFrame
from screening.screener import Screener
from service.offline.bench import scenes
from service.offline.bench.row import Row
from service.state.defaults import settings_for

FRAMES: Final = 100
WARM_UP: Final = 15  # frames of a round that do not count: the reference is found, people confirmed
ROUNDS: Final = 7
TABLE: Final = np.arange(65536, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of processor time per frame, and of one plain pass: medians over the rounds.

    `ratio` is the median over the rounds of what a step costs in plain passes of its own round.
    """

    median_ms: float
    p95_ms: float
    pass_ms: float
    ratio: float
    faces: float


def cost(model: str, people: int, rounds: int = ROUNDS) -> Cost:
    """Measure `Screener.step` on a simulated scene with this many people standing in it."""
    seconds = FRAMES / scenes.RATE_HZ
    spread = 0.42 if people > 1 else 0.0
    places = np.linspace(-spread, spread, people)
    standing = [
        {**scenes.stander(36.0, 1.0, seconds), "start": (float(x), 2.0 if people > 1 else 0.75)}
        for x in places
    ]
    scenario = scenes.scene(scenes.camera(model, portrait=False), standing, seconds)
    info, frames = scenes.film(scenario, 2)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(0)
    try:
        all_taken = []
        for number in range(rounds + 1):
            screener = Screener.of(info, settings_for(scenario))
            taken = _round(screener, frames)
            if number:  # the first round loads and warms everything
                all_taken.append(taken)
    finally:
        cv2.setNumThreads(threads)
    steps, passes, faces = np.array(all_taken).transpose(2, 0, 1)
    step_ms, pass_ms = np.median(steps, axis=1), np.median(passes, axis=1)
    return Cost(
        float(np.median(step_ms)),
        float(np.median(np.percentile(steps, 95, axis=1))),
        float(np.median(pass_ms)),
        float(np.median(step_ms / pass_ms)),
        float(faces.mean()),
    )


def _round(
    screener: Screener, frames: Sequence[RadiometricFrame]
) -> list[tuple[float, float, int]]:
    """Return, for each frame that counts, ms of a step, ms of a plain pass, and how many faces."""
    out = np.empty(frames[0].counts.shape, np.float32)
    taken = []
    for frame in frames:
        started = time.process_time()
        result = screener.step(frame)
        stepped = time.process_time()
        np.take(TABLE, frame.counts, out=out, mode="clip")
        passed = time.process_time()
        taken.append(((stepped - started) * 1e3, (passed - stepped) * 1e3, len(result.faces)))
    return taken[WARM_UP:]


def rows() -> Iterator[Row]:
    """Yield the two rows about time."""
    for key, measure, model, people, bar, stretch, others in (
        (
            "time_160x120", "160x120, one face", "lepton-3.5", 1,
            (2.5, 5.0), "1.5 / 3", "3.9 / 17 (feverscreen's core)",
        ),
        ("time_640x512", "640x512, four faces", "boson-plus-640", 4, (8.0, 12.0), "5 / 8", ""),
    ):  # fmt: skip
        taken = cost(model, people)
        yield Row(
            key,
            f"ms per frame, one core, median / p95: {measure}",
            f"{taken.median_ms:.2f} / {taken.p95_ms:.2f} ms with {taken.faces:.1f} faces, "
            f"{taken.ratio:.1f} plain passes of {taken.pass_ms:.3f} ms",
            {
                "median_ms": taken.median_ms,
                "p95_ms": taken.p95_ms,
                "pass_ms": taken.pass_ms,
                "ratio": taken.ratio,
                "faces": taken.faces,
            },
            f"{bar[0]:g} / {bar[1]:g}",
            stretch,
            others,
            met=taken.median_ms <= bar[0] and taken.p95_ms <= bar[1],
        )
