"""The acceptance that is in force: one small file, whole or not there, and never half of one.

What an admin works on lies in another file (`service.state.calibration`) and counts for nothing.
Only when everything is signed does one write put the new acceptance in the place of the old one.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.state.small_file import SmallFile

FILE = "acceptance.json"
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class AcceptanceError(Exception):
    """The acceptance cannot be read or saved. The sentence says what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Facts(_Part):
    """What was accepted, as digests: another value of any of them is another station.

    Attributes
    ----------
    sensor
        Dossier, model, serial number and size of the picture.
    firmware
        Of the sensor.
    lens
        Part number, and the shape of the picture that was learnt.
    place
        Distances, and where the references were marked in the picture.
    reference
        Set points, emissivities and uncertainties.
    code
        The program that measures.
    """

    sensor: Digest
    firmware: Digest
    lens: Digest
    place: Digest
    reference: Digest
    code: Digest


class Baseline(_Part):
    """What the drift watch is held against: means on the day of the acceptance, in deg C."""

    offset_c: float | None = None
    corrected_scene_c: float | None = None
    noise_k: float | None = None
    median_c: float | None = None


class Accepted(_Part):
    """An acceptance that two people signed.

    Attributes
    ----------
    record_sha256
        Of the record's exact bytes.
    made
        Day on which it came into force, UTC.
    until, reference_due
        Last days on which it, and the reference's paper, hold.
    ended
        Day on which an admin ended it; None: it was not.
    """

    record_sha256: Digest
    facts: Facts
    made: date
    until: date
    reference_due: date
    baseline: Baseline = Baseline()
    ended: date | None = None


class InForce(_Part):
    """The file.

    Attributes
    ----------
    screen_unaccepted
        Whether people are screened without an acceptance; None: an admin has not said, and only a
        simulated sensor does.
    accepted
        None: the station never was.
    review_until, review_blocks
        Day until which screening is held to be needed, None: nobody has said; and whether nobody
        is screened after it.
    """

    version: Literal[1] = 1
    screen_unaccepted: bool | None = None
    accepted: Accepted | None = None
    review_until: date | None = None
    review_blocks: bool = False


class AcceptanceStore(SmallFile[InForce]):
    """The file in the state folder. A damaged one is no acceptance.

    Parameters
    ----------
    folder
        State folder; it exists and is writable.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder / FILE,
            InForce,
            AcceptanceError,
            what="The acceptance",
            damaged="The station counts as not accepted: take the file away, and accept the "
            "station anew.",
            kept="Until then the old one stands.",
        )
