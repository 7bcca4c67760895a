"""The index: what is in force, by hash, under a number that only rises."""

from datetime import date
from pathlib import Path

import pytest

from hardware.errors import HardwareError, RegisterError
from hardware.register import documents
from hardware.register import index as indexes
from hardware.register.trust import What
from tests.hardware.institution import EXPIRES, KEY, TODAY, Institution
from tests.hardware.register.test_signature import own_policy
from tests.hardware.trees import Fake

WHOLE = b"""edition = 1
version = 3
made = 2026-12-01
expires = 2027-12-01

[[document]]
path = "lists/a-list.toml"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
"""


def load(institution: Institution, today: date = TODAY) -> documents.Register:
    """Load the register as it lies there, without a new index."""
    return documents.load(institution.own, today=today)


def test_all_documents_of_a_register_are_in_it(institution: Institution) -> None:
    own_policy(institution, *institution.people)
    institution.in_force()
    index = load(institution).index
    assert index is not None
    assert set(index.paths) == {
        "trust.toml",
        "policy.toml",
        f"dossiers/{KEY}.toml",
        *(f"lists/{key}.toml" for key in ("eu-forced-labour", "eu-sanctions", "us-bis-entities")),
    }
    assert index.content.expires == EXPIRES


def test_a_register_without_an_index_is_refused(institution: Institution) -> None:
    (institution.own / "index.toml").unlink()
    with pytest.raises(RegisterError, match=r"has no index: .*limen hardware index"):
        load(institution)


def test_an_index_needs_as_many_people_as_the_rest(institution: Institution) -> None:
    institution.index(institution.board[0])
    with pytest.raises(RegisterError, match="2 people must sign it; Chris did"):
        load(institution)
    institution.trust(institution.anna.entry(signs=("dossier",)) + institution.bert.entry())
    institution.index(institution.anna, institution.board[0])
    with pytest.raises(RegisterError, match=r"Anna may sign dossier with the key .*, and no index"):
        load(institution)


def test_an_index_holds_to_its_last_day(institution: Institution) -> None:
    institution.index(expires=TODAY)
    load(institution)
    with pytest.raises(RegisterError, match="index of the register expired on 2026-12-01"):
        load(institution, date(2026, 12, 2))


def test_a_trust_file_holds_to_its_last_day(institution: Institution) -> None:
    path = institution.own / "trust.toml"
    path.write_text(path.read_text().replace("expires = 2029-12-31", f"expires = {TODAY}"))
    institution.sign(path, What.TRUST, *institution.board)
    institution.index()
    load(institution)
    with pytest.raises(RegisterError, match="trust file expired on 2026-12-01"):
        load(institution, date(2026, 12, 2))


@pytest.mark.parametrize("name", ["trust.toml", "policy.toml", f"dossiers/{KEY}.toml"])
def test_a_document_that_is_gone_is_missed(institution: Institution, name: str) -> None:
    own_policy(institution, *institution.people)
    institution.in_force()
    (institution.own / name).unlink()
    with pytest.raises(HardwareError, match=r"is missing|cannot be read"):
        load(institution).dossier(KEY)


def test_a_list_that_is_gone_refuses(institution: Institution) -> None:
    (institution.own / "lists/us-bis-entities.toml").unlink()
    problem = " ".join(load(institution).problems)
    assert "lists/us-bis-entities.toml is missing; the index (version" in problem
    assert "Bring it back, or make a new index without it and have that signed." in problem


def test_a_document_of_another_day_is_not_in_force(institution: Institution) -> None:
    """Well signed, and replaced since: the hash in the index is another one."""
    path = institution.own / "dossiers" / f"{KEY}.toml"
    envelope = path.with_name(path.name + ".dsse")
    old = path.read_bytes(), envelope.read_bytes()
    institution.write_dossier(decision={"verdict": "refused", "why": "It was found to send."})
    path.write_bytes(old[0])
    envelope.write_bytes(old[1])
    with pytest.raises(RegisterError, match=r"is not the one in force: the index \(version 4\)"):
        load(institution).dossier(KEY)


@pytest.mark.parametrize("name", ["dossiers/another.toml", "policy.toml", "lists/more.toml"])
def test_a_document_that_is_not_in_the_index_counts_for_nothing(
    institution: Institution, name: str
) -> None:
    path = institution.own / name
    path.write_text("x")
    kind = {"d": What.DOSSIER, "p": What.POLICY, "l": What.LIST}[name[0]]
    institution.sign(path, kind, *institution.people)
    try:
        known = load(institution)
        problems = " ".join(known.problems)
        if name[0] == "d":
            known.dossier("another")
    except HardwareError as error:
        problems = str(error)
    assert f"{name} is not in the index" in problems


def test_an_index_that_is_changed_stops_everything(institution: Institution) -> None:
    path = institution.own / "index.toml"
    path.write_bytes(path.read_bytes().replace(b"made = 2026-12-01", b"made = 2026-12-02"))
    with pytest.raises(RegisterError, match="its bytes were changed"):
        load(institution)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xff", "no TOML"),
        (b"edition = ", "no TOML"),
        (b"version = " + b"9" * 5000, "no TOML"),
        (WHOLE.replace(b"version = 3", b"version = 0"), "version: Input should be greater"),
        (WHOLE.replace(b"version = 3", b"version = 99999999999"), "version: Input should be less"),
        (WHOLE.replace(b"edition = 1", b"edition = 2"), "edition"),
        (WHOLE.replace(b"lists/a-list", b"lists/../trust"), "path: String should match"),
        (WHOLE.replace(b"lists/a-list", b"/etc/shadow"), "path: String should match"),
        (WHOLE + WHOLE[WHOLE.index(b"[[document]]") :], "one document stands there twice"),
        (WHOLE.replace(b"000", b"00", 1), r"document\.0\.sha256: String should match"),
        (WHOLE.replace(b"expires = 2027-12-01\n", b""), "expires: Field required"),
    ],
)
def test_a_broken_index_says_what_is_wrong(data: bytes, says: str) -> None:
    with pytest.raises(RegisterError, match=says):
        indexes.read(data)
    assert indexes.read(WHOLE).content.version == 3


def test_a_file_with_a_name_that_no_document_has_is_not_indexed(tmp_path: Path) -> None:
    (tmp_path / "dossiers").mkdir()
    (tmp_path / "dossiers/Two Words.toml").write_text("x")
    with pytest.raises(RegisterError, match="path: String should match"):
        indexes.write(tmp_path, 1, TODAY, EXPIRES)


def test_a_document_that_cannot_be_read_is_not_indexed(tmp_path: Path) -> None:
    (tmp_path / "lists" / "odd.toml").mkdir(parents=True)
    with pytest.raises(RegisterError, match=r"The register cannot be read: .*odd\.toml"):
        indexes.write(tmp_path, 1, TODAY, TODAY)


def test_the_sensor_is_judged_by_what_is_in_force(institution: Institution) -> None:
    enrolled = institution.enrol()
    assert institution.vet(Fake(), enrolments=enrolled).passes
    institution.write_dossier(decision={"verdict": "refused", "why": "It was found to send."})
    decision = institution.vet(Fake(), enrolments=enrolled)
    assert "It was refused: It was found to send." in str(decision)
