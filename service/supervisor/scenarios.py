"""What a simulated sensor can show: the scenarios that come with it, and one's own from a file."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from device.simulator.scenario.schema import ScenarioError, load, scenario_names
from service.state.errors import StationError

_NAME = re.compile(r"[a-z0-9-]{1,40}")  # as `service.ipc.requests.ScenarioName`


@dataclass(frozen=True, slots=True)
class Scenarios:
    """The scenarios of one station.

    Attributes
    ----------
    first
        The name of what is shown at the start.
    names
        All that can be chosen; empty with a real sensor.
    own
        The institution's own file, by which the station was started, if it was.
    """

    first: str
    names: tuple[str, ...] = ()
    own: Path | None = None

    @classmethod
    def of(cls, asked: str) -> Self:
        """Return the scenarios when a name or a file was asked for.

        Raises
        ------
        StationError
            When there is none of that name, or the file is none that can be shown.
        """
        names = scenario_names()
        own = Path(asked).absolute() if asked.endswith(".toml") else None
        try:
            load(asked if own is None else str(own))
        except (ScenarioError, OSError, ValueError) as error:
            raise StationError(str(error)) from error
        if own is None:
            return cls(asked, names)
        if own.stem in names or not _NAME.fullmatch(own.stem):
            raise StationError(
                f"The scenario {own} needs another name: small letters, digits and '-', at most "
                "40, and no name of a scenario that comes with Limen."
            )
        return cls(own.stem, (*names, own.stem), own)

    def file(self, name: str) -> Path | None:
        """Return the file of one's own scenario; None for those that come with the simulator."""
        return self.own if self.own is not None and name == self.own.stem else None

    def place(self, name: str) -> str:
        """Return what a scenario is loaded by."""
        return str(self.file(name) or name)
