"""The words of the screens in four languages: TOML catalogues, all with the same keys.

`<language>.toml` has what anybody may see; `admin/<language>.toml` what only the admin's console
says, which the other pages go without.
"""

import re
import tomllib
from importlib.resources import files
from typing import Final

from service.ipc.settings import Language

Catalogue = dict[str, dict[str, str]]

# French writes a space there, at which no line may end.
_LOOSE: Final = re.compile(r" (?=[:;?!»])|(?<=«) ")


def catalogues(*, admin: bool = True) -> dict[str, Catalogue]:
    """Return every language's catalogue by its code: sections of keys and sentences.

    Parameters
    ----------
    admin
        With the words of the admin's console.
    """
    folder = files("service.web.i18n")
    found: dict[str, Catalogue] = {}
    for language in Language:
        places = [folder / f"{language}.toml"]
        if admin:
            places.append(folder / "admin" / f"{language}.toml")
        texts = [place.read_text(encoding="utf-8") for place in places]
        if language is Language.FR:
            texts = [_LOOSE.sub("\N{NO-BREAK SPACE}", text) for text in texts]
        parts = [tomllib.loads(text) for text in texts]
        found[language.value] = {name: words for part in parts for name, words in part.items()}
    return found
