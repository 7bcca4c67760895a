"""The serial line as the client sees it: bytes out, bytes in with a time limit, lost or not."""

import os
import select
from typing import Protocol

import serial

from device.errors import SensorLost, SensorNotFound

_BAUD_RATE = 921_600  # of the camera's UART; USB ignores it
_READ_BYTES = 65_536
_WRITE_S = 1.0


class Transport(Protocol):
    """A line to a camera."""

    @property
    def name(self) -> str:
        """Where it leads, for messages."""

    def read(self, timeout_s: float) -> bytes:
        """Return what has come, waiting for at most `timeout_s`; empty when nothing came.

        Raises
        ------
        SensorLost
            The line is gone.
        """

    def write(self, data: bytes) -> None:
        """Send `data`; SensorLost when the line is gone or takes nothing any more."""

    def close(self) -> None:
        """Close the line. Closing twice is harmless."""


class OpenLine:
    """A line that somebody else has opened: a socket to the camera's filter, a serial port.

    Poll, readv and write is all that it does, so that a locked process needs no other system call.

    Parameters
    ----------
    name
        Where it leads, for messages.
    descriptor
        Open; the line closes it.
    """

    def __init__(self, name: str, descriptor: int) -> None:
        self._name = name
        self._descriptor = descriptor
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._room = select.poll()
        self._room.register(descriptor, select.POLLOUT)

    @property
    def name(self) -> str:
        """Where it leads."""
        return self._name

    def read(self, timeout_s: float) -> bytes:
        """Return what has come within `timeout_s`."""
        if self._descriptor < 0:
            raise self._lost()
        if not self._poll.poll(max(0.0, timeout_s) * 1000.0):
            return b""
        try:
            count = os.readv(self._descriptor, (self._buffer,))
        except BlockingIOError:
            return b""
        except OSError as reason:
            raise self._lost() from reason
        if not count:  # ready, and yet nothing: the other end hung up
            raise self._lost()
        return bytes(self._buffer[:count])

    def write(self, data: bytes) -> None:
        """Send `data`; a line that takes nothing for `_WRITE_S` counts as gone."""
        try:
            while data:
                if not self._room.poll(_WRITE_S * 1000.0):
                    raise self._lost()
                data = data[os.write(self._descriptor, data) :]
        except OSError as reason:
            raise self._lost() from reason

    def close(self) -> None:
        """Close the descriptor, and forget what came over it last."""
        self._buffer[:] = bytes(_READ_BYTES)
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _lost(self) -> SensorLost:
        return SensorLost(f"the line to {self._name} is gone.", "Plug the sensor in again.")


class SerialTransport(OpenLine):
    """A serial port that is opened here, by pyserial: USB, UART, or the emulator's pty.

    Parameters
    ----------
    port
        Path of the port, `/dev/ttyACM0`.

    Raises
    ------
    SensorNotFound
        The port is not there, taken, or not for this user; says which.
    """

    def __init__(self, port: str) -> None:
        try:
            self._serial = serial.Serial(port, _BAUD_RATE, exclusive=True)
        except (OSError, ValueError) as reason:  # pyserial's own error is an OSError
            raise SensorNotFound(f"cannot open the serial port {port}.", _why(reason)) from reason
        super().__init__(port, self._serial.fileno())

    def close(self) -> None:
        """Close the port."""
        self._descriptor = -1  # pyserial closes it
        super().close()
        self._serial.close()


def _why(reason: Exception) -> str:
    number = getattr(reason, "errno", None)
    if number == 2:
        return "It is not there: is the sensor plugged in?"
    if number == 13:
        return "This user may not open it: add the user to the group 'dialout'."
    if number in (11, 16):
        return "Another program is using it: stop that program."
    return f"The system says: {reason}"
