"""Every published or captured packet is read and written, byte for byte."""

import pytest

from device.boson.fbp import REQUEST, LoopedBack, Message, UnknownCommand
from device.boson.fslp import Decoder, encode
from tests.device.boson.golden import GOLDEN, GOLDEN_MESSAGES, Golden


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_the_packet_is_read(golden: Golden) -> None:
    (payload,) = Decoder().feed(bytes.fromhex(golden.wire))
    message = Message.from_bytes(payload)
    command = golden.command
    assert (message.sequence, message.function) == (golden.sequence, command.function)
    assert message.status == golden.status
    layout = command.request if golden.status == REQUEST else command.reply
    assert layout.unpack(message.data) == golden.values


@pytest.mark.parametrize("golden", GOLDEN, ids=str)
def test_the_packet_is_written(golden: Golden) -> None:
    command = golden.command
    layout = command.request if golden.status == REQUEST else command.reply
    data = layout.pack(*golden.values)
    message = Message(golden.sequence, command.function, golden.status, data)
    assert encode(message.to_bytes()).hex().upper() == golden.wire


@pytest.mark.parametrize(("wire", "sequence", "function", "data"), GOLDEN_MESSAGES)
def test_stuffed_headers_and_values_survive(
    wire: str, sequence: int, function: int, data: str
) -> None:
    message = Message(sequence, function, data=bytes.fromhex(data))
    assert encode(message.to_bytes()).hex().upper() == wire
    assert [Message.from_bytes(p) for p in Decoder().feed(bytes.fromhex(wire))] == [message]


def test_the_bad_command_is_named() -> None:
    (payload,) = Decoder().feed(bytes.fromhex("8E0000000001DEADBEEF00000161485DAE"))
    failure = Message.from_bytes(payload).failure("dummyBadCommand")
    assert isinstance(failure, UnknownCommand)
    assert "dummyBadCommand with BAD_COMMAND_ID (0x0161)" in str(failure)


def test_a_looped_cable_is_named() -> None:
    (payload,) = Decoder().feed(bytes.fromhex("8E000000000100050002FFFFFFFF010BAE"))
    assert isinstance(Message.from_bytes(payload).failure("bosonGetCameraSN"), LoopedBack)
