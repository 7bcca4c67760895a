"""The words of the register's pages in four languages.

What people wrote (dossiers, reasons, the policy) stands as they wrote it; everything that the page
says itself, and what the rules found, is in the reader's language. A sentence of a rule brings its
English with it, so the English catalogue has none.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from hardware.register.criticality import Criticality
from hardware.register.sentence import Place, Sentence
from hardware.register.statement import Status
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

    def sentence(self, text: str) -> str:
        """Return what a rule found; what has no code stands as it was written."""
        template = self.catalogue.get("sentences", {}).get(getattr(text, "code", ""))
        if template is None or not isinstance(text, Sentence):
            return str(text)
        filled = {gap: self._filled(value) for gap, value in text.values.items()}
        return template.format(**filled).rstrip()

    def _filled(self, value: object) -> object:
        match value:
            case Sentence():
                return self.sentence(value)
            case Place():
                return self._place(value.path)
            case Status():
                return self.say(f"status.{value.value}")
            case Criticality():
                return self.say(f"page.{value.value}")
        return value

    def _place(self, path: str) -> str:
        """Return the name of a part (`lens`), or of a statement with its section."""
        if "." not in path:
            return self.catalogue["parts"][path]
        section = path.partition(".")[0]
        return f"{self.say(f'sections.{section}')}: {self.field(path)}"

    def value(self, text: str) -> str:
        """Return a value; yes, no and none are said in the reader's language."""
        return self.catalogue["values"].get(text, text)


@lru_cache(maxsize=len(LANGUAGES))
def wording(language: str) -> Wording:
    """Return the words of a language."""
    text = (files(__package__) / "words" / f"{language}.toml").read_text(encoding="utf-8")
    return Wording(language, tomllib.loads(text))
