"""What an admin is working on: notes and measured numbers, whole at every moment.

It counts for nothing until it is signed and put in force (`service.state.acceptance`). A power cut
leaves the last whole draft; what ran at that moment is named in it, and must be repeated where a
gap would make it worthless.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from service.acceptance.series import Measured
from service.acceptance.words import Chapter
from service.ipc.calibration import Notes, Ticks
from service.state.acceptance import AcceptanceError, Facts
from service.state.files import cause, write_atomically
from service.state.small_file import SmallFile

FILE = "calibration.json"
RECORDS = "acceptance"  # a folder: the records that were closed, and their signatures


class Draft(BaseModel):
    """The file.

    Attributes
    ----------
    begun
        Day, UTC; None: nothing was begun.
    proven
        Mark of the reference that passed its challenge (`Facts.place` and `Facts.reference`).
    running
        The chapter that was being measured; a station that starts with one was interrupted.
    repeat
        Chapters that were interrupted and are worth nothing.
    held_c
        Offset of the reference at the beginning of the stability series, where it is held.
    sensor
        Digest of the sensor that was measured; another one makes all of it worthless.
    waiting_first_c
        Difference that the first operator measured, while the second's is missing.
    under
        For each chapter a mark of what it was measured with (`service.supervisor.accepting.basis`).
    record, closed
        Name of the closed record's file, and what the station was then; empty while there is none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    version: Literal[1] = 1
    begun: date | None = None
    notes: Notes = Notes()
    ticks: Ticks = Ticks()
    measured: Measured = Measured()
    proven: str = ""
    under: dict[Chapter, str] = Field(default_factory=dict)
    running: Chapter | None = None
    repeat: tuple[Chapter, ...] = ()
    held_c: float | None = None
    sensor: str = ""
    waiting_first_c: float | None = None
    record: Annotated[str, Field(pattern=r"^(record-[0-9]{1,6}\.json)?$")] = ""
    closed: Facts | None = None


class CalibrationStore(SmallFile[Draft]):
    """The draft, and the folder of closed records.

    Parameters
    ----------
    folder
        State folder; it exists and is writable.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder / FILE,
            Draft,
            AcceptanceError,
            what="The calibration",
            damaged="All of it must be repeated. What is in force stays in force.",
        )
        self.records = folder / RECORDS

    def next_number(self) -> int:
        """Return the number of the next record."""
        names = (one.name for one in self.records.glob("record-*.json"))
        digits = (name.removeprefix("record-").removesuffix(".json") for name in names)
        return max((int(one) for one in digits if one.isdecimal()), default=0) + 1

    def keep(self, name: str, data: bytes) -> Path:
        """Write a closed record, to be signed.

        Raises
        ------
        AcceptanceError
            When the disk does not take it.
        """
        path = self.records / name
        try:
            self.records.mkdir(mode=0o700, exist_ok=True)
            write_atomically(path, data)
        except OSError as error:
            raise AcceptanceError(
                f"The record could not be kept in {path} {cause(error)}"
            ) from error
        return path

    def read(self, name: str, limit: int) -> tuple[bytes, bytes | None]:
        """Return a closed record and the envelope beside it, None while nobody has signed.

        Raises
        ------
        AcceptanceError
            When they cannot be read, or are larger than `limit`.
        """
        path = self.records / name
        beside = path.with_name(f"{name}.dsse")
        try:
            data, envelope = _read(path, limit), _read(beside, 2 * limit)
        except OSError as error:
            raise AcceptanceError(f"{path} cannot be read {cause(error)}") from error
        if data is None:
            raise AcceptanceError(f"The record {path} is gone: close the calibration again.")
        return data, envelope


def _read(path: Path, limit: int) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        return None
    if len(data) > limit:
        raise AcceptanceError(f"{path} has more than {limit} bytes, and no record has.")
    return data
