"""Exclusion lists: dated snapshots of who must not be bought from, and matching against them.

A snapshot is a TOML file with its source, its terms and its date. It covers what the list covers:
the names on it, their aliases, and their subsidiaries, affiliates and brands as far as they are
known. Identifiers (USB vendor ids, MAC prefixes) and names that only look alike raise doubt; they
never clear, because a genuine device may carry another maker's identifier.
"""

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from hardware.errors import ListError
from hardware.register.statement import Document, Key, Words

# Words that are no part of a name: legal forms, and "the".
LEGAL_FORMS = frozenset(
    {"ab", "ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kk"}
    | {"limited", "llc", "ltd", "nv", "oy", "plc", "pte", "pty", "sa", "sas", "srl", "the"}
)
# Words that many names share: they make no two names look alike.
GENERIC = frozenset(
    {"communications", "digital", "electronic", "electronics", "group", "information"}
    | {"international", "science", "software", "technologies", "technology"}
)
ALIKE = 0.85  # similarity above which two names are taken for look-alikes
SHORTEST = 6  # letters below which a name is only found as a whole word (ZTE is not in Aztec)


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


class ExclusionList(Document):
    """A snapshot of one list."""

    key: Key = Field(description="Name of the list; its file is called so.")
    edition: Literal[1] = Field(description="Edition of this schema.")
    title: str = Field(description="Title.", min_length=1)
    authority: str = Field(description="Who keeps it.", min_length=1)
    source: str = Field(description="Where it can be found.", min_length=1)
    terms: str = Field(description="On which terms it may be kept here.", min_length=1)
    snapshot: date = Field(description="Day of this snapshot.")
    scope: str = Field(description="What is in it and what is not.", min_length=1)
    entry: tuple[Entry, ...] = Field(description="Who is on it.", min_length=1)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A list with the hash of the exact bytes it was read from."""

    content: ExclusionList
    sha256: str

    @property
    def key(self) -> str:
        """Name of the list."""
        return self.content.key

    def age_days(self, today: date) -> int:
        """Age of the snapshot in days; negative when it comes from the future."""
        return (today - self.content.snapshot).days


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

    def __str__(self) -> str:
        how = "is" if self.certain else "may be"
        return f"{self.given!r} {how} {self.entry} ({self.by!r}), listed in: {self.list}"


def read(data: bytes, key: str) -> Snapshot:
    """Read a snapshot from the exact bytes of its file.

    Raises
    ------
    ListError
        When they are no TOML, break the schema, or are those of another list.
    """
    try:
        content = ExclusionList.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the list"
        raise ListError(f"Exclusion list {key}: {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise ListError(f"Exclusion list {key} is no TOML: {error}.") from error
    if key and content.key != key:
        raise ListError(f"The file of list {key} holds the list {content.key}.")
    return Snapshot(content, hashlib.sha256(data).hexdigest())


def match_name(given: str, snapshot: Snapshot) -> Iterator[Match]:
    """Yield the entries of a list that a name, or a sentence with names in it, matches."""
    words, letters, mixed = _fold(given)
    distinct = _distinct(words)
    for entry in snapshot.content.entry:
        best: tuple[bool, str] | None = None
        for name in (entry.name, *entry.aliases, *entry.affiliates):
            other, compact, _ = _fold(name)
            if other and _inside(other, words, compact, letters):
                best = (True, name)
                break
            if best is None and _alike("".join(_distinct(other)), distinct):
                best = (False, name)
        if best:
            yield Match(given, entry.name, best[1], snapshot.content.title, snapshot.key, best[0])
    if mixed:
        title = snapshot.content.title
        yield Match(given, "written in mixed alphabets", mixed, title, snapshot.key, certain=False)


def match_identifier(given: str, snapshot: Snapshot) -> Iterator[Match]:
    """Yield the entries of a list that a USB id (`2bdf:0001`) or a MAC address points to."""
    digits = "".join(c for c in given.lower() if c in "0123456789abcdef")
    usb = len(given) in {4, 9} and given[4:5] in {"", ":"}
    for entry in snapshot.content.entry:
        for prefix in entry.usb_vendors if usb else entry.mac_prefixes:
            if digits.startswith(prefix):
                title = snapshot.content.title
                yield Match(given, entry.name, prefix, title, snapshot.key, certain=False)


def same_firm(one: str, other: str) -> bool:
    """Whether two names can be those of one firm: the words of one are all in the other."""
    first, second = set(_fold(one)[0]), set(_fold(other)[0])
    return first <= second or second <= first


@lru_cache(maxsize=8192)
def _fold(name: str) -> tuple[tuple[str, ...], str, str]:
    """Return the words of a name without accents, case and legal form; joined; and mixed words."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c) and c not in "'\u2019.")
    raw = "".join(c if c.isalnum() else " " for c in plain).split()
    words = tuple(word for word in raw if word not in LEGAL_FORMS)
    mixed = " ".join(word for word in words if len(_alphabets(word)) > 1)
    return words, "".join(words), mixed


def _alphabets(word: str) -> set[str]:
    """Return the alphabets of a word's letters: LATIN, CYRILLIC, GREEK ..."""
    return {unicodedata.name(c, "?").split(" ", 1)[0] for c in word if c.isalpha()}


def _inside(name: tuple[str, ...], words: tuple[str, ...], compact: str, letters: str) -> bool:
    """Whether a listed name stands in a text: as whole words, or spelt with other spaces."""
    if len(compact) >= SHORTEST and compact in letters:
        return True
    if not name[0].isascii() and compact in letters:  # Chinese is written without spaces
        return True
    span = len(name)
    return any(words[i : i + span] == name for i in range(len(words) - span + 1))


def _distinct(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a name that tell it from others."""
    return tuple(word for word in words if word not in GENERIC)


@lru_cache(maxsize=65536)
def _alike(name: str, words: tuple[str, ...]) -> bool:
    """Whether a listed name looks like one of the words, or like all of them together."""
    if len(name) < SHORTEST:
        return False
    for word in (*words, "".join(words)):
        matcher = SequenceMatcher(None, name, word, autojunk=False)
        if matcher.real_quick_ratio() > ALIKE and matcher.ratio() > ALIKE:
            return True
    return False
