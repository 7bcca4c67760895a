"""The settings file: saved whole or not at all, and never believed when it is damaged."""

import json
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from service.ipc.settings import SettingsError, StationSettings, field_errors
from service.state.files import cause, write_atomically

FORMAT_VERSION: Literal[1] = 1


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: Literal[1] = FORMAT_VERSION
    settings: StationSettings


def parsed(data: bytes) -> StationSettings:
    """Return the settings in the bytes of a settings file.

    Raises
    ------
    ValidationError
        When it is not what this station saves; a `ValueError`, too.
    """
    return _File.model_validate_json(data).settings


def version(settings: StationSettings) -> str:
    """Return what names settings among others: 16 hex digits."""
    return sha256(settings.model_dump_json().encode()).hexdigest()[:16]


class SettingsStore:
    """The settings file in the state folder. A file that cannot be trusted is never overwritten.

    Parameters
    ----------
    folder
        State folder; it exists and is writable.
    default
        Gives what is in force while nothing has been saved.
    """

    def __init__(self, folder: Path, default: Callable[[], StationSettings]) -> None:
        self._path = folder / "settings.json"
        self._default = default

    def defaults(self) -> StationSettings:
        """Return what is in force while nothing has been saved."""
        return self._default()

    def load(self) -> StationSettings:
        """Return what was saved last, or the default when nothing ever was.

        Raises
        ------
        SettingsError
            When the file is there but is not what this station saves.
        """
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return self._default()
        except OSError as error:
            raise SettingsError(
                f"The settings in {self._path} cannot be read {cause(error)}"
            ) from error
        try:
            return parsed(data)
        except ValidationError as error:
            place, why = next(iter(field_errors(error).items()))
            raise SettingsError(
                f"The settings in {self._path} are damaged ({place or 'file'}: {why}). Nothing is "
                "screened until an admin saves them again; the damaged file is kept beside them."
            ) from error

    def save(self, settings: StationSettings) -> None:
        """Put settings in the place of the old ones; a damaged old file is kept beside them.

        Raises
        ------
        SettingsError
            When the disk does not take them; then the old ones stand.
        """
        data = json.dumps(_File(settings=settings).model_dump(mode="json"), indent=2).encode()
        try:
            self._keep_damaged()
            write_atomically(self._path, data + b"\n")
        except OSError as error:
            raise SettingsError(
                f"The settings could not be saved to {self._path} {cause(error)} "
                "Until then the old ones stay in force."
            ) from error

    def _keep_damaged(self) -> None:
        try:
            self.load()
        except SettingsError:
            if self._path.is_dir():
                return  # nothing to keep; the save says so
            number = 1
            while (kept := self._kept(number)).exists() and not kept.samefile(self._path):
                number += 1
            if not kept.exists():
                # Another name, so that the damaged file stands until the new one is whole.
                os.link(self._path, kept)

    def _kept(self, number: int) -> Path:
        return self._path.with_name(f"settings.damaged-{number}.json")
