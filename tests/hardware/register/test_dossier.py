"""The dossier's schema: it keeps statements honest, and unknown counts against."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import DossierError
from hardware.register import documents
from hardware.register import dossier as schema
from hardware.register.dossier import Dossier
from hardware.register.policy import Paragraph
from hardware.register.statement import Status
from hardware.register.trust import What
from hardware.vetting.decision import Decision, Outcome
from tests.hardware.institution import KEY, TODAY, Institution, dossier, fitted, told, toml
from tests.hardware.trees import Fake

LEAST = {"key": "k", "edition": 1, "kind": "sensor", "name": "n", "summary": "s"}
PARAGRAPHS = documents.load(today=TODAY).policy.paragraph


def decide(institution: Institution, today: date = TODAY) -> Decision:
    return institution.vet(Fake(), enrolments=institution.enrol(), today=today)


def texts(decision: Decision, paragraph: str) -> str:
    return " ".join(r.text for r in decision.reasons if r.paragraph == paragraph)


def test_what_is_left_out_is_unknown_and_says_what_would_tell() -> None:
    known = Dossier.model_validate(LEAST)
    statements = dict(known.statements())
    assert {s.status for s in statements.values()} == {Status.UNKNOWN}
    assert all(s.unknown for s in statements.values())
    assert "components.lens.fitted" in statements
    assert "components.lens.maker" not in statements  # nothing to say before there is one


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ({"value": "x"}, "exactly one of"),
        ({"value": "x", "declared": ["d"], "unknown": "y"}, "exactly one of"),
        ({"value": "x", "declared": ["d"], "verified": ["d"]}, "exactly one of"),
        ({}, "exactly one of"),
        ({"unknown": ""}, "exactly one of"),
        ({"declared": ["d"]}, "a known statement has a value"),
        ({"value": "x", "unknown": "y"}, "an unknown one has none"),
        ({"value": "x", "declared": ["other"]}, "which is no document here"),
        ({"value": "x", "verified": ["d"]}, "of none of its documents a copy is held"),
        ({"value": "x", "declared": ["d"], "sure": True}, "Extra inputs"),
    ],
)
def test_a_statement_says_exactly_how_it_is_known(statement: dict[str, object], says: str) -> None:
    document = {"id": "d", "title": "t", "issuer": "i", "date": "2026"}
    content = {**LEAST, "identity": {"maker": statement}, "evidence": [document]}
    with pytest.raises(DossierError, match=says):
        schema.read(toml(content), "k")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"edition": 2}, "edition"),
        ({"kind": "camera"}, "kind"),
        ({"usb": {"ids": {"value": ["9cb:4007"], "declared": ["d"]}}}, "usb.ids"),
        ({"evidence": [{"id": "d", "title": "t", "issuer": "i", "date": "once"}]}, "evidence"),
        ({"decision": {"verdict": "approved"}}, "when it expires"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_dossier_that_breaks_the_schema_says_where(change: dict[str, object], says: str) -> None:
    with pytest.raises(DossierError, match=says):
        schema.read(toml({**LEAST, **change}), "k")


def test_a_dossier_under_another_name_is_refused() -> None:
    with pytest.raises(DossierError, match="file of dossier other holds the dossier k"):
        schema.read(toml(LEAST), "other")


@given(st.binary(max_size=200))
def test_no_bytes_raise_another_error(raw: bytes) -> None:
    with pytest.raises(DossierError):
        schema.read(raw, "k")


# ---- every statement that the policy asks for counts


ASKED = [
    (paragraph, path)
    for paragraph in PARAGRAPHS
    for path in paragraph.statements
    if paragraph.rule in {"verified", "known"}
]


def without(path: str, institution: Institution) -> dict[str, object]:
    """Return the dossier of the tests with one statement left out."""
    content = dossier(institution.register().lists)
    *steps, last = path.split(".")
    here = content
    for step in steps:
        here[step] = dict(here[step])  # the same part may stand at several places
        here = here[step]
    here.pop(last)
    return content


@pytest.mark.parametrize(("paragraph", "path"), ASKED, ids=[path for _, path in ASKED])
def test_a_statement_that_is_left_out_counts_against_it(
    institution: Institution, paragraph: Paragraph, path: str
) -> None:
    file = institution.own / "dossiers" / f"{KEY}.toml"
    file.write_bytes(toml(without(path, institution)))
    institution.sign(file, What.DOSSIER, institution.anna, institution.bert)
    decision = decide(institution)
    assert schema.words(path) in texts(decision, paragraph.number)
    expected = {
        "refuse": {Outcome.REFUSED},
        "condition": {Outcome.APPROVED_WITH_CONDITIONS, Outcome.REFUSED},
    }[paragraph.effect.value]
    assert decision.outcome in expected


def test_what_is_only_declared_is_not_enough_where_proof_is_asked_for(
    institution: Institution,
) -> None:
    declared = {"value": "US", "declared": ["inspection"]}
    institution.write_dossier(identity__factory_country=declared)
    assert "identity: factory country: declared, not verified." in texts(decide(institution), "2.1")


# ---- the other rules about paper


def test_a_maker_under_an_excluded_law_is_refused(institution: Institution) -> None:
    institution.write_dossier(ownership__security_law=told(["US", "CN"]))
    assert "subject to the national security law of CN" in texts(decide(institution), "2.2")


def test_a_part_from_an_excluded_country_is_refused(institution: Institution) -> None:
    institution.write_dossier(components__processor=fitted(country="CN"))
    assert "components: processor: country: CN." in texts(decide(institution), "2.2")


def test_a_badge_of_another_firm_needs_a_verified_explanation(institution: Institution) -> None:
    institution.write_dossier(identity__badge_brand=told("Our House Brand"))
    assert decide(institution).outcome is Outcome.APPROVED  # explained: verified OEM statement
    institution.write_dossier(
        identity__badge_brand=told("Our House Brand"),
        origin__oem_statement={"value": "own make", "declared": ["inspection"]},
    )
    assert "(Our House Brand / Teledyne FLIR)" in texts(decide(institution), "2.3")


def test_a_radio_is_refused_unless_it_is_verifiably_disabled(institution: Institution) -> None:
    wifi = {"present": told(value=True), "identifiers": told([])}
    institution.write_dossier(connectivity__wifi=wifi)
    assert "It has wifi, and that it is disabled is unknown." in texts(decide(institution), "4.1")
    wifi["disabled"] = told("the antenna and the chip were removed")
    institution.write_dossier(connectivity__wifi=wifi)
    assert decide(institution).outcome is Outcome.APPROVED
    institution.write_dossier(connectivity__wifi={})
    assert "Nobody knows whether it has wifi" in texts(decide(institution), "4.1")


def test_an_approval_that_has_not_begun_is_none(institution: Institution) -> None:
    assert "Its approval begins on 2026-11-25." in texts(
        decide(institution, date(2026, 11, 24)), "1.1"
    )


def test_a_reference_needs_a_calibration_in_date(institution: Institution) -> None:
    from hardware.vetting.check import vet_dossier

    institution.write_dossier(kind="reference")
    decision = vet_dossier(KEY, register=institution.register())
    assert "Its next calibration is unknown" in texts(decision, "4.4")
    for due, outcome in (
        (TODAY, Outcome.APPROVED),
        (date(2026, 11, 30), Outcome.REFUSED),
    ):
        institution.write_dossier(kind="reference", metrology={"due": told(due)})
        assert vet_dossier(KEY, register=institution.register()).outcome is outcome


def test_an_undecided_dossier_is_refused_with_or_without_a_word_why(
    institution: Institution,
) -> None:
    for why, says in (("", "It is not yet approved."), ("We wait.", "It is not yet approved. We")):
        institution.write_dossier(decision={"verdict": "undecided", "why": why})
        text = texts(decide(institution), "1.1")
        assert text.startswith(says)
        assert text == text.strip()


def test_a_refused_dossier_is_refused_whoever_signed_it(institution: Institution) -> None:
    institution.write_dossier(decision={"verdict": "refused", "why": "We know better."})
    assert "It was refused: We know better." in texts(decide(institution), "1.1")
