"""The register's pages: written before the process is locked, served as they are."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as Param
from fastapi.responses import HTMLResponse

from hardware.errors import HardwareError, RegisterError
from hardware.register import documents
from hardware.vetting.station import Here
from service.web.register.page import all_pages, stylesheet, trouble_page

STYLESHEET = "/register.css"


def register_router(own: Path | None = None, here: str = "") -> APIRouter:
    """Return the routes of the register: `/register`, `/register/KEY` and their style sheet.

    Parameters
    ----------
    own
        Folder of the institution's own register. The pages are written now, since a locked
        process reads no files; they say of which day they are.
    here
        What the station remembers and has enrolled (`Here.to_json`); a register that is older
        than it remembers is not shown as if it were in force. Empty where nobody remembers.
    """
    try:
        station = Here.from_json(here) if here else Here()
        if station.trouble:
            raise RegisterError(station.trouble)  # one page says what is wrong
        known = documents.load(own, memory=station.memory)
        pages = all_pages(known, station, stylesheet=STYLESHEET)
        status = 200
    except HardwareError as error:
        pages = {"": trouble_page(str(error), stylesheet=STYLESHEET)}
        status = 503
    style = stylesheet()
    router = APIRouter(include_in_schema=False)

    @router.get("/register")
    async def index() -> HTMLResponse:
        return HTMLResponse(pages[""], status_code=status)

    @router.get("/register/{key}")
    async def page(key: Annotated[str, Param(min_length=1, max_length=64)]) -> Response:
        found = pages.get(key)
        if found is None:
            return HTMLResponse("There is no such dossier.", status_code=404)
        return HTMLResponse(found)

    @router.get(STYLESHEET)
    async def style_sheet() -> Response:
        return Response(style, media_type="text/css")

    return router
