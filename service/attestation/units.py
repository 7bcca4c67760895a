"""What was laid down: systemd's judgement of it, and whether anybody changed or amended it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.deploy.install import CONFIG, PLACES, POLICIES, made, rendered

_ABOVE = ("etc", "run", "usr/local/lib")  # what lies there stands in the place of what we laid down
_UNITS = Path("usr/lib/systemd/system")
# Where systemd looks for what amends a unit, or stands in its place (systemd.unit(5)).
_FOLDERS = (
    *("etc/systemd/system.control", "run/systemd/system.control", "run/systemd/transient"),
    *("run/systemd/generator.early", "run/systemd/generator", "run/systemd/generator.late"),
    *("etc/systemd/system.attached", "run/systemd/system.attached"),
    *("etc/systemd/system", "run/systemd/system", "usr/local/lib/systemd/system", str(_UNITS)),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """An installed unit, or another file that was laid down.

    Attributes
    ----------
    exposure
        systemd's of a service, from 0 (none) to 10 (all); None when it does not say.
    faults
        A sentence for each file that changes it.
    """

    unit: str
    exposure: float | None
    faults: tuple[str, ...]


def installed_units(root: Path = Path("/")) -> tuple[Unit, ...]:
    """Return what was laid down under `root`; empty where the station is not installed."""
    if not (root / PLACES["limen.service"]).exists():
        return ()
    ours = [
        Unit(name, _exposure(root / place), tuple(_changes(root, name, place)))
        for name, place in PLACES.items()
        if place != CONFIG
    ]
    tables = [Unit(str(place), None, tuple(_same(root, place, made()[place]))) for place in made()]
    return (*ours, *tables)


def _exposure(unit: Path) -> float | None:
    tool = shutil.which("systemd-analyze")
    if tool is None or unit.suffix != ".service":
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
    lines = [one for one in ours if re.search("^ExecStart=.*@", one)]
    if not lines:
        return Path()
    [line] = lines
    pattern = re.escape(line).replace("@", r"(\S+)", 1)
    started = re.search(f"^{pattern}$", text, re.MULTILINE)
    return Path(started[1] if started else "")


def _changes(root: Path, name: str, place: Path) -> Iterator[str]:
    """Yield what makes a unit another one than was laid down."""
    text = (root / place).read_text(encoding="utf-8") if (root / place).exists() else ""
    yield from _same(root, place, rendered(name, _command(name, text)))
    for folder in _ABOVE:
        other = root / folder / place.relative_to("usr/lib")
        if os.path.lexists(other):  # a link to nowhere, too: so a unit is masked
            yield f"/{other.relative_to(root)} stands in the place of /{place}."
    if place.is_relative_to(_UNITS):
        yield from _amended(root, place)


def _amended(root: Path, place: Path) -> Iterator[str]:
    kind = place.suffix.removeprefix(".")
    amending = [f"{place.name}.d", f"{kind}.d"]
    if "-" in place.stem:
        amending.append(f"{place.stem.split('-')[0]}-.{kind}.d")
    for folder in _FOLDERS:
        units = root / folder
        if (
            folder.startswith(("etc/systemd/system.", "run/systemd/"))
            and (units / place.name).exists()
        ):
            yield f"/{folder}/{place.name} stands in the place of /{place}."
        for amends in amending:
            for file in sorted((units / amends).glob("*.conf")):
                yield f"/{file.relative_to(root)} amends the unit {place.name}."


def _same(root: Path, place: Path, text: str) -> Iterator[str]:
    """Yield whether a file is not as it was laid down, or not alone where others would count."""
    file = root / place
    if not file.exists():
        yield f"/{place} is not there: put it back with limen install."
    elif file.read_text(encoding="utf-8", errors="replace") != text:
        yield f"/{place} is not as it was laid down: put it back with limen install."
    if place == POLICIES:
        for other in sorted(file.parent.glob("*.json")):
            if other != file:
                yield f"/{other.relative_to(root)} amends what the browser may do."
