"""Scenes for the process lock: every locked process is one of its own, started as the station does.

A scene is a script. It runs in the locked process; what it does before `settle()` happens while the
process starts, what it does afterwards under the whole lock.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.service.sandbox.play import Played, play

PROJECT = Path(__file__).resolve().parents[3]

Scene = Callable[..., Played]


@pytest.fixture
def scene() -> Scene:
    return play


@pytest.fixture(scope="session")
def report() -> Callable[[str], Any]:
    """Return what `python -m service.sandbox WHAT` prints."""
    cache: dict[str, Any] = {}

    def get(what: str) -> Any:
        if what not in cache:
            done = subprocess.run(
                [sys.executable, "-m", "service.sandbox", what],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                cwd=PROJECT,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            cache[what] = json.loads(done.stdout)
        return cache[what]

    return get
