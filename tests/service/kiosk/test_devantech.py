"""The lamp's relay is told by its bytes, and a lamp that is not what it was told is said."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.kiosk.devantech import UsbRly02
from service.kiosk.wires import LampError, Wires
from tests.service.kiosk.relay import Relay


@pytest.fixture
def relay() -> Iterator[Relay]:
    relay = Relay()
    yield relay
    relay.close()


@pytest.mark.parametrize(
    ("wires", "states"),
    [
        (Wires(), 0),
        (Wires(screening=True), 1),
        (Wires(alarm=True), 2),
        (Wires(screening=True, alarm=True), 3),
    ],
)
def test_both_wires_are_set_in_one_command_and_read_back(
    relay: Relay, wires: Wires, states: int
) -> None:
    lamp = UsbRly02(relay.path)
    relay.heard = b""
    lamp.set(wires)
    assert relay.states == states
    assert relay.heard == bytes((0x5C, states, 0x5B))
    lamp.close()


def test_a_lamp_that_is_let_go_rests(relay: Relay) -> None:
    lamp = UsbRly02(relay.path)
    lamp.set(Wires(screening=True, alarm=True))
    lamp.close()
    lamp = UsbRly02(relay.path)  # its answers come after what was said before
    assert relay.states == 0
    lamp.close()


def test_a_contact_that_does_not_move_is_said(relay: Relay) -> None:
    lamp = UsbRly02(relay.path)
    relay.stuck = True
    with pytest.raises(LampError, match="read 0x00, not 0x01"):
        lamp.set(Wires(screening=True))
    lamp.close()


def test_another_module_is_no_lamp() -> None:
    relay = Relay(identity=0x0F)  # a USB-RLY16L
    with pytest.raises(LampError, match="module 0x0f, not a USB-RLY02"):
        UsbRly02(relay.path)
    relay.close()


@pytest.mark.parametrize("fault", ["silent", "halved"])
def test_a_relay_that_does_not_answer_whole_is_said_in_time(relay: Relay, fault: str) -> None:
    setattr(relay, fault, True)
    with pytest.raises(LampError, match="of 2 bytes to 0x5a within"):
        UsbRly02(relay.path)


def test_an_answer_that_came_too_late_is_not_taken_for_the_next(relay: Relay) -> None:
    lamp = UsbRly02(relay.path)
    lamp.set(Wires(alarm=True))
    relay._say(b"\x01")  # nobody asked
    lamp.set(Wires(alarm=True))
    lamp.close()


def test_what_is_no_serial_port_is_said(tmp_path: Path) -> None:
    with pytest.raises(LampError, match="Plug it in"):
        UsbRly02(tmp_path / "limen-lamp")
    (tmp_path / "file").touch()
    with pytest.raises(LampError, match="no serial port"):
        UsbRly02(tmp_path / "file")
