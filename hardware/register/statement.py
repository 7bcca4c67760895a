"""A statement: what is said, and how it is known. The piece that dossiers are made of."""

from enum import StrEnum
from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

T = TypeVar("T")
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Words = tuple[str, ...]
MAX_VERSION = 2**31  # of a document whose number only rises; nobody gets there one by one


class Status(StrEnum):
    """How well a statement is known."""

    VERIFIED = "verified"  # checked by us against a document or an object, of which we hold a copy
    DECLARED = "declared"  # someone says so in a document that can be named
    UNKNOWN = "unknown"  # nobody here can say; counts against the hardware


class Whom(StrEnum):
    """Who can supply what is unknown."""

    MAKER = "maker"
    SELLER = "seller"
    LABORATORY = "laboratory"
    COUNSEL = "counsel"  # a lawyer who knows the law of the country
    YOURSELVES = "yourselves"  # who opens one, listens to one, plugs one in, decides


class Document(BaseModel):
    """Base of all parts of a dossier: frozen, and no key that the schema does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Statement(Document, Generic[T]):
    """One statement and how it is known: exactly one of verified, declared, unknown."""

    value: T | None = Field(default=None, description="What is stated.")
    verified: Words = Field(
        default=(), description="Evidence (ids) of which we hold a copy and checked."
    )
    declared: Words = Field(default=(), description="Evidence (ids) in which someone says so.")
    unknown: str = Field(default="", description="Why nobody here knows, or what would tell.")

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(map(bool, (self.verified, self.declared, self.unknown))) != 1:
            raise ValueError("say exactly one of verified, declared (with evidence) or unknown")
        if (self.value is None) != bool(self.unknown):
            raise ValueError("a known statement has a value, and an unknown one has none")
        return self

    @property
    def status(self) -> Status:
        """How well it is known."""
        if self.verified:
            return Status.VERIFIED
        return Status.DECLARED if self.declared else Status.UNKNOWN

    @property
    def evidence(self) -> Words:
        """Ids of the documents that it stands on."""
        return self.verified or self.declared

    @property
    def text(self) -> str:
        """The value as a reader sees it."""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, tuple):
            return ", ".join(str(item) for item in self.value) or "none"
        return "" if self.value is None else str(self.value)


def told(description: str, supply: str, whom: Whom = Whom.MAKER) -> Any:
    """Declare a statement: what it says, and while it is unknown, what is needed and from whom."""
    return Field(
        default_factory=lambda: Statement(unknown=supply),
        description=description,
        json_schema_extra={"supply": supply, "whom": whom.value},
    )
