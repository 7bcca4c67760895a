"""The register's pages: read and vetted before the process is locked, written when asked for."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi import Path as Param
from fastapi.responses import HTMLResponse

from hardware.errors import HardwareError, RegisterError
from hardware.register import documents
from hardware.vetting.station import Here
from service.web.register.page import Pages, stylesheet, trouble_page
from service.web.register.wording import LANGUAGES, wording

STYLESHEET = "/register.css"
Key = Annotated[str, Param(min_length=1, max_length=64)]


def register_router(own: Path | None = None, here: str = "", language: str = "en") -> APIRouter:
    """Return the routes of the register and their style sheet.

    `/register` and `/register/KEY` are in the language of the station; `/register/fr` and
    `/register/fr/KEY` in another one.

    Parameters
    ----------
    own
        Folder of the institution's own register. It is read and vetted now, since a locked
        process reads no files; the pages say of which day they are.
    here
        What the station remembers and has enrolled (`Here.to_json`); a register that is older
        than it remembers is not shown as if it were in force. Empty where nobody remembers.
    language
        The station's language.
    """
    status, written = _pages(own, here)
    style = stylesheet()
    router = APIRouter(include_in_schema=False)

    def answer(code: str, key: str = "") -> Response:
        found = written(code, key)
        if found is None:
            return HTMLResponse("There is no such dossier.", status_code=404)
        return HTMLResponse(found, status_code=status)

    @router.get("/register")
    async def index() -> Response:
        return answer(language)

    @router.get("/register/{key}")
    async def page(key: Key) -> Response:
        return answer(key) if key in LANGUAGES else answer(language, key)

    @router.get("/register/{code}/{key}")
    async def translated(code: Key, key: Key) -> Response:
        return answer(code, key)

    @router.get(STYLESHEET)
    async def style_sheet() -> Response:
        return Response(style, media_type="text/css")

    return router


def _pages(own: Path | None, here: str) -> tuple[int, Callable[[str, str], str | None]]:
    """Return the status of every page, and what gives the page of a language and a key."""
    try:
        station = Here.from_json(here) if here else Here()
        if station.trouble:
            raise RegisterError(station.trouble)
        known = documents.load(own, memory=station.memory)
        return 200, Pages(known, station, stylesheet=STYLESHEET).get
    except HardwareError as error:
        trouble = {
            code: trouble_page(str(error), words=wording(code), stylesheet=STYLESHEET)
            for code in LANGUAGES
        }
        return 503, lambda code, key: None if key else trouble.get(code)
