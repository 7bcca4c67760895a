"""One station to a state folder."""

import fcntl
import os
from pathlib import Path

from service.state.errors import StationError
from service.state.files import cause, opened


def claim_state(folder: Path) -> int:
    """Make the state folder and lock it for this station; return the lock's descriptor.

    Raises
    ------
    StationError
        When it cannot be written, or another station has it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = opened(folder / "lock", os.O_RDWR)
    except OSError as error:
        raise StationError(
            f"The state folder {folder} cannot be written {cause(error)} "
            "Or choose another with --state."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StationError(
            f"Another station is using the state folder {folder}. "
            "Stop it, or choose another folder with --state."
        ) from error
    return lock
