"""The audit trail of a station, open for adding: what was changed, in a chain that cannot be bent.

How a line looks is in `service.state.audit_trail`. Each is signed with a key that is used once:
every entry carries the public key of the next one, and the private key that signed is overwritten
at once. Whoever takes over the station can therefore add to the trail but cannot rewrite it. That
entries were cut off at the end shows by the head, which is on the screen and in reports.

The key file has two places of 32 bytes. An entry is added in three steps, each on the disk before
the next: the following key into the free place; the line (then the entry stands); zeros over the
key that signed. Whatever step the power fails in, one of the two keys is the one that the last
whole line announced, and no step writes over a key that is still needed.
"""

import fcntl
import json
import os
import time
from calendar import timegm
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError

from service.state.audit_events import Event, EventRefused, TrailMended, TrailStarted, said
from service.state.audit_trail import (
    BEFORE_THE_FIRST,
    HEAD_DIGITS,
    LONGEST_LINE,
    RESTART,
    TIME,
    TRAIL,
    AuditError,
    Entry,
    Line,
    TornLine,
    last_head,
    next_aside,
    noted,
    read,
    read_file,
    set_aside,
)
from service.state.files import append, cause, cut, flush_folder, opened, overwrite

KEY = "audit.key"
_KEY_BYTES = 32
_ERASED = bytes(_KEY_BYTES)


class AuditLog:
    """The trail of one station, open for adding; several processes may add to it in turn.

    Parameters
    ----------
    folder
        State folder; the trail is begun when there is none.
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

    def __init__(self, folder: Path, *, wall_clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._wall_clock = wall_clock
        with self._opened() as (trail, keys):
            self._stand(trail, keys)

    def append(self, event: Event) -> str:
        """Add an event, on the disk before this returns; return the new head.

        Raises
        ------
        EventRefused
            When the event is outside the vocabulary; the trail is as it was.
        AuditError
            When the trail cannot be written.
        """
        said(event)
        with self._opened() as (trail, keys):
            self._stand(trail, keys)
            self._write(trail, keys, event)
        return self.head

    @property
    def short_head(self) -> str:
        """What the screen shows."""
        return self.head[:HEAD_DIGITS]

    @property
    def number(self) -> int:
        """Of the last entry."""
        return self._number

    @property
    def at(self) -> str:
        """When the last entry was written, by the clock of then, UTC."""
        return self._at

    @property
    def written_at(self) -> float:
        """When the last entry was written, by the clock of then: seconds since the epoch."""
        return timegm(time.strptime(self._at, TIME))

    @contextmanager
    def _opened(self) -> Iterator[tuple[int, int]]:
        """Open trail and key, with both to ourselves."""
        try:
            keys = opened(self._folder / KEY, os.O_RDWR)
            try:
                fcntl.flock(keys, fcntl.LOCK_EX)  # the trail may be set aside, its key stays
                trail = opened(self._folder / TRAIL, os.O_RDWR | os.O_APPEND)
                try:
                    fcntl.flock(trail, fcntl.LOCK_EX)  # who reads sees whole lines
                    yield trail, keys
                finally:
                    os.close(trail)
            finally:
                os.close(keys)
        except OSError as error:
            raise AuditError(
                f"The audit trail in {self._folder} or its key cannot be written {cause(error)}"
            ) from error

    def _stand(self, trail: int, keys: int) -> None:
        """Find where the trail stands; begin it, or mend its end, when that is to be done.

        A line that a power cut tore was never acknowledged, and the key that the line before it
        announced is still there. A whole line that was cut off was, and its key is gone.
        """
        line, torn = _end(trail)
        stored = os.pread(keys, 2 * _KEY_BYTES, 0)
        if line is None:
            self._begin(trail, keys, stored)
        else:
            self._go_on(trail, keys, line, torn, stored)
        if torn:
            self._write(trail, keys, TrailMended(torn))

    def _begin(self, trail: int, keys: int, stored: bytes) -> None:
        whole = len(stored) == 2 * _KEY_BYTES
        if whole and sum(key != _ERASED for key in _split(stored)) == 1:  # so between entries
            raise AuditError(
                f"The audit trail {self._folder / TRAIL} is empty, but it was begun: its key is "
                "there. Bring it back as it was, or begin a new one with: limen audit restart"
            )
        flush_folder(self._folder)  # both files are in it now
        cut(trail, 0)
        self._private, self._place = Ed25519PrivateKey.generate(), 0
        self._number, self.head = -1, BEFORE_THE_FIRST
        overwrite(keys, 2 * self._private.private_bytes_raw(), 0)
        previous = _newest_set_aside(self._folder)
        self._write(trail, keys, TrailStarted(_public(self._private), previous))

    def _go_on(self, trail: int, keys: int, line: bytes, torn: int, stored: bytes) -> None:
        try:
            body = Line.model_validate_json(line)
        except ValidationError as error:
            raise AuditError(f"The last line of the audit trail is damaged. {RESTART}") from error
        self._number, self._at, self.head = body.n, body.at, sha256(line).hexdigest()
        self._place, self._private = _private(stored, body.next_key)
        if _split(stored)[1 - self._place] != _ERASED:  # it has signed, or never will
            overwrite(keys, _ERASED, (1 - self._place) * _KEY_BYTES)
        if torn:
            cut(trail, os.fstat(trail).st_size - torn)

    def _write(self, trail: int, keys: int, event: Event) -> None:
        following = Ed25519PrivateKey.generate()
        line = self._line(event, _public(following))
        free = 1 - self._place
        overwrite(keys, following.private_bytes_raw(), free * _KEY_BYTES)
        append(trail, line + b"\n")
        self._number, self.head = self._number + 1, sha256(line).hexdigest()
        signed, self._place, self._private = self._place, free, following
        overwrite(keys, _ERASED, signed * _KEY_BYTES)

    def _line(self, event: Event, next_key: str) -> bytes:
        self._at = time.strftime(TIME, time.gmtime(self._wall_clock()))
        body = {
            "n": self._number + 1,
            "at": self._at,
            "event": said(event),
            "before": self.head,
            "next_key": next_key,
        }
        signed = json.dumps(body, separators=(",", ":")).encode()
        line = signed[:-1] + f',"signature":"{self._private.sign(signed).hex()}"}}'.encode()
        if len(line) > LONGEST_LINE:
            raise EventRefused(f"A {event.kind} of {len(line)} bytes is too long.")
        return line


def verify(folder: Path, seen: tuple[str, ...] = (), *, copy: bool = False) -> Entry:
    """Verify that a station can go on with its trail, and return the last entry.

    Every line is checked against the one before it, and the key against the last. The last line
    may be torn when its key is still there: the station cuts it off when it starts.

    Parameters
    ----------
    seen
        Heads noted earlier (from the screen, from attestations): the trail, or one that was set
        aside before it, must still hold them.
    copy
        The folder is no station's: it has the trail without its key.

    Raises
    ------
    AuditError
        When an entry is not as it was written, or one that was seen is missing.
    """
    missing = {noted(head) for head in seen}
    stored, size = _now(folder, copy=copy)
    last = None
    try:
        for last in read(folder, size):
            missing -= {head for head in missing if last.head.startswith(head)}
    except TornLine:
        if copy or last is None:
            raise
    if last is None:
        raise AuditError(f"The audit trail {folder / TRAIL} is empty. {RESTART}")
    if not copy:
        _private(stored, last.next_key)
    for path in set_aside(folder):
        with suppress(AuditError):  # it may have been set aside because it is damaged
            for entry in read_file(path):
                missing -= {head for head in missing if entry.head.startswith(head)}
    if missing:
        raise AuditError(
            f"The audit trail does not hold {', '.join(sorted(missing))}: it was cut off at the "
            "end, or it is the trail of another station."
        )
    return last


def restart(folder: Path, *, wall_clock: Callable[[], float] = time.time) -> AuditLog:
    """Set a trail that cannot be continued aside, and begin a new one that names its head.

    Raises
    ------
    AuditError
        When the folder does not allow it.
    """
    trail = folder / TRAIL
    if not any(os.path.lexists(folder / name) for name in (TRAIL, KEY)):
        raise AuditError(f"There is no audit trail in {folder}: name the station's state folder.")
    try:
        keys = opened(folder / KEY, os.O_RDWR)
        try:
            fcntl.flock(keys, fcntl.LOCK_EX)
            overwrite(keys, 2 * _ERASED, 0)
            cut(keys, 0)
            if os.path.lexists(trail):
                trail.rename(next_aside(folder))
                flush_folder(folder)
        finally:
            os.close(keys)
    except OSError as error:
        raise AuditError(f"The audit trail {trail} cannot be set aside {cause(error)}") from error
    return AuditLog(folder, wall_clock=wall_clock)


def _now(folder: Path, *, copy: bool) -> tuple[bytes, int | None]:
    """Return the stored keys and the size of the trail at one moment."""
    if copy:
        return b"", None
    try:
        with (folder / KEY).open("rb") as keys:
            fcntl.flock(keys, fcntl.LOCK_SH)
            return keys.read(2 * _KEY_BYTES), (folder / TRAIL).stat().st_size
    except OSError as error:
        raise AuditError(
            f"There is no audit trail with its key in {folder} {cause(error)} Without the key no "
            "station goes on with a trail: verify a copy with --copy, or see limen audit restart."
        ) from error


def _end(trail: int) -> tuple[bytes | None, int]:
    """Return the last whole line, None when there is none, and how many bytes follow it."""
    size, window = os.fstat(trail).st_size, 2 * (LONGEST_LINE + 1)
    data = os.pread(trail, window, max(0, size - window))
    whole, newline, torn = data.rpartition(b"\n")
    line = whole.rpartition(b"\n")[2]
    if max(len(line), len(torn)) > LONGEST_LINE:
        raise AuditError(
            f"The last line of the audit trail has more than {LONGEST_LINE} bytes. {RESTART}"
        )
    return (line if newline else None), len(torn)


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def _split(stored: bytes) -> tuple[bytes, bytes]:
    """Return what stands in the two places."""
    first, second = stored[:_KEY_BYTES], stored[_KEY_BYTES:]
    return first.ljust(_KEY_BYTES, b"\0"), second.ljust(_KEY_BYTES, b"\0")


def _private(stored: bytes, public: str) -> tuple[int, Ed25519PrivateKey]:
    """Return the key that the trail expects next, and its place."""
    for place, raw in enumerate(_split(stored)):
        key = Ed25519PrivateKey.from_private_bytes(raw)
        if _public(key) == public:
            return place, key
    raise AuditError(
        "The audit trail and its key do not belong together: a file was replaced, shortened or "
        "brought back. Keep both files, and begin a new trail with: limen audit restart"
    )


def _newest_set_aside(folder: Path) -> str | None:
    """Return the head of the trail that was set aside last."""
    paths = set_aside(folder)
    return last_head(paths[-1]) if paths else None
