"""Tables of clinical data: skin temperatures of known sites beside oral ones.

Two kinds are read. The plain one has a header line with `skin_c` and `oral_c`, one measurement a
line, and may have `subject` (lines of the same one are repeated measurements) and `day`. The other
is that of "Facial and oral temperature data from a large set of human subject
volunteers" (PhysioNet, doi 10.13026/3bhc-9065), which has three header lines, four rounds, and
temperatures that the blackbody has already corrected (`T_offset` is not added again). In its
fourth round mouths are open, which lifts the face's maximum; only rounds 1 to 3 are used.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.settings import Site

ROUNDS: Final = (1, 2, 3)
COLUMNS: Final = {Site.CANTHUS: "canthi4Max", Site.FACE_MAXIMUM: "T_Max"}
PLAUSIBLE_C: Final = (25.0, 45.0)

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


class TableError(ValueError):
    """A table that is no clinical data; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class ClinicalRound:
    """Measurements of people: `(N,)` deg C, nan where there is none.

    `person` and `day` number who was measured and when; None where the table does not tell.
    """

    name: str
    skin_c: Floats
    oral_c: Floats
    ambient_c: Floats
    person: Whole | None = None
    day: Whole | None = None


def read(path: Path, site: Site) -> list[ClinicalRound]:
    """Read a table; one entry for each round in it, and last all rounds together.

    Raises
    ------
    TableError
        When a column is missing, or it is no table at all.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as stream:
            lines = list(csv.reader(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        raise TableError(f"{path.name} is no text, so no table: save it as CSV (UTF-8).") from error
    for header in range(min(3, len(lines))):
        names = [name.strip() for name in lines[header]]
        body = lines[header + 1 :]
        if "aveOralM" in names:
            rounds = [_round(names, body, site, number) for number in ROUNDS]
            return [*rounds, _together(rounds)]
        if {"skin_c", "oral_c"} <= set(names):
            ambient = _column(names, body, "ambient_c") if "ambient_c" in names else None
            skin_c = _column(names, body, "skin_c")
            ambient_c = np.full_like(skin_c, np.nan) if ambient is None else ambient
            return [
                ClinicalRound(
                    "all",
                    skin_c,
                    _column(names, body, "oral_c"),
                    ambient_c,
                    _names(names, body, "subject"),
                    _names(names, body, "day"),
                )
            ]
    raise TableError(
        f"{path.name} has no columns `skin_c` and `oral_c` (deg C, one person a line), and is no "
        "table of PhysioNet 10.13026/3bhc-9065 either."
    )


def hot_spots(path: Path) -> Floats:
    """Return by how much the warmer canthus stands above what is around it: `(N,)` deg C.

    Maximum minus mean of the circle of 13 px there, each person's mean of three rounds; nan where
    one of them is missing.

    Raises
    ------
    TableError
        When it is not the table of PhysioNet 10.13026/3bhc-9065.
    """
    names, body = _physionet(path)
    rounds = []
    for number in ROUNDS:
        right, left = _canthi(names, body, number)
        around = [_column(names, body, f"aveAll{side}13_{number}") for side in "RL"]
        rounds.append(np.where(right >= left, right - around[0], left - around[1]))
    return np.asarray(np.mean(rounds, axis=0))


def brows(path: Path) -> tuple[Floats, Floats]:
    """Return by how much the warmer canthus stands above the brow, and oral temperatures: `(N,)`.

    The brow is the lower middle of the forehead; each person's mean of three rounds, deg C; nan
    where one of them is missing.

    Raises
    ------
    TableError
        When it is not the table of PhysioNet 10.13026/3bhc-9065.
    """
    names, body = _physionet(path)
    rounds = [
        np.maximum(*_canthi(names, body, number)) - _column(names, body, f"T_FHBC{number}")
        for number in ROUNDS
    ]
    return np.asarray(np.mean(rounds, axis=0)), _column(names, body, "aveOralM")


def _physionet(path: Path) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns of a table, and its lines."""
    with path.open(newline="", encoding="utf-8-sig") as stream:
        lines = list(csv.reader(stream))
    return [name.strip() for name in lines[2]], lines[3:]


def _canthi(names: list[str], body: list[list[str]], number: int) -> tuple[Floats, Floats]:
    """Return the hottest of a round's right and left canthus, each `(N,)` deg C."""
    right, left = (_column(names, body, f"Max1{side}13_{number}") for side in "RL")
    return right, left


def _round(names: list[str], body: list[list[str]], site: Site, number: int) -> ClinicalRound:
    column = COLUMNS.get(site)
    if column is None:
        raise TableError(f"Site {site.value!r} is not in this table: {', '.join(COLUMNS)}.")
    return ClinicalRound(
        f"round {number}",
        _column(names, body, f"{column}{number}"),
        _column(names, body, "aveOralM"),
        _column(names, body, "T_atm", (10.0, 40.0)),
        _names(names, body, "SubjectID"),
        _names(names, body, "Date"),
    )


def _together(rounds: list[ClinicalRound]) -> ClinicalRound:
    """Return all rounds as one: everybody several times, and known to be the same person."""

    def joined(columns: list[Whole | None]) -> Whole | None:
        known = [column for column in columns if column is not None]
        return np.concatenate(known) if len(known) == len(columns) else None

    return ClinicalRound(
        "all",
        np.concatenate([one.skin_c for one in rounds]),
        np.concatenate([one.oral_c for one in rounds]),
        np.concatenate([one.ambient_c for one in rounds]),
        joined([one.person for one in rounds]),
        joined([one.day for one in rounds]),
    )


def _column(
    names: list[str],
    body: list[list[str]],
    name: str,
    plausible: tuple[float, float] = PLAUSIBLE_C,
) -> Floats:
    """Return a column as numbers; empty, foreign and impossible cells are nan."""
    if name not in names:
        raise TableError(f"The table has no column {name!r}.")
    at = names.index(name)
    values = np.array([_number(line[at] if at < len(line) else "") for line in body])
    values[~((values >= plausible[0]) & (values <= plausible[1]))] = np.nan
    return values


def _names(names: list[str], body: list[list[str]], name: str) -> Whole | None:
    """Return a column of names as whole numbers in their order; None where there is none.

    An empty cell is a name of its own: nobody is taken for somebody else.
    """
    if name not in names:
        return None
    at = names.index(name)
    cells = [line[at].strip() if at < len(line) else "" for line in body]
    told = [cell or f"line {number}" for number, cell in enumerate(cells)]
    return np.asarray(np.unique(told, return_inverse=True)[1], np.intp)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")
