"""Fuzz the packets of the Boson: any bytes, in any pieces, give the same or nothing."""

from device.boson.fslp import MAX_PAYLOAD, MAX_WIRE, Decoder, encode
from tests.device.boson.golden import GOLDEN
from tests.fuzz.harness import fuzz

WIRES = tuple(bytes.fromhex(golden.wire) for golden in GOLDEN)
SEEDS = (
    *(b"\x07" + wire for wire in WIRES),
    b"\x10" + b"".join(WIRES[:6]),
    b"\x40" + b"\x8e\x9e\xae\x81\x91\xa1" * 10,
    b"\xff" + b"\x8e" + bytes(1550) + WIRES[0],
)


def one_input(data: bytes) -> None:
    """Feed the bytes at once and in pieces, whose size is the first of them."""
    piece = data[0] + 1 if data else 1
    stream = data[1:]
    whole, cut = Decoder(), Decoder()
    payloads = whole.feed(stream)
    pieces = []
    for at in range(0, len(stream), piece):
        pieces += cut.feed(stream[at : at + piece])
        assert cut.pending < MAX_WIRE
    assert (payloads, whole.dropped) == (pieces, cut.dropped)
    for payload in payloads:
        assert len(payload) <= MAX_PAYLOAD
        assert Decoder().feed(encode(payload)) == [payload]


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
