"""Where the data for measuring lies: beside the project, or where `LIMEN_DATA` points."""

import os
from pathlib import Path


class DataAbsentError(Exception):
    """Data that a row needs are not on this machine; the sentence says which."""


def folder() -> Path:
    """Return the data folder, there or not."""
    beside = Path(__file__).resolve().parents[3].parent / "shared" / "data"
    return Path(os.environ.get("LIMEN_DATA", beside))


def find(*parts: str) -> Path:
    """Return a file or folder of the data.

    Raises
    ------
    DataAbsentError
        When it is not there.
    """
    path = folder().joinpath(*parts)
    if not path.exists():
        raise DataAbsentError(f"{'/'.join(parts)} is not there (set LIMEN_DATA)")
    return path
