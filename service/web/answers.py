"""What the interface answers: `Done`, or a `Problem` with a sentence."""

import math
from typing import Any, Final, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException

from service.ipc.replies import Refused, Why

GUARD_STATUSES = (400, 403, 413, 414, 415, 421, 431)  # of `service.web.guard`

Answered = TypeVar("Answered")
_STATUS: Final = {
    Why.NO_SESSION: 401,
    Why.NOT_ALLOWED: 403,
    Why.NO_PASSWORD: 401,
    Why.WRONG_PASSWORD: 401,
    Why.TOO_SOON: 429,
    Why.NO_SUCH_ALARM: 404,
    Why.NO_SUCH_SCENARIO: 404,
    Why.NO_SENSOR: 503,
    Why.NOT_SAVED: 503,
    Why.NOT_NOW: 409,
    Why.CHANGED: 412,
}


class Done(BaseModel):
    """It was done."""

    ok: bool = True


class Problem(BaseModel):
    """It was not done, and why; `fields` has one sentence per field that is not right."""

    error: str
    fields: dict[str, str] = {}
    retry_after_s: int = 0


class Empty(BaseModel):
    """A request that says nothing but that it is made."""

    model_config = ConfigDict(extra="forbid")


class Refusal(Exception):
    """Ends a request with a `Problem`."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(problem.error)
        self.status = status
        self.problem = problem


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route declares for the problems that it can answer with."""
    return {
        status: {"model": Problem} for status in (*statuses, 405, 422, 429, 503, *GUARD_STATUSES)
    }


def granted(reply: Answered | Refused) -> Answered:
    """Return the answer to a request; end it with a `Problem` when it was refused."""
    if not isinstance(reply, Refused):
        return reply
    wait_s = math.ceil(reply.retry_after_s)
    raise Refusal(_STATUS[reply.why], Problem(error=reply.sentence, retry_after_s=wait_s))


async def on_refusal(_request: Request, refusal: Exception) -> JSONResponse:
    """Answer with the problem of a `Refusal`."""
    if not isinstance(refusal, Refusal):
        raise refusal
    response = JSONResponse(refusal.problem.model_dump(), refusal.status)
    if refusal.problem.retry_after_s:
        response.headers["retry-after"] = str(refusal.problem.retry_after_s)
    return response


async def on_http_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer what no route takes in the same form as everything else."""
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse(
        Problem(error=f"{error.detail}.").model_dump(), error.status_code, headers=error.headers
    )


async def on_invalid(_request: Request, error: Exception) -> JSONResponse:
    """Answer a request that did not get through the door, field by field."""
    if not isinstance(error, RequestValidationError | ValidationError):
        raise error
    fields = {
        ".".join(str(part) for part in one["loc"][1:]): one["msg"].removeprefix("Value error, ")
        for one in error.errors()
    }
    problem = Problem(error="Some values are not right.", fields=fields)
    return JSONResponse(problem.model_dump(), 422)
