"""What this station has seen of its register, kept in its audit trail.

The trail is verified once from its beginning, then followed line by line: other commands add to it
while the station runs. Trails that were set aside with `limen audit restart` still say how high the
numbers have been, so that a new trail does not forget a revocation; the newest time is that of the
trail in force alone, so that a clock that once ran ahead can be put right.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hardware.errors import RegisterError
from hardware.register.memory import Memory
from service.state import audit_trail
from service.state.audit_events import Event, OtherEvent, RegisterSeen, said
from service.state.audit_trail import AuditError

AGAIN = timedelta(days=1)  # so often the time is written down when nothing else happens


class TrailMemory:
    """The memory of one station.

    Parameters
    ----------
    state
        Its state folder.
    write
        Adds an event to its trail; None for a command that only reads.
    """

    def __init__(self, state: Path, write: Callable[[Event], object] | None = None) -> None:
        self._state, self._write = state, write
        self._bytes = 0
        self._memory = Memory()

    def recall(self) -> Memory:
        """Return what was seen so far.

        Raises
        ------
        RegisterError
            When the trail is not what it was: what it says cannot be relied on.
        """
        trail = self._state / audit_trail.TRAIL
        size = trail.stat().st_size if trail.is_file() else 0
        if size < self._bytes or not self._bytes:
            self._memory, self._bytes = self._from_the_start(size), size
        elif size > self._bytes:
            with trail.open("rb") as file:
                file.seek(self._bytes)
                whole, end, _ = file.read(size - self._bytes).rpartition(b"\n")
            for line in whole.splitlines():
                self._memory = _plus(self._memory, _parsed(line), keep_time=True)
            self._bytes += len(whole + end)
        return self._memory

    def note(self, memory: Memory) -> None:
        """Write down what was seen now, when it is more than before or a day has passed."""
        if self._write is None or not memory.index:
            return
        before, now = self.recall(), datetime.now(UTC)
        same = (before.index, before.index_sha256) == (memory.index, memory.index_sha256)
        if same and before.newest is not None and now - before.newest < AGAIN:
            return
        seen = RegisterSeen(memory.index, memory.index_sha256, memory.trust, memory.trust_sha256)
        try:
            self._write(seen)
        except AuditError as error:
            raise RegisterError(str(error)) from error

    def _from_the_start(self, size: int) -> Memory:
        memory = Memory()
        for old in audit_trail.set_aside(self._state):
            for line in old.read_bytes().splitlines():
                memory = _plus(memory, _parsed(line), keep_time=False)
        if not size:
            return memory
        try:
            for entry in audit_trail.read(self._state, size):
                if not isinstance(entry.event, OtherEvent):
                    seen = {"at": entry.at, "event": said(entry.event)}
                    memory = _plus(memory, seen, keep_time=True)
        except AuditError as error:
            raise RegisterError(f"The register's memory cannot be read. {error}") from error
        return memory


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}


def _plus(memory: Memory, entry: dict[str, Any], *, keep_time: bool) -> Memory:
    """Return the memory after one entry of a trail."""
    event = entry.get("event", {})
    if event.get("kind") == "register_seen" and event["index"] >= memory.index:
        memory = replace(
            memory,
            index=event["index"],
            index_sha256=event["index_sha256"],
            trust=max(event["trust"], memory.trust),
            trust_sha256=event["trust_sha256"],
        )
    if event.get("kind") == "sensor_enrolled" and event.get("port"):
        last = {event["port"]: event["enrolment_sha256"]}
        memory = replace(memory, enrolled={**memory.enrolled, **last})
    if keep_time and "at" in entry:
        at = datetime.strptime(entry["at"], audit_trail.TIME).replace(tzinfo=UTC)
        memory = replace(memory, newest=max(at, memory.newest or at))
    return memory
