"""Every word a guard can see exists in every language."""

import re

import pytest

from screening.result import Reason, State, Verdict
from service.ipc.settings import Language
from service.web.i18n import catalogues

CATALOGUES = catalogues()
GUARD = {name: {s: k for s, k in c.items() if s != "admin"} for name, c in CATALOGUES.items()}


def test_there_are_four_languages() -> None:
    assert list(CATALOGUES) == ["en", "fr", "de", "nl"]


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_state_and_every_reason_has_its_sentence(language: str) -> None:
    words = CATALOGUES[language]
    assert set(words["titles"]) == {state.value for state in State}
    assert set(words["instructions"]) == {state.value for state in State}
    assert set(words["reasons"]) == {reason.value for reason in Reason}
    assert set(words["verdicts"]) == {verdict.value for verdict in Verdict} | {"pending"}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_catalogue_has_the_same_keys_with_the_same_gaps(language: str) -> None:
    def gaps(catalogue: dict[str, dict[str, str]]) -> dict[tuple[str, str], list[str]]:
        return {
            (section, key): sorted(re.findall(r"\{(\w+)\}", sentence))
            for section, sentences in catalogue.items()
            for key, sentence in sentences.items()
        }

    assert gaps(GUARD[language]) == gaps(GUARD["en"])


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_sentence_is_empty_and_every_reason_ends_like_a_sentence(language: str) -> None:
    for sentences in GUARD[language].values():
        assert all(sentence.strip() for sentence in sentences.values())
    assert all(sentence.endswith(".") for sentence in GUARD[language]["reasons"].values())
    assert all(sentence.endswith(".") for sentence in GUARD[language]["instructions"].values())


@pytest.mark.parametrize("language", sorted(set(CATALOGUES) - {"en"}))
def test_nothing_was_left_in_english(language: str) -> None:
    same = {
        (section, key)
        for section, sentences in GUARD[language].items()
        for key, sentence in sentences.items()
        if sentence == GUARD["en"][section][key]
    }
    assert same == set()


FORBIDDEN = {
    "de": "körpertemperatur|fieber",
    "en": "body temperature|fever",
    "fr": "corporelle|fièvre",
    "nl": "lichaamstemp|koorts",
}


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_language_ever_speaks_of_a_body_temperature_or_of_fever(language: str) -> None:
    said = " ".join(s for sentences in GUARD[language].values() for s in sentences.values())
    said = re.sub("(?i)fieberthermometer|koortsthermometer", "", said)  # the clinical one's name
    for words in FORBIDDEN.values():  # a word of another language is as wrong
        assert not re.search(f"(?i){words}", said)


def test_every_language_says_what_it_must_never_speak_of() -> None:
    assert set(FORBIDDEN) == set(CATALOGUES) == set(Language)


@pytest.mark.parametrize("language", sorted(set(CATALOGUES) - {"en"}))
def test_what_a_language_says_on_the_admin_page_english_says_too(language: str) -> None:
    english = CATALOGUES["en"]["admin"]
    for key, sentence in CATALOGUES[language]["admin"].items():
        assert sorted(re.findall(r"\{(\w+)\}", sentence)) == sorted(
            re.findall(r"\{(\w+)\}", english[key])
        )
        assert sentence != english[key]
