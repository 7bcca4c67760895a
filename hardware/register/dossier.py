"""The dossier: what is known about one kind of hardware, from whom, and what is not known.

A dossier is a TOML file that a person can read aloud. Every statement says how it is known::

    maker = { value = "Teledyne FLIR", declared = ["idd-410"] }     # someone says so, in writing
    serials = { value = ["93588"], verified = ["inspection-7"] }    # we looked, and hold the proof
    factory_country = { unknown = "certificate of origin" }         # and what would tell us

A statement that is left out is unknown. *Verified* needs a document of which we hold a copy: its
hash is in the dossier. These models and those of `hardware.register.sections` are the schema, of
which docs/reference/dossier.md is made.
"""

import tomllib
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from hardware.errors import DossierError
from hardware.register.sections import (
    Assurance,
    Component,
    Components,
    Computer,
    Connectivity,
    Identity,
    Interface,
    Metrology,
    Origin,
    Ownership,
    Procurement,
    Storage,
    Tamper,
    Units,
    Usb,
)
from hardware.register.statement import Document, Key, Sha256, Statement, Whom, Words

OnDay = date | None


class Evidence(Document):
    """A document that statements stand on."""

    id: Key = Field(description="Name of it in this dossier.")
    title: str = Field(description="Title.", min_length=1)
    issuer: str = Field(description="Who issued it.", min_length=1)
    date: str = Field(
        description="Its date, as exact as known; if it has none, the day it was read.",
        pattern=r"^\d{4}(-\d\d(-\d\d)?)?$",
    )
    reference: str = Field(default="", description="Where anyone can find it.")
    sha256: Sha256 | Literal[""] = Field(
        default="", description="SHA-256 of the copy that we hold; empty when we hold none."
    )
    read_by: str = Field(default="", description="Who of those who sign read that copy.")
    read_on: OnDay = Field(default=None, description="On which day.")


class Cleared(Document):
    """A match with an exclusion list that a reviewer found false."""

    name: str = Field(description="The name or identifier in this dossier that matched.")
    entry: str = Field(description="The firm on the list that it is not.", min_length=1)
    reason: str = Field(description="Why it is another one.", min_length=20)


class Screened(Document):
    """The dossier compared with one exclusion list by a person."""

    list: Key = Field(description="Key of the list.")
    snapshot: date = Field(description="Day to which that snapshot is complete.")
    sha256: Sha256 = Field(description="SHA-256 of that snapshot.")
    reviewer: str = Field(description="Who of those who sign compared.", min_length=1)
    on: date = Field(description="On which day.")
    matches: Words = Field(default=(), description="Names that matched.")
    cleared: tuple[Cleared, ...] = Field(
        default=(), description="Matches found false, with the reason."
    )


class Verdict(StrEnum):
    """What the institution decided."""

    APPROVED = "approved"
    REFUSED = "refused"
    UNDECIDED = "undecided"


class Ruling(Document):
    """What was decided, until when, and what makes it void. It is signed with the whole file."""

    verdict: Verdict = Field(default=Verdict.UNDECIDED, description="What was decided.")
    why: str = Field(default="", description="In one or two sentences.")
    on: date | None = Field(default=None, description="Day of the decision.")
    expires: date | None = Field(default=None, description="Last day on which it holds.")
    exceptions: Words = Field(default=(), description="Exceptions that were granted.")
    review_when: Words = Field(default=(), description="What makes a new review necessary.")

    @model_validator(mode="after")
    def _approval_ends(self) -> Self:
        if self.verdict is Verdict.APPROVED and not (self.on and self.expires):
            raise ValueError("an approval says on which day it was given and when it expires")
        return self


class Kind(StrEnum):
    """What a dossier is about."""

    SENSOR = "sensor"
    REFERENCE = "reference"
    COMPUTER = "computer"
    SIMULATED = "simulated"


class Dossier(Document):
    """All that is known about one kind of hardware."""

    key: Key = Field(description="Name of the dossier; its file is called so.")
    edition: Literal[1] = Field(description="Edition of this schema.")
    kind: Kind = Field(description="What it is about.")
    name: str = Field(description="Name that a reader recognises.", min_length=1)
    summary: str = Field(description="What it is, in two or three sentences.", min_length=1)
    identity: Identity = Identity()
    ownership: Ownership = Ownership()
    origin: Origin = Origin()
    components: Components = Components()
    connectivity: Connectivity = Connectivity()
    usb: Usb = Usb()
    units: Units = Units()
    storage: Storage = Storage()
    computer: Computer = Computer()
    procurement: Procurement = Procurement()
    metrology: Metrology = Metrology()
    tamper: Tamper = Tamper()
    assurance: Assurance = Assurance()
    screening: tuple[Screened, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    decision: Ruling = Ruling()

    @model_validator(mode="after")
    def _evidence_is_there(self) -> Self:
        documents = {document.id: document for document in self.evidence}
        if len(documents) != len(self.evidence):
            raise ValueError("two documents have the same id")
        for path, statement in self.statements():
            for name in statement.evidence:
                if name not in documents:
                    raise ValueError(f"{path} stands on {name!r}, which is no document here")
            if statement.verified and not any(
                documents[name].sha256 for name in statement.verified
            ):
                raise ValueError(
                    f"{path} is called verified, and of none of its documents a copy is held"
                )
        return self

    def statements(self) -> Iterator[tuple[str, Statement[Any]]]:
        """Yield every statement that applies with its path (`components.lens.maker`)."""
        yield from _walk(self, "")

    def statement(self, path: str) -> Statement[Any]:
        """Return one statement by its path."""
        here: Any = self
        for name in path.split("."):
            here = getattr(here, name)
        if not isinstance(here, Statement):
            raise TypeError(f"{path} is no statement")
        return here

    def applies(self, path: str) -> bool:
        """Whether a statement has a subject: there is nothing to say of a part that is absent."""
        section, _, rest = path.partition(".")
        part = getattr(self.components, rest.partition(".")[0]) if section == "components" else None
        return part is None or not part.absent or path.endswith(".fitted")


def read(data: bytes, key: str) -> Dossier:
    """Read a dossier from the exact bytes of its file.

    Raises
    ------
    DossierError
        When they are no TOML, break the schema, or are those of another dossier.
    """
    try:
        dossier = Dossier.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the dossier"
        raise DossierError(f"Dossier {key}: {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise DossierError(f"Dossier {key} is no TOML: {error}.") from error
    if dossier.key != key:
        raise DossierError(f"The file of dossier {key} holds the dossier {dossier.key}.")
    return dossier


def whom(path: str) -> Whom:
    """Return who can supply a statement while it is unknown.

    Raises
    ------
    KeyError
        When the schema has no such statement.
    """
    here: Any = Dossier
    extra: Any = None
    for name in path.split("."):
        field = here.model_fields[name]
        here, extra = field.annotation, field.json_schema_extra
    return Whom(extra["whom"])


def words(path: str) -> str:
    """Return the path of a statement as a reader sees it: `components: lens: maker`."""
    return path.replace("_", " ").replace(".", ": ")


def _walk(part: Document, prefix: str) -> Iterator[tuple[str, Statement[Any]]]:
    """Walk the tree of models; more is only said of a part or an interface that is there."""
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Statement):
            yield f"{prefix}{name}", value
        elif isinstance(value, Component) and not value.fitted.value:
            yield f"{prefix}{name}.fitted", value.fitted
        elif isinstance(value, Interface) and not value.present.value:
            yield f"{prefix}{name}.present", value.present
        elif isinstance(value, Document):
            yield from _walk(value, f"{prefix}{name}.")
