"""Every language has every word; and nothing of ours is called a certificate."""

import re
from dataclasses import fields

import pytest

from screening.settings import Settings
from service.acceptance.budget import Distribution
from service.acceptance.catalogue import LANGUAGES, words
from service.acceptance.chapters import judge
from service.acceptance.requirements import TABLE, Origin
from service.acceptance.station_budget import Found, sources
from service.acceptance.words import Chapter, Conformity, Finding, Place, Trial
from tests.service.acceptance.test_villains import VILLAINS
from tests.service.acceptance.villains import Station

# The paper of the laboratory that calibrated the reference is one, and is called so.
THEIRS = {("record", "paper_number"), ("record", "dcc")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_leaves_nothing_out(language: str) -> None:
    ours, english = words(language), words("en")
    assert {s: set(w) for s, w in ours.items()} == {s: set(w) for s, w in english.items()}
    assert all(text.strip() for section in ours.values() for text in section.values())
    for section, kind in (
        ("conformity", Conformity),
        ("chapter", Chapter),
        ("method", Chapter),
        ("finding", Finding),
        ("place", Place),
        ("trial", Trial),
        ("distribution", Distribution),
        ("origin", Origin),
    ):
        assert set(ours[section]) == {each.value for each in kind}, section


def test_every_figure_column_and_source_has_its_word() -> None:
    english = words("en")
    stations = [Station(), *(station for station, _, _ in VILLAINS.values())]
    for station in stations:
        for chapter in judge(station.measured()):
            assert {one.name for one in chapter.figures} <= set(english["figure"])
            assert set(chapter.columns) <= set(english["column"])
    assert set(TABLE) <= set(english["figure"])
    named = {one.name for one in sources(Settings(), Found(1.0), 37.5)}
    assert named <= set(english["source"])
    assert fields(Found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_ours_is_called_a_certificate(language: str) -> None:
    pattern = re.compile(r"certificat|zertifikat|certificaat|kalibrierschein", re.IGNORECASE)
    named = {
        (section, name)
        for section, found in words(language).items()
        for name, text in found.items()
        if pattern.search(text)
    }
    assert named <= THEIRS


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(KeyError, match="en, fr, de, nl"):
        words("xx")
