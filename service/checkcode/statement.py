"""What a check code says, as a line of text, and its signature.

    LIMEN1/K:<public key>/V:<version>/C:<code>/R:<register>/A:<head>/T:<time>/F:<facts>/S:<signed>

Keys, hashes and the signature are in hex. Only letters that a QR code packs tightly occur:
capitals, digits and `$%*+-./: `. Signed (Ed25519) is the text before `/S:`, as it stands. About 410
characters: version 13 of QR codes, 69 modules a side. `docs/verify/` reads the same.
"""

import re
from calendar import timegm
from dataclasses import dataclass
from enum import StrEnum
from time import gmtime, strftime, strptime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

HEAD_DIGITS = 32  # 128 bits of the audit trail's head
_TIME = "%Y%m%dT%H%M%SZ"
_TEXT = re.compile(
    r"(?P<signed>LIMEN1/K:(?P<key>[0-9A-F]{64})/V:(?P<version>[0-9A-Z.+-]{1,24})"
    r"/C:(?P<code>[0-9A-F]{64})/R:(?P<register>[0-9A-F]{64})/A:(?P<head>[0-9A-F]{32})"
    r"/T:(?P<time>[0-9]{8}T[0-9]{6}Z)/F:(?P<facts>[A-Z]*))/S:(?P<signature>[0-9A-F]{128})"
)


class CheckCodeError(Exception):
    """There is no check code, or not as a station signed it. The sentence says which."""


class Fact(StrEnum):
    """What the supervisor found to be so at the moment of the code; its letter is in the code."""

    WORKER_LOCKED = "W"
    WEB_LOCKED = "P"
    NO_NETWORK = "N"
    HARDWARE_ADMITTED = "H"
    SIMULATED = "S"


NEEDED = frozenset(Fact) - {Fact.SIMULATED}
"""Without one of these a station keeps not what it promises."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a station says of itself.

    Attributes
    ----------
    version
        Of Limen.
    code_sha256, register_sha256
        Of the code that was started and of its register of hardware (`service.checkcode.code`),
        64 hex digits.
    audit_head
        First 32 hex digits of the audit trail's head.
    at_s
        Whole seconds since the epoch, by the station's clock.
    facts
        What was so at that time.
    """

    version: str
    code_sha256: str
    register_sha256: str
    audit_head: str
    at_s: int
    facts: frozenset[Fact]


def write(statement: Statement, key: Ed25519PrivateKey) -> str:
    """Return the check code of a statement.

    Raises
    ------
    CheckCodeError
        When something of it has no place in a code.
    """
    told = "".join(fact.value for fact in Fact if fact in statement.facts)
    signed = (
        f"LIMEN1/K:{key.public_key().public_bytes_raw().hex()}/V:{statement.version}"
        f"/C:{statement.code_sha256}/R:{statement.register_sha256}/A:{statement.audit_head}"
        f"/T:{strftime(_TIME, gmtime(statement.at_s))}/F:{told}"
    ).upper()
    text = f"{signed}/S:{key.sign(signed.encode()).hex().upper()}"
    if not _TEXT.fullmatch(text):
        raise CheckCodeError(f"{signed} cannot be put into a check code.")
    return text


def read(text: str) -> tuple[str, Statement]:
    """Return the public key (hex) and the statement of a code that this key signed.

    Raises
    ------
    CheckCodeError
        When it is no check code, or was changed after it was signed.
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise CheckCodeError("This is no check code of a Limen station.")
    try:
        at_s = timegm(strptime(found["time"], _TIME))
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(found["key"]))
        key.verify(bytes.fromhex(found["signature"]), found["signed"].encode())
    except (ValueError, InvalidSignature) as error:
        raise CheckCodeError("This code was changed after the station signed it.") from error
    return found["key"].lower(), Statement(
        version=found["version"].lower(),
        code_sha256=found["code"].lower(),
        register_sha256=found["register"].lower(),
        audit_head=found["head"].lower(),
        at_s=at_s,
        facts=frozenset(fact for fact in Fact if fact.value in found["facts"]),
    )
