"""What a frame costs in processor time, on one core, beside one plain pass over the same frame.

Milliseconds depend on the machine and on what else it does; their ratio to an `np.take` of a
65,536-entry table over the frame, measured in between, does so much less.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from device.simulator.sensor import SimulatedSensor
from screening.screener import Screener
from service.bench import scenes
from service.bench.row import Row
from service.scenario_settings import settings_for

WARM_UP: Final = 15
TABLE: Final = np.arange(65536, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of processor time per frame, and of one plain pass."""

    median_ms: float
    p95_ms: float
    pass_ms: float
    faces: float


def cost(model: str, people: int, seconds: float) -> Cost:
    """Measure `Screener.step` on a simulated scene with this many people standing in it."""
    spread = 0.42 if people > 1 else 0.0
    places = np.linspace(-spread, spread, people)
    standing = [
        {**scenes.stander(36.0, 1.0, seconds), "start": (float(x), 2.0 if people > 1 else 0.75)}
        for x in places
    ]
    scenario = scenes.scene(scenes.camera(model, portrait=False), standing, seconds)
    steps, passes, faces = [], [], []
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=2) as sensor:
        info = sensor.info
        screener = Screener(
            info.width, info.height, info.hfov_deg, info.netd_k, settings_for(scenario)
        )
        celsius = np.empty((info.height, info.width), np.float32)
        for frame in sensor.frames():
            started = time.process_time()
            np.take(TABLE, frame.counts, out=celsius, mode="clip")
            passed = time.process_time()
            result = screener.step(frame)
            steps.append(time.process_time() - passed)
            passes.append(passed - started)
            faces.append(len(result.faces))
    taken = np.array(steps[WARM_UP:]) * 1e3
    return Cost(
        float(np.median(taken)),
        float(np.percentile(taken, 95)),
        float(np.median(passes[WARM_UP:]) * 1e3),
        float(np.mean(faces[WARM_UP:])),
    )


def rows() -> Iterator[Row]:
    """Yield the two rows about time."""
    for key, measure, model, people, bar, stretch, others in (
        (
            "time_160x120", "160x120, one face", "lepton-3.5", 1,
            (2.5, 5.0), "1.5 / 3", "3.9 / 17 (feverscreen's core)",
        ),
        ("time_640x512", "640x512, four faces", "boson-plus-640", 4, (8.0, 12.0), "5 / 8", ""),
    ):  # fmt: skip
        taken = cost(model, people, 12.0)
        yield Row(
            key,
            f"ms per frame, one core, median / p95: {measure}",
            f"{taken.median_ms:.2f} / {taken.p95_ms:.2f} ms with {taken.faces:.1f} faces, "
            f"{taken.median_ms / taken.pass_ms:.1f} plain passes of {taken.pass_ms:.3f} ms",
            {
                "median_ms": taken.median_ms,
                "p95_ms": taken.p95_ms,
                "pass_ms": taken.pass_ms,
                "ratio": taken.median_ms / taken.pass_ms,
                "faces": taken.faces,
            },
            f"{bar[0]:g} / {bar[1]:g}",
            stretch,
            others,
            met=taken.median_ms <= bar[0] and taken.p95_ms <= bar[1],
        )
