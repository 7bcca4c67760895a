"""The budget is what the schema says, and a process that speaks at its bound stays inside it."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from device.simulator.scenario.schema import scenario_names
from screening.result import Reason, Verdict
from service.ipc.expiry import stamp
from service.ipc.records import RATES, Presence, Record, Seen, Status, pack, payload_bits
from service.ipc.view import ShownVisitor
from service.ipc.vocabulary import ChannelError
from service.state.audit import verify
from service.state.audit_events import EntriesWithheld, LoginTried, ProcessLost
from service.state.audit_trail import read
from service.state.budget import (
    SCENARIOS,
    hours_for_picture,
    per_hour,
    per_hour_of_admin,
    per_second,
)
from service.state.child_events import (
    EVENTS_PER_HOUR,
    MAX_WITHHELD,
    WITHHELD,
    WRITTEN_EVERY_S,
)
from service.state.counters import MAX_PER_HOUR
from service.state.recorder import Recorder
from service.supervisor.guard_view import GuardView
from service.supervisor.hearing import Hearing
from tests.service.stage import ACCEPTED

HOURS = 1
START = 1_767_258_000.0
MOST_BITS_PER_SECOND = 2000
MOST_BITS_PER_HOUR_OF_TRAIL = 64


class Clock:
    now = START

    def __call__(self) -> float:
        return self.now


class TestWhatIsStated:
    def test_the_supervisor_hears_at_most_two_kilobits_a_second_of_each(self) -> None:
        for line in per_second():
            assert 0 < line.bits < MOST_BITS_PER_SECOND, line

    def test_trail_and_log_get_at_most_sixty_four_bits_an_hour(self) -> None:
        trail = per_hour()[0]
        assert 0 < trail.bits < MOST_BITS_PER_HOUR_OF_TRAIL

    def test_a_picture_takes_weeks(self) -> None:
        assert hours_for_picture() > 14 * 24

    def test_what_an_admin_can_write_is_a_number_too(self) -> None:
        assert all(line.bits < 25_000 for line in per_hour_of_admin())
        assert len(scenario_names()) <= SCENARIOS


def abused(source: random.Random) -> Record:
    """Return a record whose fields are all anything that they can be."""
    kind = source.choice((Seen, Seen, Seen, Status))
    table = kind.TABLE
    values = {}
    for name, field in table.items():
        values[name] = field.unpack(source.randrange(field.values))
    return kind(**values)


class Hostile:
    """A worker that says whatever it may, as often as it may, and dies when that ended it."""

    def __init__(self, folder: Path, clock: Clock, seed: int) -> None:
        self.clock = clock
        self.recorder = Recorder(folder, clock, clock=clock)
        self.view = GuardView()
        self.view.stands(ACCEPTED)
        self.source = random.Random(seed)  # noqa: S311 - an attack that can be repeated
        self.deaths = self.taken = 0
        self.marks: set[int] = set()
        self.hearing = Hearing(clock())

    def speak(self) -> None:
        record = self._plausible(abused(self.source))
        try:
            said = self.hearing.record(pack(record), self.clock())
            self.taken += payload_bits(type(said))
            if isinstance(said, Status):
                self.view.status(said, self.clock())
            else:
                assert isinstance(said, Seen)
                departed = self.view.seen(said, self.clock())
                if departed is not None:
                    self.recorder.departed((departed,))
        except ChannelError:
            self.die()

    def _plausible(self, record: Record) -> Record:
        """Speak of a visitor in turn, and of frames just seen, so that most of it is taken."""
        if isinstance(record, Status):
            return replace(record, exposed=stamp(self.clock()))
        assert isinstance(record, Seen)
        known = record.mark in self.marks
        (self.marks.discard if record.presence is Presence.DEPARTED else self.marks.add)(
            record.mark
        )
        values = {name: getattr(record, name) for name in Seen.TABLE}
        return Seen(**{**values, "begins": not known})

    def die(self) -> None:
        self.deaths += 1
        reason = self.source.choice(list(Reason))
        self.view.lost(reason)
        self.recorder.lost("worker", reason)
        self.marks.clear()
        self.hearing.begins(self.clock())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.slow
def test_a_process_that_speaks_at_its_bound_stays_inside_the_budget(
    tmp_path: Path, clock: Clock
) -> None:
    worker = Hostile(tmp_path, clock, seed=1)
    worker.recorder.tick()
    told: list[object] = []
    worker.recorder.told = told.append
    while clock.now < START + HOURS * 3600.0:
        for _ in range(3):  # more than it may: every bucket runs dry
            worker.speak()
        if worker.source.random() < 0.02:
            worker.die()
        worker.recorder.tick()
        clock.now += 0.3
    worker.recorder.close()
    seconds = HOURS * 3600.0
    assert worker.deaths > 100 * HOURS
    assert 0 < worker.taken / seconds < per_second()[0].bits

    entries = list(read(tmp_path))[1:]
    verify(tmp_path)
    assert len(entries) == len(told)  # the log says what the trail says, and no more
    of_hour = Counter(entry.at[:13] for entry in entries)
    assert max(of_hour.values()) <= EVENTS_PER_HOUR + 1
    for entry in entries:
        event = entry.event
        assert isinstance(event, ProcessLost | EntriesWithheld)
        if isinstance(event, EntriesWithheld):
            assert (event.event, event.times) == (WITHHELD, MAX_WITHHELD)
        assert int(entry.at[17:19]) % WRITTEN_EVERY_S == 0

    counts = json.loads((tmp_path / "counters.json").read_text())
    assert counts
    words = {word for hour in counts.values() for word in hour}
    assert all(0 < number <= MAX_PER_HOUR for hour in counts.values() for number in hour.values())
    assert any(number == MAX_PER_HOUR for hour in counts.values() for number in hour.values())
    assert len(words) * 11 <= per_hour()[1].bits
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {"audit.jsonl", "audit.key", "counters.json"}


def test_what_a_child_brings_about_is_written_on_the_full_ten_seconds(
    tmp_path: Path, clock: Clock
) -> None:
    recorder = Recorder(tmp_path, clock, clock=clock)
    clock.now += 3.7
    recorder.lost("worker", Reason.SILENT)
    recorder.note_of_child(LoginTried(granted=False))
    recorder.tick()
    assert len(list(read(tmp_path))) == 1
    clock.now = START + 9.9
    recorder.tick()
    assert len(list(read(tmp_path))) == 1
    clock.now = START + 10.0
    recorder.tick()
    assert [entry.event for entry in list(read(tmp_path))[1:]] == [
        ProcessLost("worker", Reason.SILENT),
        LoginTried(granted=False),
    ]


def test_what_is_held_is_written_when_the_station_is_stopped(tmp_path: Path, clock: Clock) -> None:
    recorder = Recorder(tmp_path, clock, clock=clock)
    recorder.lost("web", Reason.WORKER_LOST)
    recorder.close()
    assert list(read(tmp_path))[-1].event == ProcessLost("web", Reason.WORKER_LOST)


def test_rates_bound_every_kind_that_comes_more_than_once() -> None:
    assert all(
        rate.per_s * payload_bits(kind) < MOST_BITS_PER_SECOND for kind, rate in RATES.items()
    )


def test_only_a_reason_that_a_visitor_can_have_is_counted(tmp_path: Path, clock: Clock) -> None:
    recorder = Recorder(tmp_path, clock, clock=clock)
    recorder.departed([ShownVisitor(1, 1, Verdict.NO_RESULT, (Reason.FFC, Reason.GLASSES))])
    recorder.close()
    (counts,) = json.loads((tmp_path / "counters.json").read_text()).values()
    assert counts == {"screened": 1, "no_result": 1, "no_result:glasses": 1}
