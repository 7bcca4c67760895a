"""The two things that systemd and the station tell each other: a socket, and "I am alive"."""

import os
import socket
from contextlib import suppress

_FIRST_FD = 3  # SD_LISTEN_FDS_START
_EVERY_S = 0.5


def listener() -> socket.socket | None:
    """Return the listening socket that systemd made for this process, or None; only once."""
    meant_for = os.environ.pop("LISTEN_PID", "")
    count = os.environ.pop("LISTEN_FDS", "")
    os.environ.pop("LISTEN_FDNAMES", None)
    if meant_for != str(os.getpid()) or count != "1":
        return None
    os.set_inheritable(_FIRST_FD, False)  # noqa: FBT003 - the library's own signature
    return socket.socket(fileno=_FIRST_FD)


class Watchdog:
    """Tells systemd that the station is ready, and then that its loop still turns.

    Without systemd it does nothing.
    """

    def __init__(self) -> None:
        self._address = os.environ.pop("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        self._said_at = -_EVERY_S

    @property
    def systemd(self) -> bool:
        """Whether systemd runs the station as a service of its own."""
        return bool(self._address)

    def alive(self, now: float) -> None:
        """Say so, twice a second at the most."""
        if not self._address or now - self._said_at < _EVERY_S:
            return
        self._said_at = now
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"READY=1\nWATCHDOG=1", self._address)
