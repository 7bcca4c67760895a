"""The audit trail: what was changed on this station, in a chain that shows every later change.

One line of JSON per entry, each naming the hash of the line before it and signed with a key that
is used once: every entry carries the public key of the next one, and the private key that signed
is overwritten at once. Whoever takes over the station can therefore add to the trail but cannot
rewrite it, and to verify it no secret is needed. That entries were cut off at the end shows by
the head (the first 8 hex digits of the last line's hash), which is on the screen and in reports.

    {"n":3,"at":"2026-03-01T08:00:00Z","event":{...},"before":HASH,"next_key":KEY,"signature":SIG}
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from service.state.audit_events import EVENT, Event, TrailMended, TrailStarted

TRAIL, KEY = "audit.jsonl", "audit.key"
HEAD_DIGITS = 8
_BEFORE_THE_FIRST = "0" * 64
_SIGNATURE_AT = -len(',"signature":""}') - 128
_LONGEST_LINE = 4096


class AuditError(Exception):
    """The trail cannot be continued, or is not what it was. The sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the trail."""

    number: int
    at: str
    event: Event
    head: str


def _line(body: dict[str, object], key: Ed25519PrivateKey) -> bytes:
    signed = json.dumps(body, separators=(",", ":")).encode()
    return signed[:-1] + f',"signature":"{key.sign(signed).hex()}"}}'.encode()


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


class AuditLog:
    """The trail of one station, open for adding; several processes may add to it in turn.

    Parameters
    ----------
    folder
        State folder; the trail is begun when there is none.
    previous
        Head of the trail that a new one follows.
    wall_clock
        Seconds since the epoch.

    Attributes
    ----------
    head
        Hash of the last line, 64 hex digits.

    Raises
    ------
    AuditError
        When the trail there cannot be continued.
    """

    def __init__(
        self,
        folder: Path,
        *,
        previous: str | None = None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._trail, self._key = folder / TRAIL, folder / KEY
        self._wall_clock = wall_clock
        with self._opened() as (trail, key):
            if os.fstat(trail).st_size == 0:
                first = Ed25519PrivateKey.generate()
                _overwrite(key, first.private_bytes_raw())
                started = TrailStarted(_public(first), previous)
                self._write(trail, key, started, 0, _BEFORE_THE_FIRST, first)
            else:
                cut = _cut_torn_line(trail)
                number, head, expected = _end_of(trail)
                self.head = head
                if cut:
                    self._write(
                        trail, key, TrailMended(cut), number + 1, head, _private(key, expected)
                    )
                else:
                    _private(key, expected)

    def append(self, event: Event) -> str:
        """Add an event, on the disk before this returns; return the new head.

        Raises
        ------
        AuditError
            When the trail cannot be written, or the event is outside the vocabulary.
        """
        with self._opened() as (trail, key):
            number, head, expected = _end_of(trail)
            return self._write(trail, key, event, number + 1, head, _private(key, expected))

    @contextmanager
    def _opened(self) -> Iterator[tuple[int, int]]:
        """Open both files, with the trail to ourselves."""
        try:
            trail = os.open(self._trail, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                key = os.open(self._key, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(trail, fcntl.LOCK_EX)
                    yield trail, key
                finally:
                    os.close(key)
            finally:
                os.close(trail)
        except OSError as error:
            raise AuditError(
                f"The audit trail {self._trail} cannot be written ({error.strerror}). "
                "Make room on the disk, or give the station a folder that it may write."
            ) from error

    def _write(
        self,
        trail: int,
        key: int,
        event: Event,
        number: int,
        head: str,
        private: Ed25519PrivateKey,
    ) -> str:
        plain = EVENT.dump_python(event, mode="json")
        try:
            EVENT.validate_json(json.dumps(plain))
        except ValidationError as error:
            field = error.errors(include_input=False, include_url=False)[0]["loc"]
            raise AuditError(f"A {event.kind} may not say that about {field}.") from None
        following = Ed25519PrivateKey.generate()
        body: dict[str, object] = {
            "n": number,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._wall_clock())),
            "event": plain,
            "before": head,
            "next_key": _public(following),
        }
        line = _line(body, private)
        # Both keys are there while the line is written: a power cut at any point loses neither.
        _overwrite(key, private.private_bytes_raw() + following.private_bytes_raw())
        os.write(trail, line + b"\n")
        os.fdatasync(trail)
        _overwrite(key, following.private_bytes_raw())
        self.head = sha256(line).hexdigest()
        return self.head

    @property
    def short_head(self) -> str:
        """What the screen shows."""
        return self.head[:HEAD_DIGITS]


def _overwrite(fd: int, keys: bytes) -> None:
    """Replace the keys in place: a renamed new file would leave the old key on the disk."""
    os.pwrite(fd, keys.ljust(64, b"\0"), 0)
    os.fdatasync(fd)


def _private(fd: int, public: str) -> Ed25519PrivateKey:
    """Return the key that the trail expects next."""
    stored = os.pread(fd, 64, 0)
    for place in (0, 32):
        if len(stored) == 64:
            key = Ed25519PrivateKey.from_private_bytes(stored[place : place + 32])
            if _public(key) == public:
                return key
    raise AuditError(
        "The audit trail and its key do not belong together: a file was replaced or brought back. "
        "Keep both files, and begin a new trail with: limen audit restart"
    )


def _cut_torn_line(fd: int) -> int:
    """Cut off what follows the last whole line; return how many bytes that were."""
    size = os.fstat(fd).st_size
    tail = os.pread(fd, _LONGEST_LINE, max(0, size - _LONGEST_LINE))
    torn = len(tail) - (tail.rfind(b"\n") + 1)
    if torn:
        os.ftruncate(fd, size - torn)
        os.fdatasync(fd)
    return torn


def _end_of(fd: int) -> tuple[int, str, str]:
    """Return number, hash and next public key of the last line."""
    size = os.fstat(fd).st_size
    tail = os.pread(fd, _LONGEST_LINE, max(0, size - _LONGEST_LINE))
    line = tail.rstrip(b"\n").rpartition(b"\n")[2]
    try:
        body = json.loads(line)
        return int(body["n"]), sha256(line).hexdigest(), str(body["next_key"])
    except (ValueError, KeyError, TypeError) as error:
        raise AuditError(
            "The last line of the audit trail is damaged. See what else is with: "
            "limen audit verify. Then begin a new trail with: limen audit restart"
        ) from error


def read(folder: Path) -> Iterator[Entry]:
    """Yield the entries of a trail, each verified against the one before it.

    Raises
    ------
    AuditError
        At the first line that is not as it was written, with its number.
    """
    before, expected = _BEFORE_THE_FIRST, ""
    try:
        lines = (folder / TRAIL).read_bytes().split(b"\n")
    except OSError as error:
        raise AuditError(f"There is no audit trail in {folder} ({error.strerror}).") from error
    if lines.pop() != b"" or not lines:
        raise AuditError("The audit trail ends in the middle of a line.")
    for number, line in enumerate(lines):
        try:
            body = json.loads(line)
            event: Event = EVENT.validate_json(json.dumps(body["event"]))
            if number == 0 and isinstance(event, TrailStarted):
                expected = event.public_key
            signed = line[:_SIGNATURE_AT] + b"}"
            signature = bytes.fromhex(body["signature"])
            whole = signed[:-1] + f',"signature":"{signature.hex()}"}}'.encode()
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(expected))
            key.verify(signature, signed)
            sound = whole == line and (body["n"], body["before"]) == (number, before)
            before, expected = sha256(line).hexdigest(), body["next_key"]
            at = str(body["at"])
        except (ValueError, KeyError, TypeError, InvalidSignature):
            sound = False
        if not sound:
            raise AuditError(
                f"Entry {number} of the audit trail is not as it was written: something was "
                "changed, removed, moved or repeated there."
            )
        yield Entry(number, at, event, before)


def verify(folder: Path, seen: tuple[str, ...] = ()) -> Entry:
    """Verify a whole trail and return its last entry.

    Parameters
    ----------
    seen
        Heads noted earlier (from the screen, from attestations): the trail must still hold them.

    Raises
    ------
    AuditError
        When an entry is not as it was written, or one that was seen is missing.
    """
    missing, last = set(seen), None
    for last in read(folder):
        missing -= {head for head in missing if last.head.startswith(head.lower())}
    if missing or last is None:
        raise AuditError(
            f"The audit trail does not hold {', '.join(sorted(missing))}: it was cut off at the "
            "end, or it is the trail of another station."
        )
    return last


def restart(folder: Path, *, wall_clock: Callable[[], float] = time.time) -> AuditLog:
    """Set a trail that cannot be continued aside, and begin a new one that names its head."""
    trail = folder / TRAIL
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(wall_clock()))
    try:
        lines = trail.read_bytes().split(b"\n")
        trail.rename(trail.with_name(f"audit-{stamp}.jsonl"))
    except OSError as error:
        raise AuditError(f"The audit trail cannot be set aside ({error.strerror}).") from error
    whole = lines[-2] if len(lines) > 1 else b""
    return AuditLog(folder, previous=sha256(whole).hexdigest(), wall_clock=wall_clock)
