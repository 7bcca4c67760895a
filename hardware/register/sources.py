"""Snapshots of exclusion lists made from the files that authorities publish.

Nobody here downloads: an admin brings the file of the day on a stick. What is made of it is a
snapshot in the form of all others, to be read, signed and put in force.

`eu-sanctions`
    The Union's consolidated list of financial sanctions as CSV, version 1.1: semicolons, a row per
    spelling, `fileGenerationDate`, `Entity_LogicalId`, `Entity_SubjectType_ClassificationCode` (P
    or E), `NameAlias_WholeName`.
`us-bis-entities`
    The Entity List from the Consolidated Screening List of the US as CSV: commas, a row per entry,
    `source`, `name`, `alt_names` with semicolons between.
`eu-forced-labour`
    Areas and products of the database under Regulation (EU) 2024/3015, typed off its page as CSV:
    `area` (ISO 3166, also of a part of a country: CN-XJ), `product`, `severity`. No file of it was
    published when this was written.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hardware.errors import ListError
from hardware.register import lists
from hardware.register.lists import Entry, Risk

csv.field_size_limit(1 << 20)
_TOO_SHORT = 3  # letters below which a spelling would be found in every other text


@dataclass(frozen=True, slots=True)
class Source:
    """One list that can be made from a file.

    Attributes
    ----------
    title, authority, source, terms, scope, omits
        As in the snapshot.
    delimiter, columns
        Of the file; a file without one of the columns is another file.
    read
        Turns rows into entries or risks, and the day that the file bears; None when it bears none.
    """

    title: str
    authority: str
    source: str
    terms: str
    scope: str
    omits: str
    delimiter: str
    columns: tuple[str, ...]
    read: "Callable[[list[Row]], tuple[list[Entry], list[Risk], date | None]]"


Row = dict[str, str]


def snapshot(key: str, data: bytes, copied: date, complete_to: date | None = None) -> bytes:
    """Return a snapshot, as the bytes of its TOML file.

    Parameters
    ----------
    key
        One of `SOURCES`.
    data
        The published file.
    copied
        Day of the copy.
    complete_to
        Day to which the file is complete, where it bears no date of its own.

    Raises
    ------
    ListError
        When it is another file, names nobody, or bears no day and none is given.
    """
    about = SOURCES[key]
    entries, risks, bears = about.read(_rows(key, data, about))
    if not entries and not risks:
        raise ListError(f"The file for {key} names nobody.", "Is it the right one, and whole?")
    day = bears or complete_to
    if day is None:
        raise ListError(
            f"The file for {key} bears no date.", "Say to which day it is complete: --complete-to"
        )
    head = {
        "key": key,
        "edition": 1,
        "title": about.title,
        "authority": about.authority,
        "source": about.source,
        "terms": about.terms,
        "published": day,
        "complete_to": day,
        "copied": copied,
        "count": len(entries) + len(risks),
        "scope": about.scope,
        "omits": about.omits,
    }
    tables = [
        *(("entry", entry.model_dump(exclude_defaults=True)) for entry in entries),
        *(("risk", risk.model_dump(exclude_defaults=True)) for risk in risks),
    ]
    text = _toml(head) + "".join(f"\n[[{name}]]\n{_toml(table)}" for name, table in tables)
    made = text.encode()
    lists.read(made, key)
    return made


def _rows(key: str, data: bytes, about: Source) -> list[Row]:
    try:
        text = io.StringIO(data.decode("utf-8-sig"), newline="")
        reader = csv.DictReader(text, delimiter=about.delimiter, strict=True, restval="")
        missing = set(about.columns) - set(reader.fieldnames or ())
        if missing:
            raise ListError(
                f"The file for {key} has no column {', '.join(sorted(missing))}.",
                f"Expected is a CSV file with {about.delimiter!r} between columns, from:"
                f" {about.source}",
            )
        return [{name: _plain(row[name]) for name in about.columns} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ListError(f"The file for {key} is no CSV in UTF-8: {error}.") from error


def _sanctions(rows: list[Row]) -> tuple[list[Entry], list[Risk], date | None]:
    firms: dict[str, list[str]] = {}
    days = {row["fileGenerationDate"] for row in rows} - {""}
    for row in rows:
        if row["Entity_SubjectType_ClassificationCode"] == "E":
            firms.setdefault(row["Entity_LogicalId"], []).append(row["NameAlias_WholeName"])
    if len(days) > 1:
        raise ListError(f"The file bears {len(days)} dates: {', '.join(sorted(days))}.")
    entries = [entry for spellings in firms.values() if (entry := _entry(spellings))]
    return entries, [], _day(days.pop()) if days else None


def _entity_list(rows: list[Row]) -> tuple[list[Entry], list[Risk], date | None]:
    found = (
        _entry([row["name"], *row["alt_names"].split(";")])
        for row in rows
        if row["source"].startswith("Entity List (EL)")
    )
    return [entry for entry in found if entry], [], None


def _forced_labour(rows: list[Row]) -> tuple[list[Entry], list[Risk], date | None]:
    try:
        return [], [Risk.model_validate(row) for row in rows], None
    except ValueError as error:
        raise ListError(f"A row for eu-forced-labour is none: {error}.") from error


def _entry(spellings: Iterable[str]) -> Entry | None:
    """Return a firm with its spellings, the first as its name."""
    kept = list(dict.fromkeys(spelling.strip() for spelling in spellings))
    kept = [one for one in kept if len(one) >= _TOO_SHORT or not one.isascii()]
    kept = [one for one in kept if len(one) > 1]
    return Entry(name=kept[0], aliases=tuple(kept[1:])) if kept else None


def _day(text: str) -> date:
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day, no time
        except ValueError:
            continue
    raise ListError(f"The file bears the date {text!r}; expected is DD/MM/YYYY or YYYY-MM-DD.")


def _plain(text: str | None) -> str:
    """Return a field as one line; a row that is cut short has none in its last columns."""
    return " ".join("".join(c if c.isprintable() else " " for c in text or "").split())


def _toml(table: dict[str, object]) -> str:
    return "".join(_lines(table))


def _lines(table: dict[str, object]) -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, date | int):
            yield f"{name} = {value}\n"
        else:  # JSON's strings and arrays are TOML's
            yield f"{name} = {json.dumps(value, ensure_ascii=False)}\n"


SOURCES = {
    "eu-sanctions": Source(
        "Consolidated list of persons, groups and entities subject to EU financial sanctions",
        "European Commission, DG FISMA",
        "https://webgate.ec.europa.eu/fsd/fsf (CSV, version 1.1)",
        "European Union; reuse allowed with the source named (Commission Decision 2011/833/EU)",
        "Every group, entity and enterprise of the file, with all its spellings.",
        "Persons; firms that a listed one owns or controls and the list does not name; sectoral"
        " measures; spellings of fewer than three letters.",
        ";",
        (
            "fileGenerationDate",
            "Entity_LogicalId",
            "Entity_SubjectType_ClassificationCode",
            "NameAlias_WholeName",
        ),
        _sanctions,
    ),
    "us-bis-entities": Source(
        "BIS Entity List",
        "Bureau of Industry and Security, Department of Commerce of the United States",
        "https://www.trade.gov/consolidated-screening-list (CSV)",
        "Work of the United States government: public domain (17 U.S.C. 105).",
        "Every entry of the Entity List in the file, with its other names.",
        "The other lists in the file; firms that a listed one owns and the list does not name;"
        " names of fewer than three letters.",
        ",",
        ("source", "name", "alt_names"),
        _entity_list,
    ),
    "eu-forced-labour": Source(
        "Areas and products at risk of forced labour, Regulation (EU) 2024/3015",
        "European Commission",
        "Forced Labour Single Portal (Article 8)",
        "European Union; reuse allowed with the source named (Commission Decision 2011/833/EU)",
        "The areas and products that somebody typed off the database.",
        "Firms: the database names none. Whatever was not typed off.",
        ",",
        ("area", "product", "severity"),
        _forced_labour,
    ),
}
