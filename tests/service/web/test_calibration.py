"""The routes of the calibration: an admin's only, and a laboratory's file read with care."""

import base64

import pytest

from service.ipc.calibration import Decision, Notes
from service.ipc.requests import DecideAcceptance, ReadCalibration, ReadDrift, SaveNotes
from tests.service.acceptance.dcc_file import certificate
from tests.service.stage import SESSION, Stage
from tests.service.web.test_app import request

COOKIE = f"limen_session={SESSION}"
HERE = "/api/admin/calibration"


def file(data: bytes) -> dict[str, str]:
    return {"file": base64.b64encode(data).decode()}


@pytest.mark.parametrize("path", ["", "/drift"])
def test_nothing_is_read_without_a_session(stage: Stage, path: str) -> None:
    stage.asked.clear()
    assert request(stage, "GET", HERE + path)[0] == 401
    asked = [one for one in stage.asked if isinstance(one, ReadCalibration | ReadDrift)]
    assert asked == [], "nobody troubles the supervisor without one"
    status, _, _ = request(stage, "GET", HERE + path, Cookie=COOKIE)
    assert status == 200


def test_a_laboratorys_file_is_read_for_an_admin_and_for_nobody_else(stage: Stage) -> None:
    said = file(certificate())
    assert request(stage, "POST", f"{HERE}/paper", said)[0] == 401
    status, paper, _ = request(stage, "POST", f"{HERE}/paper", said, Cookie=COOKIE)
    assert status == 200
    assert (paper["laboratory"], paper["serial"]) == ("Example Metrology", "SN 4711")
    assert paper["issued"] == "2026-03-03"
    assert paper["points"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"<html></html>", "no digital calibration certificate"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', ""),
    ],
)
def test_what_is_no_such_file_is_refused_with_a_sentence(
    stage: Stage, data: bytes, why: str
) -> None:
    status, problem, _ = request(stage, "POST", f"{HERE}/paper", file(data), Cookie=COOKIE)
    assert status == 422
    assert why in problem["error"]


def test_only_this_route_takes_a_large_body_and_that_has_an_end(stage: Stage) -> None:
    large = file(b" " * 100_000)
    assert request(stage, "POST", f"{HERE}/paper", large, Cookie=COOKIE)[0] == 422
    assert request(stage, "POST", f"{HERE}/decide", large, Cookie=COOKIE)[0] == 413
    too_large = file(b" " * 1_100_000)
    try:
        status, _, _ = request(stage, "POST", f"{HERE}/paper", too_large, Cookie=COOKIE)
    except ConnectionError:  # it is shut out before all of it has come
        status = 413
    assert status == 413


def test_what_an_admin_types_and_decides_reaches_the_supervisor(stage: Stage) -> None:
    notes = {"place": "  By the lift ", "paper": {"laboratory": "Physikalisches Labor"}}
    assert request(stage, "PUT", f"{HERE}/notes", notes, Cookie=COOKIE)[0] == 200
    decided = {"decision": "close", "signers": [0, 1]}
    assert request(stage, "POST", f"{HERE}/decide", decided, Cookie=COOKIE)[0] == 200
    (saved,) = [one for one in stage.asked if isinstance(one, SaveNotes)]
    assert saved.notes == Notes.model_validate(notes | {"place": "By the lift"})
    (close,) = [one for one in stage.asked if isinstance(one, DecideAcceptance)]
    assert (close.decision, close.signers) == (Decision.CLOSE, (0, 1))


def test_a_text_that_no_record_can_hold_is_refused_beside_its_field(stage: Stage) -> None:
    for text in ("x" * 41, "a\x00b", "\u2603"):
        status, problem, _ = request(stage, "PUT", f"{HERE}/notes", {"place": text}, Cookie=COOKIE)
        assert status == 422
        assert "place" in problem["fields"]
