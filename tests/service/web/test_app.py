"""The interface over real sockets: state, picture, answers, and what is not there."""

import asyncio
import contextlib
import http.client
import json
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from screening.result import Reason, State
from service.ipc.channel import Channel, socket_pair
from service.ipc.messages import MESSAGES
from service.ipc.requests import Acknowledge, ChangeSettings, Screens, SecondCheck
from service.ipc.settings import StationSettings
from service.ipc.view import Outcome
from service.web.hub import Hub
from tests.service.stage import SESSION, Stage, view


def request(
    stage: Stage, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, dict[str, Any], http.client.HTTPMessage]:
    """Return status, JSON and headers of an answer."""
    said = {"Origin": stage.address, "Content-Type": "application/json"} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    connection = http.client.HTTPConnection(stage.authority, timeout=30.0)
    with contextlib.closing(connection):
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, said if method != "GET" else headers)
        with connection.getresponse() as response:
            text = response.read()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, json.loads(text) if is_json else {}, response.headers


def events(stage: Stage) -> Generator[dict[str, Any], None, None]:
    connection = http.client.HTTPConnection(stage.authority, timeout=30.0)
    connection.request("GET", "/api/events")
    with contextlib.closing(connection), connection.getresponse() as response:
        assert response.headers.get_content_type() == "text/event-stream"
        while line := response.readline():
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


def screen(stage: Stage, **more: Any) -> ClientConnection:
    address = f"ws://{stage.authority}/api/picture"
    socket: ClientConnection = connect(address, origin=Origin(stage.address), **more)
    return socket


def until(right: Callable[[], bool], within_s: float = 30.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if right():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture(autouse=True)
def calm(stage: Stage) -> Iterator[None]:
    """Begin and leave every test with a station that is ready."""
    stage.show(view(State.READY))
    stage.silent, stage.answers = False, True
    time.sleep(0.15)
    stage.asked.clear()
    yield
    stage.silent, stage.answers = False, True


def test_the_state_is_what_the_supervisor_said_last(stage: Stage) -> None:
    stage.show(view(State.NOT_SCREENING, Reason.REFERENCE_MOVED))
    assert until(lambda: request(stage, "GET", "/api/state")[1]["state"] == "not_screening")
    assert request(stage, "GET", "/api/state")[1]["reasons"] == ["reference_moved"]


@pytest.mark.alone
def test_events_come_ten_times_a_second_although_nothing_happens(stage: Stage) -> None:
    with contextlib.closing(events(stage)) as stream:
        first = next(stream)
        began = time.monotonic()
        beats = [next(stream)["beat"] for _ in range(20)]
        took = time.monotonic() - began
    assert beats == sorted(set(beats))
    assert beats[0] > first["beat"]
    assert took < 20 * 0.25


def test_a_change_reaches_every_screen_without_a_backlog() -> None:
    """A screen that reads nothing for a while gets the latest view then, and none of the others."""

    async def follow() -> list[str]:
        ours, theirs = socket_pair()
        channel = Channel(ours, MESSAGES)
        hub = Hub(channel, lambda: None)
        stream = hub.events()
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        for state in (State.READY, State.HOLD_STILL, State.RECHECK, State.ELEVATED):
            hub._take(view(state, until_s=time.monotonic() + 10.0), None)
        got = [await first]
        for state in (State.READY, State.HOLD_STILL, State.RECHECK):
            hub._take(view(state, until_s=time.monotonic() + 10.0), None)
        got.append(await anext(stream))
        nothing = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.2)
        assert not nothing.done(), "older views were kept for it"
        hub.close()
        with contextlib.suppress(StopAsyncIteration):
            await nothing
        channel.close()
        theirs.close()
        return [json.loads(event)["view"]["state"] for event in got]

    assert asyncio.run(follow()) == ["elevated", "recheck"]


@pytest.mark.alone
def test_a_silent_supervisor_is_never_shown_as_its_last_word(stage: Stage) -> None:
    stage.show(view(State.CLEAR))
    assert until(lambda: request(stage, "GET", "/api/state")[1]["state"] == "clear")
    stage.silent = True
    with contextlib.closing(events(stage)) as stream:
        began = time.monotonic()
        for event in stream:
            if event["view"]["state"] == "not_screening":
                break
        assert event["view"]["reasons"] == ["silent"]
        assert event["view"]["visitors"] == []
        assert time.monotonic() - began < 1.0


def test_the_picture_comes_over_the_socket_only_while_it_is_watched(stage: Stage) -> None:
    writer = stage.picture()
    grey = np.random.default_rng(5).integers(0, 256, (256, 320), np.uint8)
    with screen(stage) as socket:
        assert until(lambda: stage.watching() == 1)
        writer.write(grey, 77)
        data = socket.recv(timeout=30.0)
        assert isinstance(data, bytes)
        assert np.array_equal(np.frombuffer(data[120:], np.uint8).reshape(256, 320), grey)
        assert int.from_bytes(data[8:16], "little") == 77
        socket.send(json.dumps({"hidden": True}))
        assert until(lambda: stage.watching() == 0)
        socket.send(json.dumps({"hidden": False}))
        assert until(lambda: stage.watching() == 1)
    assert until(lambda: stage.watching() == 0)


@pytest.mark.alone
def test_a_screen_that_paints_is_alive_and_one_that_stops_is_frozen(stage: Stage) -> None:
    with screen(stage) as socket, contextlib.closing(events(stage)) as stream:
        for _ in range(30):
            socket.send(json.dumps({"painted": next(stream)["beat"]}))
        assert not any(isinstance(said, Screens) and said.frozen for said in stage.asked)
        assert until(lambda: stage.asked[-1] == Screens(1, 1), within_s=3.0)
        assert until(
            lambda: request(stage, "GET", "/api/state")[1]["frozen_screens"] == 1, within_s=1.0
        )
        for _ in range(10):
            beat = next(stream)["beat"]
        socket.send(json.dumps({"painted": beat}))
        assert until(lambda: stage.asked[-1] == Screens(1, 0), within_s=1.0)


def test_an_old_beat_again_is_no_sign_of_life(stage: Stage) -> None:
    with screen(stage) as socket, contextlib.closing(events(stage)) as stream:
        beat = next(stream)["beat"]

        def frozen() -> bool:
            socket.send(json.dumps({"painted": beat}))  # it goes on saying so
            time.sleep(0.05)
            return stage.asked[-1:] == [Screens(1, 1)]

        assert until(frozen, within_s=10.0)


@pytest.mark.parametrize(
    "words", ["", "{}x", '{"painted": -1}', '{"painted": "1"}x', '{"more": 1}', b"\x00\x01"]
)
def test_a_screen_that_talks_nonsense_is_shown_the_door(stage: Stage, words: str | bytes) -> None:
    with screen(stage) as socket:
        socket.send(words)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=30.0)


def test_a_huge_message_of_a_screen_is_not_read(stage: Stage) -> None:
    with screen(stage) as socket:
        socket.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=30.0)


def test_there_are_not_more_screens_than_there_may_be(stage: Stage) -> None:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(screen(stage)) for _ in range(17)]
        with pytest.raises(ConnectionClosed):
            sockets[-1].recv(timeout=30.0)


@pytest.mark.parametrize("origin", [None, "http://evil.example"])
def test_a_socket_of_another_page_is_refused(stage: Stage, origin: Origin | None) -> None:
    with pytest.raises(InvalidStatus) as caught:
        connect(f"ws://{stage.authority}/api/picture", origin=origin)
    assert caught.value.response.status_code == 403


def test_a_rebound_name_is_refused_over_the_wire(stage: Stage) -> None:
    status, answer, _ = request(stage, "GET", "/api/state", Host="evil.example")
    assert status == 421
    assert "own address" in answer["error"]


def test_a_guards_answers_reach_the_supervisor(stage: Stage) -> None:
    assert request(stage, "POST", "/api/alarms/3/acknowledge", {})[0] == 200
    assert request(stage, "POST", "/api/alarms/3/second-check", {"outcome": "declined"})[0] == 200
    asked = [said for said in stage.asked if isinstance(said, Acknowledge | SecondCheck)]
    assert [(said.alarm, getattr(said, "outcome", None)) for said in asked] == [
        (3, None),
        (3, Outcome.DECLINED),
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/alarms/3/second-check", {"outcome": "maybe"}),
        ("/api/alarms/3/second-check", {}),
        ("/api/alarms/0/acknowledge", {}),
        ("/api/alarms/x/acknowledge", {}),
        ("/api/alarms/3/acknowledge", {"more": 1}),
        ("/api/alarms/3/acknowledge", []),
    ],
)
def test_what_makes_no_sense_never_reaches_the_supervisor(
    stage: Stage, path: str, body: object
) -> None:
    status, answer, _ = request(stage, "POST", path, body)
    assert status == 422
    assert answer["fields"]
    assert not [said for said in stage.asked if isinstance(said, Acknowledge | SecondCheck)]


def test_a_supervisor_that_does_not_answer_is_said(stage: Stage) -> None:
    stage.answers = False
    status, answer, _ = request(stage, "POST", "/api/alarms/3/acknowledge", {})
    assert status == 503
    assert "does not answer" in answer["error"]


def test_a_session_is_a_cookie_that_no_script_and_no_other_page_gets(stage: Stage) -> None:
    status, _, headers = request(stage, "POST", "/api/admin/login", {"password": "right"})
    assert status == 200
    cookie = headers["set-cookie"].lower()
    assert "limen_session=" + SESSION in cookie
    for word in ("httponly", "samesite=strict"):
        assert word in cookie
    assert "max-age" not in cookie  # it lasts while it is used: the supervisor ends it


def test_settings_are_refused_field_by_field_before_the_supervisor_hears_of_them(
    stage: Stage,
) -> None:
    settings = StationSettings().model_dump(mode="json")
    settings["decision"]["threshold_c"] = 99
    settings["scene"]["emissivity"] = 2
    status, answer, _ = request(
        stage, "PUT", "/api/admin/settings", settings, Cookie="limen_session=" + SESSION
    )
    assert status == 422
    assert set(answer["fields"]) == {"decision.threshold_c", "scene.emissivity"}
    assert not [said for said in stage.asked if isinstance(said, ChangeSettings)]


def test_without_a_session_only_whether_there_is_a_password_is_said(stage: Stage) -> None:
    _, answer, _ = request(stage, "GET", "/api/admin/overview")
    assert answer["password_set"]
    assert not answer["logged_in"]
    assert answer["settings"] is None
    _, answer, _ = request(stage, "GET", "/api/admin/overview", Cookie="limen_session=" + SESSION)
    assert answer["logged_in"]
    assert answer["settings"]["decision"]["threshold_c"] == 37.5


@pytest.mark.parametrize(
    "path", ["/docs", "/redoc", "/openapi.json", "/nothing", "/static/../app.py"]
)
def test_what_is_not_there_is_not_there(stage: Stage, path: str) -> None:
    assert request(stage, "GET", path)[0] == 404


def test_no_answer_names_the_server(stage: Stage) -> None:
    assert "server" not in request(stage, "GET", "/")[2]


@pytest.mark.alone
def test_an_open_stream_does_not_keep_the_process_from_ending() -> None:
    staged = Stage()
    try:
        with contextlib.closing(events(staged)) as stream, screen(staged):
            next(stream)
            began = time.monotonic()
            staged.web.ask_to_stop()
            staged.web.end(began + 10.0)
            assert time.monotonic() - began < 2.5
    finally:
        staged.close_listener()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/admin/attestation"),
        ("PUT", "/api/admin/settings"),
        ("PUT", "/api/admin/password"),
        ("POST", "/api/admin/ffc"),
        ("GET", "/api/admin/history"),
    ],
)
def test_who_is_not_logged_in_uses_up_no_turn_of_those_who_are(
    stage: Stage, method: str, path: str
) -> None:
    bodies: dict[str, object] = {
        "/api/admin/settings": StationSettings().model_dump(mode="json"),
        "/api/admin/password": {"role": "admin", "current": "x", "new": "a new password"},
    }
    before = len(stage.asked)
    for cookie in ("", "limen_session=made-up"):
        assert (
            request(
                stage,
                method,
                path,
                bodies.get(path, {}) if method != "GET" else None,
                Cookie=cookie,
            )[0]
            == 401
        )
    said = stage.asked[before:]
    assert [message for message in said if not isinstance(message, Screens)] == []
