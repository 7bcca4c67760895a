"""People: however a name is written, one person is one signer."""

import pytest

from hardware.register.people import person
from hardware.vetting.decision import Outcome
from tests.hardware.institution import Institution, Person
from tests.hardware.trees import Fake

ONE = {
    "a space behind": "Anna ",
    "a space before": " Anna",
    "capitals": "ANNA",
    "no capitals": "anna",
    "full-width letters": "\uff21\uff4e\uff4e\uff41",
    "a space of no width": "An\u200bna",
    "a joiner": "An\u2060na",
    "a mark of direction": "\u202eAnna\u202c",
    "a soft hyphen": "An\u00adna",
    "a byte-order mark": "\ufeffAnna",
    "a Cyrillic letter": "\u0410nn\u0430",
    "a Greek letter": "\u0391nna",
    "a script letter": "Ann\u0251",
    "a filler that shows nothing": "An\u3164na",
    "a mark that joins": "An\u034fna",
    "a variation selector": "Anna\ufe0f",
    "a tab": "Anna\t",
    "an accent": "Ann\u00e1",
    "a full stop": "Anna.",
    "another way to write a letter": "\U0001d400nna",
}


@pytest.mark.parametrize("how", ONE)
def test_one_person_with_two_keys_is_one_signer(institution: Institution, how: str) -> None:
    assert person(ONE[how]) == person("Anna")
    again = Person.new(ONE[how])
    entry = again.entry().replace(f'"{ONE[how]}"', '"' + ONE[how].replace("\t", "\\t") + '"', 1)
    institution.trust(institution.anna.entry() + entry)
    institution.write_dossier(institution.anna, again)
    decision = institution.vet(Fake(), enrolments=institution.enrol())
    assert decision.outcome is Outcome.REFUSED
    assert "2 people must sign it; Anna did." in str(decision)


@pytest.mark.parametrize("other", ["Anne", "Anna Berg", "Hanna", "Ann", "\u0416anna"])
def test_two_people_are_two(institution: Institution, other: str) -> None:
    assert person(other) != person("Anna")
    berg = Person.new(other)
    institution.trust(institution.anna.entry() + institution.bert.entry() + berg.entry())
    institution.write_dossier(institution.anna, berg)
    _, signatures = institution.register().dossier("our-boson")
    assert signatures.signers == ("Anna", other)


def test_spaces_within_a_name_are_one_space() -> None:
    assert person("Anna \u00a0 Berg") == person("anna berg") != person("annaberg")
