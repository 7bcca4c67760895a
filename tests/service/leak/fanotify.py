"""Sees every file that was written, also one that has no name any more: fanotify(7) by ctypes."""

import ctypes
import os
import struct
from collections.abc import Iterator
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)
_CLOSE_WRITE = 0x8
_MARK_ADD, _MARK_MOUNT = 0x1, 0x10
_EVENT = struct.Struct("=IBBHQii")


class Watch:
    """Watches mounts for files that are closed after writing."""

    def __init__(self, *mounts: str) -> None:
        self.fd = _libc.fanotify_init(0x2, os.O_RDONLY | os.O_LARGEFILE)  # FAN_NONBLOCK
        if self.fd < 0:
            raise OSError(ctypes.get_errno(), "fanotify_init")
        for mount in mounts:
            mask = ctypes.c_uint64(_CLOSE_WRITE)
            if _libc.fanotify_mark(self.fd, _MARK_ADD | _MARK_MOUNT, mask, -100, mount.encode()):
                raise OSError(ctypes.get_errno(), f"fanotify_mark {mount}")

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Yield path and content of the files written since the last call."""
        while True:
            try:
                events = os.read(self.fd, 64 * 1024)
            except BlockingIOError:
                return
            at = 0
            while at < len(events):
                length, _, _, _, _, fd, _ = _EVENT.unpack_from(events, at)
                at += length
                if fd < 0:
                    continue
                try:
                    path = str(Path(f"/proc/self/fd/{fd}").readlink())
                    size = os.fstat(fd).st_size
                    yield path, os.pread(fd, min(size, 256 << 20), 0)
                finally:
                    os.close(fd)
