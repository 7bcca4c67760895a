"""A supervisor in this process, with a web process that only listens."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import service.supervisor.main
from service.ipc.channel import Channel, socket_pair
from service.ipc.messages import MESSAGES
from service.supervisor.config import StationConfig
from service.supervisor.main import Supervisor


class Fake:
    """What a slot wants to see of a child."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.pidfd = os.pidfd_open(self.pid)
        ours, self.theirs = socket_pair()
        self.channel = Channel(ours, MESSAGES)
        self.listener = self.output = self.judge = self.lock = None
        self.started_at = time.monotonic()
        self.said: list[object] = []

    def ask(self, message: object) -> None:
        self.said.append(message)

    def ask_to_stop(self) -> None:
        pass

    def end(self, _deadline: float = 0.0) -> None:
        os.close(self.pidfd)
        self.channel.close()
        self.theirs.close()


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(service.supervisor.main, "start_web", lambda *_, **__: Fake())
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    made = Supervisor(StationConfig(state=tmp_path, port=0))
    for number, handler in handlers.items():
        signal.signal(number, handler)
    try:
        yield made
    finally:
        made._end_all()
