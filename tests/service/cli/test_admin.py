"""`limen admin password`: set on the machine, kept as a hash, written in the trail."""

import subprocess
import sys
from pathlib import Path

from service.state.admin_password import AdminDoor
from service.state.audit_events import PasswordSet
from service.state.audit_trail import read


def set_password(state: Path, typed: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service.cli", "admin", "password", "--state", str(state)]
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
