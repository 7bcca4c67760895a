"""The guard before the application: only this station's own pages get in."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from service.web.guard import MAX_BODY_BYTES, MAX_HEADER_BYTES, SECURITY_HEADERS, Guard

AUTHORITY = "127.0.0.1:8630"
ORIGIN = f"http://{AUTHORITY}"
Headers = list[tuple[str, str]]
GOOD: Headers = [("host", AUTHORITY)]
CHANGE: Headers = [*GOOD, ("origin", ORIGIN), ("content-type", "application/json")]


class App:
    """Answers 200 with what it was sent, and remembers that it was asked at all."""

    def __init__(self) -> None:
        self.asked = 0
        self.body = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.accept"})
            return
        self.body = (await receive())["body"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": self.body})


def ask(
    headers: Headers,
    *,
    method: str = "GET",
    path: str = "/",
    body: Iterable[bytes] = (b"",),
    kind: str = "http",
) -> tuple[App, list[Message]]:
    """Return the application behind the guard and everything that was sent back."""
    app = App()
    sent: list[Message] = []
    parts = list(body)
    incoming: list[Message] = [
        {"type": "http.request", "body": part, "more_body": i + 1 < len(parts)}
        for i, part in enumerate(parts)
    ]
    if kind == "websocket":
        incoming = [{"type": "websocket.connect"}]

    async def receive() -> Message:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(Guard(app, authority=AUTHORITY)(scope, receive, send))
    return app, sent


def status(headers: Headers, **more: Any) -> int:
    app, sent = ask(headers, **more)
    answered = int(sent[0]["status"])
    assert (app.asked == 1) == (answered == 200)
    return answered


def test_our_own_page_gets_in() -> None:
    assert status(GOOD) == 200
    assert status([*GOOD, ("sec-fetch-site", "none")]) == 200
    assert status([*GOOD, ("sec-fetch-site", "same-origin"), ("origin", ORIGIN)]) == 200
    assert status(CHANGE, method="POST", body=[b"{}"]) == 200


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        ["evil.example"],
        ["evil.example:8630"],
        ["localhost:8630"],
        ["127.0.0.1"],
        ["127.0.0.1:8631"],
        ["127.0.0.1:8630.evil.example"],
        ["user@127.0.0.1:8630"],
        ["127.1:8630"],
        ["[::1]:8630"],
        [AUTHORITY, AUTHORITY],
        [AUTHORITY, "evil.example"],
    ],
)
def test_a_name_that_was_made_to_point_here_does_not_get_in(hosts: list[str]) -> None:
    assert status([("host", host) for host in hosts]) == 421


@pytest.mark.parametrize(
    "origins",
    [
        ["http://evil.example"],
        ["null"],
        ["https://127.0.0.1:8630"],
        ["http://127.0.0.1"],
        ["http://127.0.0.1:8630.evil.example"],
        ["file://"],
        [ORIGIN, ORIGIN],
    ],
)
def test_another_pages_requests_do_not_get_in(origins: list[str]) -> None:
    headers = [*GOOD, *(("origin", origin) for origin in origins)]
    assert status(headers) == 403
    assert status([*headers, ("content-type", "application/json")], method="POST") == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_what_the_browser_calls_cross_site_does_not_get_in(site: str) -> None:
    assert status([*GOOD, ("sec-fetch-site", site)]) == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_a_change_without_an_origin_does_not_get_in(method: str) -> None:
    assert status([*GOOD, ("content-type", "application/json")], method=method) == 403


@pytest.mark.parametrize(
    "kinds",
    [
        [],
        ["text/plain"],
        ["application/x-www-form-urlencoded"],
        ["multipart/form-data; boundary=x"],
        ["application/jsonp"],
        ["application/json", "text/plain"],
    ],
)
def test_what_is_no_json_does_not_get_in(kinds: list[str]) -> None:
    headers = [*GOOD, ("origin", ORIGIN), *(("content-type", kind) for kind in kinds)]
    assert status(headers, method="POST") == 415


def test_a_body_that_says_it_is_too_large_is_not_even_read() -> None:
    headers = [*CHANGE, ("content-length", str(MAX_BODY_BYTES + 1))]
    app, sent = ask(headers, method="POST", body=[b"x"])
    assert (app.asked, sent[0]["status"]) == (0, 413)
    assert (b"connection", b"close") in sent[0]["headers"]


def test_a_body_that_grows_too_large_does_not_get_in() -> None:
    assert status(CHANGE, method="POST", body=[b"x" * 4096] * 5) == 413


@pytest.mark.parametrize("length", ["-1", "1e3", "abc", "", "99999999999999999999999"])
def test_a_length_that_is_none_does_not_get_in(length: str) -> None:
    assert status([*CHANGE, ("content-length", length)], method="POST") == 413


def test_a_body_on_a_reading_request_does_not_get_in() -> None:
    assert status(GOOD, body=[b"x"]) == 413


@given(st.binary(max_size=MAX_BODY_BYTES), st.integers(1, 7))
def test_a_body_that_fits_arrives_whole_in_however_many_parts(body: bytes, parts: int) -> None:
    size = max(1, -(-len(body) // parts))
    pieces = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    app, _ = ask(CHANGE, method="POST", body=pieces)
    assert app.body == body


def test_headers_that_are_too_large_do_not_get_in() -> None:
    assert status([*GOOD, ("cookie", "x" * MAX_HEADER_BYTES)]) == 431


def test_an_address_that_is_too_long_does_not_get_in() -> None:
    assert status(GOOD, path="/" + "x" * 600) == 414


@pytest.mark.parametrize(
    "headers",
    [
        GOOD,
        [*GOOD, ("origin", "http://evil.example")],
        [("host", "evil.example"), ("origin", ORIGIN)],
        [*GOOD, ("origin", ORIGIN), ("sec-fetch-site", "cross-site")],
    ],
)
def test_a_socket_of_another_page_is_closed_before_it_is_open(headers: Headers) -> None:
    app, sent = ask(headers, kind="websocket")
    assert app.asked == 0
    assert [message["type"] for message in sent] == ["websocket.close"]


def test_a_socket_of_our_own_page_is_opened() -> None:
    app, sent = ask([*GOOD, ("origin", ORIGIN)], kind="websocket")
    assert app.asked == 1
    assert sent == [{"type": "websocket.accept"}]


@pytest.mark.parametrize("headers", [GOOD, [("host", "evil.example")]])
def test_every_answer_can_neither_be_kept_nor_embedded_nor_read(headers: Headers) -> None:
    _, sent = ask(headers)
    said = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert said.items() >= SECURITY_HEADERS.items()
    policy = said["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "img-src data:" in policy


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["host", "origin", "sec-fetch-site", "content-type", "cookie"]),
            st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
        ),
        max_size=6,
    ),
    st.sampled_from(["GET", "POST", "PUT", "HEAD", "DELETE"]),
)
def test_no_mixture_of_headers_gets_in_without_our_host(headers: Headers, method: str) -> None:
    app, sent = ask(headers, method=method)
    assert app.asked == 0
    assert sent[0]["status"] in {403, 413, 415, 421, 431}
