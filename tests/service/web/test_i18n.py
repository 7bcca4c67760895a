"""Every word a guard can see exists in every language."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from hardware.vetting import letter
from screening.result import REASONS_OF_VISITORS, Reason, State, Verdict
from service.acceptance import catalogue
from service.ipc.settings import Language, StationSettings, ranges
from service.ipc.visitor_window import VisitorWindow, Welcome
from service.state.history import CHANGES, TROUBLES
from service.supervisor.repairs import OTHERS
from service.web.i18n import catalogues

ROOT = Path(__file__).parents[3]
CATALOGUES = catalogues()
GUARD = catalogues(admin=False)


def test_there_are_four_languages() -> None:
    assert list(CATALOGUES) == ["en", "fr", "de", "nl"]


@pytest.mark.parametrize(
    "words",
    [
        "service/web/i18n/*.toml",
        "service/web/i18n/admin/*.toml",
        "service/web/register/words/*.toml",
        "service/acceptance/catalogue/*.toml",
        "service/kiosk/words/*.gz",
        "hardware/vetting/letters/*.toml",
        "docs/verify/source/*.toml",
    ],
)
def test_every_part_that_speaks_has_words_in_the_languages_of_the_screens(words: str) -> None:
    assert {file.name.partition(".")[0] for file in ROOT.glob(words)} == set(Language)


def test_every_list_of_languages_is_that_of_the_screens() -> None:
    assert set(catalogue.LANGUAGES) == set(letter.LANGUAGES) == set(Language)
    assert set(Welcome.model_fields) == set(Language)
    assert VisitorWindow(languages=tuple(Language)).languages == tuple(Language)
    page = (ROOT / "docs/verify/source/page.html").read_text(encoding="utf-8")
    assert set(re.findall(r'data-language="(\w+)"', page)) == set(Language)


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

    assert gaps(CATALOGUES[language]) == gaps(CATALOGUES["en"])


@pytest.mark.parametrize("language", CATALOGUES)
def test_no_sentence_is_empty_and_every_reason_ends_like_a_sentence(language: str) -> None:
    for sentences in CATALOGUES[language].values():
        assert all(sentence.strip() for sentence in sentences.values())
    assert all(sentence.endswith(".") for sentence in GUARD[language]["reasons"].values())
    assert all(sentence.endswith(".") for sentence in GUARD[language]["instructions"].values())


def test_no_french_line_begins_with_a_colon_or_a_question_mark() -> None:
    sentences = [one for section in CATALOGUES["fr"].values() for one in section.values()]
    assert not [one for one in sentences if re.search(" [:;?!»]|« ", one)]
    assert any("\N{NO-BREAK SPACE}:" in one for one in sentences)


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


ALIKE = {  # in these languages the English word is the word
    ("admin", "title"): {"fr"},
    ("admin", "fpa"): {"de"},
    ("admin", "simulation"): {"fr"},
    ("admin", "by_admin"): {"de"},
    ("admin", "by_auditor"): {"nl"},
    ("admin", "role_auditor"): set(),
}


@pytest.mark.parametrize("language", sorted(set(CATALOGUES) - {"en"}))
def test_nothing_on_the_admin_console_was_left_in_english(language: str) -> None:
    same = {
        (section, key)
        for section in set(CATALOGUES["en"]) - set(GUARD["en"])
        for key, sentence in CATALOGUES[language][section].items()
        if sentence == CATALOGUES["en"][section][key]
    }
    assert {place for place in same if language not in ALIKE.get(place, set())} == set()


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_fault_of_the_station_has_its_words_and_its_remedy(language: str) -> None:
    of_station = {reason.value for reason in set(Reason) - set(REASONS_OF_VISITORS)}
    words = CATALOGUES[language]
    assert set(words["repairs"]) == set(OTHERS)
    assert set(words["remedies"]) == of_station | set(OTHERS)
    assert all(sentence[-1] in ".?" for sentence in words["repairs"].values())


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_entry_of_the_history_has_its_words(language: str) -> None:
    kinds = {get_type_hints(event)["kind"] for event in (*CHANGES, *TROUBLES)}
    said = {get_args(kind)[0] for kind in kinds} - {"setting_changed"}
    assert set(CATALOGUES[language]["events"]) == said | {"granted", "not_granted"}


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_setting_says_what_it_does(language: str) -> None:
    paths = {re.sub(r"^references", "reference", path) for path in ranges(StationSettings)}
    pairs = ("limits.ambient_c", "limits.relative_humidity", "limits.zone_m", "reference.mark")
    keys = {
        key.replace(".", "_")
        for path in paths
        if not path.startswith("uniformity")
        for key in ([f"{path}.0", f"{path}.1"] if path in pairs else [path])
    }
    keys |= {"decision_site", "decision_relative", "reference_used"}
    assert set(CATALOGUES[language]["help"]) == keys
    assert keys <= set(CATALOGUES[language]["admin"])
