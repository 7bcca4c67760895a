"""Signatures over the exact bytes of a document: Ed25519 in a DSSE envelope.

DSSE (Dead Simple Signing Envelope 1.0) signs the *pre-authentication encoding* of type and bytes::

    PAE = "DSSEv1" SP len(type) SP type SP len(payload) SP payload        lengths in decimal

so nothing is parsed, normalised or re-encoded before the signature is checked. The envelope is
JSON and lies beside the document (`boson-plus-640.toml.dsse`); it holds the payload as well, so it
can be checked alone, with public tools. It has one permitted form, so every changed byte shows.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import AfterValidator, ValidationError

from hardware.errors import SignatureError
from hardware.register.people import person
from hardware.register.sentence import Sentence
from hardware.register.statement import Document, Sha256
from hardware.register.trust import Key, Trust, What, key_id

SUFFIX = ".dsse"


def _canonical(text: str) -> str:
    """Check that `text` is base64 in the one form that its bytes have."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if _b64(decoded) != text:
        raise ValueError("base64 in another form than its bytes have")
    return text


Base64 = Annotated[str, AfterValidator(_canonical)]


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signed the exact bytes of a document, and what is wrong with the signatures."""

    signers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


UNSIGNED = Signatures()


class Signature(Document):
    """One signature of an envelope."""

    keyid: Sha256
    sig: Base64


class Envelope(Document):
    """A DSSE envelope."""

    payload: Base64
    payloadType: str  # noqa: N815 # the name that DSSE gives it
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """Return the one permitted form."""
        return json.dumps(self.model_dump(), indent=1, sort_keys=True).encode() + b"\n"


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def keygen(passphrase: bytes) -> tuple[bytes, bytes]:
    """Return a new private key (PKCS#8 PEM, encrypted) and its public key (32 bytes)."""
    private = Ed25519PrivateKey.generate()
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase),
    )
    return pem, private.public_key().public_bytes_raw()


def load_private(pem: bytes, passphrase: bytes | None) -> Ed25519PrivateKey:
    """Load a private key from PEM.

    Raises
    ------
    SignatureError
        When it is none, is of another kind, or the passphrase is wrong.
    """
    try:
        private = serialization.load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError) as error:
        raise SignatureError(f"The private key cannot be opened: {error}.") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise SignatureError("The private key is not an Ed25519 key.", "Make one with keygen.")
    return private


def sign(
    payload: bytes, payload_type: str, private: Ed25519PrivateKey, envelope: bytes | None = None
) -> bytes:
    """Return the envelope with one more signature; a second one by the same key replaces it.

    Raises
    ------
    SignatureError
        When `envelope` holds something else than `payload`.
    """
    kept: tuple[Signature, ...] = ()
    mine = key_id(private.public_key().public_bytes_raw())
    if envelope is not None:
        old = _open(envelope)
        if old.payload != _b64(payload) or old.payloadType != payload_type:
            raise SignatureError(
                "The envelope that is there was made for other bytes.",
                "Remove it, and let everybody sign the document as it is now.",
            )
        kept = tuple(entry for entry in old.signatures if entry.keyid != mine)
    new = Signature(keyid=mine, sig=_b64(private.sign(pae(payload_type, payload))))
    sealed = Envelope(payload=_b64(payload), payloadType=payload_type, signatures=(*kept, new))
    return sealed.to_bytes()


def reseal(envelope: bytes) -> bytes:
    """Return an envelope that was kept inside another file in its one permitted form.

    Raises
    ------
    SignatureError
        When it is no envelope.
    """
    return _parsed(envelope).to_bytes()


def verify(
    payload: bytes,
    what: What,
    envelope: bytes | None,
    trust: Trust,
    today: date | None,
    *,
    others: bool = False,
) -> Signatures:
    """Return who signed `payload`, and everything that is wrong. Every signature must hold.

    Parameters
    ----------
    today
        Day for which the keys must be valid; None asks no key for its time: when a trust file is
        followed by the next, the keys of the earlier one may have run out since.
    others
        Whether signatures may stand there whose keys do not count by this trust file: they are
        passed over. When people change, the next trust file is signed by some whom only the
        earlier one knows, and by some whom only the new one does.
    """
    if envelope is None:
        return _enough((), [], trust.needed(what), signed=False)
    try:
        opened = _open(envelope)
    except SignatureError as error:
        return Signatures((), (error.what,))
    problems: list[str] = []
    if opened.payloadType != what:
        problems.append(
            Sentence(
                "envelope_for_another",
                "The envelope is for a {found}, not a {wanted}.",
                found=opened.payloadType,
                wanted=what,
            )
        )
    if opened.payload != _b64(payload):
        problems.append(
            Sentence(
                "bytes_changed",
                "The document is not the one that was signed: its bytes were changed.",
            )
        )
    signers: dict[str, str] = {}
    seen: set[str] = set()
    for entry in opened.signatures:
        if entry.keyid in seen:
            problems.append(
                Sentence("signed_twice", "The key {key} signed twice.", key=entry.keyid[:16])
            )
            continue
        seen.add(entry.keyid)
        key, why_not = _counts(entry.keyid, what, trust, today)
        if key is None:
            problems += () if others else (why_not,)
        elif not _holds(entry, key, what, payload):
            problems.append(
                Sentence(
                    "not_over_these",
                    "The signature of {name} is not over these bytes.",
                    name=key.name,
                )
            )
        else:  # two keys of one person are one signer, however the name is written
            signers.setdefault(person(key.name), key.name)
    return _enough(tuple(signers.values()), problems, trust.needed(what))


def _enough(
    signers: tuple[str, ...], problems: list[str], needed: int, *, signed: bool = True
) -> Signatures:
    if len(signers) < needed:
        problems = [*problems, _too_few(signers, needed, signed=signed)]
    return Signatures(signers, tuple(problems))


def _too_few(signers: tuple[str, ...], needed: int, *, signed: bool) -> Sentence:
    found = Sentence(
        "too_few",
        "{people} must sign it; {who} did.",
        people=Sentence("person", "1 person")
        if needed == 1
        else Sentence("people", "{count} people", count=needed),
        who=", ".join(signers) or Sentence("nobody_trusted", "nobody who is trusted"),
    )
    return found if signed else Sentence("unsigned", "It is not signed. {what}", what=found)


def _counts(keyid: str, what: What, trust: Trust, today: date | None) -> tuple[Key | None, str]:
    """Return the key when it may sign this on that day, or None and why not."""
    short = keyid[:16]
    key = trust.key(keyid)
    if revoked := trust.revocation(keyid):
        whose = Sentence("key", "The key {key}", key=short)
        if key:
            whose = Sentence("key_of", "The key {key} of {name}", key=short, name=key.name)
        return None, Sentence(
            "revoked",
            "{whose} was revoked on {day}: {why}",
            whose=whose,
            day=revoked.on,
            why=revoked.reason,
        )
    if key is None:
        return None, Sentence("not_in_trust", "The key {key} is not in the trust file.", key=short)
    if what not in key.signs:
        may = ", ".join(one.word for one in key.signs)
        return None, Sentence(
            "may_not_sign",
            "{name} may sign {may} with the key {key}, and no {what}.",
            name=key.name,
            may=may,
            key=short,
            what=what.word,
        )
    if today is not None and not key.valid_from <= today <= key.valid_until:
        return None, Sentence(
            "out_of_date",
            "The signature of {name} does not count on {today}: the key {key} is valid from"
            " {start} until {end}.",
            name=key.name,
            today=today,
            key=short,
            start=key.valid_from,
            end=key.valid_until,
        )
    return key, ""


def _holds(entry: Signature, key: Key, what: What, payload: bytes) -> bool:
    try:
        key.ed25519.verify(base64.b64decode(entry.sig), pae(what, payload))
    except InvalidSignature:
        return False
    return True


def _open(data: bytes) -> Envelope:
    """Read an envelope; it must be exactly what `to_bytes` would write."""
    envelope = _parsed(data)
    if envelope.to_bytes() != data:
        raise SignatureError("The envelope is not in its one permitted form: it was changed.")
    return envelope


def _parsed(data: bytes) -> Envelope:
    try:
        return Envelope.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise SignatureError(
            f"The envelope is no DSSE envelope: {where}: {first['msg']}."
        ) from error


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
