"""The index of an institution's own register: which documents count, by hash, under one number.

Every document of a register is signed on its own, so an old one is as well signed as a new one.
The index says which are in force. It follows the rules that TUF (The Update Framework) has for its
targets and snapshot: enough people sign it, its version only rises, and it expires, so that nobody
can keep a station on an old register for ever. Decision 0110 says why it is no TUF metadata.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from hardware.errors import RegisterError
from hardware.register.statement import MAX_VERSION, Document, Sha256

FILE = "index.toml"
_KINDS = ("trust.toml", "policy.toml", "dossiers/*.toml", "lists/*.toml")
Path_ = Annotated[
    str, Field(pattern=r"^(trust|policy|(dossiers|lists)/[a-z0-9]+(-[a-z0-9]+)*)\.toml$")
]


class Listed(Document):
    """One document in force."""

    path: Path_ = Field(description="Where it lies in the register.")
    sha256: Sha256 = Field(description="SHA-256 of its exact bytes.")


class IndexFile(Document):
    """The index."""

    edition: Literal[1] = Field(description="Edition of this schema.")
    version: int = Field(description="Number of this index; it only rises.", ge=1, le=MAX_VERSION)
    made: date = Field(description="Day on which it was made.")
    expires: date = Field(description="Last day on which it holds.")
    document: tuple[Listed, ...] = Field(description="The documents in force.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({entry.path for entry in self.document}) != len(self.document):
            raise ValueError("one document stands there twice")
        return self


@dataclass(frozen=True, slots=True)
class Index:
    """The index with the hash of its exact bytes."""

    content: IndexFile
    sha256: str

    @property
    def paths(self) -> tuple[str, ...]:
        """Where the documents in force lie."""
        return tuple(entry.path for entry in self.content.document)

    def check(self, path: str, data: bytes | None) -> None:
        """Check that a document is the one in force.

        Parameters
        ----------
        path, data
            Where it lies, and its bytes; None when it is not there.

        Raises
        ------
        RegisterError
            When it is missing, is another one, or is not in the index.
        """
        entry = next((entry for entry in self.content.document if entry.path == path), None)
        version = self.content.version
        if entry is None and data is None:
            return
        if entry is None:
            raise RegisterError(
                f"{path} is not in the index (version {version}) of this register.",
                "Make a new index with `limen hardware index`, and have it signed.",
            )
        if data is None:
            raise RegisterError(
                f"{path} is missing; the index (version {version}) says that it is in force.",
                "Bring it back, or make a new index without it and have that signed.",
            )
        if hashlib.sha256(data).hexdigest() != entry.sha256:
            raise RegisterError(
                f"{path} is not the one in force: the index (version {version}) has another hash.",
                "Bring that one back, or make a new index and have it signed.",
            )


def read(data: bytes) -> Index:
    """Read an index from the exact bytes of its file.

    Raises
    ------
    RegisterError
        When they are no TOML or break the schema.
    """
    try:
        content = IndexFile.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise RegisterError(f"The index of the register: {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise RegisterError(f"The index of the register is no TOML: {error}.") from error
    return Index(content, hashlib.sha256(data).hexdigest())


def write(folder: Path, version: int, made: date, expires: date) -> bytes:
    """Return an index of the documents that are now in a register.

    Raises
    ------
    RegisterError
        When a file has a name that no document has, or cannot be read.
    """
    head = f"edition = 1\nversion = {version}\nmade = {made}\nexpires = {expires}\n"
    try:
        found = [
            (path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest())
            for pattern in _KINDS
            for path in sorted(folder.glob(pattern))
        ]
    except OSError as error:
        raise RegisterError(f"The register cannot be read: {error}.") from error
    data = head + "".join(
        f'\n[[document]]\npath = "{path}"\nsha256 = "{sha256}"\n' for path, sha256 in found
    )
    read(data.encode())
    return data.encode()
