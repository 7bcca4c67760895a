"""The guard before the application: who may ask at all, for HTTP and for WebSocket alike.

Loopback is no protection by itself: every page in a browser on this machine can reach it, and a
name that resolves to 127.0.0.1 makes it same-origin (DNS rebinding). So: one exact Host, an Origin
wherever something is changed or a socket is opened, nothing cross-site, JSON only, small bodies
and headers, and answers that no other page can embed, read or keep.
"""

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES = 16 * 1024
LARGER_BODIES = {"/api/admin/calibration/paper": 1_450_000}  # a laboratory's file, as base64
MAX_HEADER_BYTES = 8 * 1024
MAX_TARGET_BYTES = 512
BODY_WITHIN_S = 5.0
_SAFE = frozenset({"GET", "HEAD"})
# An image may come as data only (the icon): no picture of anybody ever comes over HTTP.
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src data:; "
    "connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)
SECURITY_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": _CONTENT_SECURITY_POLICY,
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": (
        "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=(), "
        "display-capture=(), clipboard-read=(), clipboard-write=(), payment=()"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "SAMEORIGIN",
}


class Refused(Exception):
    """A request that does not get in. The sentence says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Guard:
    """Pure ASGI middleware around the whole application.

    Parameters
    ----------
    app
        The application.
    authority
        The one Host that is ours, `127.0.0.1:8630`.
    """

    def __init__(self, app: ASGIApp, *, authority: str) -> None:
        self._app = app
        self._hosts = {authority, authority.removesuffix(":80")}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a connection in, or answer it here."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check(scope, headers)
            if scope["type"] == "http":
                receive = _replay(await _read_body(scope, headers, receive), receive)
        except Refused as refused:
            await _refuse(refused, scope, receive, send)
            return
        await self._app(scope, receive, _hardened(send))

    def _check(self, scope: Scope, headers: Headers) -> None:
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            raise Refused(431, "The request's headers are too large.")
        target = scope.get("raw_path") or scope["path"].encode()
        if len(target) + len(scope.get("query_string", b"")) > MAX_TARGET_BYTES:
            raise Refused(414, "The request's address is too long.")
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            raise Refused(421, "This station answers to its own address only.")
        changes = scope["type"] == "websocket" or scope["method"] not in _SAFE
        origins = headers.getlist("origin")
        if len(origins) > 1 or (origins and origins[0] not in self._origins):
            raise Refused(403, "Requests of other pages are refused.")
        if changes and not origins:
            raise Refused(403, "A request that changes something must name its origin.")
        sites = headers.getlist("sec-fetch-site")
        if any(site not in {"same-origin", "none"} for site in sites):
            raise Refused(403, "Requests of other pages are refused.")
        if scope["type"] == "websocket":
            return
        kinds = headers.getlist("content-type")
        if scope["method"] not in _SAFE and (
            len(kinds) != 1 or kinds[0].split(";")[0].strip().lower() != "application/json"
        ):
            raise Refused(415, "Only JSON is understood.")


async def _read_body(scope: Scope, headers: Headers, receive: Receive) -> bytes:
    limit = 0 if scope["method"] in _SAFE else LARGER_BODIES.get(scope["path"], MAX_BODY_BYTES)
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise Refused(413, f"The request's body is larger than {limit} bytes.")
    body = bytearray()
    while True:
        try:
            async with asyncio.timeout(BODY_WITHIN_S):
                message = await receive()
        except TimeoutError:
            raise Refused(408, "The request's body did not come.") from None
        if message["type"] == "http.disconnect":
            raise Refused(400, "The request ended before its body.")
        body += message.get("body", b"")
        if len(body) > limit:
            raise Refused(413, f"The request's body is larger than {limit} bytes.")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read once more, and after it what really comes: the disconnect."""
    waiting = [body]

    async def receive_again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return receive_again


async def _refuse(refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": str(refused)})
        return
    response = JSONResponse({"error": str(refused)}, refused.status)
    if refused.status == 413:  # the rest of the body is not read
        response.headers["connection"] = "close"
    await response(scope, receive, _hardened(send))


def _hardened(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)  # a page of ours may have its own
        await send(message)

    return send_with_headers
