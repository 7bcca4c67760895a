"""The doctor's look at the station itself: what it keeps, what happened to it, what it says now.

What it says are the same rows as on the admin's console (`service.supervisor.repairs`); what
happened in the last days is read from the audit trail, and so is there although nobody looked.
"""

import http.client
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from service.doctor.finding import Finding, Level
from service.ipc.settings import SettingsError
from service.ipc.view import Severity
from service.state import audit
from service.state.admin_password import AdminDoor, AdminError
from service.state.audit_events import (
    ClockJumped,
    CountersDamaged,
    Event,
    OtherEvent,
    ProcessLost,
    ProcessNotLocked,
    ScreenFrozen,
    TrailMended,
)
from service.state.audit_trail import AuditError, read
from service.state.files import cause, require_room
from service.state.settings import SettingsStore

Words = Callable[[str], tuple[str, str]]
"""From a fault's code to what it is, and what to do."""

DAYS: Final = 3
_HEARD_WITHIN_S = 3.0
_LEVELS: Final = {
    Severity.STOPS: Level.FAIL,
    Severity.WEAKENS: Level.WARN,
    Severity.NOTE: Level.WARN,
}
_HAPPENED: Final = {
    ProcessLost: "a process ended that should not have",
    ProcessNotLocked: "a process ran without its lock",
    ScreenFrozen: "a screen froze",
    TrailMended: "the power failed while an entry was written",
    ClockJumped: "the clock jumped",
    CountersDamaged: "the sums were damaged",
}


def kept(state: Path) -> Iterator[Finding]:
    """Yield whether the state folder is whole, and the station's own to write."""
    name = "state folder"
    if not state.is_dir():
        yield Finding(name, Level.OK, f"No station has run on {state} yet (--state names another).")
        return
    owner = state.stat().st_uid
    strangers = sorted(file.name for file in state.iterdir() if file.stat().st_uid != owner)
    if strangers:
        yield Finding(
            "owner",
            Level.FAIL,
            f"{', '.join(strangers[:4])} in {state} do not belong to the folder's owner: the "
            "station cannot open them.",
            f"sudo chown -R --reference={state} {state}",
        )
    try:
        require_room(state)
        yield Finding("room", Level.OK, f"There is room on the disk of {state}.")
    except OSError as error:
        yield Finding("room", Level.FAIL, f"{state} cannot be written {cause(error)}")
    yield from _settings(state)
    yield from _trail(state)
    yield from _password(state)


def _settings(state: Path) -> Iterator[Finding]:
    def nothing_saved() -> Any:
        raise FileNotFoundError

    try:
        SettingsStore(state, nothing_saved).load()
        yield Finding("settings", Level.OK, "The saved settings are whole.")
    except FileNotFoundError:
        yield Finding("settings", Level.OK, "Nobody has saved settings: the defaults are in force.")
    except SettingsError as error:
        yield Finding(
            "settings",
            Level.FAIL,
            str(error),
            "Save them again on the admin's console, or: limen admin restore FILE",
        )


def _trail(state: Path) -> Iterator[Finding]:
    try:
        last = audit.verify(state)
        yield Finding(
            "audit trail", Level.OK, f"{last.number + 1} entries, all as they were written."
        )
    except AuditError as error:
        yield Finding("audit trail", Level.FAIL, str(error), "limen audit restart")


def _password(state: Path) -> Iterator[Finding]:
    try:
        known = AdminDoor(state, clock=lambda: 0.0, wall_clock=lambda: 0.0).password_set
    except AdminError as error:
        yield Finding("password", Level.FAIL, str(error), "limen admin password")
        return
    if known:
        yield Finding("password", Level.OK, "The admin has a password.")
    else:
        yield Finding(
            "password",
            Level.WARN,
            "The admin has no password: nobody can change a setting.",
            f"Stop the station, then: limen admin password --state {state}",
        )


def happened(state: Path, now: datetime | None = None) -> Iterator[Finding]:
    """Yield what the audit trail says went wrong in the last days, kind by kind.

    Parameters
    ----------
    now
        None: now.
    """
    name = "last days"
    since = ((now or datetime.now(UTC)) - timedelta(days=DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ")
    times: Counter[str] = Counter()
    last: dict[str, str] = {}
    try:
        for entry in read(state) if (state / "audit.jsonl").is_file() else ():
            words = _words(entry.event)
            if words and entry.at >= since:
                times[words] += 1
                last[words] = entry.at
    except (AuditError, OSError):
        return  # said above
    for words, count in times.items():
        often = "once" if count == 1 else f"{count} times"
        yield Finding(name, Level.WARN, f"{often}, last at {last[words]}: {words}.")
    if not times:
        yield Finding(name, Level.OK, f"Nothing went wrong in the last {DAYS} days.")


def _words(event: Event | OtherEvent) -> str:
    words = next((said for kind, said in _HAPPENED.items() if isinstance(event, kind)), "")
    if isinstance(event, ProcessLost):
        return f"{words} ({event.process}: {event.reason.value.replace('_', ' ')})"
    return words


def says(address: str, words: Words) -> Iterator[Finding]:
    """Yield the faults that the running station names."""
    name = "station"
    try:
        connection = http.client.HTTPConnection(address, timeout=_HEARD_WITHIN_S)
        try:
            connection.request("GET", "/api/state")
            view = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        rows = [row for row in view["repairs"] if row["until_s"] is None]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        yield Finding(
            name,
            Level.OK,
            f"No station answers at {address}.",
            "An installed one has an address of its own; ask it there: "
            "sudo nsenter -n -t $(systemctl show -p MainPID --value limen) limen doctor",
        )
        return
    for row in rows:
        what, remedy = words(str(row["code"]))
        yield Finding(str(row["code"]), _LEVELS[Severity(row["severity"])], what, remedy)
    if not rows:
        yield Finding(name, Level.OK, f"The station at {address} has nothing to complain of.")
