"""The words of the screens in four languages: one TOML catalogue each, all with the same keys."""

import tomllib
from importlib.resources import files

from service.ipc.settings import Language

Catalogue = dict[str, dict[str, str]]


def catalogues() -> dict[str, Catalogue]:
    """Return every language's catalogue by its code: sections of keys and sentences."""
    folder = files("service.web.i18n")
    return {
        language.value: tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
        for language in Language
    }
