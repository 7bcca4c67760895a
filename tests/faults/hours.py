"""Simulated hours of an entrance, as fast as they go, and whether anything grows.

`scripts/soak simulated HOURS [MINUTES]`: people come, are screened, and go, through screener,
records, guard view, recorder and hub in one process and in its own time (`tests.faults.chain`).
Every twentieth has a fever, and their card is answered; every ten minutes there is an FFC, every
hour the worker dies. Each five simulated minutes the memory, the descriptors and the objects of the
process are read, and how long worker, supervisor and web took for a step. At the end each series is
printed with its slope per simulated hour. After so many real minutes it ends anyway.

*Allocated* is what the C library has handed out, *blocks* what Python has; *memory* is what the
kernel keeps of the process, with what the C library was given back and keeps. A worker that dies
here leaves its memory before its successor begins, as a process would. (While both were there, the
16 MB of `screening.freshness.repeats` were twice in the process from the third worker on, and a day
seemed to grow by 17 MB.) What grows by itself is the web process's trend: some 0.5 kB every ten
seconds until it holds twelve hours.
"""

import ctypes
import gc
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np

from screening.faces.detection import Detection
from service.ipc.view import Outcome
from service.state.recorder import Recorder
from tests.faults.chain import FACE, FRAME_TICKS, TICK_S, Camera, Chain
from tests.faults.soak import of_process, report
from tests.oracle.grammar import Fault
from tests.screening.pictures import Wall, detection, disc, face

EVERY_S = 300.0
PASSAGE_S = 12.0
EMPTY_S = 4.0
FEVER_EVERY = 20
FEVER_C = 39.0
FFC_EVERY_S, FFC_S = 600.0, 1.0
DEATH_EVERY_S, DEATH_S = 3600.0, 1.0


_COUNTED = (
    "arena",
    "ordblks",
    "smblks",
    "hblks",
    "hblkhd",
    "usmblks",
    "fsmblks",
    "uordblks",
    "fordblks",
    "keepcost",
)


class _Mallinfo(ctypes.Structure):
    """What the C library has handed out: mallinfo2(3)."""

    _fields_ = tuple((name, ctypes.c_size_t) for name in _COUNTED)


_libc = ctypes.CDLL(None)
_libc.mallinfo2.restype = _Mallinfo


def allocated_mb() -> float:
    """Return how much memory the C library has handed out."""
    info = _libc.mallinfo2()
    return float(info.uordblks + info.hblkhd) / 2**20


class Entrance(Camera):
    """Films a passage."""

    def __init__(self) -> None:
        super().__init__(24, 36.0)
        self.at_s = 0.0
        fever = face(*FACE, FEVER_C, FEVER_C - 2.0)
        self._fever = Wall(noise_k=0.0).paint(disc(104, 120, 6, 35.6), fever)

    @property
    def somebody(self) -> bool:
        """Whether somebody is there."""
        return self.at_s % PASSAGE_S >= EMPTY_S

    def _seen(self, _number: int, _faults: set[str]) -> np.ndarray:
        if not self.somebody:
            return self._empty
        feverish = self.at_s // PASSAGE_S % FEVER_EVERY == 0
        return self._fever if feverish else self._scene


class Hours(Chain):
    """An entrance with its guard.

    Attributes
    ----------
    took_ms
        How long a step took, by process.
    """

    def __init__(self, folder: Path) -> None:
        self._entrance = Entrance()
        super().__init__([Fault("frames come late", 0.0, 0.0)])
        self._camera = self._entrance
        self._recorder = Recorder(folder, self.time, clock=self.monotonic)
        self.took_ms: dict[str, list[float]] = defaultdict(list)
        self.passed = self.answered = 0

    def detect(self, *_: object) -> list[Detection]:
        """Stand in for the network: the face is where it was painted."""
        return [detection(*FACE)] if self._entrance.somebody else []

    def run_for(self, hours: float, until: float) -> Iterator[tuple[float, dict[str, float]]]:
        """Yield so many simulated seconds after the beginning what was measured."""
        with self._ours, self._theirs, mock.patch("service.web.hub.time", self):
            for tick in range(1, round(3600.0 * hours / TICK_S)):
                self.now_s = self._entrance.at_s = tick * TICK_S
                faults = set()
                if self.now_s % FFC_EVERY_S < FFC_S:
                    faults.add("an FFC")
                    self._entrance.ffc_ended_s = self.now_s
                if self.now_s % DEATH_EVERY_S > DEATH_EVERY_S - DEATH_S:
                    faults.add("the worker dies")
                self._step(tick, faults)
                if tick % round(1.0 / TICK_S) == 0:
                    self._once_a_second()
                if tick % round(EVERY_S / TICK_S) == 0:
                    yield self.now_s, self._measured()
                    if time.monotonic() > until:
                        return

    def _once_a_second(self) -> None:
        with self._timed("supervisor"):
            self._recorder.count(self._guard.turn(self.now_s))
            self._recorder.departed(self.departed)
            self._recorder.tick()
        assert not self._recorder.trouble
        self.passed += len(self.departed)
        self.departed.clear()
        for card in self._guard.view(self.now_s).alarms:
            if not card.acknowledged:
                self._guard.acknowledge(card.number)
            elif card.outcome is None:
                self._guard.second_check(card.number, Outcome.CONFIRMED, self.now_s)
                self.answered += 1

    def _measured(self) -> dict[str, float]:
        values = of_process("self")
        values["allocated MB"] = allocated_mb()
        values["blocks"] = sys.getallocatedblocks()
        values["objects"] = len(gc.get_objects())
        for name, took in self.took_ms.items():
            values[f"{name} step, p50 ms"] = float(np.median(took))
            values[f"{name} step, p99 ms"] = float(np.percentile(took, 99))
        self.took_ms.clear()
        return values

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.thread_time()
        yield
        self.took_ms[name].append(1e3 * (time.thread_time() - began))

    def _work(self, tick: int, faults: set[str]) -> None:
        if tick % FRAME_TICKS == 0:
            with self._timed("worker"):
                super()._work(tick, faults)

    def _supervise(self) -> None:
        with self._timed("supervisor"):
            super()._supervise()

    def _serve(self, *, deaf: bool) -> None:
        with self._timed("web"):
            super()._serve(deaf=deaf)


def main(hours: float, minutes: float) -> None:
    """Run it and print the slopes."""
    with tempfile.TemporaryDirectory() as folder:
        day = Hours(Path(folder))
        measured = list(day.run_for(hours, time.monotonic() + 60.0 * minutes))
    print(f"{measured[-1][0] / 3600.0:.1f} simulated hours, {day.passed} passages, ", end="")
    print(f"{day.answered} cards answered, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    report(measured, settles_s=1800.0)


if __name__ == "__main__":
    main(float(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 24 * 60.0)
