"""A small JSON file of the state folder: whole or not there, and of one model or not believed."""

from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from service.state.files import cause, write_atomically

Model = TypeVar("Model", bound=BaseModel)


class SmallFile(Generic[Model]):
    """One file.

    Parameters
    ----------
    path
        In the state folder, which exists and is writable.
    model
        What it holds; without the file, the model without values.
    error
        Raised with a sentence when it cannot be read or saved.
    what
        Its name in that sentence.
    damaged, kept
        What follows from damage, and what stands when it could not be saved: sentences.
    """

    def __init__(
        self,
        path: Path,
        model: type[Model],
        error: type[Exception],
        *,
        what: str,
        damaged: str,
        kept: str = "",
    ) -> None:
        self.path: Final = path
        self._model = model
        self._error = error
        self._what, self._damaged, self._kept = what, damaged, kept

    def load(self) -> Model:
        """Return what was saved last, and the model without values when nothing ever was.

        Raises
        ------
        Exception
            The given one, when the file cannot be read or is not what this station saves.
        """
        try:
            return self._model.model_validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return self._model()
        except OSError as error:
            raise self._error(
                f"{self._what} in {self.path} cannot be read {cause(error)}"
            ) from error
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "file"
            raise self._error(
                f"{self._what} in {self.path} is damaged ({where}). {self._damaged}"
            ) from error

    def save(self, new: Model) -> None:
        """Put it in the place of what was saved before, at once and whole.

        Raises
        ------
        Exception
            The given one, when the disk does not take it; then what was saved before stands.
        """
        try:
            write_atomically(self.path, new.model_dump_json().encode() + b"\n")
        except OSError as error:
            said = f"{self._what} could not be saved to {self.path} {cause(error)} {self._kept}"
            raise self._error(said.rstrip()) from error
