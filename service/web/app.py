"""The routes of the station: pages, state as events, the picture as a socket, a guard's answers."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Path, Response, WebSocket, WebSocketDisconnect
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from service.ipc.messages import VIEW
from service.ipc.requests import Acknowledge, SecondCheck, UndoOutcome
from service.ipc.view import Outcome, View
from service.ipc.visitor_window import AS_IT_COMES, VisitorWindow
from service.web.admin import admin_router
from service.web.answers import (
    Done,
    Empty,
    Problem,
    Refusal,
    granted,
    on_http_error,
    on_invalid,
    on_refusal,
    responses,
)
from service.web.assets import Asset
from service.web.calibration import calibration_router
from service.web.check import check_router
from service.web.cover import cover_headers
from service.web.guard import Guard
from service.web.hub import AskedTooOften, Hub, HubError, Screen
from service.web.kiosk import kiosk_router
from service.web.shift import shift_router
from service.web.training import training_router
from service.web.visitor import visitor_router

AlarmNumber = Annotated[int, Path(ge=1, le=2**20)]
_NO_TELEMETRY: TelemetryConfig = {
    "auto_configure": False,
    "tracing": False,
    "metrics": False,
    "logs": False,
}


class CheckIn(BaseModel):
    """How a second check ended."""

    model_config = ConfigDict(extra="forbid")
    outcome: Outcome


class _ScreenSays(BaseModel):
    """What a screen says over its socket: what it has painted, or that it is hidden."""

    model_config = ConfigDict(extra="forbid")
    painted: Annotated[int, Field(ge=0, le=2**53)] | None = None
    hidden: bool | None = None
    alert: bool = False


def create_app(
    hub: Hub,
    *,
    pages: Mapping[str, str],
    assets: Mapping[str, Asset],
    authority: str,
    language: str = "en",
    window: VisitorWindow = AS_IT_COMES,
    register: APIRouter | None = None,
    loaded: Callable[[], None] = lambda: None,
) -> ASGIApp:
    """Return the application with its guard before it.

    Parameters
    ----------
    hub
        Joined to the supervisor.
    pages, assets
        Rendered pages by name, static files by path.
    authority
        The address that is ours, `127.0.0.1:8630`.
    language
        Of the station.
    window
        What the site chose of the visitor's window.
    register
        The register's pages.
    loaded
        Called once when the event loop runs, before anybody is answered: nothing is opened later.
    """
    app = application(
        hub, pages=pages, assets=assets, language=language, window=window, loaded=loaded
    )
    if register is not None:
        app.include_router(register)
    return Guard(app, authority=authority)


def application(
    hub: Hub,
    *,
    pages: Mapping[str, str],
    assets: Mapping[str, Asset],
    language: str = "en",
    window: VisitorWindow = AS_IT_COMES,
    loaded: Callable[[], None] = lambda: None,
) -> FastAPI:
    """Return the bare application: no documentation pages, no telemetry."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        loaded()
        task = asyncio.create_task(hub.run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = FastAPI(
        title="Limen station",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HubError, _on_hub_error)
    app.include_router(_page_router(pages, assets))
    app.include_router(_screen_router(hub))
    app.include_router(admin_router(hub))
    app.include_router(calibration_router(hub))
    app.include_router(check_router(hub, pages["check.html"]))
    app.include_router(kiosk_router(hub, language))
    app.include_router(shift_router(hub, pages["shift.html"]))
    app.include_router(training_router(pages["training.html"]))
    app.include_router(visitor_router(hub, pages["visitor.html"], window))
    return app


async def _on_hub_error(request: object, error: Exception) -> Response:
    wait_s = error.wait_s if isinstance(error, AskedTooOften) else 0
    problem = Problem(error=str(error), retry_after_s=int(wait_s))
    return await on_refusal(request, Refusal(429 if wait_s else 503, problem))  # type: ignore[arg-type] # as registered


def _page_router(pages: Mapping[str, str], assets: Mapping[str, Asset]) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def alert_screen() -> HTMLResponse:
        return HTMLResponse(pages["alert.html"])

    @router.get("/beside")
    async def beside() -> HTMLResponse:
        return HTMLResponse(pages["beside.html"])

    covers = cover_headers(pages["cover.html"]) if "cover.html" in pages else {}

    @router.get("/cover")
    async def cover() -> HTMLResponse:
        return HTMLResponse(pages["cover.html"], headers=covers)

    @router.get("/admin")
    async def admin_page() -> HTMLResponse:
        return HTMLResponse(pages["admin.html"])

    @router.get("/admin/calibration")
    async def calibration_page() -> HTMLResponse:
        return HTMLResponse(pages["calibration.html"])

    @router.get("/static/{path:path}")
    async def static(path: str) -> Response:
        asset = assets.get(path)
        if asset is None:
            return Response(status_code=404)
        return Response(asset.body, media_type=asset.media_type)

    return router


def _screen_router(hub: Hub) -> APIRouter:
    router = APIRouter()

    @router.get("/api/state", response_model=View)
    async def state() -> Response:
        """Return what a screen shows now."""
        return Response(VIEW.dump_json(hub.view()), media_type="application/json")

    @router.get(
        "/api/events",
        response_class=EventSourceResponse,
        dependencies=[Depends(hub.check_room)],
        responses=responses(503),
    )
    async def events() -> AsyncIterable[ServerSentEvent]:
        """Stream what a screen shows: beat, time and view, ten times a second."""
        async for event in hub.events():
            yield ServerSentEvent(raw_data=event, event="view", retry=300)

    @router.websocket("/api/picture")
    async def picture(socket: WebSocket) -> None:
        await socket.accept()
        try:
            screen = hub.join()
        except HubError as error:
            await socket.close(1013, str(error))
            return
        try:
            await _serve_screen(hub, screen, socket)
        finally:
            hub.leave(screen)

    @router.post("/api/alarms/{number}/acknowledge", responses=responses(404))
    async def acknowledge(number: AlarmNumber, _body: Empty) -> Done:
        """Say that a guard has seen the alarm."""
        granted(await hub.ask(lambda request: Acknowledge(request, number)))
        return Done()

    @router.post("/api/alarms/{number}/second-check", responses=responses(404))
    async def second_check(number: AlarmNumber, check: CheckIn) -> Done:
        """Say how the alarm ended: with a clinical thermometer, mostly."""
        granted(await hub.ask(lambda request: SecondCheck(request, number, check.outcome)))
        return Done()

    @router.post("/api/alarms/{number}/undo", responses=responses(404))
    async def undo(number: AlarmNumber, _body: Empty) -> Done:
        """Take back how an alarm ended, within ten seconds."""
        granted(await hub.ask(lambda request: UndoOutcome(request, number)))
        return Done()

    return router


async def _serve_screen(hub: Hub, screen: Screen, socket: WebSocket) -> None:
    async def send_pictures() -> None:
        while not hub.ended:
            await screen.picture_ready.wait()
            screen.picture_ready.clear()
            if hub.picture:
                await socket.send_bytes(hub.picture)

    sender = asyncio.create_task(send_pictures())
    try:
        await _hear_screen(hub, screen, socket)
    finally:
        sender.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await sender


async def _hear_screen(hub: Hub, screen: Screen, socket: WebSocket) -> None:
    while True:
        try:
            word = _ScreenSays.model_validate_json(await socket.receive_text())
        except WebSocketDisconnect:
            return
        except (ValidationError, KeyError):
            await socket.close(1008, "This is no word of a screen.")
            return
        if word.hidden is not None:
            hub.hidden(screen, hidden=word.hidden)
        screen.alert |= word.alert
        if word.painted is not None:
            hub.painted(screen, word.painted)
