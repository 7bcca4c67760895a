"""What the kiosk asks, the pulse of pages, the shift and the guidance, over real sockets."""

import contextlib
import http.client
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from screening.result import State, Verdict
from service.ipc.expiry import BELIEVED_S
from service.ipc.requests import Duty, NoteDuty
from service.ipc.view import Advice, Lane
from service.ipc.visitor_window import Welcome, Welcoming
from tests.service.stage import Stage, elevated, view, visitor


def ask(stage: Stage, path: str, body: object = None) -> tuple[int, dict[str, Any]]:
    said = {"Origin": stage.address, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(stage.authority, timeout=30.0)
    with contextlib.closing(connection):
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, json.dumps(body), said)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def socket(stage: Stage, path: str) -> ClientConnection:
    return connect(f"ws://{stage.authority}{path}", origin=Origin(stage.address))


def until(right: Callable[[], bool], within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not right():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kiosk(stage: Stage) -> dict[str, Any]:
    return ask(stage, "/api/kiosk")[1]


@pytest.fixture(autouse=True)
def calm(stage: Stage) -> Iterator[None]:
    stage.show(view(State.READY))
    stage.silent = False
    time.sleep(0.15)
    stage.asked.clear()
    yield
    stage.silent = False
    until(lambda: kiosk(stage)["painted_age_s"] is None)


def events(stage: Stage, path: str) -> Iterator[dict[str, Any]]:
    connection = http.client.HTTPConnection(stage.authority, timeout=30.0)
    connection.request("GET", path)
    with contextlib.closing(connection), connection.getresponse() as response:
        while line := response.readline():
            if line.startswith(b"data:"):
                yield json.loads(line[5:])


def test_without_a_page_nothing_is_painted(stage: Stage) -> None:
    until(lambda: kiosk(stage)["screening"])  # on a busy computer its first word may be old already
    said = kiosk(stage)
    assert said["painted_age_s"] is None
    assert said["alert_age_s"] is None
    assert said["screening"] is True
    assert said["language"] == "en"


def test_a_painted_beat_is_seen_and_grows_old(stage: Stage) -> None:
    beats = events(stage, "/api/events")
    with socket(stage, "/api/picture") as screen:
        beat = next(beats)["beat"]
        screen.send(json.dumps({"painted": beat}))
        until(lambda: kiosk(stage)["painted_age_s"] is not None)
        assert kiosk(stage)["alert_age_s"] is None  # it did not say that it is the alert screen
        screen.send(json.dumps({"painted": next(beats)["beat"], "alert": True}))
        until(lambda: kiosk(stage)["alert_age_s"] is not None)
        first = kiosk(stage)["alert_age_s"]
        time.sleep(0.3)
        screen.send(json.dumps({"painted": beat, "alert": True}))  # an old beat is no sign of life
        time.sleep(0.1)
        assert kiosk(stage)["alert_age_s"] >= first + 0.3
        screen.send(json.dumps({"hidden": True}))
        until(lambda: kiosk(stage)["painted_age_s"] is None)
    beats.close()  # type: ignore[attr-defined] # a generator


def test_a_station_that_screens_nobody_or_is_silent_says_so(stage: Stage) -> None:
    stage.show(view(State.WARMING_UP))
    until(lambda: kiosk(stage)["screening"] is False)
    stage.show(view(State.READY))
    until(lambda: kiosk(stage)["screening"] is True)
    stage.silent = True
    until(lambda: kiosk(stage)["screening"] is False)


def test_an_alarm_is_said_until_it_is_acknowledged(stage: Stage) -> None:
    stage.show(elevated())
    until(lambda: kiosk(stage)["alarm"] is True)
    stage.show(elevated(acknowledged=True))
    until(lambda: kiosk(stage)["alarm"] is False)


def test_a_page_without_a_picture_has_a_pulse_and_is_called_away_by_an_alarm(stage: Stage) -> None:
    with socket(stage, "/api/pulse") as page:
        page.send(json.dumps({"painted": 1}))
        until(lambda: kiosk(stage)["painted_age_s"] is not None)
        assert kiosk(stage)["alert_age_s"] is None
        stage.show(elevated())
        assert page.recv(timeout=10.0) == "alarm"
        page.send(json.dumps({"hidden": True}))
        until(lambda: kiosk(stage)["painted_age_s"] is None)


def test_a_page_is_told_when_a_station_that_worked_no_longer_does(stage: Stage) -> None:
    down = view(State.NOT_SCREENING)
    stage.show(down)
    until(lambda: kiosk(stage)["screening"] is False)
    with socket(stage, "/api/pulse") as page:
        with pytest.raises(TimeoutError):  # it has not worked since the page was opened
            page.recv(timeout=1.3)
        stage.show(view(State.READY))
        until(lambda: kiosk(stage)["screening"] is True)
        for shown in (replace(down, advice=Advice.MOMENT), replace(down, lane=Lane.CLOSED)):
            stage.show(shown)
            with pytest.raises(TimeoutError):
                page.recv(timeout=1.3)
        stage.show(down)
        assert page.recv(timeout=10.0) == "out-of-order"
        with pytest.raises(TimeoutError):
            page.recv(timeout=1.3)
        stage.show(elevated())
        assert page.recv(timeout=10.0) == "alarm"


@pytest.mark.parametrize("word", ["", "{}{}", '{"painted": 0}', '{"alert": true}', "[]"])
def test_what_is_no_word_of_a_page_ends_its_socket(stage: Stage, word: str) -> None:
    with socket(stage, "/api/pulse") as page:
        page.send(word)
        with pytest.raises(ConnectionClosed):
            page.recv(timeout=10.0)


@pytest.mark.slow
def test_lamp_and_sound_are_tried_for_a_few_seconds(stage: Stage) -> None:
    assert kiosk(stage)["lamp_test"] is False
    assert ask(stage, "/api/kiosk/test", {})[0] == 200
    assert kiosk(stage)["lamp_test"] is True
    until(lambda: kiosk(stage)["lamp_test"] is False)


def test_a_duty_goes_to_the_supervisor_and_nothing_else_does(stage: Stage) -> None:
    assert ask(stage, "/api/shift", {"duty": "begun", "well": False})[0] == 200
    (noted,) = (said for said in stage.asked if isinstance(said, NoteDuty))
    assert (noted.duty, noted.well) == (Duty.BEGUN, False)
    assert ask(stage, "/api/shift", {"duty": "begun", "name": "Ada"})[0] == 422
    assert ask(stage, "/api/shift", {"duty": "slept"})[0] == 422
    assert ask(stage, "/api/shift")[1]["screened"] == 312


def guided(stage: Stage) -> Iterator[dict[str, Any]]:
    """Yield what a visitor's window is told, without the times until which that holds."""
    for event in events(stage, "/api/guidance"):
        if "guide" in event:
            assert 0.0 < event.pop("until_s") - event.pop("now_s") < BELIEVED_S + 0.001
        yield event


def test_the_words_of_welcome_come_when_they_are_changed(stage: Stage) -> None:
    assert ask(stage, "/api/welcome")[1] == Welcome().model_dump()
    guidance = guided(stage)
    assert next(guidance) == {"guide": "welcome"}  # the station's own words need no telling
    wanted = Welcome(fr="Bienvenue à la mairie", de="Grüß Gott")
    try:
        stage.web.channel.send(Welcoming(wanted))
        until(lambda: next(guidance) == wanted.model_dump())
        assert next(guidance) == {"guide": "welcome"}
        again = guided(stage)  # whoever comes later hears them first
        assert next(again) == wanted.model_dump()
        again.close()  # type: ignore[attr-defined] # a generator
        stage.web.channel.send(Welcoming(Welcome()))
        until(lambda: next(guidance) == Welcome().model_dump())
    finally:
        guidance.close()  # type: ignore[attr-defined] # a generator


def test_guidance_carries_one_word(stage: Stage) -> None:
    guidance = guided(stage)
    assert next(guidance) == {"guide": "welcome"}
    who = visitor(1, Verdict.ELEVATED, skin_c=38.9)
    stage.show(replace(elevated(), visitor=who))
    said = [next(guidance) for _ in range(6)]
    assert said[-1] == {"guide": "thanks"}
    assert all(set(one) == {"guide"} for one in said)
    stage.show(view(State.READY, lane=Lane.CLOSED))
    until(lambda: next(guidance) == {"guide": "closed"})
    guidance.close()  # type: ignore[attr-defined] # a generator
