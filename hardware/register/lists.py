"""Exclusion lists: dated snapshots of who must not be bought from, and matching against them.

A snapshot is a TOML file with its source, its terms and its dates. It covers what the list covers:
the names on it, their aliases, and their subsidiaries, affiliates and brands as far as they are
known. Identifiers (USB vendor ids, MAC prefixes) and names that only look alike raise doubt; they
never clear, because a genuine device may carry another maker's identifier.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from hardware.errors import ListError
from hardware.register import names
from hardware.register.name_index import NameIndex
from hardware.register.statement import Document, Key, Words


class Entry(Document):
    """One firm or group on a list."""

    name: str = Field(description="Name as listed.", min_length=2)
    aliases: Words = Field(default=(), description="Other names and spellings of it.")
    affiliates: Words = Field(default=(), description="Subsidiaries, affiliates and brands.")
    listed: date | None = Field(default=None, description="Since when.")
    usb_vendors: tuple[Annotated[str, Field(pattern="^[0-9a-f]{4}$")], ...] = Field(
        default=(), description="USB vendor ids."
    )
    mac_prefixes: tuple[Annotated[str, Field(pattern="^[0-9a-f]{6,9}$")], ...] = Field(
        default=(), description="MAC prefixes as hexadecimal digits."
    )
    note: str = Field(default="", description="What a reader should know.")


class Risk(Document):
    """A product of an area where a database sees a risk; it names no firm."""

    area: str = Field(
        description="ISO 3166 code of the country, or of a part of it (CN-XJ).",
        pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
    )
    product: str = Field(description="Product or sector.", min_length=1)
    severity: str = Field(default="", description="How grave, in the words of the source.")


class ExclusionList(Document):
    """A snapshot of one list."""

    key: Key = Field(description="Name of the list; its file is called so.")
    edition: Literal[1] = Field(description="Edition of this schema.")
    title: str = Field(description="Title.", min_length=1)
    authority: str = Field(description="Who keeps it.", min_length=1)
    source: str = Field(description="Where it can be found.", min_length=1)
    terms: str = Field(description="On which terms it may be kept here.", min_length=1)
    published: date = Field(description="Date that the source bears.")
    complete_to: date = Field(description="Day to which the content is complete; its age counts.")
    copied: date = Field(description="Day on which it was copied.")
    count: int = Field(description="How many entries there are; a shortened list shows.", ge=1)
    scope: str = Field(description="What is in it.", min_length=1)
    omits: str = Field(
        description="What the list does not cover, or this copy leaves out.", min_length=1
    )
    entry: tuple[Entry, ...] = Field(default=(), description="Who is on it.")
    risk: tuple[Risk, ...] = Field(default=(), description="Which products of which areas.")

    @model_validator(mode="after")
    def _whole_and_dated(self) -> Self:
        found = len(self.entry) + len(self.risk)
        if found != self.count:
            raise ValueError(f"it says {self.count} entries and has {found}")
        if self.complete_to > self.copied:
            raise ValueError("it is called complete to a day after it was copied")
        return self


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A list with the hash of the exact bytes it was read from, and its names to be searched."""

    content: ExclusionList = field(compare=False)
    sha256: str
    index: NameIndex = field(compare=False)

    @property
    def key(self) -> str:
        """Name of the list."""
        return self.content.key

    def age_days(self, today: date) -> int:
        """Days since its content was complete, whenever it was copied; negative: the future."""
        return (today - self.content.complete_to).days


@dataclass(frozen=True, slots=True)
class Match:
    """A name or an identifier that is on a list.

    Attributes
    ----------
    given
        What was compared.
    entry, by
        The firm on the list, and the name or identifier of it that matched.
    list
        Title of the list.
    key
        Key of the list.
    certain
        False when it only raises doubt.
    """

    given: str
    entry: str
    by: str
    list: str
    key: str
    certain: bool


def read(data: bytes, key: str) -> Snapshot:
    """Read a snapshot from the exact bytes of its file; the same bytes are read once.

    Raises
    ------
    ListError
        When they are no TOML, break the schema, or are those of another list.
    """
    snapshot = _read(data, key)
    if key and snapshot.key != key:
        raise ListError(f"The file of list {key} holds the list {snapshot.key}.")
    return snapshot


@lru_cache(maxsize=64)
def _read(data: bytes, key: str) -> Snapshot:
    try:
        content = ExclusionList.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the list"
        raise ListError(f"Exclusion list {key}: {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise ListError(f"Exclusion list {key} is no TOML: {error}.") from error
    index = NameIndex(name for _, name in _listed(content))
    return Snapshot(content, hashlib.sha256(data).hexdigest(), index)


def _listed(content: ExclusionList) -> Iterator[tuple[Entry, str]]:
    """Yield every name on a list with its entry, in the order of the index."""
    for entry in content.entry:
        for name in (entry.name, *entry.aliases, *entry.affiliates):
            yield entry, name


def match_name(given: str, snapshot: Snapshot) -> Iterator[Match]:
    """Yield the entries of a list that a name, or a sentence with names in it, matches."""
    yield from _matches(given, snapshot)


@lru_cache(maxsize=16384)
def _matches(given: str, snapshot: Snapshot) -> tuple[Match, ...]:
    text = names.fold(given)
    title, key = snapshot.content.title, snapshot.key
    listed = list(_listed(snapshot.content))
    best: dict[str, Match] = {}
    for number in snapshot.index.near(text):
        entry, name = listed[number]
        old, other = best.get(entry.name), snapshot.index.folded[number]
        if old is not None and old.certain:
            continue
        if names.holds(text, other):
            best[entry.name] = Match(given, entry.name, name, title, key, certain=True)
        elif old is None and names.alike(text, other):
            best[entry.name] = Match(given, entry.name, name, title, key, certain=False)
    if text.mixed:
        mixed = Match(given, "written to be misread", text.mixed, title, key, certain=False)
        return (*best.values(), mixed)
    return tuple(best.values())


def match_identifier(given: str, snapshot: Snapshot) -> Iterator[Match]:
    """Yield the entries of a list that a USB id (`2bdf:0001`) or a MAC address points to."""
    digits = "".join(c for c in given.lower() if c in "0123456789abcdef")
    usb = len(given) in {4, 9} and given[4:5] in {"", ":"}
    for entry in snapshot.content.entry:
        for prefix in entry.usb_vendors if usb else entry.mac_prefixes:
            if digits.startswith(prefix):
                title = snapshot.content.title
                yield Match(given, entry.name, prefix, title, snapshot.key, certain=False)
