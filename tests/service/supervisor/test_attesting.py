"""An attestation is asked for from outside of the station, followed, and believed with reason."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from service.ipc.attestation import Part, ShownPart
from service.state import attested
from service.supervisor.attesting import GIVE_UP_S, Attesting
from tests.service.stage import ATTESTED as GOOD

RUNNING = frozenset({100, 101, 102})


class Clock:
    """Seconds that stand until they are moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def asked_of_root(folder: Path, clock: Clock) -> Attesting:
    return Attesting(folder, None, of_root=True, clock=clock)


def test_roots_unit_is_asked_by_an_empty_file_and_its_answer_is_read(
    tmp_path: Path, clock: Clock
) -> None:
    attesting = asked_of_root(tmp_path, clock)
    assert attesting.stands(RUNNING).shown is None
    assert attesting.begin()
    assert (tmp_path / attested.WANTED).read_bytes() == b""
    assert not attesting.begin()
    clock.now += 20.0
    assert attesting.stands(RUNNING).running_s == 20.0
    (tmp_path / attested.WANTED).unlink()  # the unit has taken it
    attested.keep(tmp_path, GOOD, b"envelope")
    stands = attesting.stands(RUNNING)
    assert (stands.running_s, stands.failed, stands.holds) == (None, False, True)
    assert stands.shown == GOOD
    assert attesting.begin()


def test_an_answer_that_never_comes_is_given_up_and_said(tmp_path: Path, clock: Clock) -> None:
    attesting = asked_of_root(tmp_path, clock)
    attesting.begin()
    clock.now += GIVE_UP_S + 1.0
    stands = attesting.stands(RUNNING)
    assert (stands.running_s, stands.failed) == (None, True)
    assert not (tmp_path / attested.WANTED).exists()
    assert attesting.begin()
    assert not attesting.stands(RUNNING).failed


def test_a_wish_that_a_power_cut_left_is_taken_back_at_the_start(
    tmp_path: Path, clock: Clock
) -> None:
    attested.want(tmp_path)
    asked_of_root(tmp_path, clock)
    assert not (tmp_path / attested.WANTED).exists()


@pytest.mark.parametrize("keeps", [True, False])
def test_without_root_a_process_of_our_own_attests(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, keeps: bool
) -> None:
    made = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    monkeypatch.setattr(Attesting, "_start", lambda _self: made)
    attesting = Attesting(tmp_path, None, of_root=False, clock=clock)
    assert attesting.begin()
    assert attesting.stands(RUNNING).running_s == 0.0
    assert not (tmp_path / attested.WANTED).exists()
    if keeps:
        attested.keep(tmp_path, GOOD, b"envelope")
    made.communicate(b"\n")
    stands = attesting.stands(RUNNING)
    assert (stands.running_s, stands.failed) == (None, not keeps)


def test_what_is_under_way_ends_with_the_station(tmp_path: Path, clock: Clock) -> None:
    attesting = Attesting(tmp_path, None, of_root=False, clock=clock)
    attesting.begin()
    process = attesting._process
    assert process is not None
    attesting.end()
    assert process.returncode is not None


@pytest.mark.parametrize("running", [RUNNING | {103}, RUNNING - {102} | {104}, frozenset()])
def test_it_says_nothing_of_processes_that_were_started_since(
    tmp_path: Path, clock: Clock, running: frozenset[int]
) -> None:
    attesting = asked_of_root(tmp_path, clock)
    attested.keep(tmp_path, GOOD, b"envelope")
    stands = attesting.stands(running)
    assert (stands.still, stands.holds) == (False, False)


def test_one_from_before_the_station_was_started_is_of_others_though_their_numbers_are_the_same(
    tmp_path: Path, clock: Clock
) -> None:
    attested.keep(tmp_path, GOOD, b"envelope")
    attesting = asked_of_root(tmp_path, clock)  # as after a boot that gives out the same numbers
    stands = attesting.stands(RUNNING)
    assert (stands.shown, stands.still, stands.holds) == (GOOD, False, False)
    attested.keep(tmp_path, GOOD, b"envelope")
    assert attesting.stands(RUNNING).holds


@pytest.mark.parametrize(
    "lacking",
    [
        {"holds": False},
        {"supervisor": 0},
        {"attacks": ()},
        {"reached": 0},
        {"parts": ()},
        {"parts": (*GOOD.parts[1:], ShownPart(Part.PROCESSES, 1, ("A fault.",)))},
        {"processes": GOOD.processes[:1]},
        {"processes": (replace(GOOD.processes[0], compared=False), GOOD.processes[1])},
        {"attacks": (replace(GOOD.attacks[0], through=True),)},
    ],
    ids=lambda lacking: next(iter(lacking)),
)
def test_an_empty_list_or_one_fault_never_holds(lacking: dict[str, object]) -> None:
    assert GOOD.proven
    assert not replace(GOOD, **lacking).proven  # type: ignore[arg-type] # each of its own type


@pytest.mark.parametrize("data", [b"", b"{}", b"[" * 60_000, b'{"made_s": 1e999}'])
def test_what_is_no_attestation_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / attested.SHOWN).write_bytes(data)
    assert attested.read(tmp_path) is None


def test_what_is_kept_is_bounded(tmp_path: Path) -> None:
    long = replace(GOOD, parts=(ShownPart(Part.CODE, 1, ("x" * 301,)),))
    attested.keep(tmp_path, long, b"envelope")
    assert attested.read(tmp_path) is None
    attested.keep(tmp_path, GOOD, b"envelope")
    with (tmp_path / attested.SHOWN).open("ab") as file:
        file.write(b" " * attested.MAX_BYTES)
    assert attested.read(tmp_path) is None
