"""The words of the register's pages in four languages.

What people wrote (dossiers, reasons, the policy, findings) stands as they wrote it; everything that
the page says itself is in the reader's language.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from service.ipc.settings import Language

LANGUAGES = tuple(language.value for language in Language)


@dataclass(frozen=True, slots=True)
class Wording:
    """One language.

    Attributes
    ----------
    language
        Its code (`fr`).
    catalogue
        Sections of keys and sentences.
    """

    language: str
    catalogue: dict[str, dict[str, str]]

    def say(self, path: str, **values: object) -> str:
        """Return a sentence (`page.needed`) with its gaps filled in."""
        section, _, key = path.partition(".")
        return self.catalogue[section][key].format(**values)

    def field(self, path: str) -> str:
        """Return the name of a statement within its section (`Sensor core: Country`)."""
        *parts, last = path.split(".")[1:]
        names = [self.catalogue["parts"][part] for part in parts]
        return ": ".join((*names, self.catalogue["fields"][last]))

    def value(self, text: str) -> str:
        """Return a value; yes, no and none are said in the reader's language."""
        return self.catalogue["values"].get(text, text)


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    """Return the words of a language."""
    text = (files(__package__) / "words" / f"{language}.toml").read_text(encoding="utf-8")
    return Wording(language, tomllib.loads(text))
