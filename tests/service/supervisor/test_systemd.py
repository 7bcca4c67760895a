"""The station takes the socket that systemd made, and says that it is alive."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service.supervisor import systemd

TAKE = """
import os, sys
from service.supervisor.listener import bind
os.environ["LISTEN_PID"], os.environ["LISTEN_FDS"] = str(os.getpid()), "1"
listener = bind(0)
print(listener.getsockname()[1], listener.fileno())
print(os.get_inheritable(3), "LISTEN_FDS" in os.environ)
"""


def test_the_socket_of_systemd_is_taken_instead_of_a_new_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as made:
        done = subprocess.run(
            ["bash", "-c", f'exec "$@" 3<&{made.fileno()}', "-", sys.executable, "-c", TAKE],
            pass_fds=[made.fileno()],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == [str(made.getsockname()[1]), "3", "False", "False"], (
            done.stderr
        )


def test_a_socket_meant_for_another_process_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    assert systemd.listener() is None
    assert "LISTEN_FDS" not in os.environ, "and no child will think that it is meant"


def test_the_station_says_that_it_is_alive_but_not_at_every_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(0.0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        watchdog = systemd.Watchdog()
        for turn in range(100):
            watchdog.alive(turn * 0.01)
        assert manager.recv(100) == b"READY=1\nWATCHDOG=1"
        assert manager.recv(100) == b"READY=1\nWATCHDOG=1"
        with pytest.raises(BlockingIOError):
            manager.recv(100)


def test_without_systemd_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_socket(*_: object) -> None:
        raise AssertionError("a socket was made, and there is nobody to tell")

    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.setattr("service.supervisor.systemd.socket.socket", no_socket)
    for turn in range(10):
        systemd.Watchdog().alive(float(turn))
