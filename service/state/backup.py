"""A backup: settings, calibration and register of a station in one file that it signs.

What is in it: the settings with what was learnt of the sensor, calibration and acceptance with
their records, and the institution's own register of hardware. What never is: keys, passwords, the
audit trail, enrolments (a sensor is enrolled where it is plugged in) and sums of visitors.

It is a DSSE envelope like every other signed paper here, by the station's own key: a file that was
changed on its way is refused, and so is another station's unless its key is named. A register that
is older than one that this station has seen is refused by the station itself when it starts.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hardware.register.signature import Envelope, Signature, pae, sign
from hardware.register.trust import key_id
from service.ipc.settings import SettingsError, StationSettings, field_errors
from service.state import acceptance, calibration, welcome
from service.state.audit import AuditLog
from service.state.audit_events import BackupRestored
from service.state.audit_trail import AuditError
from service.state.files import cause, write_atomically
from service.state.recorder import changes
from service.state.settings import SettingsStore, parsed

PAYLOAD_TYPE: Final = "application/vnd.limen.backup+json"
MAX_BYTES: Final = 64 * 2**20
MAX_FILES: Final = 10_000
SETTINGS: Final = "settings.json"
OF_STATE: Final = (SETTINGS, acceptance.FILE, calibration.FILE, welcome.FILE)
LEAST_DIGITS: Final = 16  # of a key that somebody types
_PLACE = re.compile(r"(state|register)/[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}")


class BackupError(Exception):
    """No backup, or none that can be brought back. The sentence says why and what to do."""


class _Contents(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal[1]
    station: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    files: Annotated[dict[str, str], Field(max_length=MAX_FILES)]


@dataclass(frozen=True, slots=True)
class Backup:
    """What an envelope holds, its signature verified.

    Attributes
    ----------
    station
        Public key of the station that made it, hex.
    files
        Bytes by place: `state/settings.json`, `register/…`.
    sha256
        Of the envelope, hex.
    """

    station: str
    files: dict[str, bytes]
    sha256: str

    @property
    def settings(self) -> StationSettings | None:
        """The settings in it; None when the station had its defaults."""
        data = self.files.get(f"state/{SETTINGS}")
        return None if data is None else parsed(data)


def make(state: Path, register: Path | None, key: Ed25519PrivateKey) -> bytes:
    """Return the signed envelope of a station's settings, calibration and register.

    Raises
    ------
    BackupError
        When a file cannot be read, or it is too much.
    """
    files: dict[str, bytes] = {}
    if register is not None and not register.is_dir():
        raise BackupError(f"There is no register in {register}: name its folder with --register.")
    try:
        for name in OF_STATE:
            if (state / name).is_file():
                files[f"state/{name}"] = (state / name).read_bytes()
        files |= _below(state / calibration.RECORDS, f"state/{calibration.RECORDS}")
        if register is not None:
            files |= _below(register, "register")
    except OSError as error:
        raise BackupError(f"{error.filename} cannot be read {cause(error)}") from error
    wrong = [place for place in files if not _fits(place)]
    if wrong or len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_BYTES // 2:
        raise BackupError(
            f"This is no register that fits into a backup: {wrong[0]} has a name of other letters."
            if wrong
            else "This is more than a backup holds: is --register the register's folder?"
        )
    contents = _Contents(
        format=1,
        station=key.public_key().public_bytes_raw().hex(),
        files={place: base64.b64encode(data).decode() for place, data in files.items()},
    )
    return sign(contents.model_dump_json().encode(), PAYLOAD_TYPE, key)


def opened(envelope: bytes, own: str, station: str = "") -> Backup:
    """Return what an envelope holds when its signature is that of the station that is meant.

    Parameters
    ----------
    own
        Public key of this station, hex.
    station
        Public key of the other station that made it, or how it begins; empty: it must be this one.

    Raises
    ------
    BackupError
        When it was changed, is another station's, or holds what no backup does.
    """
    if len(envelope) > MAX_BYTES:
        raise BackupError(
            f"This is no backup: it has more than {MAX_BYTES // 2**20} MiB. Name the file that "
            "`limen admin backup` wrote."
        )
    try:
        sealed = Envelope.model_validate_json(envelope)
        payload = base64.b64decode(sealed.payload)
        contents = _Contents.model_validate_json(payload)
        (signature,) = sealed.signatures
        raw = bytes.fromhex(contents.station)
        key = Ed25519PublicKey.from_public_bytes(raw)
        key.verify(base64.b64decode(signature.sig), pae(PAYLOAD_TYPE, payload))
        as_signed = Envelope(
            payload=sealed.payload,
            payloadType=PAYLOAD_TYPE,
            signatures=(Signature(keyid=key_id(raw), sig=signature.sig),),
        )
        if as_signed.to_bytes() != envelope:
            raise ValueError("another form")  # noqa: TRY301 - refused like the others
        files = {
            place: base64.b64decode(data, validate=True) for place, data in contents.files.items()
        }
    except (ValidationError, ValueError, InvalidSignature, binascii.Error) as error:
        raise BackupError(
            "This is no backup as a station signed it: it was changed, cut off, or is another file."
        ) from error
    wanted = station.strip().lower()
    if wanted and (len(wanted) < LEAST_DIGITS or not contents.station.startswith(wanted)):
        raise BackupError(
            f"This was signed by the station {contents.station}, and {wanted!r} is not how that "
            f"begins ({LEAST_DIGITS} digits or more)."
        )
    if not wanted and contents.station != own:
        raise BackupError(
            f"This was signed by another station, {contents.station}. When it is yours, and these "
            "digits are those that `limen admin backup` printed there, add --station "
            f"{contents.station[:LEAST_DIGITS]}"
        )
    if strange := [place for place in files if not _fits(place)]:
        raise BackupError(f"It holds {strange[0]!r}, which no backup does.")
    backup = Backup(contents.station, files, sha256(envelope).hexdigest())
    try:
        _ = backup.settings
    except ValidationError as error:
        place, why = next(iter(field_errors(error).items()))
        raise BackupError(
            f"Its settings are none of this version ({place or 'file'}: {why}). Restore it with "
            "the version that made it, or set them by hand."
        ) from error
    return backup


def restore(backup: Backup, state: Path, register: Path | None, store: SettingsStore) -> None:
    """Bring a backup back; the state folder is claimed, and its station stopped.

    Every setting that differs is in the audit trail before it is saved, and so is the backup.

    Parameters
    ----------
    register
        Where the register goes; None when it stays as it is.
    store
        The settings.

    Raises
    ------
    BackupError
        When it has a register and no place was named for it, or something cannot be written.
    """
    of_register = {p: data for p, data in backup.files.items() if p.startswith("register/")}
    if of_register and register is None:
        raise BackupError(
            f"It holds a register of {len(of_register)} files: say with --register where it goes."
        )
    try:
        log = AuditLog(state)
        log.append(BackupRestored(backup.sha256, sha256(backup.station.encode()).hexdigest()))
        if backup.settings is not None:
            _restore_settings(backup.settings, store, log)
        for place, data in backup.files.items():
            room, name = place.split("/", 1)
            if room == "state" and name != SETTINGS:
                _put(state / name, data)
            elif room == "register" and register is not None:
                _put(register / name, data)
                (register / name).chmod(0o644)  # everybody may read a register
    except (AuditError, SettingsError) as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"{error.filename} cannot be written {cause(error)}") from error


def _below(folder: Path, place: str) -> dict[str, bytes]:
    """Return the files below a folder by their places; nothing when there is none."""
    return {
        f"{place}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def _put(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, data)


def _restore_settings(wanted: StationSettings, store: SettingsStore, log: AuditLog) -> None:
    try:
        before = store.load().plain()
    except SettingsError:  # damaged: there is nothing to compare with
        before = None
    for change in changes(before, wanted.plain(), "machine"):
        log.append(change)
    store.save(wanted)


def _fits(place: str) -> bool:
    """Whether a place is one that a backup may have: below its folder, and in the state a known."""
    if not _PLACE.fullmatch(place) or ".." in place.split("/") or "//" in place:
        return False
    room, _, name = place.partition("/")
    return room == "register" or name in OF_STATE or name.startswith(f"{calibration.RECORDS}/")
