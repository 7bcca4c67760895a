"""A record is signed by the two whom it names, and checked from what was measured."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hardware.register import documents, signature
from hardware.register.trust import What, key_id
from service.acceptance.record import Record, Signer, to_bytes
from service.acceptance.words import Conformity
from service.cli import hardware_shared
from service.cli.main import app
from tests.hardware.institution import EVERYTHING, TODAY, Institution
from tests.service.acceptance.records import record


def limen(*arguments: object, fails: bool = False) -> Result:
    found = CliRunner().invoke(app, [str(one) for one in arguments])
    assert (found.exit_code != 0) is fails, found.output
    return found


@pytest.fixture
def institution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Institution:
    monkeypatch.setattr(hardware_shared, "today", lambda: TODAY)
    monkeypatch.setattr("service.cli.acceptance.today", lambda: TODAY)
    made = Institution(tmp_path / "institution")
    signs = (*EVERYTHING, "acceptance")
    made.trust(made.anna.entry(signs=signs) + made.bert.entry(signs=signs))
    return made


def named(institution: Institution) -> Record:
    people = (institution.anna, institution.bert)
    keys = [key_id(one.private.public_key().public_bytes_raw()) for one in people]
    signers = tuple(Signer(one.name, key) for one, key in zip(people, keys, strict=True))
    return replace(record(), signers=signers, made=TODAY)


def sealed(file: Path, data: bytes, *people: object) -> None:
    envelope: bytes | None = None
    for one in people:
        envelope = signature.sign(data, What.ACCEPTANCE, one.private, envelope)  # type: ignore[attr-defined]
    file.write_bytes(data)
    if envelope:
        file.with_name(file.name + ".dsse").write_bytes(envelope)


def test_two_people_sign_and_every_figure_is_computed_anew(
    institution: Institution, tmp_path: Path
) -> None:
    whole, file = named(institution), tmp_path / "acceptance.json"
    sealed(file, to_bytes(whole), institution.anna, institution.bert)
    found = limen("acceptance", "verify", file, "--register", institution.own)
    assert "It holds" in found.output
    assert documents.load_trust(institution.own, today=TODAY).needed(What.ACCEPTANCE) == 2

    one = tmp_path / "one.json"
    sealed(one, to_bytes(whole), institution.anna)
    found = limen("acceptance", "verify", one, "--register", institution.own, fails=True)
    assert "2 people must sign" in found.output

    flattering = whole.chapters[4]
    figures = (replace(flattering.figures[0], value=0.01), *flattering.figures[1:])
    chapters = list(whole.chapters)
    chapters[4] = replace(flattering, figures=figures)
    forged = tmp_path / "forged.json"
    data = to_bytes(replace(whole, chapters=tuple(chapters)))
    sealed(forged, data, institution.anna, institution.bert)
    found = limen("acceptance", "verify", forged, "--register", institution.own, fails=True)
    assert "chapter accuracy does not follow" in found.output

    budget = replace(whole.budget, expanded_c=0.1)
    sealed(forged, to_bytes(replace(whole, budget=budget)), institution.anna, institution.bert)
    found = limen("acceptance", "verify", forged, "--register", institution.own, fails=True)
    assert "budget does not follow" in found.output

    longer = replace(whole, valid_until=whole.valid_until + timedelta(days=1))
    younger = replace(whole.reference, issued=TODAY + timedelta(days=1))
    for changed, why in (
        (longer, "last day"),
        (replace(whole, reference=younger), "younger than the record"),
        (replace(whole, conformity=Conformity.NOT_SHOWN), "not the worst"),
    ):
        sealed(forged, to_bytes(changed), institution.anna, institution.bert)
        found = limen("acceptance", "verify", forged, "--register", institution.own, fails=True)
        assert why in found.output

    # one figure, after it was signed
    sealed(forged, to_bytes(whole), institution.anna, institution.bert)
    forged.write_bytes(to_bytes(replace(whole, threshold_c=whole.threshold_c - 0.1)))
    found = limen("acceptance", "verify", forged, "--register", institution.own, fails=True)
    assert "bytes were changed" in found.output


def test_who_is_not_named_cannot_sign(institution: Institution, tmp_path: Path) -> None:
    file, key = tmp_path / "acceptance.json", tmp_path / "key.pem"
    file.write_bytes(to_bytes(named(institution)))
    pem, _ = signature.keygen(b"word")
    key.write_bytes(pem)
    (tmp_path / "word").write_bytes(b"word\n")
    found = limen(
        *("acceptance", "sign", file, "--key", key, "--passphrase-file", tmp_path / "word"),
        fails=True,
    )
    assert "names" in found.output
    assert not file.with_name("acceptance.json.dsse").exists()


def test_a_named_signer_signs_the_exact_bytes(tmp_path: Path) -> None:
    pem, public = signature.keygen(b"word")
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "word").write_bytes(b"word\n")
    file = tmp_path / "acceptance.json"
    file.write_bytes(to_bytes(replace(record(), signers=(Signer("Carla", key_id(public)),))))
    limen(
        *("acceptance", "sign", file, "--key", tmp_path / "key.pem"),
        *("--passphrase-file", tmp_path / "word"),
    )
    assert key_id(public) in file.with_name("acceptance.json.dsse").read_text()


def test_a_record_is_shown_and_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "acceptance.json"
    file.write_bytes(to_bytes(record(simulated=True)))
    shown = limen("acceptance", "show", file).output
    assert "SIMULATED" in shown
    assert "Overall: conforms." in shown
    file.write_bytes(b"{}")
    assert "no record" in limen("acceptance", "show", file, fails=True).output
