"""Where a command looks for the station when nobody says where it is."""

from pathlib import Path
from typing import Final

INSTALLED: Final = Path("/var/lib/limen")
REGISTER: Final = Path("/etc/limen/register")


def state_folder(here: Path = Path("state"), installed: Path = INSTALLED) -> Path:
    """Return the state folder: the one here, or the installed station's where there is none here.

    An admin who types `sudo limen admin password` anywhere means the station that is installed,
    and not a new folder in which it is never found.
    """
    return installed if installed.is_dir() and not here.is_dir() else here


def register_of(state: Path) -> Path | None:
    """Return the folder of a station's own register: known of the installed station only."""
    return REGISTER if state.absolute() == INSTALLED else None


STATE: Final = state_folder()
