"""The installed units: systemd's judgement, and whether anybody changed or amended them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.deploy.install import PLACES, rendered

_FOLDERS = ("etc", "run", "usr/local/lib", "usr/lib")  # where systemd looks for what amends a unit


@dataclass(frozen=True, slots=True)
class Unit:
    """An installed unit.

    Attributes
    ----------
    exposure
        systemd's, from 0 (none) to 10 (all); None when it does not say.
    faults
        A sentence for each file that changes it.
    """

    unit: str
    exposure: float | None
    faults: tuple[str, ...]


def installed_units(root: Path = Path("/")) -> tuple[Unit, ...]:
    """Return the services that are installed under `root`."""
    return tuple(
        Unit(place.name, _exposure(root / place), tuple(_changes(root, name, place)))
        for name, place in PLACES.items()
        if place.suffix == ".service" and (root / place).exists()
    )


def _exposure(unit: Path) -> float | None:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        return None
    said = subprocess.run(
        [tool, "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    score = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    return float(score[1]) if score else None


def _command(name: str, text: str) -> Path:
    """Return the `limen` command that a unit starts, alone or in a program of its own."""
    ours = rendered(name, Path("@")).splitlines()
    [line] = (one for one in ours if re.search("^ExecStart=.*@", one))
    pattern = re.escape(line).replace("@", r"(\S+)", 1)
    started = re.search(f"^{pattern}$", text, re.MULTILINE)
    return Path(started[1] if started else "")


def _changes(root: Path, name: str, place: Path) -> Iterator[str]:
    """Yield what makes a unit another one than was laid down."""
    text = (root / place).read_text(encoding="utf-8")
    if text != rendered(name, _command(name, text)):
        yield f"/{place} is not as it was laid down: put it back with limen install."
    for folder in _FOLDERS:
        units = root / folder / "systemd/system"
        if folder != "usr/lib" and (units / place.name).exists():
            yield f"/{folder}/systemd/system/{place.name} stands in the place of the unit."
        for amends in (f"{place.name}.d", "service.d", f"{place.name.split('-')[0]}-.service.d"):
            for file in sorted((units / amends).glob("*.conf")):
                yield f"/{file.relative_to(root)} amends the unit {place.name}."
