"""What the documentation says about the register is true: it is generated, or it is run."""

import re
import subprocess
from pathlib import Path

import pytest

from hardware.register.schema_page import render
from hardware.vetting.rules import DEVICE_RULES, DOCUMENT_RULES
from tests.hardware.institution import KEY, Institution, Person

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_of_the_dossier_is_made_from_the_schema() -> None:
    assert (DOCS / "reference/dossier.md").read_text(encoding="utf-8") == render(), (
        "Write it anew: python -m hardware.register.schema_page > docs/reference/dossier.md"
    )


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Return the shell script of the how-to, as it is printed there."""
    text = (DOCS / "how-to/sign-and-verify.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    path = tmp_path / "verify.sh"
    path.write_text(block)
    return path


def verify(script: Path, document: Path, person: Person) -> subprocess.CompletedProcess[str]:
    public = re.search('public = "(.*)"', person.entry())
    assert public
    return subprocess.run(
        ["sh", script, document, public[1]], check=False, capture_output=True, text=True
    )


def test_openssl_verifies_what_was_signed(institution: Institution, script: Path) -> None:
    document = institution.own / "dossiers" / f"{KEY}.toml"
    for person in (institution.anna, institution.bert):
        done = verify(script, document, person)
        assert done.returncode == 0, done.stderr
        assert "Signature Verified Successfully" in done.stdout


def test_openssl_finds_what_was_changed(institution: Institution, script: Path) -> None:
    document = institution.own / "dossiers" / f"{KEY}.toml"
    assert verify(script, document, Person.new("Eve")).returncode != 0
    envelope = document.with_name(document.name + ".dsse")
    whole = envelope.read_text()
    signature = re.search('"sig": "(.{8})', whole)
    assert signature
    envelope.write_text(whole.replace(signature[1], "AAAAAAAA"))
    done = verify(script, document, institution.anna)
    assert done.returncode != 0
    assert "Verified Successfully" not in done.stdout
    envelope.write_text(whole)
    document.write_bytes(document.read_bytes() + b"\n")
    assert verify(script, document, institution.anna).returncode != 0


def test_every_rule_is_named_by_the_default_policy_and_explained() -> None:
    from hardware.register import documents
    from hardware.register.policy import RULE_NAMES

    assert set(RULE_NAMES) == {*DOCUMENT_RULES, *DEVICE_RULES, "network", "computer"}
    policy = documents.load().policy
    assert [p.number for p in policy.paragraph] == sorted(p.number for p in policy.paragraph)
    for rule in (*DOCUMENT_RULES.values(), *DEVICE_RULES.values()):
        assert rule.__doc__
