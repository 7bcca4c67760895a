"""The whole way from camera to page in one process and in its own time, with faults on the way.

The parts are the station's: screener, telling, records, hearing, guard view and hub. What lies
between them (line, sockets, the page's clock) is drawn here, so that anything can break, thousands
of times, without waiting.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast
from unittest import mock

import numpy as np

from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from screening.faces.detection import Detection
from screening.faces.detector import FaceDetector
from screening.result import Reason
from screening.screener import Screener
from screening.settings import Reference, Settings
from service.ipc.acceptance import ShownAcceptance
from service.ipc.channel import Channel, socket_pair
from service.ipc.messages import MESSAGES, VIEW
from service.ipc.records import Instruments, Record, Seen, Status, pack
from service.ipc.view import ShownVisitor, View
from service.supervisor.guard_view import GuardView
from service.supervisor.hearing import Hearing
from service.supervisor.patience import Patience
from service.web.hub import Hub
from service.worker.telling import Telling
from tests.oracle.grammar import HARMLESS, NO_FRAMES, OF_A_STATION, Fault
from tests.oracle.judge import Blindness, Moment
from tests.screening.pictures import Wall, detection, disc, face
from tests.service.stage import SENSOR

TICK_S = 1 / 36
FRAME_TICKS = 4  # 9 Hz
COMES_S = 2.5
PAGE_LASTS_S = 0.5  # static/expiry.js
AFTER_S = 11.0  # filmed after the last fault
SETTINGS = Settings(references=(Reference(temp_c=36.0),))
RADIOMETRY = Radiometry(tlinear=True, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)
FACE = (55.0, 70.0, 40.0)


class Camera:
    """Films somebody who stands before a wall beside the reference, with a Lepton's noise.

    Attributes
    ----------
    ffc_ended_s
        When the last FFC was over, on the clock of its frames.
    empty
        Whether whoever has come has gone again.
    """

    def __init__(self, seed: int, canthus_c: float) -> None:
        wall = Wall(noise_k=0.0)
        person = face(*FACE, canthus_c, canthus_c - 2.0)
        self._scene = wall.paint(disc(104, 120, 6, 35.6), person)
        self._without = wall.paint(person)
        self._empty = wall.paint(disc(104, 120, 6, 35.6))
        self._rng = np.random.default_rng(seed)
        self._noise = self._rng.standard_normal(self._scene.shape)
        self._held: np.ndarray | None = None
        self.ffc_ended_s = -100.0
        self.empty = False

    def frame(self, number: int, at_s: float, faults: set[str]) -> RadiometricFrame | None:
        """Return the frame of a moment; None when none comes."""
        counts = self._counts(number, faults)
        ffc, age_s = FfcState.COMPLETE, at_s - self.ffc_ended_s
        radiometry, fpa_c, time_s, sequence = RADIOMETRY, 30.0, at_s, number
        if "an FFC" in faults:
            ffc, age_s = FfcState.IN_PROGRESS, 0.0
        if "no FFC ever" in faults:
            ffc = FfcState.NEVER
        if "the age of the FFC is no number" in faults:
            age_s = math.nan
        if "time is no number" in faults:
            time_s = math.nan
        if "time goes back" in faults:
            time_s = at_s - 2.0 * (at_s - math.floor(at_s))
        if "the counter stands" in faults:
            sequence = 7
        if "impossible FPA temperature" in faults:
            fpa_c = 900.0
        if "low gain" in faults:
            radiometry = replace(radiometry, gain=Gain.LOW)
        if "not radiometric" in faults:
            radiometry = replace(radiometry, tlinear=False)
        frame = RadiometricFrame(counts, radiometry, time_s, sequence, ffc, age_s, fpa_temp_c=fpa_c)
        return None if "frames are lost" in faults else frame

    def reseed(self, seed: int) -> None:
        """Draw noise and hot pixels from another seed from now on."""
        self._rng = np.random.default_rng(seed)

    @staticmethod
    def has_come(number: int) -> bool:
        """Whether somebody stands there at the time of a frame."""
        return number >= COMES_S / TICK_S / FRAME_TICKS

    def _counts(self, number: int, faults: set[str]) -> np.ndarray:
        shape = self._scene.shape
        self._noise = 0.94 * self._noise + math.sqrt(1 - 0.94**2) * self._rng.standard_normal(shape)
        celsius = self._seen(number, faults) + 0.05 * self._noise
        counts = (2.0 * np.rint((celsius + 273.15) * 50.0)).astype(np.uint16)
        if not faults & {"frozen", "half frozen", "a patch is frozen", "frozen with fresh noise"}:
            if "each frame twice" in faults and number % 2 and self._held is not None:
                return self._held
            self._held = counts
        held = self._held if self._held is not None else counts
        counts = counts.copy()
        if "frozen" in faults:
            counts = held.copy()
        if "half frozen" in faults:
            counts[:80] = held[:80]
        if "a patch is frozen" in faults:
            counts[60:80, 40:60] = held[60:80, 40:60]
        if "frozen with fresh noise" in faults:
            fresh = self._rng.normal(0.0, 1.4, shape)
            counts = np.rint(held + fresh).astype(np.uint16)
        if "hot pixels" in faults:
            places = self._rng.choice(counts.size, counts.size // 100, replace=False)
            counts.reshape(-1)[places] = 39_705  # 123.9 deg C
        if "zeros" in faults or ("every second frame zero" in faults and number % 2):
            counts[:] = 0
        return counts

    def _seen(self, number: int, faults: set[str]) -> np.ndarray:
        """Return what is before it."""
        if self.empty or not self.has_come(number):
            return self._empty
        return self._without if "the reference is gone" in faults else self._scene


def blindness(kind: str, begins_s: float, ends_s: float) -> Blindness:
    """Return what a fault means to the oracle."""
    notice_s = OF_A_STATION[kind]
    return Blindness(kind, begins_s, ends_s, notice_s, no_frames=kind in NO_FRAMES)


class Chain:
    """From camera to page, step by step.

    Attributes
    ----------
    now_s
        The time of all its parts.
    faults
        What breaks when.
    departed
        Who has gone, with their last word.
    """

    def __init__(self, faults: Sequence[Fault], *, seed: int = 0, canthus_c: float = 36.0) -> None:
        self.now_s = 0.0
        self._tick = 0
        self.faults = faults
        self._camera = Camera(seed, canthus_c)
        self._packets: deque[bytes] = deque()
        self._views: deque[View] = deque()
        self._ours, self._theirs = socket_pair()
        self._hub = Hub(Channel(self._ours, MESSAGES), lambda: None)
        self._guard = GuardView()
        self._guard.stands(ShownAcceptance(causes=(), screens=True))
        self._patience = Patience(0.0)
        self._shown_s = 0.0
        self._heard_s = -math.inf
        self._event: dict[str, Any] = {}
        self._until_s = 0.0
        self._dead = True
        self.departed: list[ShownVisitor] = []

    def monotonic(self) -> float:
        """Return the time, where the station asks for it."""
        return self.now_s

    def time(self) -> float:
        """Return the time of day, where the station asks for it."""
        return 1_767_258_000.0 + self.now_s

    def run(self) -> list[Moment]:
        """Play everything; return what the page showed."""
        try:
            return self.until(max(f.begins_s + f.lasts_s for f in self.faults) + AFTER_S)
        finally:
            self.close()

    def close(self) -> None:
        """End it."""
        self._ours.close()
        self._theirs.close()

    def until(self, ends_s: float) -> list[Moment]:
        """Play on until a time; return what the page showed."""
        moments = []
        with mock.patch("service.web.hub.time", self):
            for tick in range(self._tick + 1, round(ends_s / TICK_S)):
                self._tick, self.now_s = tick, tick * TICK_S
                self._step(tick, {f.kind for f in self.faults if f.now(self.now_s)})
                moments.append(Moment(self.now_s, self._page()))
        return moments

    def reseed(self, seed: int) -> None:
        """Let chance go another way from now on."""
        self._camera.reseed(seed)

    def blindness(self) -> list[Blindness]:
        """Return when the station was blind, and for how long it may not have known."""
        return [
            blindness(f.kind, f.begins_s, f.begins_s + f.lasts_s)
            for f in self.faults
            if f.kind not in HARMLESS
        ]

    def _step(self, tick: int, faults: set[str]) -> None:
        if "the worker dies" in faults:
            if not self._dead:
                self._guard.lost(Reason.WORKER_LOST)
                self._packets.clear()
                del self._screener, self._telling  # its memory ends with it
            self._dead = True
        elif self._dead:
            self._start_worker()
        late = "frames come late" in faults and tick % 12
        if not self._dead and "the worker stops" not in faults and not late:
            self._work(tick, faults)
        if "the supervisor stops" not in faults:
            self._supervise()
        if "the web process stops" not in faults:
            self._serve(deaf="the page hears nothing" in faults)

    def _start_worker(self) -> None:
        self._dead = False
        self._screener = Screener(120, 160, 44.3, 0.05, SETTINGS, noise_walks=True)
        self._screener._detector = cast("FaceDetector", self)
        self._telling = Telling(self._send, self.now_s)
        self._hearing = Hearing(self.now_s)
        self._guard.started(SENSOR, locked=True)
        self._guard.configured(SETTINGS)

    def detect(self, *_: object) -> list[Detection]:
        """Stand in for the network: the face is where it was painted."""
        return [detection(*FACE)] if self.now_s >= COMES_S else []

    def _send(self, record: Record) -> None:
        self._packets.append(pack(record))

    def _work(self, tick: int, faults: set[str]) -> None:
        if tick % FRAME_TICKS:
            return
        frame = self._camera.frame(tick // FRAME_TICKS, self.now_s, faults)
        if frame is not None:
            self._telling.tell(self._screener.step(frame), self.now_s, exposed_s=self.now_s)

    def _supervise(self) -> None:
        changed = bool(self._packets)
        if self._patience.slept(self.now_s):
            self._hearing.slept(self.now_s)
        self._patience.turn(self.now_s)
        while self._packets:
            said = self._hearing.record(self._packets.popleft(), self.now_s)
            if isinstance(said, Status):
                self._guard.status(said, self.now_s)
            elif isinstance(said, Seen):
                last = self._guard.seen(said, self.now_s)
                self.departed += [] if last is None else [last]
            elif isinstance(said, Instruments):
                self._guard.instruments(said)
        if changed or self.now_s - self._shown_s >= 0.1:
            self._shown_s = self.now_s
            self._views.append(self._guard.view(self.now_s))

    def _serve(self, *, deaf: bool) -> None:
        while self._views:
            self._hub._take(self._views.popleft(), None)
        if not deaf and self.now_s - self._heard_s >= 0.1:
            self._heard_s = self.now_s
            self._event = VIEW.dump_python(self._hub.view(), mode="json")
            down = self._event["state"] in {"not_screening", "starting", "warming_up", "self_test"}
            self._until_s = self.now_s + PAGE_LASTS_S if down else self._event["until_s"]

    def _page(self) -> dict[str, Any]:
        """Return what is on the page: the last event, or the cover when it may not be believed."""
        if self._event and self.now_s < self._until_s:
            return self._event
        alarms = self._event.get("alarms", [])
        return {"state": "not_screening", "reasons": ["silent"], "visitors": [], "alarms": alarms}
