"""A filter between an emulated camera and a worker, honest or not."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from device.boson.emulator.camera import EmulatedCamera
from device.boson.emulator.link import EmulatedLink
from device.boson.emulator.scene import DoorScene
from device.boson.transport import SerialTransport

Between = Callable[[Callable[[int], None]], socket.socket]


@pytest.fixture
def link(tmp_path: Path) -> Iterator[EmulatedLink]:
    """Start an emulated Boson 320."""
    with EmulatedLink(EmulatedCamera(DoorScene(320, 256)), tmp_path / "boson") as link:
        yield link


@contextmanager
def filtered(
    carry: Callable[[int], None], kind: socket.SocketKind = socket.SOCK_STREAM
) -> Iterator[socket.socket]:
    """Run `carry` with one end of a pair of sockets; yield the worker's end.

    When the worker's end is closed, the filter must end by itself within a second.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
    thread = threading.Thread(target=carry, args=(theirs.fileno(),), daemon=True)
    thread.start()
    try:
        yield ours
    finally:
        ours.close()
        thread.join(timeout=1.0)
        assert not thread.is_alive(), "the filter outlives its worker"
        theirs.close()


@pytest.fixture
def opened() -> Iterator[Callable[[str], int]]:
    """Open serial ports as the station's opener does; return the descriptor of each."""
    with ExitStack() as ports:

        def open_port(path: str) -> int:
            port = SerialTransport(path)
            ports.callback(port.close)
            return int(port._serial.fileno())

        yield open_port
