"""When a check code is made: soon after its facts change, thrice a minute, never of guesses."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.checkcode.statement import Fact, read
from service.state.station_key import KEY, StationKeyError
from service.supervisor.check_code import AGAIN_S, CHANGED_AFTER_S, CheckCodes
from tests.service.running import alive, gone

HEAD = "ab" * 16
FACTS = frozenset({Fact.WORKER_LOCKED, Fact.NO_NETWORK, Fact.HARDWARE_ADMITTED})
NOW = 1000.0


@pytest.fixture
def codes(tmp_path: Path) -> Iterator[CheckCodes]:
    made = CheckCodes(tmp_path, None, lambda: 1_795_000_000.9)
    yield made
    made.end()


def first(codes: CheckCodes, now: float = NOW, facts: frozenset[Fact] = FACTS) -> str:
    deadline = time.monotonic() + 150.0
    while (code := codes.due(now, HEAD, facts)) is None:
        assert time.monotonic() < deadline, "the code is not hashed"
        time.sleep(0.05)
    return code.text


def test_it_says_what_is_so(codes: CheckCodes) -> None:
    _, said = read(first(codes))
    assert (said.audit_head, said.facts, said.at_s) == (HEAD, FACTS, 1_795_000_000)


def test_a_new_one_comes_three_times_a_minute(codes: CheckCodes) -> None:
    first(codes)
    assert codes.due(NOW + AGAIN_S - 0.1, HEAD, FACTS) is None
    assert codes.due(NOW + AGAIN_S, HEAD, FACTS) is not None


def test_a_change_is_told_soon_but_not_at_once(codes: CheckCodes) -> None:
    first(codes)
    fewer = FACTS - {Fact.WORKER_LOCKED}
    assert codes.due(NOW + CHANGED_AFTER_S - 0.1, HEAD, fewer) is None
    code = codes.due(NOW + CHANGED_AFTER_S, HEAD, fewer)
    assert code is not None
    assert read(code.text)[1].facts == fewer


def test_a_new_web_process_gets_one_at_once(codes: CheckCodes) -> None:
    first(codes)
    codes.again()
    assert codes.due(NOW + 0.1, HEAD, FACTS) is not None


def test_without_an_audit_trail_there_is_none(codes: CheckCodes) -> None:
    first(codes)
    codes.again()
    assert codes.due(NOW, "", FACTS) is None


def test_nothing_is_hashed_while_a_station_starts(
    codes: CheckCodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[float] = []
    monkeypatch.setattr("subprocess.Popen", lambda *_a, **_k: begun.append(1.0))
    starting = FACTS - {Fact.HARDWARE_ADMITTED}
    assert codes.due(time.monotonic() + 5.0, HEAD, starting) is None
    assert begun == []
    codes.due(time.monotonic() + 5.0, HEAD, FACTS)
    assert begun == [1.0]


def test_a_station_without_a_sensor_has_a_code_too(codes: CheckCodes) -> None:
    without = FACTS - {Fact.HARDWARE_ADMITTED}
    _, said = read(first(codes, time.monotonic() + 10.0, without))
    assert said.facts == without


def test_what_hashes_ends_with_the_station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found by kills of whole stations: the hashing went on without one."""
    endless = tmp_path / "python"
    endless.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    endless.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(endless))
    told_by, telling = os.pipe()
    station = os.fork()
    if station == 0:
        codes = CheckCodes(tmp_path, None)
        codes.due(NOW, HEAD, FACTS)
        assert codes._measuring is not None
        os.write(telling, str(codes._measuring.pid).encode())
        time.sleep(60.0)
        os._exit(0)
    hashes = int(os.read(told_by, 20))
    assert alive(hashes)
    os.kill(station, signal.SIGKILL)
    os.waitpid(station, 0)
    os.close(told_by)
    os.close(telling)
    assert gone([hashes], within_s=20.0)


def test_a_station_with_a_damaged_key_does_not_start(tmp_path: Path) -> None:
    (tmp_path / KEY).write_bytes(b"short")
    with pytest.raises(StationKeyError):
        CheckCodes(tmp_path, None)
