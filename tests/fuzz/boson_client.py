"""Fuzz the Boson's client: whatever a camera answers ends in a value or in a named error."""

import contextlib

from device.boson import commands
from device.boson.client import BosonClient
from device.boson.fbp import Message
from device.boson.fslp import Decoder, encode
from device.errors import ProtocolError
from tests.fuzz.boson_packets import WIRES
from tests.fuzz.harness import fuzz

COMMANDS = tuple(commands.COMMANDS.values())
SEEDS = (
    *(bytes((number, 0)) + wire for number, wire in enumerate(WIRES)),
    *(bytes((number, 1, 0, 0)) + bytes(24) for number in range(0, len(COMMANDS), 4)),
    bytes((0, 1, 0x01, 0x61)),
    bytes((0, 1, 0x02, 0x83)),
)


class Line:
    """Answers the request with given bytes; an odd first byte has them addressed correctly."""

    name = "fuzz"

    def __init__(self, data: bytes) -> None:
        self._data, self._answer = data, b""

    def write(self, wire: bytes) -> None:
        (payload,) = Decoder().feed(wire)
        request = Message.from_bytes(payload)
        self._answer = self._data[1:]
        if self._data[:1] and self._data[0] % 2:
            status = int.from_bytes(self._data[1:3], "big") % 0x300
            answer = Message(request.sequence, request.function, status, self._data[3:750])
            self._answer = encode(answer.to_bytes())

    def read(self, _: float) -> bytes:
        answer, self._answer = self._answer, b""
        return answer

    def close(self) -> None:
        pass


def one_input(data: bytes) -> None:
    """Call the command that the first byte says, and answer it with the rest."""
    command = COMMANDS[data[0] % len(COMMANDS) if data else 0]
    values = [1.0 if field.format == "f" else 1 for field in command.request.fields]
    client = BosonClient(Line(data[1:]), timeout_s=0.0, attempts=1, patience_s=0.0)
    with contextlib.suppress(ProtocolError):
        client.call(command, *values)


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
