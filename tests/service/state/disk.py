"""A disk that loses power: every call that changes a folder is done and remembered, then cut.

What a disk owes after a power cut is little: the bytes of a file up to its last `fsync`, and the
names in a folder up to the folder's last `fsync`. Of what came later any file may hold nothing,
all, or a part of the last write; the names, which file systems keep in a journal, may have come
to the disk up to any of them. `Disk.after_power_cuts` yields every folder that this allows.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

Folder = dict[str, bytes]


@dataclass
class _File:
    """One file: what is on the disk for certain, and what was done to it since."""

    durable: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes] | int] = field(default_factory=list)  # writes, new sizes

    def read(self, done: int, torn: int | None = None) -> bytes:
        """Return the bytes after the first changes, the last of them torn after so many bytes."""
        data = bytearray(self.durable)
        for place, change in enumerate(self.since[:done]):
            if isinstance(change, int):
                data[change:] = bytes(max(0, change - len(data)))
                continue
            at, new = change
            if torn is not None and place == done - 1:
                new = new[:torn]
            data[len(data) :] = bytes(max(0, at - len(data)))
            data[at : at + len(new)] = new
        return bytes(data)

    def flush(self) -> None:
        self.durable, self.since = bytearray(self.read(len(self.since))), []


class Disk:
    """What a folder is, was, and may be after a power cut.

    Parameters
    ----------
    folder
        Everything in it is watched while `watching` lasts; it must be empty at the beginning.
    after_each
        Called after every call that changed something, as the power may fail there.

    Attributes
    ----------
    calls
        How many calls changed something.
    """

    def __init__(self, folder: Path, after_each: Callable[[], None]) -> None:
        self._folder = folder
        self._after_each = after_each
        self._names: dict[str, _File] = {}
        self._durable: dict[str, _File] = {}
        self._renamed: list[dict[str, _File]] = []  # the names after each change since the flush
        self._at: dict[int, _File | None] = {}  # None is the folder itself
        self._append: set[int] = set()
        self.calls = 0

    def after_power_cuts(self, every: int = 1) -> Iterator[Folder]:
        """Yield every folder that may be there when the power fails now.

        Parameters
        ----------
        every
            Tear the last write of a file at every so many bytes only.
        """
        for names in (self._durable, *self._renamed):
            changed = list({id(file): file for file in names.values() if file.since}.values())
            for chosen in product(*([0, len(file.since)] for file in changed)):
                done = dict(zip(map(id, changed), chosen, strict=True))
                yield {n: f.read(done.get(id(f), 0)) for n, f in names.items()}
                for file in changed:
                    last = file.since[-1]
                    if not done[id(file)] or isinstance(last, int):
                        continue
                    for torn in range(1, len(last[1]), every):
                        yield {
                            n: f.read(done.get(id(f), 0), torn if f is file else None)
                            for n, f in names.items()
                        }

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Remember what is done to the folder."""
        done = {
            name: patch.object(os, name, self._watched(name, getattr(os, name)))
            for name in (
                *("open", "close", "write", "pwrite", "ftruncate", "fsync"),
                *("rename", "replace", "unlink", "link"),
            )
        }
        for one in done.values():
            one.start()
        try:
            yield
        finally:
            for one in done.values():
                one.stop()

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        act = getattr(self, f"_{name}")

        def call(*args: Any, **kwargs: Any) -> Any:
            result = real(*args, **kwargs)
            if act(result, *args):
                self.calls += 1
                self._after_each()
            return result

        return call

    def _name(self, path: Any) -> str | None:
        path = Path(os.fspath(path))
        return path.name if path.parent == self._folder else None

    def _rename_to(self, names: dict[str, _File]) -> bool:
        self._names = names
        self._renamed.append(names)
        return True

    # ---- what each call does; whether it changed anything that a power cut could undo

    def _open(self, fd: int, path: Any, flags: int = 0, *_: Any) -> bool:
        if Path(os.fspath(path)) == self._folder:
            self._at[fd] = None
            return False
        name = self._name(path)
        if name is None or Path(os.fspath(path)).is_dir():  # what is in another is not watched
            return False
        created = name not in self._names
        if created:
            self._rename_to({**self._names, name: _File()})
        self._at[fd] = self._names[name]
        if flags & os.O_APPEND:
            self._append.add(fd)
        assert not flags & os.O_TRUNC, "not modelled"
        return created

    def _close(self, _: None, fd: int) -> bool:
        self._at.pop(fd, None)
        self._append.discard(fd)
        return False

    def _write(self, count: int, fd: int, data: bytes) -> bool:
        file = self._at.get(fd)
        if file is None:
            return False
        file.since.append((len(file.read(len(file.since))), bytes(data[:count])))
        return True

    def _pwrite(self, count: int, fd: int, data: bytes, at: int) -> bool:
        file = self._at.get(fd)
        if file is None:
            return False
        file.since.append((at, bytes(data[:count])))
        return True

    def _ftruncate(self, _: None, fd: int, size: int) -> bool:
        file = self._at.get(fd)
        if file is None:
            return False
        file.since.append(size)
        return True

    def _fsync(self, _: None, fd: int) -> bool:
        if fd not in self._at:
            return False
        file = self._at[fd]
        if file is None:
            self._durable, self._renamed = self._names, []
        else:
            file.flush()
        return True

    def _rename(self, _: None, old: Any, new: Any) -> bool:
        before, after = self._name(old), self._name(new)
        if before is None or after is None:
            return False
        names = dict(self._names)
        names[after] = names.pop(before)
        return self._rename_to(names)

    _replace = _rename

    def _unlink(self, _: None, path: Any) -> bool:
        name = self._name(path)
        return name is not None and self._rename_to(
            {other: file for other, file in self._names.items() if other != name}
        )

    def _link(self, _: None, old: Any, new: Any) -> bool:
        before, after = self._name(old), self._name(new)
        if before is None or after is None:
            return False
        return self._rename_to({**self._names, after: self._names[before]})
