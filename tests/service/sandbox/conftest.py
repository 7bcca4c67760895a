"""Scenes for the process lock: every locked process is one of its own."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from service.sandbox import SINGLE_THREADED

PROJECT = Path(__file__).resolve().parents[3]
PREAMBLE = """
import os, signal, socket, sys, threading, time
from dataclasses import replace
from service.sandbox import *
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
"""

Scene = Callable[..., subprocess.CompletedProcess[str]]


def play(script: str, *arguments: str, environment: dict[str, str] | None = None) -> Any:
    """Run a script in a fresh process with nothing but pipes open."""
    return subprocess.run(
        [sys.executable, "-c", PREAMBLE + script, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(PROJECT),
            **(environment or SINGLE_THREADED),
        },
        timeout=250,
        check=False,
    )


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
