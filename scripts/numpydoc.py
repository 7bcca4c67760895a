"""What a numpy-style docstring says of a class and of each of its attributes."""

import inspect
import re

_SECTION = re.compile(r"Attributes\n-+\n(.*?)(?:\n\n\w+\n-+\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"^(?P<names>\w[\w, ]*)\n(?P<meaning>(?:    .*\n?|\n)+)", re.MULTILINE)


def attributes(documented: type) -> dict[str, str]:
    """Return attribute to meaning; names that share an entry share its meaning."""
    section = _SECTION.search(inspect.getdoc(documented) or "")
    return {
        name.strip(): " ".join(entry["meaning"].split())
        for entry in _ENTRY.finditer(section[1] if section else "")
        for name in entry["names"].split(",")
    }


def summary(documented: object) -> str:
    """Return the first paragraph of a docstring as one line."""
    return " ".join((inspect.getdoc(documented) or "").partition("\n\n")[0].split())
