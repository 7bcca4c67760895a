"""One hash for all code of a station, and one for its register of hardware.

`python -m service.checkcode.code [REGISTER]` prints both, one line each: the supervisor runs it
beside itself when a sensor is admitted; an auditor runs it in a clone of their own.

The hash is the SHA-256 of one line `SHA-256  PATH` per file, as `sha256sum` writes them, sorted by
path: every file of the four packages, and every file of the environment's site-packages, whether
its package names it or not. Left out are what Python derives (`__pycache__`; `limen attest`
compares it) and what pip notes of its own run. The same lock, processor and Python version give
the same hash in every place. Python itself and the system below are not in it.
"""

import os
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from hashlib import file_digest, sha256
from pathlib import Path

from hardware.register.documents import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("device", "hardware", "screening", "service")
_NOTED = {"RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}  # pip's, with paths of the place


def code_files(root: Path = ROOT, site: Path | None = None) -> Iterator[tuple[str, Path]]:
    """Yield each file of code: the path that is hashed, and where it is."""
    site = Path(sysconfig.get_path("purelib")) if site is None else site
    for name in PACKAGES:
        yield from _below(root / name, name)
    for path, file in _below(site, "site-packages"):
        first = path.split("/")[1]
        ours = re.fullmatch(r"limen-[^/]*\.dist-info", first) or (
            site == root and first in PACKAGES
        )
        if not ours and not (first.endswith(".dist-info") and file.name in _NOTED):
            yield path, file


def code_sha256(files: Iterable[tuple[str, Path]] | None = None, root: Path = ROOT) -> str:
    """Return the hash of all code, 64 hex digits.

    In a clone the one file that says where the clone is has its place replaced by `@`.
    """
    return _hashed(code_files() if files is None else files, str(root).encode())


def register_sha256(own: Path | None) -> str:
    """Return the hash of the register that ships with Limen and of an institution's own."""
    folders = [(SHIPPED, "shipped"), *([(own, "own")] if own is not None else [])]
    return _hashed(found for folder, name in folders for found in _below(folder, name))


def _below(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(each for each in folders if each != "__pycache__")
        for each in sorted(names):
            file = Path(place) / each
            yield f"{name}/{file.relative_to(folder).as_posix()}", file


def _hashed(files: Iterable[tuple[str, Path]], place: bytes = b"") -> str:
    lines = sorted((path, _digest(file, place)) for path, file in files)
    return sha256("".join(f"{digest}  {path}\n" for path, digest in lines).encode()).hexdigest()


def _digest(file: Path, place: bytes) -> str:
    if place and file.name.startswith("__editable__"):
        return sha256(file.read_bytes().replace(place, b"@")).hexdigest()
    with file.open("rb") as data:
        return file_digest(data, "sha256").hexdigest()


def main(arguments: list[str]) -> None:
    """Print both hashes; nobody waits for them, and nobody is to wait because of them."""
    os.nice(10)
    print(code_sha256())  # noqa: T201 - its only purpose
    print(register_sha256(Path(arguments[0]) if arguments else None))  # noqa: T201 - the same


if __name__ == "__main__":
    main(sys.argv[1:])
