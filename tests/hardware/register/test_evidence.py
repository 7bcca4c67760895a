"""Evidence: *verified* is worth the document that it stands on."""

import os
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from hardware.errors import RegisterError
from hardware.register.evidence import NOTHING_HELD, EvidenceFolder
from hardware.vetting.decision import Decision
from tests.hardware.institution import PROOF, Institution, dossier
from tests.hardware.trees import Fake

HASH = sha256(PROOF).hexdigest()


def objections(institution: Institution) -> str:
    """Return what paragraph 2.5 finds against the dossier."""
    return found(institution.vet(Fake(), enrolments=institution.enrol()))


def found(decision: Decision) -> str:
    return " ".join(r.text for r in decision.reasons if r.paragraph == "2.5")


def record(**changes: object) -> dict[str, object]:
    whole: dict[str, object] = dossier(())["evidence"][0]
    return {name: value for name, value in (whole | changes).items() if value is not None}


def judged(institution: Institution, *records: dict[str, object]) -> str:
    institution.write_dossier(evidence=list(records))
    return objections(institution)


def test_a_document_that_is_held_read_and_recent_is_enough(institution: Institution) -> None:
    assert judged(institution, record()) == ""


def test_a_hash_of_zeros_is_no_document(institution: Institution) -> None:
    text = judged(institution, record(sha256="0" * 64))
    assert "The document inspection (Inspection record) cannot be opened:" in text
    assert f"the evidence folder has no copy with the SHA-256 {'0' * 16}…" in text


def test_a_copy_that_is_swapped_after_it_was_verified_counts_no_more(
    institution: Institution,
) -> None:
    """Same name, same length, same times: the bytes are others."""
    enrolled = institution.enrol()
    assert institution.vet(Fake(), enrolments=enrolled).passes
    copy = institution.own / "evidence" / f"{HASH}.txt"
    before = copy.stat()
    copy.write_bytes(PROOF.replace(b"inspection", b"INSPECTION"))
    os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    decision = institution.vet(Fake(), enrolments=enrolled)
    assert "has other bytes than were read" in found(decision)
    assert not decision.passes


def test_a_copy_that_is_gone_counts_no_more(institution: Institution) -> None:
    (institution.own / "evidence" / f"{HASH}.txt").unlink()
    assert "has no copy" in objections(institution)


def test_a_signer_must_have_read_it(institution: Institution) -> None:
    assert "says not who read it" in judged(institution, record(read_by=None))
    assert "was read by Zoe, who did not sign the dossier" in judged(
        institution, record(read_by="Zoe")
    )
    assert judged(institution, record(read_by=" BERT")) == ""


@pytest.mark.parametrize(
    ("on", "says"),
    [
        (date(2024, 12, 1), ""),  # 730 days before the day of the tests
        (date(2024, 11, 30), "731 days ago; the limit is 730"),
        (date(2026, 12, 1), ""),
        (date(2026, 12, 2), "which is 1 days from now: check the date and the clock"),
        (None, "says not when it was read"),
    ],
)
def test_it_was_read_lately_and_not_tomorrow(
    institution: Institution, on: date | None, says: str
) -> None:
    text = judged(institution, record(read_on=on))
    assert says in text
    assert bool(text) == bool(says)


def test_what_is_only_declared_needs_no_copy(institution: Institution) -> None:
    brochure = record(id="brochure", sha256=None, read_by=None, read_on=None)
    institution.write_dossier(
        evidence=[record(), brochure],
        identity__revision={"value": "C", "declared": ["brochure"]},
    )
    assert objections(institution) == ""


def test_every_document_of_a_statement_is_looked_at(institution: Institution) -> None:
    second = record(id="second", sha256="0" * 64)
    institution.write_dossier(
        evidence=[record(), second],
        identity__revision={"value": "C", "verified": ["inspection", "second"]},
    )
    assert "The document second" in objections(institution)


# ---- the folder


def test_a_document_is_kept_under_its_hash_and_read_back(tmp_path: Path) -> None:
    letter = tmp_path / "Letter.PDF"
    letter.write_bytes(PROOF)
    folder = EvidenceFolder(tmp_path / "evidence")
    assert folder.keep(letter) == HASH
    assert (tmp_path / "evidence" / f"{HASH}.pdf").read_bytes() == PROOF
    assert folder.missing(HASH) == ""
    assert folder.read(HASH) == PROOF


def test_what_is_no_document_is_said(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path)
    assert folder.missing("") == "no copy of it is held"
    assert "has no copy" in NOTHING_HELD.missing(HASH)
    os.mkfifo(tmp_path / f"{HASH}.a")  # nobody waits for ever at a pipe
    (tmp_path / f"{HASH}.b").mkdir()
    assert "has no copy" in folder.missing(HASH)
    with pytest.raises(RegisterError, match="cannot be opened: the evidence folder has no copy"):
        folder.read(HASH)
    (tmp_path / f"{HASH}.c").write_bytes(b"?")
    with pytest.raises(RegisterError, match="has other bytes than were read"):
        folder.read(HASH)
    with pytest.raises(RegisterError, match="kept in a register of your own"):
        NOTHING_HELD.keep(tmp_path / f"{HASH}.c")
    with pytest.raises(RegisterError, match="cannot be kept"):
        folder.keep(tmp_path / "nothing")
