"""The attestation says what was tried and what came of it; nobody can change it afterwards."""

import base64
import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.attestation.station import (
    ATTESTATION,
    Attestation,
    AttestationError,
    attest,
    opened,
    printed,
    unit_scores,
)
from service.cli.main import app
from service.deploy.install import install
from service.sandbox.attempts import Outcome
from service.state.audit import AuditLog
from service.state.audit_events import AttestationIssued
from service.state.audit_trail import read
from tests.narrow import of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Attestation, bytes, Path]:
    state = tmp_path_factory.mktemp("state")
    AuditLog(state)
    made, envelope = attest(state, wall_clock=lambda: 1_767_258_000.0)
    return made, envelope, state


def test_it_holds_what_was_tried(made: tuple[Attestation, bytes, Path]) -> None:
    attestation, _, state = made
    assert attestation.at == "2026-01-01T09:00:00Z"
    assert len(attestation.worker.attacks) == len(attestation.web.attacks) >= 100
    assert attestation.worker.got_through == attestation.web.got_through == ()
    assert any(result.outcome is Outcome.GOT_THROUGH for result in attestation.unlocked)
    assert attestation.audit_head == AuditLog(state).head
    assert dict(attestation.versions)["limen"]


def test_the_signature_holds_and_names_the_station(made: tuple[Attestation, bytes, Path]) -> None:
    attestation, envelope, state = made
    assert opened(envelope, attestation.station[:8]) == attestation
    assert (state / "attestation.key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(AttestationError, match="not ffffffff"):
        opened(envelope, "ffffffff")


def test_a_changed_attestation_is_found(made: tuple[Attestation, bytes, Path]) -> None:
    _, envelope, _ = made
    sealed = json.loads(envelope)
    payload = base64.b64decode(sealed["payload"])
    for old, new in ((b"denied", b"gotten"), (b"2026-01-01", b"2026-02-01")):
        changed = {**sealed, "payload": base64.b64encode(payload.replace(old, new, 1)).decode()}
        with pytest.raises(AttestationError):
            opened(json.dumps(changed).encode())


def test_one_attack_that_got_through_is_enough_not_to_hold(
    made: tuple[Attestation, bytes, Path],
) -> None:
    attestation, _, _ = made
    first, *rest = attestation.web.attacks
    web = replace(attestation.web, attacks=(replace(first, outcome=Outcome.GOT_THROUGH), *rest))
    sound = replace(attestation, findings=())
    assert sound.holds
    assert not replace(sound, web=web).holds


def test_the_page_names_every_attack_and_the_head(made: tuple[Attestation, bytes, Path]) -> None:
    attestation, envelope, _ = made
    page = printed(attestation, envelope)
    assert attestation.audit_head[:8] in page
    assert sha256(envelope).hexdigest() in page
    for result in attestation.unlocked:
        assert result.name[:41] in page
    assert max(map(len, page.splitlines())) <= 100


def test_installed_units_are_judged(tmp_path: Path) -> None:
    install(tmp_path, Path("/usr/bin/true"))
    scores = {score.unit: score.exposure for score in unit_scores(tmp_path)}
    if not scores:
        pytest.skip("systemd-analyze is not here (package systemd)")
    assert scores["limen.service"] < 0.5


def test_nothing_is_attested_without_an_audit_trail(tmp_path: Path) -> None:
    with pytest.raises(AttestationError, match="audit trail"):
        attest(tmp_path)


def test_the_command_saves_verifies_and_is_noted_in_the_trail(tmp_path: Path) -> None:
    AuditLog(tmp_path)
    run = CliRunner().invoke
    saved = tmp_path / "attestation.json"
    first = run(app, ["attest", "--state", str(tmp_path), "--save", str(saved)])
    assert "PRIVACY ATTESTATION" in first.output
    *_, last = read(tmp_path)
    assert of(AttestationIssued, last.event).sha256 == sha256(saved.read_bytes()).hexdigest()
    again = run(app, ["attest", "--verify", str(saved)])
    assert again.output == first.output
    assert ATTESTATION.dump_json(opened(saved.read_bytes()))
    saved.write_bytes(saved.read_bytes().replace(b'"sig"', b'"gis"'))
    assert run(app, ["attest", "--verify", str(saved)]).exit_code == 1
