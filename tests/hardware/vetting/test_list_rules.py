"""The rules about lists at their bounds: how old, compared when, and what a clearance ends."""

from datetime import date, timedelta
from hashlib import sha256

import pytest

from hardware.register import lists
from hardware.register.trust import What
from hardware.vetting.decision import Decision
from tests.hardware.institution import FRESH, LISTS, TODAY, Institution, dossier, screened, told
from tests.hardware.trees import Fake


def judged(institution: Institution, paragraph: str, today: date = TODAY) -> str:
    decision: Decision = institution.vet(Fake(), enrolments=institution.enrol(), today=today)
    return " ".join(r.text for r in decision.reasons if r.paragraph == paragraph)


def compared(institution: Institution, **row: object) -> None:
    """Have the dossier compared with one list in another way than with the others."""
    known = institution.register().lists
    rows = [screened(one) | (row if one.key == "us-ndaa-889" else {}) for one in known]
    institution.write_dossier(screening=[row for row in rows if row["list"] in LISTS])


def test_a_list_that_is_complete_to_today_is_not_of_the_future(institution: Institution) -> None:
    """The day on which a list was made is the first on which it counts."""
    assert "eu-sanctions" not in judged(institution, "3.3", FRESH)
    assert "eu-sanctions is dated 1 days from now" in judged(
        institution, "3.3", FRESH - timedelta(days=1)
    )


@pytest.mark.parametrize(
    ("on", "says"),
    [
        (TODAY, ""),
        (TODAY + timedelta(days=1), "which is 1 days from now: check the date and the clock"),
    ],
)
def test_nobody_compares_tomorrow(institution: Institution, on: date, says: str) -> None:
    compared(institution, on=on)
    text = judged(institution, "3.4")
    assert says in text
    assert bool(text) == bool(says)


def test_a_comparison_counts_for_a_year(institution: Institution) -> None:
    compared(institution, on=date(2026, 11, 30))
    year = date(2026, 11, 30) + timedelta(days=365)
    assert "days ago" not in judged(institution, "3.4", year)
    assert "366 days ago; the limit is 365" in judged(institution, "3.4", year + timedelta(days=1))


@pytest.mark.parametrize(
    ("later", "says"),
    [(0, ""), (365, ""), (366, "which was 366 days old then; the limit is 365")],
)
def test_a_snapshot_is_compared_with_from_its_day_for_a_year(
    institution: Institution, later: int, says: str
) -> None:
    """The snapshot of before is held; it was copied on the day to which it is complete."""
    day = date(2026, 2, 1)
    text = (
        'key = "us-ndaa-889"\nedition = 1\ntitle = "T"\nauthority = "A"\nsource = "s"\n'
        f'terms = "free"\npublished = {day}\ncomplete_to = {day}\ncopied = {day}\ncount = 1\n'
        'scope = "all"\nomits = "nothing"\n[[entry]]\nname = "Somebody Else"\n'
    ).encode()
    snapshot = lists.read(text, "us-ndaa-889")
    (institution.own / "evidence" / f"{snapshot.sha256}.toml").write_bytes(text)
    compared(institution, sha256=snapshot.sha256, snapshot=day, on=day + timedelta(days=later))
    found = judged(institution, "3.4", day + timedelta(days=later))
    assert [one for one in ("then; the limit", "was copied on") if one in found] == (
        ["then; the limit"] if says else []
    )
    assert says in found


def test_a_copy_that_is_no_list_is_no_snapshot(institution: Institution) -> None:
    data = b"An article about lists."
    digest = sha256(data).hexdigest()
    (institution.own / "evidence" / f"{digest}.toml").write_bytes(data)
    compared(institution, sha256=digest)
    text = judged(institution, "3.4")
    assert "Bert compared it with us-ndaa-889 as it was on" in text
    assert "Exclusion list us-ndaa-889 is no TOML" in text


def test_the_clearance_of_one_list_silences_no_other(institution: Institution) -> None:
    """The same name stands on two lists; a reviewer explains it for one of them."""
    firm = told("HiSilicon, a Huawei company")
    known = institution.register().lists
    matches = [
        match for one in known for match in lists.match_name("HiSilicon, a Huawei company", one)
    ]
    one, *others = [match for match in matches if match.certain]
    assert others
    why = [{"name": one.given, "entry": one.entry, "reason": "a firm of the same name in Vienna"}]
    rows = [screened(s, cleared=why if s.key == one.key else []) for s in known if s.key in LISTS]
    institution.write_dossier(components__processor__maker=firm, screening=rows)
    refused, cleared = judged(institution, "3.5"), judged(institution, "3.7")
    assert f"listed in: {one.list}" in cleared
    assert f"listed in: {one.list}" not in refused
    for other in others:
        assert f"listed in: {other.list}" in refused


def test_each_word_is_held_against_a_list_once(institution: Institution) -> None:
    """The maker stands in the dossier many times; the finding stands once."""
    institution.write_dossier(
        components__processor__maker=told("Verboten GmbH"),
        components__lens__maker=told("Verboten GmbH"),
    )
    assert judged(institution, "3.5").count("Verboten GmbH") == 3  # given, listed, matched by


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Verboten GmbH 640"},
        {"summary": "Made by Verboten GmbH."},
        {"origin__resellers": told(["A Reseller", "Verboten GmbH"])},
    ],
    ids=["name", "summary", "one of several"],
)
def test_a_listed_name_is_found_wherever_it_stands(
    institution: Institution, changes: dict[str, object]
) -> None:
    institution.write_dossier(**changes)
    assert "Verboten GmbH" in judged(institution, "3.5")


def test_who_issued_a_document_is_compared_too(institution: Institution) -> None:
    row = {
        "id": "report",
        "title": "A report",
        "issuer": "Verboten GmbH",
        "date": "2026-11-20",
        "reference": "r",
    }
    institution.write_dossier(evidence=[*dossier(())["evidence"], row])
    assert "'Verboten GmbH' is Verboten GmbH" in judged(institution, "3.5")


def test_a_usb_id_of_a_listed_firm_raises_doubt(institution: Institution) -> None:
    """An id is compared as an id, and is no name."""
    path = institution.own / "lists/eu-sanctions.toml"
    path.write_text(path.read_text() + 'usb_vendors = ["09cb"]\n')
    institution.sign(path, What.LIST, *institution.board)
    assert "'09cb:4007' may be Verboten GmbH ('09cb')" in judged(institution, "3.6")


@pytest.mark.parametrize("path", ["components__lens__country", "identity__factory_country"])
def test_a_part_that_was_made_under_a_law_that_compels_is_refused(
    institution: Institution, path: str
) -> None:
    institution.write_dossier(**{path: told("CN")})
    assert judged(institution, "2.2").endswith("country: CN.")


def test_a_law_that_compels_the_maker_is_named(institution: Institution) -> None:
    institution.write_dossier(ownership__security_law=told(["US", "CN"]))
    text = judged(institution, "2.2")
    assert text == "The maker is subject to the national security law of CN."
    institution.write_dossier(ownership__security_law={"unknown": "a lawyer"})
    assert judged(institution, "2.2") == ""  # that it is unknown is another paragraph's


def test_what_is_wrong_with_a_list_is_said_once(institution: Institution) -> None:
    """Two paragraphs of the policy ask for lists; the first says what is broken."""
    (institution.own / "lists/eu-sanctions.toml.dsse").unlink()
    institution.in_force()
    assert "The exclusion list eu-sanctions: It is not signed." in judged(institution, "3.1")
    assert judged(institution, "3.8") == "The exclusion list eu-sanctions is missing or altered."
