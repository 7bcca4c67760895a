"""The site's own words of welcome: one small file, and nothing of what it said before."""

from pathlib import Path
from typing import Final

from service.ipc.settings import SettingsError
from service.ipc.visitor_window import Welcome
from service.state.small_file import SmallFile

FILE: Final = "welcome.json"


class WelcomeStore(SmallFile[Welcome]):
    """The file in the state folder.

    Parameters
    ----------
    folder
        State folder; it exists and is writable.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder / FILE,
            Welcome,
            SettingsError,
            what="The welcome",
            damaged="The station says its own words until an admin saves others.",
            kept="Until then the old one stays.",
        )
