"""A serial line as a calibrator needs it: a descriptor that is read with a time limit."""

import fcntl
import os
import select
import termios
import tty
from typing import Final, Self

from device.errors import SensorNotFound

_WAIT_MS: Final = 200
_MOST: Final = 4096  # bytes that may wait on a line


class Line:
    """An open serial line of raw bytes; OSError when it is gone.

    Parameters
    ----------
    descriptor
        Of the line, which is closed with this.
    """

    def __init__(self, descriptor: int) -> None:
        self._fd = descriptor
        os.set_blocking(descriptor, False)
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)

    @classmethod
    def at(cls, port: str) -> Self:
        """Open a port, for this program alone.

        Raises
        ------
        SensorNotFound
            When it cannot be opened.
        """
        fd = -1
        try:
            fd = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            tty.setraw(fd, termios.TCSANOW)
            settings = termios.tcgetattr(fd)
            settings[2] |= termios.CLOCAL | termios.CREAD
            settings[4] = settings[5] = termios.B2400
            termios.tcsetattr(fd, termios.TCSANOW, settings)
        except (OSError, termios.error, ValueError) as error:
            if fd >= 0:
                os.close(fd)
            raise SensorNotFound(
                f"The calibrator at {port} cannot be opened: {error}.",
                "Look at the cable, and who else has the port open.",
            ) from error
        return cls(fd)

    def read(self) -> bytes:
        """Return the next byte; none when there is none within 0.2 s."""
        ready = dict(self._poll.poll(_WAIT_MS)).get(self._fd, 0)
        if not ready & select.POLLIN:
            if ready:
                raise OSError("it was unplugged")
            return b""
        return os.read(self._fd, 1)

    def write(self, data: bytes) -> None:
        """Write some bytes."""
        os.write(self._fd, data)

    def forget(self) -> None:
        """Drop what came before."""
        for _ in range(_MOST):
            if not self._poll.poll(0) or not os.read(self._fd, _MOST):
                return

    def close(self) -> None:
        """Close it."""
        os.close(self._fd)
