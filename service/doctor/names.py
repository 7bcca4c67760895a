"""The doctor's look at the four names that the station imports: whether they are its own.

The package installs `device`, `screening`, `service` and `hardware` at the top level, and others
may do the same: a distribution in the same environment, or a folder on Python's search path. The
first one found is the one that runs, whether it was vetted or not.
"""

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib import metadata
from importlib.machinery import PathFinder
from pathlib import Path

from service.doctor.finding import Finding, Level, Room

OWN = ("device", "hardware", "screening", "service")
_HOME = Path(__file__).resolve().parents[2]
_REMEDY = (
    "Install the station in an environment of its own (./run makes one), without PYTHONPATH; or "
    "remove the other one"
)


def look() -> Iterator[Finding]:
    """Yield what else has one of the four names; one good finding when nothing has."""
    importlib.invalidate_caches()
    strangers = [*_distributions(), *_places()]
    for name, where in strangers:
        yield Finding(
            name,
            Level.FAIL,
            f"Something else is called {name!r}: {where}. It may run in the place of the "
            "station's own, and nothing here can vouch for it.",
            _REMEDY,
        )
    if not strangers:
        yield Finding("names", Level.OK, f"{', '.join(OWN)} are the station's own, in {_HOME}.")


def _distributions() -> Iterator[tuple[str, str]]:
    """Yield the installed distributions that bring one of the names, besides the station's."""
    providers = metadata.packages_distributions()
    for name in OWN:
        for provider in sorted({one.lower() for one in providers.get(name, ())} - {"limen"}):
            yield name, f"the package {provider}"


def _places() -> Iterator[tuple[str, str]]:
    """Yield the places on the search path, and the place in use, that are not the station's."""
    for name in OWN:
        specs = [PathFinder.find_spec(name, [place]) for place in sys.path]
        files = [Path(spec.origin) for spec in specs if spec and spec.origin]
        places = {file.parent if file.name == "__init__.py" else file for file in files}
        in_use = importlib.util.find_spec(name)
        if in_use is not None:
            # a folder without __init__.py counts where it is the one in use
            places |= set(map(Path, in_use.submodule_search_locations or ()))
        for place in sorted({place.resolve() for place in places} - {_HOME / name}):
            yield name, str(place)


ROOM = Room("names", look)
