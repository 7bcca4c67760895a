"""The evidence folder: copies of the documents that dossiers stand on, each called by its hash.

A dossier says of each document that somebody checked which bytes it had. The folder holds those
bytes, as `evidence/SHA256.pdf` or with any other ending, so that *verified* can be looked at again
by anybody, and means nothing once the copy is gone.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from hardware.errors import RegisterError
from hardware.register.sentence import Sentence


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """Where the copies are; None where an institution has no register of its own."""

    folder: Path | None

    def missing(self, sha256: str) -> str:
        """Say why the document with this hash cannot be opened; empty when it can."""
        if not sha256:
            return Sentence("no_copy", "no copy of it is held")
        found = self._copy(sha256)
        if found is None:
            return Sentence(
                "not_in_folder",
                "the evidence folder has no copy with the SHA-256 {sha256}…",
                sha256=sha256[:16],
            )
        try:
            now = _hashed(found)
        except OSError as error:
            return Sentence(
                "copy_unreadable",
                "its copy {sha256}… cannot be read ({error})",
                sha256=found.name[:16],
                error=error.strerror,
            )
        if now == sha256:
            return ""
        return Sentence(
            "copy_changed",
            "its copy {sha256}… has other bytes than were read",
            sha256=sha256[:16],
        )

    def read(self, sha256: str) -> bytes:
        """Return the bytes of a document whose hash holds.

        Raises
        ------
        RegisterError
            When there is no such copy, or its bytes are others.
        """
        why, found = self.missing(sha256), self._copy(sha256)
        if why or found is None:
            raise RegisterError(f"The document cannot be opened: {why}.")
        data = found.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            raise RegisterError("The document changed while it was read.")
        return data

    def _copy(self, sha256: str) -> Path | None:
        """Return the file that is called by a hash; a pipe or a device is none."""
        files = sorted(self.folder.glob(f"{sha256}*")) if self.folder and sha256 else []
        return next((file for file in files if file.is_file()), None)

    def keep(self, file: Path) -> str:
        """Take a copy of a document under its hash; return the hash.

        Raises
        ------
        RegisterError
            When there is no folder for it, or it cannot be read or written.
        """
        if self.folder is None:
            raise RegisterError("Evidence is kept in a register of your own.")
        try:
            data = file.read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{sha256}{file.suffix.lower()}").write_bytes(data)
        except OSError as error:
            raise RegisterError(f"The document cannot be kept ({error}).") from error
        return sha256


NOTHING_HELD = EvidenceFolder(None)


def _hashed(path: Path) -> str:
    """Return the hash of a file; it is read again when anything about it has changed."""
    about = path.stat()
    return _hash(path, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)


@lru_cache(maxsize=256)
def _hash(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
