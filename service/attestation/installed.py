"""The code that is installed, against what it should be: the lock, and the lists of the packages.

Three questions, each with its answer in sentences. Is there exactly what the lock names, in its
version? Is every file as its package's list (RECORD) says, with nothing beside it? Is what Python
has compiled and keeps (`__pycache__`) what compiling the source gives?

That a RECORD is the one of the file whose hash stands in the lock shows only against that file:
given a folder of these, each is hashed, and compared with what is installed, byte for byte.
"""

import marshal
import re
import sys
import sysconfig
import zipfile
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator
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
    site = Path(sysconfig.get_path("purelib"))
    found = {_normal(entry.name): entry for entry in distributions(path=[str(site)])}
    others = {name: entry for name, entry in found.items() if name != _OURS}
    faults = list(_opened_up(Path(sys.prefix)))
    if lock.exists():
        progress("code: names and versions against the lock")
        faults += _against_lock(others, lock.read_text(encoding="utf-8"))
    progress(f"code: the files of {len(others)} packages against their lists")
    named: set[Path] = set()
    for name, entry in found.items():
        faults += _against_record(name, entry, named)
    faults += [f"{path} belongs to no package." for path in _strays(site, named)]
    if wheels is not None:
        progress("code: every file against the packages' own files")
        faults += _against_wheels(others, wheels, lock.read_text(encoding="utf-8"), site)
    progress("code: what Python keeps compiled against the sources")
    compiled = [*_compiled(site), *(c for name in PACKAGES for c in _compiled(ROOT / name))]
    faults += [
        f"{path} is not what its source compiles to." for path in compiled if not _same(path)
    ]
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


def _against_lock(found: dict[str, Distribution], lock: str) -> Iterator[str]:
    wanted = dict(_versions(lock))
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


def _against_record(name: str, entry: Distribution, named: set[Path]) -> Iterator[str]:
    if entry.files is None:
        yield f"{name} has no list of its files."
        return
    for file in entry.files:
        path = Path(str(entry.locate_file(file))).resolve()
        named.add(path)
        if file.hash is None:
            continue
        try:
            digest = sha256(path.read_bytes()).digest()
        except FileNotFoundError:
            yield f"{path} of {name} is missing."
            continue
        if digest != urlsafe_b64decode(file.hash.value + "=="):
            yield f"{path} is not as {name} brought it."


def _strays(site: Path, named: set[Path]) -> Iterator[Path]:
    for path in sorted(site.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.resolve() not in named:
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


def _same(compiled: Path) -> bool:
    """Whether a compiled file is what compiling its source gives."""
    name, _, tag = compiled.name.removesuffix(".pyc").partition(".")
    optimised = next((level for end, level in _OPTIMISED.items() if tag.endswith(end)), 0)
    source = compiled.parent.parent / f"{name}.py"
    if tag.split(".")[0] != f"cpython-{sysconfig.get_config_var('py_version_nodot')}":
        return True  # of another Python: this one never loads it
    try:
        kept = marshal.loads(compiled.read_bytes()[_HEADER:])  # noqa: S302 - compared, never run
        if not isinstance(kept, CodeType):
            return False
        made = compile(
            source.read_bytes(),
            kept.co_filename,
            "exec",
            dont_inherit=True,
            optimize=optimised,
        )
    except (OSError, ValueError, SyntaxError, EOFError, TypeError):
        return False
    return made == kept


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
