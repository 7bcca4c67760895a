"""The training of guards: 21 situations of the simulator, shown as the alert screen shows them.

Nothing of it is kept: the page counts what was answered rightly and forgets it when it is left.
"""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from screening.result import Reason, State
from service.ipc.view import Advice

SITUATIONS: Final = 21


@dataclass(frozen=True, slots=True)
class Situation:
    """What the screen shows, and what is to be done.

    Attributes
    ----------
    scenario
        In which the simulator brings it about.
    state, reason, advice
        What the alert screen says.
    right, wrong
        What to do, and what not: keys of the words `training`.
    """

    scenario: str
    state: State
    reason: Reason | None
    advice: Advice | None
    right: str
    wrong: tuple[str, ...]


def situations() -> tuple[Situation, ...]:
    """Return all situations, in the order of the file."""
    raw = tomllib.loads((files("service.web") / "training.toml").read_text(encoding="utf-8"))
    return tuple(
        Situation(
            one["scenario"],
            State(one["state"]),
            Reason(one["reason"]) if "reason" in one else None,
            Advice(one["advice"]) if "advice" in one else None,
            one["right"],
            tuple(one["wrong"]),
        )
        for one in raw["situation"]
    )


def training_router(page: str) -> APIRouter:
    """Return the route: `/training`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/training")
    async def training_page() -> HTMLResponse:
        return HTMLResponse(page)

    return router
