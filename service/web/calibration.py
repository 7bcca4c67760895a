"""The routes of the calibration: the wizard, the acceptance battery, the drift watch."""

import base64
import binascii
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from service.acceptance import dcc
from service.acceptance.errors import DccError
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Chapter
from service.ipc.calibration import (
    Decision,
    Doing,
    DriftPoint,
    Moved,
    Notes,
    Review,
    ShownCalibration,
    Signers,
    Span,
    Ticks,
)
from service.ipc.replies import CalibrationRead, DriftRead
from service.ipc.requests import (
    DecideAcceptance,
    DoChapter,
    ReadCalibration,
    ReadDrift,
    SaveNotes,
    SaveTicks,
)
from service.web.admin import Inside
from service.web.answers import Done, Problem, Refusal, granted, responses
from service.web.hub import Hub

PREFIX: Final = "/api/admin/calibration"
MAX_DCC_BASE64: Final = 1_400_000  # of a megabyte, the most that is read


class Calibration(BaseModel):
    """How the calibration stands, and one chapter with its figures and its table."""

    shown: ShownCalibration
    verdict: ChapterVerdict


class DecisionIn(BaseModel):
    """What an admin decides."""

    model_config = ConfigDict(extra="forbid")
    decision: Decision
    signers: Signers | None = None
    review: Review | None = None
    by_c: Moved | None = None


class DriftHistory(BaseModel):
    """The history of the drift watch; `accepted` is what it is held against."""

    points: tuple[DriftPoint, ...]
    accepted: DriftPoint | None
    past: bool | None
    found: tuple[str, ...]


class DccIn(BaseModel):
    """A laboratory's digital calibration certificate (XML), as base64."""

    model_config = ConfigDict(extra="forbid")
    file: Annotated[str, Field(max_length=MAX_DCC_BASE64)]


class DccPoint(BaseModel):
    """A set point of the paper."""

    name: str
    set_c: float
    expanded_c: float
    k: float


class DccOut(BaseModel):
    """What stands in it. Its signature was not checked."""

    laboratory: str
    number: str
    serial: str
    model: str
    points: tuple[DccPoint, ...]
    issued: date
    sha256: str


def calibration_router(hub: Hub) -> APIRouter:
    """Return the routes under `/api/admin/calibration`."""
    router = APIRouter(prefix=PREFIX)

    @router.get("", responses=responses(401))
    async def calibration(session: Inside, chapter: Chapter = Chapter.WARM_UP) -> Calibration:
        """Return how it stands, and one chapter."""
        reply = granted(
            await hub.ask(
                lambda request: ReadCalibration(request, session, chapter), CalibrationRead
            )
        )
        return Calibration(shown=reply.shown, verdict=reply.verdict)

    @router.put("/notes", responses=responses(401, 403, 409))
    async def notes(notes: Notes, session: Inside) -> Done:
        """Keep what was typed of the paper."""
        granted(await hub.ask(lambda request: SaveNotes(request, session, notes)))
        return Done()

    @router.put("/ticks", responses=responses(401, 403, 409))
    async def ticks(ticks: Ticks, session: Inside) -> Done:
        """Keep what was ticked."""
        granted(await hub.ask(lambda request: SaveTicks(request, session, ticks)))
        return Done()

    @router.post("/do", responses=responses(401, 403, 409))
    async def do(doing: Doing, session: Inside) -> Done:
        """Do one act in one chapter."""
        granted(await hub.ask(lambda request: DoChapter(request, session, doing)))
        return Done()

    @router.post("/decide", responses=responses(401, 403, 409))
    async def decide(decided: DecisionIn, session: Inside) -> Done:
        """Decide on the acceptance."""
        granted(
            await hub.ask(
                lambda request: DecideAcceptance(
                    request, session, decided.decision, decided.signers, decided.review
                )
            )
        )
        return Done()

    @router.get("/drift", responses=responses(401))
    async def drift(session: Inside, span: Span = Span.DAY) -> DriftHistory:
        """Return the history of the drift watch."""
        reply = granted(await hub.ask(lambda request: ReadDrift(request, session, span), DriftRead))
        return DriftHistory(
            points=reply.points, accepted=reply.accepted, past=reply.past, found=reply.found
        )

    @router.post("/paper", responses=responses(401))
    async def paper(file: DccIn, session: Inside) -> DccOut:
        """Read a laboratory's digital calibration certificate; nothing of it is kept here."""
        granted(
            await hub.ask(
                lambda request: ReadCalibration(request, session, Chapter.WARM_UP), CalibrationRead
            )
        )
        try:
            read = dcc.read(base64.b64decode(file.file, validate=True))
        except (DccError, binascii.Error) as error:
            raise Refusal(422, Problem(error=str(error))) from error
        return DccOut(
            laboratory=read.laboratory,
            number=read.number,
            serial=read.serial,
            model=read.model,
            points=tuple(
                DccPoint(name=one.name, set_c=one.value_c, expanded_c=one.expanded_c, k=one.k)
                for one in read.points
            ),
            issued=read.calibrated,
            sha256=read.sha256,
        )

    return router
