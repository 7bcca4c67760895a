"""Connections that say nothing do not stand in the way of a guard."""

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pytest

from service.supervisor.listener import HOST
from service.web.door import ASKS_WITHIN_S, MAX_IDLE
from service.web.guard import BODY_WITHIN_S
from service.web.hub import MAX_STREAMS
from tests.service.stage import Stage
from tests.service.web.test_app import events

pytestmark = pytest.mark.alone


def connected(stage: Stage) -> socket.socket:
    return socket.create_connection((HOST, int(stage.authority.split(":")[1])), timeout=30.0)


@contextlib.contextmanager
def many(stage: Stage, number: int, says: bytes = b"") -> Iterator[list[socket.socket]]:
    """Open connections that say this much and no more."""
    with contextlib.ExitStack() as stack:
        crowd = []
        for _ in range(number):
            one = stack.enter_context(connected(stage))
            one.sendall(says)
            crowd.append(one)
        yield crowd


def state(stage: Stage) -> tuple[bytes, float]:
    """Ask for the state; return the first line of the answer, and how long it took."""
    began = time.monotonic()
    with connected(stage) as one:
        one.sendall(f"GET /api/state HTTP/1.1\r\nHost: {stage.authority}\r\n\r\n".encode())
        return one.recv(4096).split(b"\r\n")[0], time.monotonic() - began


def ended(one: socket.socket, within_s: float) -> bool:
    one.settimeout(within_s)
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("says", [b"", b"GET /api/state HTTP/1.1\r\nHost: "])
def test_a_crowd_that_says_nothing_locks_nobody_out(stage: Stage, says: bytes) -> None:
    with contextlib.closing(events(stage)) as own:
        next(own)
        with many(stage, 200, says) as crowd:
            line, took_s = state(stage)
            assert line == b"HTTP/1.1 200 OK"
            assert took_s < 1.0
            assert all(ended(one, 5.0) for one in crowd[: 200 - MAX_IDLE])
            last = time.monotonic()
            for _ in range(20):  # the guard's own stream goes on
                next(own)
                assert time.monotonic() - last < 1.0
                last = time.monotonic()


def test_the_oldest_that_say_nothing_make_room_before_their_time(stage: Stage) -> None:
    with many(stage, MAX_IDLE + 4) as crowd:
        assert ended(crowd[0], ASKS_WITHIN_S - 2.0)
        assert all(ended(one, 1.0) for one in crowd[1:4])
        assert not ended(crowd[4], 0.1)


def test_whoever_does_not_ask_is_shown_out(stage: Stage) -> None:
    with many(stage, 3) as crowd:
        assert not ended(crowd[0], ASKS_WITHIN_S - 2.0)
        assert all(ended(one, 5.0) for one in crowd)


def test_a_body_that_does_not_come_is_not_waited_for(stage: Stage) -> None:
    head = (
        f"POST /api/alarms/1/acknowledge HTTP/1.1\r\nHost: {stage.authority}\r\n"
        f"Origin: {stage.address}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n"
    )
    with connected(stage) as one:
        one.sendall(head.encode())
        one.settimeout(BODY_WITHIN_S + 5.0)
        assert one.recv(100).startswith(b"HTTP/1.1 408")


def test_streams_are_counted_and_those_that_are_there_stay(stage: Stage) -> None:
    ask = f"GET /api/events HTTP/1.1\r\nHost: {stage.authority}\r\n\r\n".encode()
    with many(stage, MAX_STREAMS, ask) as crowd:
        for one in crowd:
            assert one.recv(15) == b"HTTP/1.1 200 OK"
        with connected(stage) as late:
            late.sendall(ask)
            answer = b""
            while b'"error"' not in answer and (part := late.recv(4096)):
                answer += part
            assert answer.startswith(b"HTTP/1.1 503")
            assert "streams" in json.loads(answer.split(b"\r\n\r\n", 1)[1])["error"]
        for one in crowd:
            assert one.recv(1)
