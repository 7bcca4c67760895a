"""Fuzz the packets of the Evo Thermal: any bytes, in any pieces, give the same or nothing."""

import numpy as np

from device.evo_thermal.protocol import FRAME_BYTES, Answer, Decoder, Frame
from tests.fuzz.harness import fuzz

FRAME = Frame.of(np.full((32, 32), 2951, np.uint16), 303.1).packet
SEEDS = (
    b"\x01" + Answer(done=True).to_bytes() * 3,
    b"\x09" + FRAME[:40] + Answer(done=False).to_bytes(),
    b"\xff" + FRAME + FRAME,
    b"\x40" + b"\x0d\x00" * 40 + FRAME,
)


def one_input(data: bytes) -> None:
    """Feed the bytes at once and in pieces, whose size is the first of them."""
    piece = data[0] + 1 if data else 1
    stream = data[1:]
    whole, cut = Decoder(), Decoder()
    packets = whole.feed(stream)
    pieces = [p for at in range(0, len(stream), piece) for p in cut.feed(stream[at : at + piece])]
    assert packets == pieces
    assert whole.dropped == cut.dropped
    assert len(whole._buffer) <= FRAME_BYTES
    for packet in packets:
        raw = packet.packet if isinstance(packet, Frame) else packet.to_bytes()
        assert raw in stream


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
