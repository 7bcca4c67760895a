"""The words of welcome: bounded, of known letters, and nothing of what they were before."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.ipc.settings import SettingsError
from service.ipc.visitor_window import LONGEST, Welcome
from service.state.welcome import FILE, WelcomeStore


def test_what_was_saved_is_read_again_and_the_old_words_are_gone(tmp_path: Path) -> None:
    store = WelcomeStore(tmp_path)
    assert store.load() == Welcome()
    store.save(Welcome(en="Hello, Ada Lovelace"))
    store.save(Welcome(en="Welcome to the town hall", fr="Bienvenue à l\u2019hôtel de ville…"))
    assert store.load().fr == "Bienvenue à l\u2019hôtel de ville…"
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert b"Ada" not in (tmp_path / FILE).read_bytes()


@pytest.mark.parametrize("text", ["{", "[]", '{"en": 5}', '{"xx": "a"}', "\xff"])
def test_a_damaged_file_is_said_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError, match=r"damaged .* until an admin saves others"):
        WelcomeStore(tmp_path).load()
    WelcomeStore(tmp_path).save(Welcome(en="Hello"))
    assert WelcomeStore(tmp_path).load().en == "Hello"


def test_a_disk_that_does_not_take_it_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(SettingsError, match="could not be saved"):
        WelcomeStore(tmp_path).save(Welcome(en="Hello"))


@pytest.mark.parametrize(
    "text",
    [
        "x" * (LONGEST + 1),
        "two\nlines",
        "\u202etxet",
        "\u200bhidden",
        "\U0001f600",
        "\x00",
        "\ue000",
    ],
)
def test_other_letters_and_longer_words_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Welcome(en=text)


@pytest.mark.parametrize(
    "text", ["x" * LONGEST, "Grüß Gott \u2013 8 €", "<b>&amp;</b>", "Œuvre, déjà vu"]
)
def test_letters_of_the_four_languages_are_taken(text: str) -> None:
    assert Welcome(en=text).en == text
