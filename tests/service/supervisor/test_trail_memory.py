"""What a station remembers of its register: from its own trail, and no other word."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hardware.errors import RegisterError
from hardware.register.memory import Memory
from hardware.vetting.station import Vetting
from service.state import audit
from service.state.audit import AuditLog
from service.state.audit_events import PasswordSet, RegisterSeen, SensorEnrolled
from service.state.audit_trail import TRAIL, AuditError
from service.supervisor.trail_memory import TrailMemory
from tests.hardware.institution import SAYS, TODAY, Institution, told
from tests.hardware.trees import Fake

NOON = datetime(2026, 12, 1, 12, 0, 0, tzinfo=UTC)
A, B = "a" * 64, "b" * 64


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now.timestamp()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(tmp_path: Path, clock: Clock) -> AuditLog:
    (tmp_path / "state").mkdir()
    return AuditLog(tmp_path / "state", wall_clock=clock)


@pytest.fixture
def state(log: AuditLog, tmp_path: Path) -> Path:
    return tmp_path / "state"


def enrolled(port: str, digest: str) -> SensorEnrolled:
    return SensorEnrolled("our-boson", A, A, digest, port)


def test_the_highest_numbers_and_the_newest_time_are_remembered(
    state: Path, log: AuditLog, clock: Clock
) -> None:
    memory = TrailMemory(state)
    assert memory.recall() == Memory(newest=NOON)
    log.append(RegisterSeen(5, A, 2, B))
    log.append(enrolled("1-2", A))
    clock.now = NOON + timedelta(hours=3)
    log.append(enrolled("1-2", B))
    log.append(RegisterSeen(4, B, 1, A))  # an older one never lowers it
    clock.now = NOON + timedelta(hours=1)
    log.append(PasswordSet())
    expected = Memory(5, A, 2, B, NOON + timedelta(hours=3), {"1-2": B})
    assert memory.recall() == expected  # line by line
    assert TrailMemory(state).recall() == expected  # from the beginning


def test_what_was_seen_is_written_once_and_the_time_each_day(
    state: Path, log: AuditLog, clock: Clock
) -> None:
    def written() -> int:
        return (state / TRAIL).read_bytes().count(b"register_seen")

    memory = TrailMemory(state, log.append, clock)
    seen = Memory(5, A, 2, B)
    memory.note(Memory())  # nothing was seen where there is no register of one's own
    assert written() == 0
    for hours, times in ((0, 1), (1, 1), (23, 1), (24, 2), (25, 2)):
        clock.now = NOON + timedelta(hours=hours)
        memory.note(seen)
        assert written() == times, hours
    memory.note(Memory(5, B, 2, B))
    assert written() == 3
    memory.note(Memory(6, B, 2, B))
    assert written() == 4
    TrailMemory(state).note(Memory(9, A, 2, B))  # who only reads writes nothing
    assert TrailMemory(state).recall().index == 6


def test_a_memory_that_cannot_be_written_is_an_error(state: Path, clock: Clock) -> None:
    def full(_: object) -> None:
        raise AuditError("The disk is full.")

    with pytest.raises(RegisterError, match="The disk is full"):
        TrailMemory(state, full, clock).note(Memory(5, A, 2, B))


def test_a_line_that_somebody_wrote_by_hand_is_no_memory(state: Path, log: AuditLog) -> None:
    """An enrolment of yesterday, brought back with a line that says it is the last one."""
    log.append(enrolled("1-2", B))
    memory = TrailMemory(state)
    assert memory.recall().enrolled == {"1-2": B}
    trail = state / TRAIL
    last = trail.read_bytes().splitlines()[-1]
    forged = json.loads(last)
    forged["n"] += 1
    forged["event"]["enrolment_sha256"] = A
    with trail.open("ab") as file:
        file.write(json.dumps(forged, separators=(",", ":")).encode() + b"\n")
    with pytest.raises(RegisterError, match="is not as it was written"):
        memory.recall()
    with pytest.raises(RegisterError, match="is not as it was written"):
        TrailMemory(state).recall()


def test_a_line_that_is_being_written_is_waited_for(state: Path, log: AuditLog) -> None:
    memory = TrailMemory(state)
    memory.recall()
    log.append(RegisterSeen(5, A, 2, B))
    whole = (state / TRAIL).read_bytes()
    (state / TRAIL).write_bytes(whole[:-10])
    assert memory.recall().index == 0
    (state / TRAIL).write_bytes(whole)
    assert memory.recall().index == 5


def test_a_trail_that_grew_shorter_forgets_nothing_while_the_station_runs(
    state: Path, log: AuditLog
) -> None:
    trail = state / TRAIL
    before = trail.read_bytes()
    log.append(RegisterSeen(5, A, 2, B))
    memory = TrailMemory(state)
    assert memory.recall().index == 5
    trail.write_bytes(before)
    assert memory.recall().index == 5


def test_a_new_trail_remembers_what_the_old_ones_saw(
    state: Path, log: AuditLog, clock: Clock
) -> None:
    clock.now = NOON + timedelta(days=4000)  # the clock had run ahead
    log.append(RegisterSeen(5, A, 2, B))
    log.append(enrolled("1-2", A))
    running = TrailMemory(state)
    running.recall()
    with (state / TRAIL).open("ab") as file:
        file.write(b'{"event":7}\n["event"]\n{"event":{"kind":"register_seen"}}\n\xff\n')
    clock.now = NOON
    audit.restart(state)
    for memory in (running, TrailMemory(state)):
        now = memory.recall()
        assert (now.index, now.trust, now.enrolled) == (5, 2, {"1-2": A})
        assert now.newest is not None
        assert now.newest < NOON + timedelta(days=4000)


def test_a_trail_that_cannot_be_read_is_no_memory(state: Path, log: AuditLog) -> None:
    (state / TRAIL).write_bytes(b"?\n")
    with pytest.raises(RegisterError, match=r"memory cannot be read\. Entry 0"):
        TrailMemory(state).recall()


# ---- as the station asks it


@pytest.fixture
def vetting(tmp_path: Path, state: Path, log: AuditLog, clock: Clock) -> Vetting:
    institution = Institution(tmp_path)
    memory = TrailMemory(state, log.append, clock)
    return Vetting(institution.own, state, institution.sys, lambda: TODAY, memory, clock)


def test_a_register_that_was_seen_is_remembered_by_the_next_process(
    vetting: Vetting, state: Path
) -> None:
    index = vetting.register().index
    assert index is not None
    assert TrailMemory(state).recall().index == index.content.version


def test_a_clock_before_the_trail_opens_no_sensor_and_says_how_to_mend_it(
    vetting: Vetting, clock: Clock
) -> None:
    vetting.register()
    clock.now = NOON - timedelta(seconds=1)
    decision = vetting.vet("our-boson", None, SAYS)
    assert not decision.passes
    assert "The clock shows 2026-12-01 11:59:59 UTC" in str(decision)
    assert "timedatectl set-time" in str(decision)


def test_a_page_is_told_what_the_station_remembers_and_has(
    vetting: Vetting, tmp_path: Path, log: AuditLog
) -> None:
    from hardware.vetting.enrolment import save
    from hardware.vetting.station import ENROLMENTS, Here

    institution = Institution(tmp_path / "again")
    vetting = Vetting(
        institution.own, vetting.state, institution.sys, lambda: TODAY, vetting.memory
    )
    save(vetting.state / ENROLMENTS, institution.enrol(Fake()))
    (unit,) = vetting.here().units
    assert (unit.dossier, unit.serial, unit.port, unit.by) == ("our-boson", "93588", "1-2", "Ada")
    assert unit.problem == "It is not the last one in the audit trail."
    (entry,) = vetting.enrolments()
    log.append(enrolled("1-2", entry.sha256))
    here = vetting.here()
    assert here.units[0].problem == ""
    assert Here.from_json(here.to_json()) == here
    institution.admin = type(institution.admin).new("Otto")
    institution.write_dossier(identity__revision=told("D"))
    institution.trust(institution.anna.entry() + institution.bert.entry())
    assert "is not in the trust file" in vetting.here().units[0].problem
    (institution.own / "trust.toml").write_text("?")
    assert "trust file is no TOML" in vetting.here().trouble
