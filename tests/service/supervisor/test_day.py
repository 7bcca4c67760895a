"""Eight hours of an entrance at speed: no alarm is lost, every path ends, the sums are right."""

import random
from collections import Counter, deque
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from screening.result import Reason, State, Verdict
from screening.settings import Settings
from service.ipc.expiry import stamp
from service.ipc.records import MARKS, Presence, Seen, Status
from service.ipc.view import DOWN, Alarm, Need, Outcome, View
from service.state.counters import Counted
from service.state.recorder import Recorder
from service.supervisor.cards import MAX_SHOWN, UNDO_S, WAITS_S
from service.supervisor.guard_view import GuardView
from tests.service.stage import ACCEPTED
from tests.service.supervisor.test_guard_view import SENSOR

DAY_S = 8 * 3600
START = 1_767_258_000.0
RETURNING = {Need.AGAIN, Need.WAIT}
BACK_SHARE = 0.7  # of those who were asked to be measured again
WORDS: tuple[tuple[tuple[Verdict | Reason, ...], int], ...] = (
    ((Verdict.CLEAR,), 80),
    ((Verdict.ELEVATED, Reason.ABOVE_THRESHOLD), 5),
    ((Verdict.RECHECK, Reason.NEAR_THRESHOLD), 6),
    ((Verdict.RECHECK, Reason.TOO_COLD), 3),
    ((Verdict.NO_RESULT, Reason.BLURRED), 6),
)
FAULTS = (
    (State.NOT_SCREENING, Reason.FFC, 12),
    (State.NOT_SCREENING, Reason.REFERENCE_HIDDEN, 40),
    (State.NOT_SCREENING, Reason.SENSOR_STALLED, 90),
)


@dataclass
class Passage:
    """Somebody before the camera: what the screener says of them, and when they go."""

    seen: Seen
    word: tuple[Verdict | Reason, ...]
    speaks_at: float
    goes_at: float


class Day:
    """An entrance, its guard and its station."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.source = random.Random(seed)  # noqa: S311 - a day that can be repeated
        self.now = START
        self.station = GuardView()
        self.station.configured(Settings())
        self.station.started(SENSOR, locked=True)
        self.station.stands(ACCEPTED)
        self.recorder = Recorder(folder, self.clock, clock=self.clock)
        self.here: dict[int, Passage] = {}
        self.back_at: list[float] = []
        self.fault: tuple[State, Reason, float] | None = None
        self.mark = 0
        self.departed = Counter[Verdict]()
        self.last_word: dict[int, Verdict | None] = {}
        self.cards: dict[int, Alarm] = {}  # the last that was seen of each
        self.ended: dict[int, tuple[Outcome, float]] = {}  # by the guard, who may undo it
        self.undone = self.thermometers = self.losses = 0
        self.lately: deque[View] = deque(maxlen=3)  # what the other guard's eyes still see
        self.raced = Counter[bool]()

    def clock(self) -> float:
        return self.now

    # ---- who comes, and what fails

    def tick(self) -> None:
        self.now += 1.0
        self._fail()
        self._come()
        for passage in list(self.here.values()):
            self._go_on(passage)
        state, reason = self.fault[:2] if self.fault else (State.READY, None)
        self.station.status(Status(state, reason, exposed=stamp(self.now)), self.now)
        self.count()
        view = self.station.view(self.now)
        self.look(view)
        self.answer(view)
        self.race()
        self.lately.append(view)

    def _fail(self) -> None:
        if self.fault is not None and self.now > self.fault[2]:
            self.fault = None
        if self.fault is None and self.source.random() < 1 / 900:
            state, reason, lasts_s = self.source.choice(FAULTS)
            self.fault = state, reason, self.now + self.source.uniform(2, lasts_s)
        if self.source.random() < 1 / 1800:
            self.losses += 1
            for last in self.station.lost(Reason.WORKER_LOST):
                self._last(last.id, last.verdict)
                self.recorder.departed((last,))
            self.here.clear()
            self.station.started(SENSOR, locked=True)

    def _come(self) -> None:
        returns = [at for at in self.back_at if at <= self.now]
        comes = returns or self.source.random() < 1 / 12
        if not comes or len(self.here) > 2:
            return
        if returns:
            self.back_at.remove(returns[0])
        weights = [weight for _, weight in WORDS]
        (word,) = self.source.choices([word for word, _ in WORDS], weights)
        self.mark = (self.mark + 1) % MARKS
        stands_s = self.source.choice((4, 6, 8, 40))
        seen = Seen(self.mark, True, Presence.IN_VIEW, place=0.5, came_from=0.1)  # noqa: FBT003
        speaks_at = self.now + self.source.choice((2, 3))
        self.here[self.mark] = Passage(seen, word, speaks_at, self.now + stands_s)
        self.station.seen(seen, self.now)

    def _go_on(self, passage: Passage) -> None:
        verdict, *reasons = passage.word
        assert isinstance(verdict, Verdict)
        seen = replace(passage.seen, begins=False)
        if self.now >= passage.speaks_at and verdict is not Verdict.NO_RESULT:
            why = reasons[0] if reasons else None
            assert why is None or isinstance(why, Reason)
            seen = replace(seen, verdict=verdict, reason=why, skin_temp_c=37.6)
        if self.now >= passage.goes_at:
            seen = replace(
                seen, presence=Presence.DEPARTED, verdict=seen.verdict or Verdict.NO_RESULT
            )
            del self.here[seen.mark]
        last = self.station.seen(seen, self.now)
        if last is not None:
            self._last(last.id, last.verdict)
            self.recorder.departed((last,))
            unsure = last.verdict in {Verdict.RECHECK, Verdict.NO_RESULT}
            if unsure and self.source.random() < BACK_SHARE:
                self.back_at.append(self.now + self.source.uniform(5, 45))

    def _last(self, number: int, verdict: Verdict | None) -> None:
        assert verdict is not None
        self.departed[verdict] += 1
        self.last_word[number] = verdict

    def count(self) -> None:
        words = self.station.turn(self.now)
        self.thermometers += words.count(Counted.THERMOMETER)
        self.recorder.count(words)

    # ---- what the guard sees, and does

    def look(self, view: View) -> None:
        """Check the screen of this moment against everything that was on it before."""
        shown = {alarm.number: alarm for alarm in view.alarms}
        for number, before in self.cards.items():
            if number in shown:
                continue
            if before.outcome is None and len(shown) < MAX_SHOWN:
                raise AssertionError(f"card {number} is gone: {before}")
            assert before.acknowledged, "an alarm that calls is on every screen"
            if before.outcome is not None:
                assert (before.undo_s or 0.0) <= 1.0 + 1e-6, "gone before it could be undone"
        hidden = {n: a for n, a in self.cards.items() if n not in shown and a.outcome is None}
        self.cards = hidden | shown
        assert list(shown) == sorted(shown)
        if view.state in DOWN:
            assert (view.visitors, view.visitor, view.fading) == ((), None, None)
        called = [alarm for alarm in view.alarms if not alarm.acknowledged]
        if called and view.state not in DOWN:
            assert view.state is State.ELEVATED
            assert view.visitor == replace(called[0].visitor)
        for visitor in view.visitors:
            for alarm in view.alarms:
                if alarm.visitor.id == visitor.id and alarm.outcome is None:
                    assert visitor.verdict is not Verdict.CLEAR, "clear beside a card"

    def answer(self, view: View) -> None:
        """Do something about a card now and then, and sometimes think better of it."""
        if not view.alarms or self.source.random() > 1 / 20:
            return
        alarm = self.source.choice(view.alarms)
        if alarm.outcome is not None:
            if self.source.random() < 0.3:
                assert self.station.undo(alarm.number, self.now)
                self.ended.pop(alarm.number, None)
                self.undone += 1
        elif not alarm.acknowledged:
            assert self.station.acknowledge(alarm.number)
        elif alarm.need not in RETURNING or self.source.random() < 0.05:
            some = tuple(Outcome) if alarm.need is Need.WAIT else tuple(Outcome)[:3]
            outcome = self.source.choice(some)
            assert self.station.second_check(alarm.number, outcome, self.now)
            self.ended[alarm.number] = outcome, self.now

    def race(self) -> None:
        """Answer, as another guard, what was on the screen up to three seconds ago."""
        if not self.lately or not self.lately[0].alarms or self.source.random() > 1 / 20:
            return
        before = self.source.choice(self.lately[0].alarms)
        number, now = before.number, self.cards.get(before.number)
        if before.outcome is not None:
            taken = self.station.undo(number, self.now)
            if taken:
                self.ended.pop(number, None)
        elif not before.acknowledged:
            taken = self.station.acknowledge(number)
        else:
            outcome = self.source.choice(tuple(Outcome)[:3])
            taken = self.station.second_check(number, outcome, self.now)
            if taken:
                assert number not in self.ended, "two outcomes of one alarm"
                assert now is None or now.need is before.need or now.acknowledged
                self.ended[number] = outcome, self.now
        self.raced[taken] += 1

    def close(self) -> None:
        """Empty the entrance, end every card, and stop the station."""
        for passage in list(self.here.values()):
            passage.goes_at = self.now
        self.tick()
        for _ in range(round(WAITS_S) + 60):  # whoever waits indoors has waited
            self.now += 1.0
            self.station.status(Status(State.READY, exposed=stamp(self.now)), self.now)
            self.count()
            self.look(self.station.view(self.now))
        while (view := self.station.view(self.now)).waiting:
            for alarm in view.alarms:
                if alarm.outcome is None:
                    assert alarm.need not in RETURNING, "a path without an end"
                    self.station.acknowledge(alarm.number)
                    assert self.station.second_check(alarm.number, Outcome.DECLINED, self.now)
                    self.ended[alarm.number] = Outcome.DECLINED, self.now
            self.now += UNDO_S
            self.count()
        self.recorder.count(self.station.close())

    @property
    def sums(self) -> Counter[str]:
        return sum(self.recorder._counters._hours.values(), Counter())


@pytest.mark.parametrize("seed", range(3))
def test_a_day_of_eight_hours(seed: int, tmp_path: Path) -> None:
    day = Day(seed, tmp_path)
    for _ in range(DAY_S):
        day.tick()
    day.close()
    sums = day.sums
    cards = day.station._cards
    assert (cards.waiting, cards.shown(day.now), cards._people) == (0, (), {})
    # Everything that a card can be about happened, and often enough to mean something.
    assert day.losses > 3
    assert day.undone > 3
    assert min(day.raced[True], day.raced[False]) > 10  # both guards were first, and too late
    assert min(sums[word] for word in Counted) > 5, sums
    # Every card ended as somebody said, or as clear when the visitor was measured again.
    by_guard = Counter(outcome for outcome, _ in day.ended.values())
    assert [sums[one] for one in (Counted.CONFIRMED, Counted.NOT_CONFIRMED, Counted.DECLINED)] == [
        by_guard[one] for one in (Outcome.CONFIRMED, Outcome.NOT_CONFIRMED, Outcome.DECLINED)
    ]
    opened = cards._next_card - 1
    by_station = sums[Counted.CLEARED] - by_guard[Outcome.CLEARED]
    assert by_station > 0
    assert opened == by_guard.total() + by_station
    # Whoever came is counted once for each time, with the word that was their last.
    assert sums[Counted.SCREENED] == day.departed.total()
    assert sums[Counted.ELEVATED] == day.departed[Verdict.ELEVATED]
    assert (
        sums[Counted.NO_RESULT] == day.departed[Verdict.RECHECK] + day.departed[Verdict.NO_RESULT]
    )
    assert sums[Counted.THERMOMETER] == day.thermometers
