"""The audit trail as an auditor reads it: line by line, each checked against the one before it.

One line of JSON per entry, at most `LONGEST_LINE` bytes, the first one a `TrailStarted`:

    {"n":3,"at":"2026-03-01T08:00:00Z","event":{...},"before":HASH,"next_key":KEY,"signature":SIG}

`n` counts from 0, `before` is the SHA-256 of the line before, and the signature (Ed25519, over the
line without it) is by the key that the line before announced as `next_key`. The SHA-256 of the
last line is the head; half of it, 128 bits, is shown on the screen and asked for by `verify`.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from service.state.audit_events import Event, OtherEvent, TrailStarted, said, understood
from service.state.files import cause

TRAIL = "audit.jsonl"
HEAD_DIGITS = 32  # 128 bits: nobody makes another line with the same
LONGEST_LINE = 4096
TIME = "%Y-%m-%dT%H:%M:%SZ"
BEFORE_THE_FIRST = "0" * 64
RESTART = "Keep the file, and begin a new trail with: limen audit restart"
_ASIDE = "audit-set-aside-"
_SIGNATURE_AT = -len(',"signature":""}') - 128
_HEAD = re.compile(f"[0-9a-f]{{{HEAD_DIGITS},64}}")

_Hex64 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AuditError(Exception):
    """The trail cannot be continued, or is not what it was. The sentence says what to do."""


class TornLine(AuditError):
    """The file ends in the middle of a line, as after a power cut."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail.

    Attributes
    ----------
    head
        SHA-256 of the line, 64 hex digits.
    next_key
        Public key, hex, that the next line must be signed with.
    size
        Bytes of the line, with its end.
    """

    number: int
    at: str
    event: Event | OtherEvent
    head: str
    next_key: str
    size: int

    @property
    def short_head(self) -> str:
        """As much of the head as is shown and noted."""
        return self.head[:HEAD_DIGITS]


class Line(BaseModel):
    """What stands in a line; what another version added is signed like the rest."""

    model_config = ConfigDict(strict=True, frozen=True)
    n: Annotated[int, Field(ge=0, le=2**53)]
    at: Annotated[str, Field(pattern=r"^\d{4,6}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]
    event: dict[str, JsonValue]
    before: _Hex64
    next_key: _Hex64
    signature: Annotated[str, Field(pattern=r"^[0-9a-f]{128}$")]


def read(folder: Path, size: int | None = None) -> Iterator[Entry]:
    """Yield the entries of a trail, each verified against the one before it.

    Parameters
    ----------
    size
        How many bytes of it to read; what is added while it is read is not waited for.

    Raises
    ------
    AuditError
        At the first line that is not as it was written, with its number.
    """
    for entry in read_file(folder / TRAIL, size):
        if entry.number == 0:
            _check_previous(folder, entry)
        yield entry


def set_aside(folder: Path) -> list[Path]:
    """Return the trails that were set aside, the latest last."""
    return sorted(folder.glob(f"{_ASIDE}*.jsonl"), key=_aside_number)


def next_aside(folder: Path) -> Path:
    """Return where the next trail is set aside."""
    paths = set_aside(folder)
    return folder / f"{_ASIDE}{_aside_number(paths[-1]) + 1 if paths else 1}.jsonl"


def last_head(path: Path) -> str | None:
    """Return the hash of a file's last whole line; None when it has none."""
    if not path.is_file():
        return None
    lines = path.read_bytes().split(b"\n")
    return sha256(lines[-2]).hexdigest() if len(lines) > 1 else None


def noted(head: str) -> str:
    """Return a head as somebody noted it, without spaces and capitals.

    Raises
    ------
    AuditError
        When it is too short to prove anything.
    """
    plain = "".join(head.split()).lower()
    if _HEAD.fullmatch(plain) is None:
        raise AuditError(
            f"{head[:64]!r} proves nothing: a head has {HEAD_DIGITS} to 64 digits (0-9, a-f), "
            "because an entry with the same first few can be made."
        )
    return plain


def read_file(path: Path, size: int | None = None) -> Iterator[Entry]:
    """Yield the entries of a trail in any file; see `read`."""
    before, expected = BEFORE_THE_FIRST, ""
    try:
        with path.open("rb") as trail:
            fcntl.flock(trail, fcntl.LOCK_SH)  # until the line that is being written is whole
            left, number = size or os.fstat(trail.fileno()).st_size, 0
            fcntl.flock(trail, fcntl.LOCK_UN)
            while left:
                line = trail.readline(min(left, LONGEST_LINE + 1))
                left -= len(line)
                entry = _checked(line, number, before, expected)
                before, expected, number = entry.head, entry.next_key, number + 1
                yield entry
    except OSError as error:
        raise AuditError(f"The audit trail {path} cannot be read {cause(error)}") from error


def read_on(path: Path, after: Entry, at: int, size: int) -> Iterator[Entry]:
    """Yield the entries that were added behind one that was read, verified like it.

    Parameters
    ----------
    after, at
        The last entry that was read, and how many bytes of the file it ends at.
    size
        How many bytes of the file to read; a line that is not whole yet is left for later.

    Raises
    ------
    AuditError
        At the first line that does not follow.
    """
    try:
        with path.open("rb") as trail:
            trail.seek(at)
            whole = trail.read(size - at).rpartition(b"\n")[0]
    except OSError as error:
        raise AuditError(f"The audit trail {path} cannot be read {cause(error)}") from error
    for line in whole.split(b"\n") if whole else ():
        after = _checked(line + b"\n", after.number + 1, after.head, after.next_key)
        yield after


def _aside_number(path: Path) -> int:
    number = path.stem.removeprefix(_ASIDE)
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _check_previous(folder: Path, first: Entry) -> None:
    """Check that a trail follows one that was set aside, when there is one."""
    ends = {last_head(path) for path in set_aside(folder)}
    previous = first.event.previous if isinstance(first.event, TrailStarted) else None
    if ends and previous not in ends:
        raise AuditError(
            f"The audit trail follows {(previous or 'none')[:HEAD_DIGITS]}, with which no trail "
            f"ends that was set aside in {folder}: one was changed or removed. {RESTART}"
        )


def _checked(line: bytes, number: int, before: str, expected: str) -> Entry:
    bare = line.removesuffix(b"\n")
    if bare == line and len(line) <= LONGEST_LINE:
        raise TornLine(f"Entry {number} of the audit trail ends in the middle. {RESTART}")
    if bare == line:
        raise AuditError(
            f"Entry {number} of the audit trail has more than {LONGEST_LINE} bytes. {RESTART}"
        )
    try:
        body = Line.model_validate_json(bare)
        event = understood(body.event)
        if number == 0 and isinstance(event, TrailStarted):
            expected = event.public_key
        signed = bare[:_SIGNATURE_AT] + b"}"
        whole = signed[:-1] + f',"signature":"{body.signature}"}}'.encode()
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(expected))
        key.verify(bytes.fromhex(body.signature), signed)
    except (ValidationError, ValueError, InvalidSignature):
        sound = False
    else:
        sound = whole == bare and (body.n, body.before) == (number, before)
    if not sound:
        raise AuditError(
            f"Entry {number} of the audit trail is not as it was written: something was changed, "
            f"removed, moved or repeated there. {RESTART}"
        )
    return Entry(number, body.at, event, sha256(bare).hexdigest(), body.next_key, len(line))


def told(entry: Entry) -> str:
    """Return an entry as one line of plain text."""
    event = entry.event
    fields = event.fields if isinstance(event, OtherEvent) else said(event)
    words = " ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value)}"
        for name, value in fields.items()
        if name != "kind"
    )
    # what another version wrote may hold anything
    return plain(f"{entry.number:5} {entry.at} {entry.short_head} {event.kind} {words}".rstrip())


def plain(line: str) -> str:
    """Return a line in printable ASCII: nothing of it steers a terminal or begins another line."""
    return "".join(
        letter if " " <= letter <= "~" else letter.encode("unicode_escape").decode()
        for letter in line
    )
