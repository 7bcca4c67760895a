"""The site's own words of welcome: one small file, and nothing of what it said before."""

from pathlib import Path
from typing import Final

from pydantic import ValidationError

from service.ipc.settings import SettingsError
from service.ipc.visitor_window import Welcome
from service.state.files import cause, write_atomically

FILE: Final = "welcome.json"


class WelcomeStore:
    """The file in the state folder.

    Parameters
    ----------
    folder
        State folder; it exists and is writable.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE

    def load(self) -> Welcome:
        """Return what was saved last; the station's own words where that is none or damaged."""
        try:
            return Welcome.model_validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return Welcome()

    def save(self, welcome: Welcome) -> None:
        """Put words in the place of the old ones.

        Raises
        ------
        SettingsError
            When the disk does not take them; then the old ones stand.
        """
        try:
            write_atomically(self._path, welcome.model_dump_json().encode() + b"\n")
        except OSError as error:
            raise SettingsError(
                f"The words of welcome could not be saved to {self._path} {cause(error)} "
                "Until then the old ones stay."
            ) from error
