"""Write docs/reference/dossier.md from the schema.

Run as `python -m hardware.register.schema_page > FILE`.
"""

import sys
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from hardware.register.dossier import (
    Cleared,
    Dossier,
    Evidence,
    Kind,
    Ruling,
    Screened,
    Verdict,
)
from hardware.register.sections import Component, Interface
from hardware.register.statement import Document, Statement, Status

_HEAD = """# The dossier

A dossier is a TOML file about one kind of hardware, `dossiers/KEY.toml`. This page is made from \
the schema, `hardware/register/dossier.py` and `sections.py`; a test keeps it current. How to \
fill one in: [vet a sensor](../how-to/vet-a-sensor.md). Why it looks like this: \
[vetting](../explanation/vetting.md).

## A statement

Most fields are statements. A statement says exactly one of:

```toml
factory_country = { value = "US", verified = ["origin-certificate"] }  # we hold the proof
factory_country = { value = "US", declared = ["data-sheet"] }          # somebody says so
factory_country = { unknown = "certificate of origin" }                # and what would tell us
```

What is left out is unknown. The names in brackets are ids of documents under `[[evidence]]`; \
*verified* needs at least one of them to have the SHA-256 of a copy that we hold.

| status | |
|---|---|
"""
_STATUS = {
    Status.VERIFIED: "checked by us against a document or an object, of which we hold a copy",
    Status.DECLARED: "someone says so in a document that can be named",
    Status.UNKNOWN: "nobody here can say; counts against the hardware",
}


def render() -> str:
    """Return the page."""
    return "\n".join([*_lines()]) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD + "\n".join(f"| {status} | {text} |" for status, text in _STATUS.items())
    yield "\n## At the top\n"
    yield from _plain(Dossier, ("key", "edition", "kind", "name", "summary"))
    yield f"\nKinds: {', '.join(f'`{kind}`' for kind in Kind)}."
    for name, field in Dossier.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, Document) and model is not Ruling:
            yield from _section(name, model)
    yield "\n## `[[screening]]`\n"
    yield _summary(Screened) + "\n"
    yield from _plain(Screened)
    yield f"\n`cleared` holds entries of: {_summary(Cleared)}\n"
    yield from _plain(Cleared)
    yield "\n## `[[evidence]]`\n"
    yield _summary(Evidence) + "\n"
    yield from _plain(Evidence)
    yield "\n## `[decision]`\n"
    yield _summary(Ruling) + "\n"
    yield from _plain(Ruling)
    yield f"\nVerdicts: {', '.join(f'`{verdict}`' for verdict in Verdict)}."


def _section(name: str, model: type[Document]) -> Iterator[str]:
    yield f"\n## `[{name}]`\n"
    yield _summary(model) + "\n"
    fields = model.model_fields
    nested = {n: f for n, f in fields.items() if f.annotation in {Component, Interface}}
    plain = {n: f for n, f in fields.items() if n not in nested}
    if nested:
        yield "| part | what it is |\n|---|---|"
        for part, field in nested.items():
            yield f"| `[{name}.{part}]` | {field.description} |"
        first = next(iter(nested.values())).annotation
        if isinstance(first, type) and issubclass(first, Document):
            yield f"\nEach of them ({_summary(first)[:-1].lower()}) has these statements:\n"
            yield from _statements(first.model_fields)
    if plain:
        if nested:
            yield "\nAnd beside them:\n"
        yield from _statements(plain)


def _statements(fields: dict[str, FieldInfo]) -> Iterator[str]:
    yield "| statement | value | what it says | while unknown, the owner must supply | from whom |"
    yield "|---|---|---|---|---|"
    for name, field in fields.items():
        extra = field.json_schema_extra
        asked = extra if isinstance(extra, dict) else {}
        supply, whom = asked.get("supply", ""), asked.get("whom", "")
        value = _value(field.annotation)
        yield f"| `{name}` | {value} | {field.description} | {supply} | {whom} |"


def _plain(model: type[Document], only: tuple[str, ...] = ()) -> Iterator[str]:
    yield "| field | | required |\n|---|---|---|"
    for name, field in model.model_fields.items():
        if not only or name in only:
            required = "yes" if field.is_required() else ""
            yield f"| `{name}` | {field.description} | {required} |"


def _value(annotation: Any) -> str:
    """Name the type of a statement's value for a reader."""
    if not (isinstance(annotation, type) and issubclass(annotation, Statement)):
        return ""
    inner = str(annotation.model_fields["value"].annotation)
    for mark, words in (
        ("tuple", "list of text"),
        ("bool", "true or false"),
        ("date", "date"),
        ("str", "text"),
    ):
        if mark in inner:
            return words
    return inner


def _summary(model: type[Document]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    sys.stdout.write(render())
