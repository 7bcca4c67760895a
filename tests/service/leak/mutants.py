"""Deliberate leaks: each is one way in which a well-meant line of code would record a frame.

The worker of the real station calls one of them with a frame, in a process that is not locked
(locked, it would be killed before). The search has to find every one of them.
"""

import base64
import gzip
import json
import mmap
import os
import resource
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.uint16]
PLACE = Path("/var/lib/limen")
KEPT: list[object] = []  # so that descriptors and mappings stay open, as they would


def _celsius(counts: Counts) -> NDArray[np.float32]:
    return counts * np.float32(0.01) - np.float32(273.15)


def _picture(counts: Counts) -> NDArray[np.uint8]:
    empty = np.empty(counts.shape, np.uint8)
    return cv2.normalize(counts, empty, 0, 255, cv2.NORM_MINMAX, cv2.CV_8U).astype(np.uint8)


def array_file(counts: Counts) -> None:
    np.save(PLACE / "frame.npy", counts)


def jpeg_file(counts: Counts) -> None:
    coloured = cv2.applyColorMap(_picture(counts), cv2.COLORMAP_BONE)
    cv2.imwrite(str(PLACE / "frame.jpg"), coloured, [cv2.IMWRITE_JPEG_QUALITY, 60])


def png_thumbnail(counts: Counts) -> None:
    cv2.imwrite(str(PLACE / "frame.png"), cv2.resize(_picture(counts), (96, 77)))


def log_base64(counts: Counts) -> None:
    # A few rows: of what a process prints the supervisor passes on only the beginning.
    sys.stderr.write(f"frame {base64.b64encode(counts[:4].tobytes()).decode()}\n")
    sys.stderr.flush()


def log_json(counts: Counts) -> None:
    sys.stderr.write(json.dumps({"rows": counts[1:3].tolist()}) + "\n")
    sys.stderr.flush()


def gzip_file(counts: Counts) -> None:
    (PLACE / "frame.gz").write_bytes(gzip.compress(counts.tobytes()))


def sqlite_row(counts: Counts) -> None:
    with sqlite3.connect(PLACE / "visits.db") as table:
        table.execute("CREATE TABLE frames (picture BLOB)")
        table.execute("INSERT INTO frames VALUES (?)", (counts.tobytes(),))
    table.close()


def float_file(counts: Counts) -> None:
    _celsius(counts).tofile(PLACE / "celsius.f32")


def mapped_file(counts: Counts) -> None:
    with (PLACE / "ring").open("w+b") as file:
        file.truncate(counts.nbytes)
        memory = mmap.mmap(file.fileno(), counts.nbytes)
    memory[:] = counts.tobytes()
    KEPT.append(memory)


def deleted_file_flushed(counts: Counts) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(counts.tobytes())
        file.flush()
        os.fsync(file.fileno())


def deleted_file_never_flushed(counts: Counts) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(counts.tobytes())


def nameless_file(counts: Counts) -> None:
    fd = os.open("/tmp", os.O_TMPFILE | os.O_RDWR, 0o600)  # noqa: S108
    os.write(fd, counts.tobytes())
    os.close(fd)


def upload_spool(counts: Counts) -> None:
    """Starlette keeps an upload in memory up to 1 MiB, and then in a file under /tmp."""
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as spool:
        for _ in range(2):
            spool.write(counts.tobytes())


def shared_memory_file(counts: Counts) -> None:
    Path("/dev/shm/limen-frame").write_bytes(counts.tobytes())  # noqa: S108


def udp_datagram(counts: Counts) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(counts.tobytes()[:1200], ("10.77.0.1", 5000))


def tcp_connection(counts: Counts) -> None:
    with socket.socket() as end:
        end.settimeout(0.3)
        end.connect_ex(("10.77.0.1", 443))


def name_lookup(counts: Counts) -> None:
    """Names can carry data, too."""
    query = b"\0\1\1\0\0\1\0\0\0\0\0\0" + b"\x20" + counts.tobytes()[:16].hex().encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(query + b"\3com\0\0\1\0\1", ("10.77.0.1", 53))


def core_dump(counts: Counts) -> None:
    if (PLACE / "dumped").exists():  # once is enough
        return
    (PLACE / "dumped").touch()
    KEPT.append(counts.copy())
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    os.chdir(PLACE)
    os.abort()


def stash(counts: Counts) -> None:
    """Keep one frame "for a moment": found in memory only, so not one of the leaks above."""
    KEPT.append(counts.copy())


MUTANTS: dict[str, Callable[[Counts], None]] = {
    leak.__name__.replace("_", " "): leak
    for leak in (
        array_file,
        jpeg_file,
        png_thumbnail,
        log_base64,
        log_json,
        gzip_file,
        sqlite_row,
        float_file,
        mapped_file,
        deleted_file_flushed,
        deleted_file_never_flushed,
        nameless_file,
        upload_spool,
        shared_memory_file,
        udp_datagram,
        tcp_connection,
        name_lookup,
        core_dump,
    )
}
IN_MEMORY = {"stash": stash}
