"""`limen admin password`: set on the machine, kept as a hash, written in the trail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.ipc.requests import Role
from service.state.admin_password import AdminDoor
from service.state.audit_events import PasswordSet
from service.state.audit_trail import read


def set_password(state: Path, typed: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service.cli", "admin", "password", "--state", str(state)]
    command += more
    return subprocess.run(
        command, input=typed, capture_output=True, text=True, timeout=250, check=False
    )


def test_a_password_from_standard_input_opens_the_door(tmp_path: Path) -> None:
    state = tmp_path / "state"
    ended = set_password(state, "correct horse\n")
    assert ended.returncode == 0, ended.stderr
    assert "correct horse" not in ended.stdout
    door = AdminDoor(state, clock=lambda: 0.0, wall_clock=lambda: 0.0)
    assert door.login("correct horse").session
    assert PasswordSet() in [entry.event for entry in read(state)]


def test_a_password_that_is_too_short_is_said_in_a_sentence(tmp_path: Path) -> None:
    ended = set_password(tmp_path / "state", "short\n")
    assert ended.returncode == 1
    assert "at least 8" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_auditors_password_opens_the_auditors_door(tmp_path: Path) -> None:
    state = tmp_path / "state"
    ended = set_password(state, "reads everything\n", "--role", "auditor")
    assert ended.returncode == 0, ended.stderr
    door = AdminDoor(state, clock=lambda: 0.0, wall_clock=lambda: 0.0)
    assert door.login("reads everything", Role.AUDITOR).session
    assert not door.password_set
    assert "admin and auditor" in set_password(state, "x\n", "--role", "guard").stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave files of root behind")
def test_what_root_writes_belongs_to_the_station(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, 54321, 54321)
    assert set_password(state, "correct horse\n").returncode == 0
    owners = {file.name: file.stat().st_uid for file in state.iterdir()}
    assert {"admin.json", "attempts.json", "audit.jsonl", "audit.key", "lock"} <= set(owners)
    assert set(owners.values()) == {54321}
