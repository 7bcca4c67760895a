"""The port that the station listens on: systemd's when it gives one."""

import socket

from service.state.errors import StationError
from service.supervisor import systemd

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
