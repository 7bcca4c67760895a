"""The page with the check code: what a stranger's phone reads from the screen."""

import segno
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from service.web.hub import Hub

OLD_AFTER_S = 60.0


class Code(BaseModel):
    """The check code as it is shown.

    Attributes
    ----------
    text
        What a phone reads; empty while there is none, and when it is old.
    modules
        The QR code's rows from the top, `1` where it is dark.
    age_s
        How old it is; None while there is none.
    """

    text: str = ""
    modules: list[str] = []
    age_s: float | None = None


def qr_rows(text: str) -> list[str]:
    """Return the rows of the QR code of a text, with its quiet zone of four modules."""
    qr = segno.make_qr(text, error="m", boost_error=False)
    return ["".join("1" if dark else "0" for dark in row) for row in qr.matrix_iter(border=4)]


def check_router(hub: Hub, page: str) -> APIRouter:
    """Return the routes: `/check` and the code it shows."""
    router = APIRouter()
    drawn = Code()

    @router.get("/check", include_in_schema=False)
    async def check_page() -> HTMLResponse:
        return HTMLResponse(page)

    @router.get("/api/check")
    async def check_code() -> Code:
        """Return the newest check code; one that is older than a minute only with its age."""
        nonlocal drawn
        text, age_s = hub.check_code, hub.code_age_s
        if not text:
            return Code()
        if age_s > OLD_AFTER_S:
            return Code(age_s=age_s)
        if drawn.text != text:
            drawn = Code(text=text, modules=qr_rows(text))
        return drawn.model_copy(update={"age_s": age_s})

    return router
