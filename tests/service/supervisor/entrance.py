"""A scenario of the simulator through screener, records and cards: no process, no waiting."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from device.simulator.sensor import SimulatedSensor, open_simulated
from screening.result import ScreeningResult, State
from screening.screener import Screener
from screening.settings import Settings
from service.ipc.records import Record, Seen, Status
from service.ipc.view import Need
from service.state.counters import Counted
from service.state.defaults import default_settings
from service.supervisor.guard_view import GuardView
from service.worker.telling import Telling
from tests.service.stage import ACCEPTED

AFTERWARDS_S: Final = 90.0  # whoever was called back would have come by then
TURN_S: Final = 0.1
FFC_EVERY_S: Final = 30.0


@dataclass
class Entrance:
    """What a guard is shown from the first frame of a scenario to a while after its last.

    Attributes
    ----------
    loops
        How often the scenario is played.
    cards
        By number, what each card asked for, in turn, and the visitor's reasons.
    """

    scenario: str
    loops: int = 1
    cards: dict[int, list[tuple[Need, tuple[str, ...]]]] = field(default_factory=dict)
    counted: Counter[Counted] = field(default_factory=Counter)
    states: list[str] = field(default_factory=list)
    steps_m: set[float] = field(default_factory=set)
    now: float = 0.0
    station: GuardView = field(default_factory=GuardView)

    def play(self) -> "Entrance":
        """Play it, and wait."""
        settings = default_settings("simulated", self.scenario).plain()
        self.station.configured(settings)
        self.station.stands(ACCEPTED)
        with open_simulated(self.scenario, realtime=False) as sensor:
            self.station.started(sensor.info, locked=True)
            self._screen(sensor, settings)
        return self

    def _screen(self, sensor: SimulatedSensor, settings: Settings) -> None:
        info = sensor.info
        screener = Screener.of(info, settings)
        telling = Telling(self._take, 0.0, width=info.width)
        ffc_at = -FFC_EVERY_S
        frames = round(self.loops * sensor.scenario.duration_s * info.frame_rate_hz)
        for frame in islice(sensor.frames(), frames):
            result = screener.step(frame)
            self.now = frame.time_s
            telling.tell(result, self.now, exposed_s=self.now)
            self._look()
            if result.ffc_advised and self.now - ffc_at >= FFC_EVERY_S:
                ffc_at = self.now
                sensor.request_ffc()
        gone = screener.finish()
        for _ in range(round(AFTERWARDS_S / TURN_S)):
            self.now += TURN_S
            result = ScreeningResult(0, self.now, State.READY, departed=gone)
            telling.tell(result, self.now, exposed_s=self.now)
            gone = ()
            self._look()

    def _take(self, record: Record) -> None:
        match record:
            case Status():
                self.station.status(record, self.now)
            case Seen():
                self.station.seen(record, self.now)

    def _look(self) -> None:
        self.counted.update(self.station.turn(self.now))
        view = self.station.view(self.now)
        if self.states[-1:] != [view.state.value]:
            self.states.append(view.state.value)
        if view.step_m is not None:
            self.steps_m.add(view.step_m)
        for alarm in view.alarms:
            said = (alarm.need, tuple(reason.value for reason in alarm.visitor.reasons))
            asked = self.cards.setdefault(alarm.number, [])
            if asked[-1:] != [said]:
                asked.append(said)
