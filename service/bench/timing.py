"""What a frame costs in processor time, on one core, beside one plain pass over the same frame.

Milliseconds depend on the machine and on what else it does; their ratio to an `np.take` of a
65,536-entry table over the frame, measured in the same run, does so much less.

The frames are taken first, as copies in a list, and then stepped through: drawing them in between
would empty the caches and bill the simulator's memory traffic to the screener. Rounds of steps and
rounds of plain passes take turns over the same list, so that both see the same machine and neither
warms the other's frames. OpenCV has no threads of its own here, as in the station's worker.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import cv2
import numpy as np

from device.frame import RadiometricFrame
from screening.screener import Screener
from service.bench import scenes
from service.bench.row import Row
from service.scenario_settings import settings_for

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
        steps, passes, faces = [], [], 0.0
        for number in range(rounds + 1):
            screener = Screener(
                info.width, info.height, info.hfov_deg, info.netd_k, settings_for(scenario)
            )
            taken, faces = _steps(screener, frames)
            plain = _passes(frames)
            if number:  # the first round loads and warms everything
                steps.append(taken)
                passes.append(plain)
    finally:
        cv2.setNumThreads(threads)
    return Cost(
        median(float(np.median(taken)) for taken in steps),
        median(float(np.percentile(taken, 95)) for taken in steps),
        median(passes),
        median(float(np.median(t)) / plain for t, plain in zip(steps, passes, strict=True)),
        faces,
    )


def _steps(screener: Screener, frames: Sequence[RadiometricFrame]) -> tuple[list[float], float]:
    """Step through the frames; return the milliseconds of each, and how many faces one shows."""
    taken, faces = [], 0
    for number, frame in enumerate(frames):
        started = time.process_time()
        result = screener.step(frame)
        ended = time.process_time()
        if number >= WARM_UP:
            taken.append((ended - started) * 1e3)
            faces += len(result.faces)
    return taken, faces / len(taken)


def _passes(frames: Sequence[RadiometricFrame]) -> float:
    """Return the median milliseconds of one plain pass over a frame."""
    out = np.empty(frames[0].counts.shape, np.float32)
    taken = []
    for frame in frames:
        started = time.process_time()
        np.take(TABLE, frame.counts, out=out, mode="clip")
        taken.append((time.process_time() - started) * 1e3)
    return median(taken)


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
