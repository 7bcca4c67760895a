"""Every room is looked into, and a room that cannot be looked into is a failure."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.doctor import lock, network
from service.doctor.finding import Finding, Level, Room, examine
from service.doctor.rooms import rooms, rooms_of_station
from tests.hardware.host.test_network import Host

LIMEN = Path(sys.executable).with_name("limen")


def test_trouble_while_looking_is_a_finding_beside_those_before_it() -> None:
    def look() -> Iterator[Finding]:
        yield Finding("first", Level.OK, "Fine.")
        raise OSError("no such file")

    seen = examine(Room("cellar", look))
    assert [finding.level for finding in seen.findings] == [Level.OK, Level.FAIL]
    assert "OSError: no such file" in seen.findings[1].sentence


def test_a_lock_that_cannot_be_closed_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = lock._run

    def broken(what: str) -> subprocess.CompletedProcess[str]:
        if what == "worker":
            return subprocess.CompletedProcess([], 1, "", "Landlock is missing.\n")
        return whole(what)

    monkeypatch.setattr(lock, "_run", broken)
    worker, camera_filter, web = lock.look()
    assert worker.level is Level.FAIL
    assert "Landlock is missing." in worker.sentence
    for other in (camera_filter, web):
        assert other.level is Level.OK, other.sentence
        assert "without it" in other.sentence


def test_a_network_fails_a_real_camera_and_warns_a_simulated_one(tmp_path: Path) -> None:
    computer = Host(tmp_path)
    computer.interface("eth0")
    real, simulated = (network_of(computer, real=real) for real in (True, False))
    assert (real.level, simulated.level) == (Level.FAIL, Level.WARN)
    assert "eth0" in real.sentence


def test_no_network_is_told_as_the_screen_tells_it(tmp_path: Path) -> None:
    found = network_of(Host(tmp_path), real=True)
    assert found.level is Level.OK
    assert found.sentence == "No network, checked 0 s ago."


def network_of(computer: Host, *, real: bool) -> Finding:
    (found,) = network.look(real=real, proc_root=computer.proc, sys_root=computer.sys)
    return found


def test_the_command_looks_into_every_room() -> None:
    done = subprocess.run(
        [LIMEN, "doctor", "--sensor", "simulated", "--json"],
        check=False,
        capture_output=True,
        text=True,
    )
    *findings, summary = map(json.loads, done.stdout.splitlines())
    assert {finding["room"] for finding in findings} == {
        *(room.name for room in rooms()),
        *(room.name for room in rooms_of_station(Path(), "", lambda code: (code, ""))),
    }
    assert summary["kind"] == "summary"
    assert done.returncode == (summary["worst"] == "fail")
    assert all(set(f) == {"kind", "room", "name", "level", "sentence", "remedy"} for f in findings)
    assert all(f["remedy"] for f in findings if f["level"] == "fail")
