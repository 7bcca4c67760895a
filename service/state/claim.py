"""What a station takes for itself before it starts: its port and its state folder."""

import fcntl
import os
import socket
from pathlib import Path

from service.supervisor import systemd
from service.supervisor.config import StationError

HOST = "127.0.0.1"


def bind(port: int) -> socket.socket:
    """Return a listening socket on the loopback address, systemd's when it gives one.

    Parameters
    ----------
    port
        0 takes a free one.

    Raises
    ------
    StationError
        When the port is taken.
    """
    given = systemd.listener()
    if given is not None:
        return given
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise StationError(
            f"Port {port} on {HOST} cannot be used ({error.strerror}). "
            "Is a station already running? Choose another with --port, or --port 0 for a free one."
        ) from error
    return listener


def claim_state(folder: Path) -> int:
    """Make the state folder and lock it for this station; return the lock's descriptor.

    Raises
    ------
    StationError
        When it cannot be written, or another station has it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StationError(
            f"The state folder {folder} cannot be written ({error.strerror}). "
            "Choose another with --state."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise StationError(
            f"Another station is using the state folder {folder}. "
            "Stop it, or choose another folder with --state."
        ) from error
    return lock
