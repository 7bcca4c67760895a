"""What the kiosk's watch asks, and the pulse of pages that show neither state nor picture."""

import asyncio
import time
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from service.web.answers import Done, Empty, responses
from service.web.hub import Hub, HubError, Screen

LAMP_TEST_S = 6.0
_LOOK_S = 0.1
_DOWN_S = 1.0  # out of order for so long, and whoever reads another page is told


class Kiosk(BaseModel):
    """What can be seen of the station just now.

    Attributes
    ----------
    painted_age_s, alert_age_s
        How long ago a page of the station, and the alert screen, has painted; None: none is open
        that can be seen.
    screening
        Whether somebody who steps up is screened.
    alarm
        Whether an alarm waits for a guard.
    lamp_test
        Whether a guard tries lamp and sound just now.
    language
        Of the station.
    """

    painted_age_s: float | None
    alert_age_s: float | None
    screening: bool
    alarm: bool
    lamp_test: bool
    language: str


class _PageSays(BaseModel):
    """What a page says of itself: that it has painted once more, or is hidden."""

    model_config = ConfigDict(extra="forbid")
    painted: Annotated[int, Field(ge=1, le=2**53)] | None = None
    hidden: bool | None = None


def kiosk_router(hub: Hub, language: str) -> APIRouter:
    """Return the routes: what is seen, a test of the lamp, and the pulse of other pages."""
    router = APIRouter()
    tested_at = float("-inf")

    @router.get("/api/kiosk")
    async def kiosk() -> Kiosk:
        """Return what can be seen of the station just now."""
        seen = hub.seen()
        return Kiosk(
            painted_age_s=seen.painted_age_s,
            alert_age_s=seen.alert_age_s,
            screening=seen.screening,
            alarm=seen.alarm,
            lamp_test=time.monotonic() - tested_at < LAMP_TEST_S,
            language=language,
        )

    @router.post("/api/kiosk/test", responses=responses())
    async def test(_body: Empty) -> Done:
        """Let lamp and sound be tried, for a few seconds."""
        nonlocal tested_at
        tested_at = time.monotonic()
        return Done()

    @router.websocket("/api/pulse")
    async def pulse(socket: WebSocket) -> None:
        await socket.accept()
        try:
            page = hub.open_page()
        except HubError as error:
            await socket.close(1013, str(error))
            return
        try:
            await _serve_page(hub, page, socket)
        finally:
            hub.close_page(page)

    return router


async def _call_away(hub: Hub, socket: WebSocket) -> None:
    """Call a page away when an alarm waits: nobody reads on over an alarm.

    And tell it when a station that worked has ceased to.
    """
    worked_at: float | None = None  # not since the page was opened, or that was told
    while not hub.ended:
        if hub.alarm:
            await socket.send_text("alarm")
            return
        if not hub.out_of_order:
            worked_at = time.monotonic()
        elif worked_at is not None and time.monotonic() - worked_at > _DOWN_S:
            await socket.send_text("out-of-order")
            worked_at = None
        await asyncio.sleep(_LOOK_S)


async def _serve_page(hub: Hub, page: Screen, socket: WebSocket) -> None:
    """Hear a page."""
    caller = asyncio.create_task(_call_away(hub, socket))
    try:
        while True:
            word = _PageSays.model_validate_json(await socket.receive_text())
            if word.hidden is not None:
                page.hidden = word.hidden
            if word.painted is not None:
                hub.pulse(page)
    except WebSocketDisconnect:
        return
    except (ValidationError, KeyError):
        await socket.close(1008, "This is no word of a page.")
    finally:
        caller.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await caller
