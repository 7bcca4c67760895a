"""As much of the Wayland protocol as one full-screen picture needs, over its socket.

A message is an object's number (u32), its length in bytes shifted left by 16 with the number of the
request or event in it (u32), and arguments, each padded to four bytes, all in the machine's order
(https://wayland.freedesktop.org/docs/html/ch04.html). The numbers of the requests are those of
`wayland.xml` and `xdg-shell.xml`.
"""

import array
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

DISPLAY: Final = 1  # the object that is there from the start
ERROR, DELETE_ID = 0, 1  # its events
SYNC, GET_REGISTRY = 0, 1
BIND: Final = 0  # of the registry
GLOBAL: Final = 0  # its event
CREATE_SURFACE: Final = 0  # of the compositor
CREATE_POOL: Final = 0  # of shared memory
CREATE_BUFFER, DESTROY_POOL = 0, 1
DESTROY_BUFFER: Final = 0
DESTROY_SURFACE, ATTACH, DAMAGE, COMMIT = 0, 1, 2, 6
GET_XDG_SURFACE, PONG = 2, 3  # of the shell
PING: Final = 0  # its event
DESTROY_XDG_SURFACE, GET_TOPLEVEL, ACK_CONFIGURE = 0, 1, 4
CONFIGURE: Final = 0  # event of both an xdg_surface and a toplevel
DESTROY_TOPLEVEL, SET_TITLE, SET_FULLSCREEN = 0, 2, 11
ARGB8888: Final = 0


class WaylandError(Exception):
    """There is no compositor, or it ended. The sentence says which."""


class Event(NamedTuple):
    """What the compositor says: of which object, which of its events, and the arguments as sent."""

    of: int
    number: int
    body: bytes

    def words(self) -> tuple[int, ...]:
        """Return the arguments as unsigned numbers of 32 bits."""
        return struct.unpack(f"={len(self.body) // 4}I", self.body)


def text(value: str) -> bytes:
    """Return a string as an argument: its length with the zero at its end, padded.

    >>> text("shm").hex()
    '0400000073686d00'
    """
    raw = value.encode() + b"\0"
    return struct.pack("=I", len(raw)) + raw + bytes(-len(raw) % 4)


class Wire:
    """The socket to the compositor, and the numbers of our objects.

    Raises
    ------
    WaylandError
        When there is none.
    """

    def __init__(self) -> None:
        folder = Path(os.environ.get("XDG_RUNTIME_DIR", "/run"))
        path = folder / os.environ.get("WAYLAND_DISPLAY", "wayland-0")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise WaylandError(
                f"There is no compositor at {path} ({error.strerror}). Start it under cage."
            ) from error
        self._socket.settimeout(0.0)
        self._received = b""
        self._numbers = DISPLAY
        self._free: list[int] = []

    def fileno(self) -> int:
        """Return the descriptor, for selectors."""
        return self._socket.fileno()

    def new(self) -> int:
        """Return a number for a new object."""
        if self._free:
            return self._free.pop()
        self._numbers += 1
        return self._numbers

    def ask(self, of: int, request: int, *arguments: int | bytes, fd: int | None = None) -> None:
        """Send a request.

        Parameters
        ----------
        of, request
            The object and the number of its request.
        arguments
            Numbers, and what is packed already.
        fd
            A descriptor that goes with it.
        """
        body = b"".join(
            one if isinstance(one, bytes) else struct.pack("=I", one & 0xFFFFFFFF)
            for one in arguments
        )
        packet = struct.pack("=II", of, (8 + len(body)) << 16 | request) + body
        rights = (
            [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))]
            if fd is not None
            else []
        )
        try:
            if self._socket.sendmsg([packet], rights) != len(packet):
                raise WaylandError("The compositor takes nothing any more.")
        except OSError as error:
            raise WaylandError(f"The compositor is gone ({error.strerror}).") from error

    def events(self) -> Iterator[Event]:
        """Yield what has come since; waits for nothing.

        Raises
        ------
        WaylandError
            When the compositor ended, or found a mistake of ours.
        """
        try:
            # A descriptor that comes along, a keymap's, is not asked for and closed by the kernel.
            got = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            raise WaylandError(f"The compositor is gone ({error.strerror}).") from error
        if not got:
            raise WaylandError("The compositor has ended.")
        self._received += got
        while len(self._received) >= 8:
            of, head = struct.unpack_from("=II", self._received)
            size = head >> 16
            if len(self._received) < size:
                return
            body, self._received = self._received[8:size], self._received[size:]
            event = Event(of, head & 0xFFFF, body)
            if of == DISPLAY and event.number == DELETE_ID:
                self._free.append(event.words()[0])
            elif of == DISPLAY and event.number == ERROR:
                raise WaylandError(f"The compositor refused a request: {body[12:]!r}.")
            else:
                yield event

    def close(self) -> None:
        """Go away; whatever we showed goes with us."""
        self._socket.close()
