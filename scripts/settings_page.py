"""docs/reference/settings.md, from the models that check settings and their docstrings."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from screening import settings as plain
from scripts.numpydoc import attributes, summary
from service.ipc import settings as door
from service.ipc.visitor_window import VisitorWindow
from service.supervisor.config import StationConfig

_HEAD = """# Settings

This page is made from the code by `scripts/pages`; `./check` fails when it is out of date.

A station is told things in two places. The **configuration** is read once, at the start: which \
sensor, which port, which folder. The **settings** are what an admin changes on the admin page \
while the station runs: thresholds, references, limits. Both are checked field by field, and a \
value outside its range is refused with a sentence.

*Unit* follows from the end of the name: `_c` is deg C, `_m` metres, `_s` seconds. A field without \
a unit is a number or a word. A range in square brackets includes its ends.
"""
_CONFIGURATION = """
## Configuration

A TOML file that `limen run --config FILE` reads. The options of \
[`limen run`](command-line.md#limen-run) overrule it. An unknown name is refused.
"""
_SETTINGS = """
## What the admin sets

The state folder keeps them in `settings.json`, which the station replaces as a whole. A file that \
cannot be trusted is never used and never overwritten: the station does not screen until an admin \
saves settings again. Until they are saved for the first time, a real sensor starts with a \
threshold and a warm-up of its own \
([decision 0005](../decisions/0005-a-real-sensor-starts-with-the-clinical-threshold.md)); the \
defaults below are those of the simulation.
"""
_UNITS = {"c": "deg C", "m": "m", "s": "s"}
SECTIONS: tuple[tuple[str, type[BaseModel], type], ...] = (
    ("scene", door.SceneSettings, plain.Scene),
    ("references", door.ReferenceSettings, plain.Reference),
    ("limits", door.LimitSettings, plain.Limits),
    ("decision", door.DecisionSettings, plain.Decision),
    ("uniformity", door.UniformitySettings, plain.Uniformity),
)
_NOTES = {
    "references": "At most two. None: the station runs in the declared relative mode.",
    "uniformity": "The station writes it when it has learnt it from an even plate; null before.",
}


def render() -> str:
    """Return the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD + _CONFIGURATION
    yield from table(StationConfig, attributes(StationConfig))
    yield f"\n### `[visitor]`\n\n{summary(VisitorWindow)}\n"
    yield from table(VisitorWindow, attributes(VisitorWindow))
    yield _SETTINGS
    for name, model, plain_model in SECTIONS:
        yield f"\n### `{name}`\n\n{summary(plain_model)} {_NOTES.get(name, '')}".rstrip() + "\n"
        yield from table(model, attributes(plain_model) | attributes(model))


def table(model: type[BaseModel], meanings: dict[str, str]) -> Iterator[str]:
    """Yield one row per field of a model.

    Raises
    ------
    KeyError
        When a field has no meaning: its docstring has a gap.
    """
    schema = model.model_json_schema()
    yield "| name | unit | range | default | meaning |"
    yield "|---|---|---|---|---|"
    for name, field in schema["properties"].items():
        if name not in meanings:
            raise KeyError(f"{model.__name__}.{name} has no entry under Attributes; write one")
        unit = _UNITS.get(name.rpartition("_")[2], "") if "_" in name else ""
        default = _default(field["default"]) if "default" in field else "required"
        allowed = _range(field, schema.get("$defs", {}))
        yield f"| `{name}` | {unit} | {allowed} | {default} | {meanings[name]} |"


def _default(value: Any) -> str:
    if isinstance(value, dict):
        return "as there"
    return "none" if value in (None, "", []) else f"`{_word(value)}`"


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


_TYPES = {
    "null": "none",
    "boolean": "`true`, `false`",
    "string": "text",
    "object": "a table, see below",
}
_FORMATS = {"path": "a path", "date": "a date"}


def _range(  # noqa: PLR0911 - one answer for each kind of schema
    field: dict[str, Any], definitions: dict[str, Any]
) -> str:
    """Say what of a JSON schema a person who types a value has to know."""
    match field:
        case {"$ref": str(name)}:
            return _range(definitions[name.rpartition("/")[2]], definitions)
        case {"anyOf": ways}:
            return " or ".join(_range(way, definitions) for way in ways)
        case {"enum": values}:
            return ", ".join(f"`{value}`" for value in values)
        case {"prefixItems": parts}:
            return f"two of {_range(parts[0], definitions)}"
        case {"minimum": low, "maximum": high}:
            return f"[{low}, {high}]"
        case {"items": one, "maxItems": most}:
            return f"at most {most} of {_range(one, definitions)}"
        case {"pattern": pattern}:
            return f"`{pattern}`"
        case {"maxLength": longest}:
            return f"text, at most {longest} characters"
        case _:
            return _FORMATS.get(field.get("format", "")) or _TYPES[field["type"]]
