"""The pages of a shift: its beginning, the lane, its sums, and the training of guards."""

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from service.ipc.replies import ShiftRead
from service.ipc.requests import Duty, NoteDuty, ReadShift
from service.web.answers import Done, granted, responses
from service.web.hub import Hub


class DutyIn(BaseModel):
    """What a guard notes of the shift."""

    model_config = ConfigDict(extra="forbid")
    duty: Duty
    well: Annotated[bool, Field(strict=True)] = True


def shift_router(hub: Hub, page: str) -> APIRouter:
    """Return the routes: `/shift`, the shift until now, and a line for the logbook."""
    router = APIRouter()

    @router.get("/shift", include_in_schema=False)
    async def shift_page() -> HTMLResponse:
        return HTMLResponse(page)

    @router.get("/api/shift", responses=responses())
    async def shift() -> ShiftRead:
        """Return the shift until now: the lane, the sums, the lines of the logbook."""
        return granted(await hub.ask(ReadShift, ShiftRead))

    @router.post("/api/shift", responses=responses())
    async def note(noted: DutyIn) -> Done:
        """Note something of the shift."""
        granted(await hub.ask(lambda request: NoteDuty(request, noted.duty, noted.well)))
        return Done()

    return router
