"""The station's software bill of materials (CycloneDX), from the hashed lock, and what is there.

The lock says which packages a station may have, in which version, and the hashes of the files that
pip may fetch. A package that is installed says in its RECORD which bytes each of its files had.
The bill names both; `differences` compares them with each other and with the bytes on the disk.

Whoever can change a file of a package can change its RECORD as well: the comparison finds damage,
another version and what was added. Against a hostile hand stands the image that is signed.
"""

import base64
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import file_digest, sha256
from importlib.metadata import Distribution, distributions
from pathlib import Path

from hardware.errors import HardwareError
from hardware.register import cyclonedx
from hardware.register.cyclonedx import Words, component, prop

LOCK = Path(__file__).parents[2] / "requirements/run.txt"
_OURS = "limen"
_INSTALLERS = {"pip", "setuptools"}  # taken out when they have done their work
_LINE = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?: ; (?P<marker>.+?))? *\\?")
_HASH = re.compile(r" +--hash=sha256:(?P<sha256>[0-9a-f]{64}) *\\?")
_PLATFORM = re.compile(r"sys_platform == '(\w+)'")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of the lock.

    Attributes
    ----------
    name, version
        Which.
    sha256
        Hashes of the files that may be fetched for it.
    here
        Whether it is for this kind of computer.
    """

    name: str
    version: str
    sha256: tuple[str, ...]
    here: bool


def read_lock(path: Path = LOCK) -> tuple[Locked, ...]:
    """Return the packages of a lock.

    Raises
    ------
    HardwareError
        When it cannot be read, has a line of another kind, or a package without a hash.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise HardwareError(
            f"The lock {path} cannot be read ({error}).", "Name the lock of this release: --lock"
        ) from error
    heads: list[re.Match[str]] = []
    hashes: list[list[str]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        if head := _LINE.fullmatch(line):
            heads.append(head)
            hashes.append([])
        elif hashes and (found := _HASH.fullmatch(line)):
            hashes[-1].append(found["sha256"])
        else:
            raise HardwareError(f"Line {number} of {path} is no package and no hash: {line!r}.")
    if bare := [head["name"] for head, its in zip(heads, hashes, strict=True) if not its]:
        raise HardwareError(f"The lock {path} has no hash for: {', '.join(bare)}.")
    return tuple(
        Locked(_normal(head["name"]), head["version"], tuple(its), _here(head["marker"] or ""))
        for head, its in zip(heads, hashes, strict=True)
    )


def sbom(
    on: date, lock: Iterable[Locked] = (), installed: Iterable[Distribution] | None = None
) -> Words:
    """Return the bill of what is installed beside this program, with the hashes of the lock.

    Parameters
    ----------
    on
        Day on which the bill is made.
    lock
        The lock.
    installed
        Distributions; those of the running interpreter when None.
    """
    found = _installed(installed)
    locked = {entry.name: entry for entry in lock}
    version = found[_OURS].version if _OURS in found else ""
    parts = [_component(entry, locked.get(name)) for name, entry in found.items() if name != _OURS]
    return cyclonedx.bill(
        component("application", _OURS, _OURS, version=version),
        parts,
        " ".join(part["purl"] for part in parts),
        on,
    )


def differences(
    lock: Iterable[Locked], installed: Iterable[Distribution] | None = None
) -> Iterator[str]:
    """Yield a sentence for everything that is installed and not as the lock and its RECORD say."""
    found, locked = _installed(installed), {entry.name: entry for entry in lock if entry.here}
    for name, wanted in locked.items():
        if name not in found:
            if name not in _INSTALLERS:
                yield f"{name} {wanted.version} is in the lock and not installed."
        elif found[name].version != wanted.version:
            yield f"{name} is installed as {found[name].version}; the lock has {wanted.version}."
    for name, entry in found.items():
        if name == _OURS:
            continue
        if name not in locked:
            yield f"{name} {entry.version} is installed and not in the lock."
        yield from _changed(name, entry)
    yield from _of_nobody(tuple(found.values()))


def _of_nobody(found: tuple[Distribution, ...]) -> Iterator[str]:
    """Yield a sentence for every file beside the packages that belongs to none of them."""
    theirs = {Path(str(file.locate())).resolve() for entry in found for file in entry.files or ()}
    for place in sorted({Path(str(entry.locate_file(""))).resolve() for entry in found}):
        for file in sorted(place.rglob("*")):
            compiled = "__pycache__" in file.parts
            if not compiled and file.is_file() and file.resolve() not in theirs:
                yield f"{file.relative_to(place)} belongs to no package that is installed."


def _changed(name: str, entry: Distribution) -> Iterator[str]:
    """Yield a sentence for every file of a package that is not as its RECORD says."""
    if entry.files is None:
        yield f"{name} has no list of its files (RECORD)."
        return
    for file in entry.files:
        if file.hash is None:
            continue  # the RECORD itself, and what Python compiled
        try:
            with Path(str(file.locate())).open("rb") as opened:
                now = file_digest(opened, file.hash.mode).digest()
        except (OSError, ValueError) as error:
            yield f"{name}: {file} cannot be read ({error})."
            continue
        if base64.urlsafe_b64encode(now).rstrip(b"=").decode() != file.hash.value:
            yield f"{name}: {file} has other bytes than were installed."


def _component(entry: Distribution, locked: Locked | None) -> Words:
    purl = f"pkg:pypi/{_normal(entry.name)}@{entry.version}"
    record = entry.read_text("RECORD")  # the hashes of all its files
    return component(
        "library",
        purl,
        entry.name,
        version=entry.version,
        purl=purl,
        sha256="" if record is None else sha256(record.encode()).hexdigest(),
        licence=_licence(entry),
        properties=[
            prop("limen:locked", "yes" if locked and locked.version == entry.version else "no"),
            *(prop("limen:lock:sha256", one) for one in (locked.sha256 if locked else ())),
        ],
    )


def _licence(entry: Distribution) -> str:
    """Return the licence that a package states, on one line; empty when it states none."""
    for field in ("License-Expression", "License"):
        if text := (entry.metadata[field] or "" if field in entry.metadata else "").strip():
            return text.splitlines()[0]
    named = [
        text.rpartition(" :: ")[2]
        for text in entry.metadata.get_all("Classifier") or ()
        if text.startswith("License :: ")
    ]
    return " AND ".join(named)


def _installed(installed: Iterable[Distribution] | None) -> dict[str, Distribution]:
    there = sorted(distributions() if installed is None else installed, key=_key)
    return {_normal(entry.name): entry for entry in there}


def _here(marker: str) -> bool:
    return all(platform == sys.platform for platform in _PLATFORM.findall(marker))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _key(entry: Distribution) -> str:
    return _normal(entry.name)
