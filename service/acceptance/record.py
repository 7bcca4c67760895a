"""The record of an acceptance: what was accepted, on what grounds, by whom, until when.

It is a *verification record*. A laboratory that calibrates a reference issues its own paper; the
record cites that and replaces nothing. It is written as JSON in one permitted form, so that the
same record has the same bytes and the same hash everywhere; its printed form is made of those
bytes alone (`service.offline.report`), and two people sign them (`hardware.register.signature`).
"""

import json
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from pydantic import Field, TypeAdapter, ValidationError

from service.acceptance.budget import Budget
from service.acceptance.errors import RecordError
from service.acceptance.series import Measured
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Conformity

FORMAT: Final = 1
MAX_BYTES: Final = 4 * 2**20
Text = Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,47}$")]
Sha256 = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")]  # empty: none
Day = date


@dataclass(frozen=True, slots=True)
class Station:
    """What was accepted. A change of any of it ends the acceptance.

    Attributes
    ----------
    name, place
        As the admin calls them.
    dossier, dossier_sha256
        The sensor's entry in the register, and its hash.
    hbom_sha256
        Of its list of parts; empty where there is none.
    serial_sha256
        Of the sensor's serial number.
    model, firmware
        As the sensor says.
    software, software_sha256
        Version of this program, and the hash of its measuring code.
    simulated
        No physical sensor: the record says so on every page.
    """

    name: Text
    place: Text
    dossier: Key
    dossier_sha256: Sha256
    hbom_sha256: Sha256
    serial_sha256: Sha256
    model: Text
    firmware: Text
    software: Text
    software_sha256: Sha256
    simulated: bool


@dataclass(frozen=True, slots=True)
class ReferencePaper:
    """The reference and the paper of the laboratory that calibrated it.

    Attributes
    ----------
    set_point_c, expanded_c, k
        From the paper: temperature of the surface, its expanded uncertainty and coverage factor.
    issued, due
        When it was calibrated and until when that counts.
    dcc_sha256
        Of the digital calibration certificate that this was read from; empty: typed in. Its
        signature is never checked here, and the record says so.
    """

    laboratory: Text
    number: Text
    model: Text
    serial: Text
    set_point_c: float
    expanded_c: float
    k: float
    emissivity: float
    issued: Day
    due: Day
    dcc_sha256: Sha256 = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under what conditions it was measured.

    Attributes
    ----------
    relative_humidity
        0 to 1.
    draught, sunlight
        Whether the operators saw any.
    warm_up_s
        How long the sensor had been on.
    """

    ambient_c: float
    relative_humidity: float
    reflected_c: float
    distance_m: float
    mm_per_px: float
    draught: bool
    sunlight: bool
    warm_up_s: float


@dataclass(frozen=True, slots=True)
class Signer:
    """One of the two who sign: name, and the hash of the key (`hardware.register.trust.key_id`)."""

    name: Text
    key: Sha256


@dataclass(frozen=True, slots=True)
class Record:
    """The whole record.

    Attributes
    ----------
    made
        Day on which it was closed.
    number
        Counts the records of this station up from 1.
    measured
        All series, so that every figure can be computed anew by whoever doubts it.
    chapters
        One per `words.Chapter`, in that order.
    budget
        Of one skin reading at the threshold, at this station.
    valid_until, valid_because
        Earliest of the reference's due date and twelve months; a word of the catalogues for which
        (`reference_due`, `twelve_months`).
    """

    number: int
    made: Day
    station: Station
    reference: ReferencePaper
    conditions: Conditions
    measured: Measured
    chapters: tuple[ChapterVerdict, ...]
    budget: Budget
    conformity: Conformity
    threshold_c: float
    signers: tuple[Signer, ...]
    valid_until: Day
    valid_because: Key
    format: int = FORMAT


_RECORD: TypeAdapter[Any] = TypeAdapter(Record)


def to_bytes(record: Record) -> bytes:
    """Return the one permitted form: sorted keys, one trailing newline, no NaN.

    Raises
    ------
    RecordError
        When a value is none that a record can hold.
    """
    try:
        plain = _RECORD.dump_python(record, mode="json")
        data = json.dumps(plain, indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False)
        _RECORD.validate_json(data)
    except (ValidationError, ValueError) as error:
        raise RecordError(f"This is no record that can be written: {error}") from error
    return data.encode() + b"\n"


def from_bytes(data: bytes) -> Record:
    """Read a record; it must be exactly what `to_bytes` would write.

    Raises
    ------
    RecordError
        When it is none.
    """
    if len(data) > MAX_BYTES:
        raise RecordError(f"A record has at most {MAX_BYTES} bytes; this has {len(data)}.")
    try:
        record: Record = _RECORD.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "it"
        raise RecordError(f"This is no record: {where}: {first['msg']}.") from error
    if record.format != FORMAT:
        raise RecordError(f"The record has format {record.format}; this version reads {FORMAT}.")
    if to_bytes(record) != data:
        raise RecordError("The record is not in its one permitted form: it was changed.")
    return record
