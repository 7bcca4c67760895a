"""The register's pages: written before the process is locked, served as they are."""

from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import HTMLResponse

from hardware.register import Register
from service.register.page import all_pages, stylesheet

STYLESHEET = "/register.css"


def register_router(known: Register) -> APIRouter:
    """Return the routes of the register: `/register`, `/register/KEY` and their style sheet.

    Parameters
    ----------
    known
        The register; its pages are written now, since a locked process reads no files.
    """
    pages = all_pages(known, stylesheet=STYLESHEET)
    style = stylesheet()
    router = APIRouter(include_in_schema=False)

    @router.get("/register")
    async def index() -> HTMLResponse:
        return HTMLResponse(pages[""])

    @router.get("/register/{key}")
    async def page(key: Annotated[str, Path(min_length=1, max_length=64)]) -> Response:
        found = pages.get(key)
        if found is None:
            return HTMLResponse("There is no such dossier.", status_code=404)
        return HTMLResponse(found)

    @router.get(STYLESHEET)
    async def style_sheet() -> Response:
        return Response(style, media_type="text/css")

    return router
