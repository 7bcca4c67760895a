"""The words of an acceptance in every language: one file each, read by pages and report alike."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("en", "fr", "de", "nl")
Words = dict[str, dict[str, str]]


@cache
def words(language: str) -> Words:
    """Return the catalogue of a language: section, then word, to text.

    Raises
    ------
    KeyError
        When there is none of that language.
    """
    if language not in LANGUAGES:
        raise KeyError(f"There is no catalogue {language!r}; there are: {', '.join(LANGUAGES)}.")
    text = (files("service.acceptance.catalogue") / f"{language}.toml").read_text("utf-8")
    found: Words = tomllib.loads(text)
    return found
