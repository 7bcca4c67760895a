"""The privacy attestation: what the station that runs can and cannot do, tried out now, signed.

It holds the versions, the kernel, what was found of the running processes from outside, the lock
reports with every attack, the control without a lock, the code against its lists, the doctor's
findings, the installed units with what was put beside them, and the head of the audit trail. It is
signed with the station's own Ed25519 key in a DSSE envelope. The signature says which station said
it and that nothing was changed since; that the station is the one in the hall is for a person to
see: the head on its screen is the one in the attestation.
"""

import os
import platform
import re
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field, TypeAdapter, ValidationError

from hardware.register.signature import Envelope, pae, sign
from service.attestation import live
from service.attestation.attacks import attacks_at_fault
from service.attestation.installed import Installed, compare
from service.attestation.live import LiveStation
from service.attestation.units import Unit, installed_units
from service.checkcode.code import code_sha256, register_sha256
from service.doctor.finding import Examination, Level, examine
from service.doctor.rooms import rooms
from service.ipc.attestation import Part
from service.sandbox.__main__ import REPORT, RESULTS
from service.sandbox.attempts import AttackResult
from service.sandbox.confine import SINGLE_THREADED
from service.sandbox.report import LockReport
from service.state import audit
from service.state.audit_trail import AuditError
from service.state.station_key import StationKeyError, station_key

PAYLOAD_TYPE = "application/vnd.limen.privacy-attestation+json"
_KEY = re.compile("[0-9a-f]{32,64}")
_PACKAGES = ("limen", "numpy", "opencv-python-headless", "onnxruntime", "fastapi", "cryptography")
_TRIED_WITHIN_S = 300.0
NOT_ASKED = {"sensor", "process lock"}  # that is its dossier; this is attacked here itself


class AttestationError(Exception):
    """There is nothing to attest, or an attestation does not hold. The sentence says what."""


@dataclass(frozen=True, slots=True)
class Attestation:
    """What was found, at one moment.

    Attributes
    ----------
    station
        Public key of the station, hex.
    code_sha256, register_sha256
        Of all code and of the register of hardware: `service.checkcode.code`.
    live
        The station that runs on this state folder, from outside; None when none does.
    installed
        The code against the lock and the lists of its packages.
    worker, web
        How such processes are locked, with every attack on the lock. That the running ones are
        held by the same filters is in `live`.
    unlocked
        What became of the same attacks without a lock: the control.
    units
        Empty when the station is not installed as a service here.
    audit_head, audit_entries
        Of the audit trail, verified.
    """

    at: str
    station: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    versions: tuple[tuple[str, str], ...]
    kernel: str
    machine: str
    code_sha256: str
    register_sha256: str
    live: LiveStation | None
    installed: Installed
    worker: LockReport
    web: LockReport
    unlocked: tuple[AttackResult, ...]
    findings: tuple[Examination, ...]
    units: tuple[Unit, ...]
    audit_head: str
    audit_entries: int

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything for which the attestation does not hold, a sentence each."""
        return tuple(fault for faults in self.faults_by_part.values() for fault in faults)

    @property
    def faults_by_part(self) -> dict[Part, tuple[str, ...]]:
        """The same by what was looked at."""
        if self.live is None:
            live: tuple[str, ...] = (
                "No station runs on this state folder: nothing was looked at.",
            )
        else:
            live = self.live.faults
        attacks = attacks_at_fault(self.machine, self.unlocked, self.worker, self.web)
        return {
            Part.PROCESSES: live,
            Part.ATTACKS: tuple(attacks),
            Part.CODE: self.installed.faults,
            Part.UNITS: tuple(fault for unit in self.units for fault in unit.faults),
            Part.COMPUTER: tuple(
                f"{finding.name}: {finding.sentence}"
                for room in self.findings
                for finding in room.findings
                if finding.level == Level.FAIL
            ),
        }

    @property
    def holds(self) -> bool:
        """Whether nothing is at fault."""
        return not self.faults


ATTESTATION: TypeAdapter[Attestation] = TypeAdapter(Attestation)


def attest(
    state: Path,
    *,
    register: Path | None = None,
    progress: Callable[[str], None] = lambda _said: None,
) -> tuple[Attestation, bytes]:
    """Try everything out now; return the attestation and its signed envelope.

    Parameters
    ----------
    state
        State folder of the station that runs.
    register
        Folder of the institution's own register of hardware.
    progress
        Told what is being tried.

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
    progress("the processes that run")
    found = live.look(state)
    told = {}
    for what in ("unlocked", "worker", "web"):
        progress(f"every attack: {what}")
        told[what] = tried(what)
    same_code = compare(progress=progress)
    progress("this computer")
    made = Attestation(
        at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        station=key.public_key().public_bytes_raw().hex(),
        versions=(("python", platform.python_version()), *((n, version(n)) for n in _PACKAGES)),
        kernel=os.uname().release,
        machine=platform.machine(),
        code_sha256=code_sha256(),
        register_sha256=register_sha256(register),
        live=found,
        installed=same_code,
        worker=REPORT.validate_json(told["worker"]),
        web=REPORT.validate_json(told["web"]),
        unlocked=RESULTS.validate_json(told["unlocked"]),
        findings=tuple(examine(room) for room in rooms() if room.name not in NOT_ASKED),
        units=installed_units(),
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
        Public key of the station that must have signed it, or half of it; empty takes any.

    Raises
    ------
    AttestationError
        When it was changed, or is another station's; or so little of a key proves nothing.
    """
    wanted = "".join(station.split()).lower()
    if wanted and not _KEY.fullmatch(wanted):
        raise AttestationError(
            f"{station[:64]!r} names no station: its key has 64 digits (0-9, a-f). Half of them "
            "are enough; with fewer another key that begins like it can be made."
        )
    try:
        sealed = Envelope.model_validate_json(envelope)
        payload = b64decode(sealed.payload)
        made = ATTESTATION.validate_json(payload)
        (signature,) = sealed.signatures
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(made.station))
        key.verify(b64decode(signature.sig), pae(PAYLOAD_TYPE, payload))
    except (ValidationError, ValueError, InvalidSignature) as error:
        raise AttestationError("This is no attestation as a station signed it.") from error
    if not made.station.startswith(wanted):
        raise AttestationError(
            f"This was signed by the station {made.station[:16]}, not {station}."
        )
    return made


def tried(what: str) -> bytes:
    """Return what `python -m service.sandbox WHAT` prints: a report, or the control, as JSON.

    Raises
    ------
    AttestationError
        When a process cannot be locked, or that takes too long.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", "service.sandbox", what],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, **SINGLE_THREADED},
            check=False,
            timeout=_TRIED_WITHIN_S,
        )
    except subprocess.TimeoutExpired as error:
        raise AttestationError(
            f"The attacks ({what}) were not through in {_TRIED_WITHIN_S:.0f} s: try again when "
            "this computer has less to do."
        ) from error
    if done.returncode != 0:
        raise AttestationError(done.stderr.decode(errors="replace").strip() or f"{what} failed.")
    return done.stdout
