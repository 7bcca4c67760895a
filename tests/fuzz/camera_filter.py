"""Fuzz the filters: whatever a worker writes, what reaches a camera is whole and allowed."""

from device.boson.commands import COMMANDS
from device.boson.fbp import REQUEST, Message
from device.boson.fslp import MAX_PAYLOAD, MAX_WIRE, Decoder, encode
from device.evo_thermal.commands import ALLOWED
from device.lepton.commands import Asked, Commands, answer_of
from service.sandbox.camera_filter.boson import BosonFilter
from service.sandbox.camera_filter.evo_thermal import EvoThermalFilter
from service.sandbox.camera_filter.lepton import LeptonFilter
from tests.fuzz.harness import fuzz

SEEDS = (
    *(
        b"\xff" + Message(7, function, REQUEST, data).to_bytes()
        for function, command in COMMANDS.items()
        for data in (*sorted(command.allowed)[:2], bytes(command.request.size))
    ),
    *(
        b"\x07" + encode(Message(7, function, REQUEST, data).to_bytes())
        for function, command in COMMANDS.items()
        for data in (*sorted(command.allowed)[:2], bytes(command.request.size))
    ),
    *(b"\x02" + command * 2 for command in ALLOWED),
    *(
        b"\x01" + Asked(c.value.unit, c.value.selector, 1, bytes(c.value.size)).to_bytes()
        for c in Commands
    ),
)


def one_input(data: bytes) -> None:
    """Give the bytes to each filter, in pieces whose size is the first of them."""
    piece, stream = (data[0] + 1, data[1:]) if data else (1, b"")
    pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]
    _boson(pieces)
    _boson([encode(part[:MAX_PAYLOAD]) for part in pieces])  # whole packets: what is in them counts
    _evo_thermal(pieces)
    _lepton(stream)


def _boson(pieces: list[bytes]) -> None:
    wire, reader = BosonFilter(captures=True), Decoder()
    for part in pieces:
        passed = wire.judge(part)
        for payload in reader.feed(passed.camera):
            request = Message.from_bytes(payload)
            assert request.status == REQUEST
            assert request.data in COMMANDS[request.function].allowed
        assert wire._decoder.pending < MAX_WIRE
        assert len(passed.worker) <= 4 * len(b"".join(pieces)) + 64
    assert not reader.dropped
    assert not reader.pending


def _evo_thermal(pieces: list[bytes]) -> None:
    wire = EvoThermalFilter()
    passed = b"".join(wire.judge(part).camera for part in pieces)
    for command in ALLOWED:
        passed = passed.replace(command, b"")
    assert not passed


def _lepton(record: bytes) -> None:
    asked: list[Asked] = []
    wire = LeptonFilter(lambda query: asked.append(query) or b"")  # type: ignore[func-returns-value]
    number, _ = answer_of(wire.answer(record))
    assert (number == 0) == bool(asked)
    for query in asked:
        (command,) = (
            c.value
            for c in Commands
            if (c.value.unit, c.value.selector) == (query.unit, query.selector)
        )
        assert query.value in command.sets if query.kind == 1 else command.read or command.sets


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
