"""The proofs of a running station: its processes, its port, what it writes, what it says."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from service.attestation import live, outside
from service.attestation.proof import Proof
from service.attestation.station import AttestationError
from service.checkcode.statement import NEEDED, CheckCodeError, Fact, Statement, read
from service.state import audit
from service.state.audit_trail import AuditError
from service.state.budget import hours_for_picture, per_hour

Progress = Callable[[str], None]

_STARTS_WITHIN_S = 120.0
_CODE_WITHIN_S = 60.0
_MOST_GROWN_BYTES = 16 * 1024  # while it is watched: less than the smallest picture, 160 x 120
_FILES = frozenset(  # what a state folder may hold
    {
        "admin.json",
        "attempts.json",
        "attempts-auditor.json",
        "attestation.json",
        "attestation.key",
        "attestation.wanted",
        "attested.json",
        "audit.jsonl",
        "audit.key",
        "auditor.json",
        "counters.json",
    }
    | {"acceptance.json", "calibration.json", "drift.json"}
    | {"enrolments.json", "lock", "settings.json", "welcome.json"}
)


@contextmanager
def _station(
    state: Path, register: Path | None, progress: Progress
) -> Iterator[tuple[Path, "subprocess.Popen[bytes] | None"]]:
    """Yield the state folder of a running station, and the station when it was started for this."""
    if live.find(state) is not None:
        yield state, None
        return
    progress("a station with the simulated sensor is started")
    folder = Path(tempfile.mkdtemp(prefix="limen-prove-"))
    own = [] if register is None else ["--register", str(register)]
    command = [sys.executable, "-m", "service.cli", "run", "--port", "0", "--no-browser"]
    command += ["--state", str(folder), "--scenario", "empty", *own]
    station = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield folder, station
    finally:
        station.send_signal(signal.SIGTERM)
        try:
            station.wait(timeout=10.0)
        except subprocess.TimeoutExpired:
            station.kill()
            station.wait()
        shutil.rmtree(folder, ignore_errors=True)


def prove_running(
    state: Path, register: Path | None, watched_s: float, progress: Progress
) -> Iterator[Proof]:
    """Yield the proofs of the station that runs, or of one that is started for them.

    Raises
    ------
    AttestationError
        When none screens.
    """
    with _station(state, register, progress) as (where, started):
        yield from _running(where, started, watched_s, progress)


def _running(
    state: Path,
    started: "subprocess.Popen[bytes] | None",
    watched_s: float,
    progress: Progress,
) -> Iterator[Proof]:
    supervisor, authority = _until_it_screens(state, started, progress)
    progress("its processes")
    found = live.look(state)
    if found is None:
        raise AttestationError("The station has ended while it was looked at.")
    untried = [
        f"{one.process}: {what} (only root sees it)."
        for one in found.processes
        for what in one.unseen
    ]
    if started is not None:
        untried.append("A real sensor: no station ran on this state folder, so one was started.")
    yield Proof(
        "the processes that run: lock, memory, descriptors, code",
        tuple(
            f"{one.process} {one.pid}: locked"
            + (", by the very filters that were attacked." if one.compared else ".")
            for one in found.processes
        ),
        found.faults,
        tuple(untried),
    )
    progress("attacks from outside")
    yield _outside(found, supervisor, authority)
    progress(f"what it writes, for {watched_s:.0f} s")
    yield _written(state, watched_s)
    yield _said(state, authority)


def _until_it_screens(
    state: Path, started: "subprocess.Popen[bytes] | None", progress: Progress
) -> tuple[int, str]:
    """Wait until every process is there; return the supervisor and the address of its port."""
    deadline = time.monotonic() + _STARTS_WITHIN_S
    progress("the station that runs")
    while time.monotonic() < deadline:
        if started is not None and started.poll() is not None:
            break
        supervisor = live.find(state)
        found = live.look(state) if supervisor is not None else None
        running = {one.process for one in found.processes} if found is not None else set()
        port = outside.listens_at(supervisor) if supervisor is not None else None
        if supervisor is not None and port is not None and running >= live.NEEDED:
            view = outside.state(port)
            if view not in {None, "starting"}:
                return supervisor, port
        time.sleep(0.5)
    raise AttestationError(
        f"No station screens within {_STARTS_WITHIN_S:.0f} s: see what `limen run` says."
    )


def _outside(found: live.LiveStation, supervisor: int, authority: str) -> Proof:
    told, faults = [], []
    for one in found.processes:
        attacks = outside.by_another_user(one.pid)
        through = [attack.name for attack in attacks if not attack.denied]
        told.append(
            f"{one.process}: {len(attacks) - len(through)} of {len(attacks)} looks into it denied."
        )
        faults += [f"Another user could {name} of the {one.process}." for name in through]
        if not attacks:
            faults.append(f"Nothing could be tried on the {one.process}.")
    asked = outside.over_its_port(authority)
    through = [attack.name for attack in asked if not attack.denied]
    told.append(f"{len(asked) - len(through)} of {len(asked)} requests over its port refused.")
    faults += [f"Over its port one could {name}." for name in through]
    away = outside.listens_beyond(supervisor)
    told.append("It listens at 127.0.0.1 alone." if not away else "It listens beyond.")
    faults += [f"The station listens at {place}." for place in away]
    return Proof("attacks from outside", tuple(told), tuple(faults))


def _written(state: Path, watched_s: float) -> Proof:
    before = _sizes(state)
    time.sleep(watched_s)
    after = _sizes(state)
    new = sorted(path for path in after if path not in before)
    grown = sum(after.values()) - sum(before.values())
    bits = sum(line.bits for line in per_hour())
    found = (
        f"In {watched_s:.0f} s its state folder grew by {grown} bytes in {len(new)} new files.",
        (
            f"By the schema at most {bits:.0f} bits an hour of what a locked process says outlive "
            f"it: a picture of 160 x 120 would take {hours_for_picture():.0f} hours."
        ),
    )
    names = {path.name.removeprefix(".").removesuffix(".new") for path in new}
    faults = [f"The station made a file {name}." for name in sorted(names - _FILES)]
    if grown > _MOST_GROWN_BYTES:
        faults.append(
            f"In {watched_s:.0f} s it grew by {grown} bytes; {_MOST_GROWN_BYTES} are enough for "
            "its trail. Try again while no admin is at work."
        )
    return Proof("what it writes", found, tuple(faults))


def _sizes(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def _code(authority: str) -> tuple[str, Statement]:
    """Return the check code; one that says everything, when such a one comes within a minute."""
    deadline = time.monotonic() + _CODE_WITHIN_S
    while True:
        text = outside.check_code(authority)
        over = time.monotonic() >= deadline
        if text or over:
            key, said = read(text)
            if over or not _lacking(said):
                return key, said
        time.sleep(0.5)


def _lacking(said: Statement) -> frozenset[Fact]:
    """Return what a code should say and does not; whatever network a clone's computer has."""
    return NEEDED - said.facts - {Fact.NO_NETWORK}


def _said(state: Path, authority: str) -> Proof:
    name = "check code and audit trail"
    try:
        last = audit.verify(state)
        key, said = _code(authority)
    except (AuditError, CheckCodeError) as error:
        return Proof(name, (), (str(error),))
    faults = []
    if lacking := _lacking(said):
        words = ", ".join(sorted(fact.name.lower().replace("_", " ") for fact in lacking))
        faults.append(f"The station does not say of itself: {words}.")
    found = [
        f"{last.number + 1} entries of the trail verified, head {last.short_head}.",
        f"Station key {key}.",
        f"Code {said.code_sha256}.",
        f"Register {said.register_sha256}.",
    ]
    if Fact.NO_NETWORK not in said.facts:
        found.append("It says that it found a network, and shows that on its screen.")
    return Proof(name, tuple(found), tuple(faults))
