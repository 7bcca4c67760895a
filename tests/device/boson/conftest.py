"""Emulated Bosons for the tests: small, so that a frame over the serial line is quick."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from device.boson.client import BosonClient
from device.boson.emulator.camera import EmulatedCamera, Maker
from device.boson.emulator.link import EmulatedLink
from device.boson.emulator.scene import DoorScene
from device.boson.transport import SerialTransport

Emulate = Callable[..., EmulatedLink]


@pytest.fixture
def emulate(tmp_path: Path) -> Iterator[Emulate]:
    """Start emulated cameras: `emulate(serial=..., percent=...)` as in `Maker`."""
    with ExitStack() as links:

        def start(*, array: int = 320, **made: Any) -> EmulatedLink:
            scene = DoorScene(array, 256 if array == 320 else 512)
            camera = EmulatedCamera(scene, Maker(**made))
            return links.enter_context(EmulatedLink(camera, tmp_path / "boson"))

        yield start


@pytest.fixture
def link(emulate: Emulate) -> EmulatedLink:
    """Start one emulated Boson 320."""
    return emulate()


@pytest.fixture
def client(link: EmulatedLink) -> Iterator[BosonClient]:
    """Connect a client to it."""
    client = BosonClient(SerialTransport(link.port), timeout_s=0.2)
    yield client
    client.close()
