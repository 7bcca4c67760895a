"""What this station has seen of its register, kept in its audit trail.

The trail is verified once from its beginning, then every line that is added: other commands add to
it while the station runs. Trails that were set aside with `limen audit restart` still say how high
the numbers have been, so that a new trail does not forget a revocation; the newest time is that of
the trail in force alone, so that a clock that once ran ahead can be put right.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hardware.errors import RegisterError
from hardware.register.memory import Memory
from service.state import audit_trail
from service.state.audit_events import Event, OtherEvent, RegisterSeen, SensorEnrolled, understood
from service.state.audit_trail import AuditError, Entry

AGAIN = timedelta(days=1)  # so often the time is written down when nothing else happens


class TrailMemory:
    """The memory of one station.

    Parameters
    ----------
    state
        Its state folder.
    write
        Adds an event to its trail; None for a command that only reads.
    clock
        Seconds since the epoch.
    """

    def __init__(
        self,
        state: Path,
        write: Callable[[Event], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state, self._write, self._clock = state, write, clock
        self._file = self._bytes = 0
        self._last: Entry | None = None
        self._memory = Memory()

    def recall(self) -> Memory:
        """Return what was seen so far; while this process lives, its numbers never fall.

        Raises
        ------
        RegisterError
            When the trail is not what it was: what it says cannot be relied on.
        """
        trail = self._state / audit_trail.TRAIL
        try:
            there = trail.stat() if trail.is_file() else None
            size, file = (there.st_size, there.st_ino) if there else (0, 0)
            if self._last is None or size < self._bytes or file != self._file:
                self._from_the_start(size)
                self._file = file
            elif size > self._bytes:
                for entry in audit_trail.read_on(trail, self._last, self._bytes, size):
                    self._take(entry)
        except (AuditError, OSError) as error:
            raise RegisterError(f"The register's memory cannot be read. {error}") from error
        return self._memory

    def note(self, memory: Memory) -> None:
        """Write down what was seen now, when it is more than before or a day has passed.

        Raises
        ------
        RegisterError
            When it cannot be written.
        """
        if self._write is None or not memory.index:
            return
        before, now = self.recall(), datetime.fromtimestamp(self._clock(), UTC)
        same = (before.index, before.index_sha256) == (memory.index, memory.index_sha256)
        if same and before.newest is not None and now - before.newest < AGAIN:
            return
        seen = RegisterSeen(memory.index, memory.index_sha256, memory.trust, memory.trust_sha256)
        try:
            self._write(seen)
        except AuditError as error:
            raise RegisterError(str(error)) from error

    def _from_the_start(self, size: int) -> None:
        self._bytes, self._last = 0, None
        self._memory = replace(self._memory, newest=None, enrolled={})
        for old in audit_trail.set_aside(self._state):
            for line in old.read_bytes().splitlines():  # damaged, or it would not be aside
                self._memory = _plus(self._memory, _event(line))
        for entry in audit_trail.read(self._state, size) if size else ():
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        self._memory = _plus(self._memory, entry.event)
        at = datetime.strptime(entry.at, audit_trail.TIME).replace(tzinfo=UTC)
        self._memory = replace(self._memory, newest=max(at, self._memory.newest or at))
        self._last, self._bytes = entry, self._bytes + entry.size


def _event(line: bytes) -> Event | OtherEvent:
    try:
        return understood(json.loads(line)["event"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return OtherEvent("", {})


def _plus(memory: Memory, event: Event | OtherEvent) -> Memory:
    """Return the memory after one entry of a trail."""
    if isinstance(event, RegisterSeen) and event.index >= memory.index:
        memory = replace(memory, index=event.index, index_sha256=event.index_sha256)
    if isinstance(event, RegisterSeen) and event.trust >= memory.trust:
        memory = replace(memory, trust=event.trust, trust_sha256=event.trust_sha256)
    if isinstance(event, SensorEnrolled) and event.port and event.enrolment_sha256:
        last = {event.port: event.enrolment_sha256}
        memory = replace(memory, enrolled={**memory.enrolled, **last})
    return memory
