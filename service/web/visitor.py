"""The visitor's window: how to stand, in pictures first. No temperature, no name, no alarm.

It has an event stream of its own, so that nothing but guidance ever reaches it: whoever stands by
sees the same whatever the station found. Its one number is how far to step. What would be told to a
guard is *thank you* here, for a few seconds, and then *one moment*, which a pause of the camera
looks like, too.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterable
from enum import StrEnum

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from screening.result import Reason, State
from service.ipc.expiry import BELIEVED_S
from service.ipc.view import DOWN, Lane, View
from service.ipc.visitor_window import VisitorWindow, Welcome
from service.web.answers import responses
from service.web.hub import Hub, HubError

THANKS_S = 3.0
MAX_WINDOWS = 4
_EVERY_S = 0.1
_OF_VERDICTS = frozenset({State.CLEAR, State.ELEVATED, State.RECHECK})


class Guide(StrEnum):
    """What a visitor is told."""

    WELCOME = "welcome"
    CLOSER = "closer"
    BACK = "back"
    LOOK = "look"
    ALONE = "alone"
    GLASSES = "glasses"
    SHADE = "shade"
    UNCOVER = "uncover"
    STILL = "still"
    AGAIN = "again"
    THANKS = "thanks"
    PASS = "pass"  # noqa: S105 - a word
    GUARD = "guard"
    MOMENT = "moment"
    CLOSED = "closed"


_OF_STATES = {
    State.READY: Guide.WELCOME,
    State.COME_CLOSER: Guide.CLOSER,
    State.LOOK_AT_CAMERA: Guide.LOOK,
    State.ONE_AT_A_TIME: Guide.ALONE,
    State.TAKE_OFF_GLASSES: Guide.GLASSES,
    State.HOLD_STILL: Guide.STILL,
}
_OF_REASONS = {
    Reason.TOO_CLOSE: Guide.BACK,
    Reason.COVERED: Guide.UNCOVER,
    Reason.SUN_WARMED: Guide.SHADE,
}
_STEPS = frozenset({Guide.CLOSER, Guide.BACK})
_OPENLY = {State.CLEAR: Guide.PASS, State.RECHECK: Guide.AGAIN, State.ELEVATED: Guide.GUARD}


def guide(view: View, *, since_s: float, openly: bool) -> Guide:
    """Return what a visitor is told.

    Parameters
    ----------
    view
        What a guard sees at this moment.
    since_s
        For how long its state and visitor have been the same.
    openly
        Whether verdicts are told.
    """
    if view.lane is not Lane.OPEN:
        return Guide.CLOSED if view.lane is Lane.CLOSED else Guide.MOMENT
    if view.state in DOWN:
        return Guide.MOMENT
    if view.state in _OF_VERDICTS:
        if openly:
            return _OPENLY[view.state]
        return Guide.THANKS if since_s < THANKS_S else Guide.MOMENT
    for reason, what in _OF_REASONS.items():
        if reason in view.reasons:
            return what
    return _OF_STATES.get(view.state, Guide.MOMENT)


def told(view: View, guide: Guide) -> dict[str, Guide | float]:
    """Return what is sent: the guidance, and how far to step in m where that is what to do."""
    steps = guide in _STEPS and view.step_m is not None
    return {"guide": guide, **({"step_m": abs(view.step_m or 0.0)} if steps else {})}


def visitor_router(hub: Hub, page: str, window: VisitorWindow) -> APIRouter:
    """Return the routes: `/visitor` and its guidance."""
    router = APIRouter()
    open_windows = 0

    def check_room() -> None:
        if open_windows >= MAX_WINDOWS:
            raise HubError(f"There are already {MAX_WINDOWS} visitors' windows.")

    @router.get("/visitor", include_in_schema=False)
    async def visitor_page() -> HTMLResponse:
        return HTMLResponse(page)

    @router.get("/api/welcome")
    async def welcome() -> Welcome:
        """Return the site's own words of welcome; empty: the station's own are shown."""
        return hub.welcome

    @router.get(
        "/api/guidance",
        response_class=EventSourceResponse,
        dependencies=[Depends(check_room)],
        responses=responses(503),
    )
    async def guidance() -> AsyncIterable[ServerSentEvent]:
        """Stream how a visitor should stand: `{"guide", "step_m"?, "now_s", "until_s"}`.

        An event of its own, `welcome`, has the site's words of welcome, when they change.
        """
        nonlocal open_windows
        open_windows += 1
        same, since = None, time.monotonic()
        welcomed = Welcome()
        try:
            while not hub.ended:
                view = hub.view()
                now_same = (view.state, view.visitor.id if view.visitor else None)
                if now_same != same:
                    same, since = now_same, time.monotonic()
                guides = guide(view, since_s=time.monotonic() - since, openly=window.verdict)
                if welcomed != hub.welcome:
                    welcomed = hub.welcome
                    yield ServerSentEvent(raw_data=welcomed.model_dump_json(), event="welcome")
                now_s = time.monotonic()
                until_s = now_s + BELIEVED_S if view.state in DOWN else view.until_s
                said = json.dumps({**told(view, guides), "now_s": now_s, "until_s": until_s})
                yield ServerSentEvent(raw_data=said, event="guide", retry=300)
                await asyncio.sleep(_EVERY_S)
        finally:
            open_windows -= 1

    return router
