"""Whom the register believes: the trust file with its keys, who may sign what, their revocations.

The trust file is the root. Enough of its own people sign it, as in TUF; a station that knows an
earlier one takes the next only when enough people of the earlier one signed it as well
(`hardware.register.memory`). A reader compares its fingerprint, which the register page and
`limen hardware list` show, with the one that the institution publishes on paper.
"""

import base64
import binascii
import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator

from hardware.errors import SignatureError
from hardware.register.people import person
from hardware.register.statement import MAX_VERSION, Document, Sha256


class What(StrEnum):
    """What is signed. A signature over one kind of document is none over another."""

    DOSSIER = "application/vnd.limen.dossier+toml"
    POLICY = "application/vnd.limen.policy+toml"
    LIST = "application/vnd.limen.exclusion-list+toml"
    INDEX = "application/vnd.limen.register-index+toml"
    TRUST = "application/vnd.limen.trust+toml"
    ENROLMENT = "application/vnd.limen.enrolment+json"
    ACCEPTANCE = "application/vnd.limen.acceptance+json"

    @property
    def word(self) -> str:
        """Its name in the trust file and in sentences."""
        return self.name.lower()


def _what(word: object) -> What:
    """Read a word of the trust file."""
    found = {what.word: what for what in What}.get(str(word))
    if found is None:
        raise ValueError(f"{word!r} is none of: {', '.join(what.word for what in What)}")
    return found


def _raw_key(text: str) -> str:
    """Check that `text` is 32 bytes in base64."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("a public key is 32 bytes in base64") from error
    if len(raw) != 32:
        raise ValueError(f"a public key is 32 bytes, not {len(raw)}")
    return text


class Key(Document):
    """A person's public key, what it may sign, and the time in which it may."""

    name: str = Field(description="Whose it is.", min_length=1)
    role: str = Field(description="In what capacity that person signs.", min_length=1)
    signs: tuple[Annotated[What, BeforeValidator(_what)], ...] = Field(
        description="What it may sign.", min_length=1
    )
    public: Annotated[str, AfterValidator(_raw_key)] = Field(description="Ed25519, base64.")
    valid_from: date = Field(description="First day on which it counts.")
    valid_until: date = Field(description="Last day on which it counts.")

    @property
    def raw(self) -> bytes:
        """The 32 bytes of the key."""
        return base64.b64decode(self.public)

    @property
    def id(self) -> str:
        """Name of the key in envelopes: SHA-256 of its 32 bytes."""
        return key_id(self.raw)

    @property
    def ed25519(self) -> Ed25519PublicKey:
        """The key as the cryptography library wants it."""
        return Ed25519PublicKey.from_public_bytes(self.raw)


class Revoked(Document):
    """A key that counts no more, whenever it signed: a stolen key can sign any date."""

    id: Sha256 = Field(description="Id of the key.")
    on: date = Field(description="When it was revoked.")
    reason: str = Field(description="Why.", min_length=1)


class TrustFile(Document):
    """The trust file."""

    edition: Literal[2] = Field(description="Edition of this schema.")
    version: int = Field(
        description="Number of this trust file; it only rises.", ge=1, le=MAX_VERSION
    )
    expires: date = Field(description="Last day on which it holds.")
    signers_needed: int = Field(
        default=2,
        description="How many people must sign; an enrolment needs one, an acceptance two.",
        ge=1,
    )
    key: tuple[Key, ...] = Field(default=(), description="The keys.")
    revoked: tuple[Revoked, ...] = Field(default=(), description="The revocations.")

    @model_validator(mode="after")
    def _one_key_one_person(self) -> Self:
        if len({key.id for key in self.key}) != len(self.key):
            raise ValueError("one key stands there twice: it cannot be two people")
        if not all(person(key.name) for key in self.key):
            raise ValueError("a name without letters is nobody's")
        return self


@dataclass(frozen=True, slots=True)
class Trust:
    """The trust file with the hash of its exact bytes."""

    content: TrustFile
    fingerprint: str

    def key(self, key_id: str) -> Key | None:
        """Return the key with this id."""
        return next((key for key in self.content.key if key.id == key_id), None)

    def revocation(self, key_id: str) -> Revoked | None:
        """Return the revocation of this key."""
        return next((entry for entry in self.content.revoked if entry.id == key_id), None)

    def needed(self, what: What) -> int:
        """How many people must sign a document of this kind."""
        people = {What.ENROLMENT: 1, What.ACCEPTANCE: 2}
        return people.get(what, self.content.signers_needed)


def key_id(raw: bytes) -> str:
    """Return the name of a public key in envelopes."""
    return hashlib.sha256(raw).hexdigest()


def read(data: bytes) -> Trust:
    """Read a trust file from its exact bytes.

    Raises
    ------
    SignatureError
        When they are no TOML or break the schema.
    """
    try:
        content = TrustFile.model_validate(tomllib.loads(data.decode()))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise SignatureError(f"The trust file: {where}: {first['msg']}.") from error
    except (ValueError, RecursionError) as error:  # a number or a nesting without bound, too
        raise SignatureError(f"The trust file is no TOML: {error}.") from error
    return Trust(content, hashlib.sha256(data).hexdigest())
