"""The privacy attestation: what this station can and cannot do, tried out now, signed, printable.

It holds the versions, the kernel, both lock reports with every attack, the control without a
lock, the doctor's findings, systemd's judgement of the installed units, and the head of the audit
trail. It is signed with the station's own Ed25519 key in a DSSE envelope. The signature says which
station said it and that nothing was changed since; that the station is the one in the hall is for
a person to see: the head on its screen is the one in the attestation.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from textwrap import wrap

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import TypeAdapter, ValidationError

from hardware.register.signature import Envelope, pae, sign
from service.checkcode.key import StationKeyError, station_key
from service.deploy.install import PLACES
from service.doctor.finding import Examination, examine
from service.doctor.rooms import rooms
from service.sandbox.__main__ import REPORT, RESULTS
from service.sandbox.attempts import AttackResult, Outcome
from service.sandbox.confine import SINGLE_THREADED
from service.sandbox.report import LockReport
from service.state import audit
from service.state.audit_trail import HEAD_DIGITS, AuditError

PAYLOAD_TYPE = "application/vnd.limen.privacy-attestation+json"
_PACKAGES = ("limen", "numpy", "opencv-python-headless", "onnxruntime", "fastapi", "cryptography")
_COLUMNS = 96  # of a printed page
_NOT_ASKED = {"sensor"}  # the sensor has an attestation of its own: its dossier


class AttestationError(Exception):
    """There is nothing to attest, or an attestation does not hold. The sentence says what."""


@dataclass(frozen=True, slots=True)
class UnitScore:
    """systemd's exposure of an installed unit, 0 (none) to 10 (all)."""

    unit: str
    exposure: float


@dataclass(frozen=True, slots=True)
class Attestation:
    """What was found, at one moment.

    Attributes
    ----------
    station
        Public key of the station, hex.
    worker, web
        How the two locked processes are locked, with every attack on the lock.
    unlocked
        What became of the same attacks without a lock.
    units
        Empty when the station is not installed as a service here.
    audit_head, audit_entries
        Of the audit trail, verified.
    """

    at: str
    station: str
    versions: tuple[tuple[str, str], ...]
    kernel: str
    machine: str
    worker: LockReport
    web: LockReport
    unlocked: tuple[AttackResult, ...]
    findings: tuple[Examination, ...]
    units: tuple[UnitScore, ...]
    audit_head: str
    audit_entries: int

    @property
    def holds(self) -> bool:
        """Whether every attack on both locks was denied and the doctor found nothing that fails."""
        through = (*self.worker.got_through, *self.web.got_through)
        failed = [f for room in self.findings for f in room.findings if f.level == "fail"]
        return not through and not failed


ATTESTATION: TypeAdapter[Attestation] = TypeAdapter(Attestation)


def attest(
    state: Path, *, wall_clock: Callable[[], float] = time.time
) -> tuple[Attestation, bytes]:
    """Try everything out now; return the attestation and its signed envelope.

    Raises
    ------
    AttestationError
        When there is no sound audit trail, or a process cannot be locked.
    """
    try:
        last = audit.verify(state)
    except AuditError as error:
        raise AttestationError(
            f"Nothing is attested without a sound audit trail: {error}"
        ) from error
    try:
        key = station_key(state)
    except StationKeyError as error:
        raise AttestationError(str(error)) from error
    made = Attestation(
        at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(wall_clock())),
        station=key.public_key().public_bytes_raw().hex(),
        versions=(("python", platform.python_version()), *((n, version(n)) for n in _PACKAGES)),
        kernel=os.uname().release,
        machine=platform.machine(),
        worker=REPORT.validate_json(_tried("worker")),
        web=REPORT.validate_json(_tried("web")),
        unlocked=RESULTS.validate_json(_tried("unlocked")),
        findings=tuple(examine(room) for room in rooms() if room.name not in _NOT_ASKED),
        units=unit_scores(),
        audit_head=last.head,
        audit_entries=last.number + 1,
    )
    return made, sign(ATTESTATION.dump_json(made), PAYLOAD_TYPE, key)


def opened(envelope: bytes, station: str = "") -> Attestation:
    """Return the attestation in an envelope when its signature holds.

    Parameters
    ----------
    envelope
        As `attest` returned it.
    station
        Public key of the station that must have signed it, or how it begins; empty takes any.

    Raises
    ------
    AttestationError
        When it was changed, or is another station's.
    """
    try:
        sealed = Envelope.model_validate_json(envelope)
        payload = b64decode(sealed.payload)
        made = ATTESTATION.validate_json(payload)
        (signature,) = sealed.signatures
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(made.station))
        key.verify(b64decode(signature.sig), pae(PAYLOAD_TYPE, payload))
    except (ValidationError, ValueError, InvalidSignature) as error:
        raise AttestationError("This is no attestation as a station signed it.") from error
    if not made.station.startswith(station.lower()):
        raise AttestationError(
            f"This was signed by the station {made.station[:16]}, not {station}."
        )
    return made


def _tried(what: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "service.sandbox", what],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, **SINGLE_THREADED},
        check=False,
        timeout=60,
    )
    if done.returncode != 0:
        raise AttestationError(done.stderr.decode(errors="replace").strip() or f"{what} failed.")
    return done.stdout


def unit_scores(root: Path = Path("/")) -> tuple[UnitScore, ...]:
    """Return systemd's exposure of the units that are installed under `root`."""
    tool = shutil.which("systemd-analyze")
    scores = []
    for place in PLACES.values():
        unit = root / place
        if tool is None or place.suffix != ".service" or not unit.exists():
            continue
        said = subprocess.run(
            [tool, "security", "--offline=true", "--no-pager", unit],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        if score := re.search(r"Overall exposure level for \S+: ([0-9.]+)", said):
            scores.append(UnitScore(place.name, float(score[1])))
    return tuple(scores)


def printed(made: Attestation, envelope: bytes) -> str:
    """Return the attestation as a page of plain text, to be printed and filed."""
    reached = sum(result.outcome is Outcome.GOT_THROUGH for result in made.unlocked)
    told = "holds" if made.holds else "DOES NOT HOLD"
    software = ", ".join(f"{name} {number}" for name, number in made.versions)
    lines = [
        "PRIVACY ATTESTATION OF A LIMEN STATION",
        "",
        f"Made at      {made.at}",
        f"Station      {made.station}",
        f"Result       {told}",
        f"Audit trail  {made.audit_entries} entries, head {made.audit_head[:HEAD_DIGITS]}",
        f"Kernel       Linux {made.kernel} on {made.machine}",
        *wrap(f"Software     {software}", _COLUMNS, subsequent_indent=" " * 13),
        "Services     "
        + (", ".join(f"{u.unit} {u.exposure}" for u in made.units) or "not installed here"),
        "",
        f"Without a lock {reached} of {len(made.unlocked)} attacks get through. With the lock:",
    ]
    for report in (made.worker, made.web):
        denied = sum(result.outcome is Outcome.DENIED for result in report.attacks)
        lines.append(
            f"  {report.process:7} {denied} of {len(report.attacks)} denied; filter "
            f"{report.filter_sha256[:16]}, Landlock {report.landlock_abi}, memory "
            f"{'locked' if report.memory_locked else 'not locked'}"
        )
    lines += ["", f"{'Attack':42}{'without':22}{'worker':12}{'web':12}"]
    tables = [{result.name: result for result in r.attacks} for r in (made.worker, made.web)]
    for result in made.unlocked:
        locked = [
            table[result.name].outcome.value if result.name in table else "-" for table in tables
        ]
        columns = "".join(f"{word.replace('_', ' '):12}" for word in locked)
        lines.append(f"{result.name[:41]:42}{result.detail:22}{columns}".rstrip())
    lines += ["", "This computer:"]
    for room in made.findings:
        for finding in room.findings:
            said = f"{finding.level:5} {finding.name}: {finding.sentence}"
            lines += wrap(said, _COLUMNS, initial_indent="  ", subsequent_indent=" " * 8)
    lines += ["", f"SHA-256 of the signed envelope: {sha256(envelope).hexdigest()}"]
    return "\n".join(lines) + "\n"
