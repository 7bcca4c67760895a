"""The code that is installed, against what it should be: the lock, and the lists of the packages.

Three questions, each with its answer in sentences. Is there exactly what the lock names, in its
version? Is every file as its package's list (RECORD) says, with nothing beside it? Is what Python
has compiled and keeps (`__pycache__`) what compiling the source gives?

That a RECORD is the one of the file whose hash stands in the lock shows only against that file:
given a folder of these, each is hashed, and compared with what is installed, byte for byte.
"""

import csv
import marshal
import os
import re
import struct
import sys
import sysconfig
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import Distribution, distributions
from pathlib import Path
from types import CodeType

from service.checkcode.code import PACKAGES, ROOT

LOCK = ROOT / "requirements/run.txt"
_OURS = "limen"
_INSTALLERS = frozenset({"pip", "setuptools"})
_HEADER = 16  # bytes before the code in a compiled file
_OPTIMISED = {".opt-1": 1, ".opt-2": 2}

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Installed:
    """What was compared, and what differs.

    Attributes
    ----------
    packages, files, compiled
        How many were looked at.
    faults
        A sentence for each difference.
    against_lock, against_wheels
        Whether there was a lock, and files of packages, to compare with.
    """

    packages: int
    files: int
    compiled: int
    faults: tuple[str, ...]
    against_lock: bool
    against_wheels: bool


def compare(
    *, lock: Path = LOCK, wheels: Path | None = None, progress: Progress = lambda _said: None
) -> Installed:
    """Compare everything that is installed beside this program.

    Parameters
    ----------
    lock
        Versions and hashes, as pip takes them; left out when it is not there.
    wheels
        Folder with the files that the lock names.
    progress
        Told what is being done.
    """
    site = Path(sysconfig.get_path("purelib")).resolve()
    found = {_normal(entry.name): entry for entry in distributions(path=[str(site)])}
    others = {name: entry for name, entry in found.items() if name != _OURS}
    faults = list(_opened_up(Path(sys.prefix)))
    foreign: AbstractSet[str] = set()
    if lock.exists():
        progress("code: names and versions against the lock")
        wanted = dict(_versions(lock.read_text(encoding="utf-8")))
        foreign = others.keys() - wanted.keys() - _INSTALLERS
        faults += _against_lock(others, wanted)
    progress(f"code: the files of {len(others)} packages against their lists")
    named: set[str] = set()
    of_foreign: set[str] = set()  # one that may not be there is a fault: it is read no further
    for name, entry in found.items():
        files = _record(site, entry)
        named |= files.keys()
        if name in foreign:
            of_foreign |= files.keys()
        else:
            faults += _against_record(name, files)
    faults += [f"{path} belongs to no package." for path in _strays(site, named)]
    if wheels is not None:
        progress("code: every file against the packages' own files")
        faults += _against_wheels(others, wheels, lock.read_text(encoding="utf-8"), site)
    progress("code: what Python keeps compiled against the sources")
    compiled = [path for path in _compiled(site) if str(path) not in of_foreign]
    compiled += [path for name in PACKAGES for path in _compiled(ROOT / name)]
    for path in compiled:
        if not _source(path).exists():
            faults.append(f"{path} has no source. Python loads it never: delete it.")
        elif not _same(path):
            faults.append(f"{path} is not what its source compiles to.")
    return Installed(
        len(others), len(named), len(compiled), tuple(faults), lock.exists(), wheels is not None
    )


def _opened_up(prefix: Path) -> Iterator[str]:
    """Yield whether the environment takes in what is installed elsewhere."""
    settings = prefix / "pyvenv.cfg"
    if settings.exists() and re.search(
        r"^include-system-site-packages\s*=\s*true",
        settings.read_text(encoding="utf-8"),
        re.MULTILINE | re.IGNORECASE,
    ):
        yield f"{settings} takes in packages from outside of this environment."


def _against_lock(found: dict[str, Distribution], wanted: dict[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() - found.keys() - _INSTALLERS):
        yield f"{name} is in the lock and not installed."
    for name in sorted(found.keys() - wanted.keys() - _INSTALLERS):
        yield f"{name} {found[name].version} is installed and not in the lock."
    for name in sorted(found.keys() & wanted.keys()):
        if found[name].version != wanted[name]:
            yield f"{name} is installed as {found[name].version}; the lock says {wanted[name]}."


def _versions(lock: str) -> Iterator[tuple[str, str]]:
    for line in lock.splitlines():
        pinned = re.match(r"([A-Za-z0-9._-]+)==(\S+)", line)
        if pinned is not None and "sys_platform == 'win32'" not in line:
            yield _normal(pinned[1]), pinned[2]


def _record(site: Path, entry: Distribution) -> dict[str, str]:
    """Return the files that a package says it brought, with their hashes where it gives them.

    Read here: what importlib.metadata returns leaves out files that are gone, from 3.12 on.
    """
    rows = csv.reader((entry.read_text("RECORD") or "").splitlines())
    return {os.path.normpath(f"{site}/{row[0]}"): row[1] for row in rows if len(row) > 1}


def _against_record(name: str, files: dict[str, str]) -> Iterator[str]:
    if not files:
        yield f"{name} has no list of its files."
    for path, said in files.items():
        if not said:
            continue
        try:
            digest = sha256(Path(path).read_bytes()).digest()
        except FileNotFoundError:
            yield f"{path} of {name} is missing."
            continue
        if said != f"sha256={urlsafe_b64encode(digest).decode().rstrip('=')}":
            yield f"{path} is not as {name} brought it."


def _strays(site: Path, named: set[str]) -> Iterator[Path]:
    for path in sorted(site.rglob("*")):
        if "__pycache__" not in path.parts and str(path) not in named and path.is_file():
            yield path


def _against_wheels(
    found: dict[str, Distribution], wheels: Path, lock: str, site: Path
) -> Iterator[str]:
    seen = set()
    for file in sorted(wheels.glob("*.whl")):
        name = _normal(file.name.split("-")[0])
        if name in _INSTALLERS or name not in found:
            continue
        seen.add(name)
        if sha256(file.read_bytes()).hexdigest() not in lock:
            yield f"{file.name} is not the file that the lock names."
            continue
        with zipfile.ZipFile(file) as wheel:
            for inside in wheel.namelist():
                top = inside.split("/")[0]
                if inside.endswith(("/", "/RECORD")) or top.endswith(".data"):
                    continue
                path = site / inside
                if not path.exists() or path.read_bytes() != wheel.read(inside):
                    yield f"{path} is not as in {file.name}."
    for name in sorted(found.keys() - seen - _INSTALLERS):
        yield f"{name} could not be compared: its file is not in {wheels}."


def _compiled(folder: Path) -> Iterable[Path]:
    return sorted(folder.rglob("__pycache__/*.pyc"))


def _source(compiled: Path) -> Path:
    return compiled.parent.parent / f"{compiled.name.partition('.')[0]}.py"


def _stale(header: bytes, source: Path) -> bool:
    """Whether the source has changed since: then Python compiles it anew (PEP 552)."""
    flags, time_s, size = struct.unpack("<3I", header[4:_HEADER])
    about = source.stat()
    newer = (time_s, size) != (int(about.st_mtime) & 0xFFFF_FFFF, about.st_size & 0xFFFF_FFFF)
    return flags == 0 and newer


def _same(compiled: Path) -> bool:
    """Whether a compiled file that Python would load is what compiling its source gives."""
    tag = compiled.name.removesuffix(".pyc").partition(".")[2]
    optimised = next((level for end, level in _OPTIMISED.items() if tag.endswith(end)), 0)
    source = _source(compiled)
    if tag.split(".")[0] != f"cpython-{sysconfig.get_config_var('py_version_nodot')}":
        return True  # of another Python: this one never loads it
    try:
        data = compiled.read_bytes()
        if _stale(data[:_HEADER], source):
            return True
        kept = marshal.loads(data[_HEADER:])  # noqa: S302 - compared, never run
        if not isinstance(kept, CodeType):
            return False
        made = compile(
            source.read_bytes(),
            kept.co_filename,
            "exec",
            dont_inherit=True,
            optimize=optimised,
        )
    except (OSError, ValueError, SyntaxError, EOFError, TypeError, struct.error):
        return False
    return made == kept


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
