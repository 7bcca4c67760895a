"""How files of the state folder are written: whole or not at all, and on the disk when it returns.

Every write is counted (a nearly full disk takes a part and says so only by the number), every
file is flushed before anything relies on it, and the folder is flushed when a name in it changed.

What root makes there (`sudo limen admin password`) belongs to the folder's owner: the station,
which is not root, could not open it otherwise.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

ROOM_BYTES = 64 * 1024  # what the last words need; with less than this nothing is screened
_ROOM_FILES = 4

_REMEDIES = {
    errno.ENOSPC: "Make room on the disk.",
    errno.EDQUOT: "Give the station's user more of the disk.",
    errno.EFBIG: "Let the station's files grow (ulimit -f, LimitFSIZE=).",
    errno.EROFS: "The disk can only be read: see why with dmesg, and mount it for writing.",
    errno.EIO: "The disk fails: save the folder, and replace the disk.",
    errno.EISDIR: "A folder stands where a file belongs: move it away.",
    errno.EEXIST: "A file stands where a folder belongs: move it away.",
    errno.ELOOP: "A link stands where a file belongs: move it away.",
    errno.ENOTDIR: "A file stands where a folder belongs: move it away.",
    errno.EACCES: "Give the folder and its files to the station's user.",
    errno.EPERM: "Give the folder and its files to the station's user.",
    errno.ENOENT: "The folder is gone: bring it back.",
    errno.ELOOP: "A link stands where a file belongs: move it away.",
}


def cause(error: OSError) -> str:
    """Return what the system said, and what mends it."""
    said = error.strerror or str(error)
    remedy = _REMEDIES.get(error.errno or 0, "See what the system says with dmesg.")
    return f"({said}). {remedy}"


def write_atomically(path: Path, data: bytes) -> None:
    """Replace a file as a whole: at any moment it holds the old bytes or the new ones.

    Written beside it, flushed to the disk, renamed over it, and the folder flushed too. What a
    power cut left beside it is thrown away, as is what did not fit.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    fd = opened(beside, os.O_WRONLY)
    try:
        try:
            _write(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
    flush_folder(path.parent)


def opened(path: Path, how: int) -> int:
    """Open a file of the state folder, made when it is missing, for the folder's owner alone.

    Parameters
    ----------
    how
        `os.O_RDWR` and the like.

    Raises
    ------
    OSError
        When it cannot be opened or made.
    """
    try:
        fd = os.open(path, how | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return os.open(path, how | os.O_CLOEXEC | os.O_NOFOLLOW)  # root writes here on request
    owner = path.parent.stat()
    if os.geteuid() == 0 and (owner.st_uid, owner.st_gid) != (0, 0):
        os.fchown(fd, owner.st_uid, owner.st_gid)
    return fd


def append(fd: int, data: bytes) -> None:
    """Add bytes at the end of a file; when they do not all reach the disk, none are added.

    After a failed flush the system may take unwritten pages for written, so the bytes are cut off
    again and the next attempt writes them anew.
    """
    size = os.fstat(fd).st_size
    try:
        _write(fd, data)
        os.fsync(fd)
    except OSError:
        with suppress(OSError):  # what is left of them is found and cut off before the next
            os.ftruncate(fd, size)
            os.fsync(fd)
        raise


def overwrite(fd: int, data: bytes, at: int) -> None:
    """Write bytes over others in place, where a new file would leave the old ones on the disk."""
    while data:
        count = os.pwrite(fd, data, at)
        data, at = data[count:], at + count
    os.fsync(fd)


def cut(fd: int, size: int) -> None:
    """Shorten a file."""
    os.ftruncate(fd, size)
    os.fsync(fd)


def flush_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def require_room(folder: Path) -> None:
    """Raise the error that the next write would meet, while there is still room for last words.

    Raises
    ------
    OSError
        When the disk is full or cannot be written.
    """
    disk = os.statvfs(folder)
    if disk.f_flag & os.ST_RDONLY:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))
    # Some file systems do not count files and say that there are none in all.
    files_left = not disk.f_files or disk.f_favail >= _ROOM_FILES
    if disk.f_bavail * disk.f_frsize < ROOM_BYTES or not files_left:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _write(fd: int, data: bytes) -> None:
    while data:
        data = data[os.write(fd, data) :]
