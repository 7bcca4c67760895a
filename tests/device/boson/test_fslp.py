"""The framing: any bytes, any chunks, and the recovery that its table promises."""

import binascii
import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.boson.fslp import MAX_PAYLOAD, MAX_WIRE, Decoder, encode

payloads = st.binary(max_size=MAX_PAYLOAD)
marks = st.sampled_from([0x8E, 0x9E, 0xAE, 0x81, 0x91, 0xA1, 0x00])
# Half marks, half anything: what random bytes hit too rarely.
line_bytes = st.lists(marks | st.integers(0, 255), max_size=4000).map(bytes)


def chunked(data: bytes, cuts: list[int]) -> list[bytes]:
    """Cut `data` at the given places."""
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]


class ByteMachine:
    """The same framing written once more, a byte at a time, straight from the table."""

    def __init__(self) -> None:
        self.body: bytearray | None = None
        self.length = 0
        self.payloads: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        for byte in data:
            if byte == 0x8E:
                self.body, self.length = bytearray(), 1
                continue
            if self.body is None:
                continue
            self.length += 1
            if byte == 0xAE:
                self.finish()
            elif self.length == MAX_WIRE:
                self.body = None
            else:
                self.body.append(byte)
        return self.payloads

    def finish(self) -> None:
        stuffed, self.body = self.body, None
        plain = bytearray()
        rest = iter(stuffed or b"")
        for byte in rest:
            if byte == 0x9E:
                mark = next(rest, None)
                if mark not in (0x81, 0x91, 0xA1):
                    return
                plain.append(mark + 0x0D)
            else:
                plain.append(byte)
        if not 3 <= len(plain) <= MAX_PAYLOAD + 3 or plain[0] != 0:
            return
        if binascii.crc_hqx(plain[:-2], 0x1D0F) == int.from_bytes(plain[-2:], "big"):
            self.payloads.append(bytes(plain[1:-2]))


@given(payloads)
def test_what_is_encoded_is_decoded(payload: bytes) -> None:
    wire = encode(payload)
    assert len(wire) <= MAX_WIRE
    assert not set(wire[1:-1]) & {0x8E, 0xAE}, "no mark between the marks"
    assert Decoder().feed(wire) == [payload]


@given(line_bytes, payloads, line_bytes, st.lists(st.integers(0, 10**6), max_size=30))
def test_any_chunking_gives_the_same_packets_and_counts(
    before: bytes, payload: bytes, after: bytes, cuts: list[int]
) -> None:
    line = before + encode(payload) + after
    whole = Decoder()
    expected = whole.feed(line)
    pieces = Decoder()
    got = []
    for chunk in chunked(line, cuts):
        got += pieces.feed(chunk)
        assert pieces.pending < MAX_WIRE
    assert (got, pieces.dropped, pieces.pending) == (expected, whole.dropped, whole.pending)
    assert ByteMachine().feed(line) == expected


@given(line_bytes, payloads)
def test_a_packet_after_any_noise_arrives_unless_the_noise_ends_inside_one(
    noise: bytes, payload: bytes
) -> None:
    """A start mark always starts a packet, so whatever came before cannot swallow the next."""
    assert Decoder().feed(noise + encode(payload))[-1:] == [payload]


def test_a_keep_alive_without_payload_is_a_packet() -> None:
    assert Decoder().feed(encode(b"")) == [b""]


def test_the_longest_packet_is_1544_bytes_and_decoded() -> None:
    payload = b"\x8e" * MAX_PAYLOAD
    wire = encode(payload)
    assert Decoder().feed(wire) == [payload]
    assert MAX_WIRE == 1544


def test_too_much_payload_is_not_encoded() -> None:
    with pytest.raises(ValueError, match="at most 768"):
        encode(bytes(769))


@pytest.mark.parametrize(
    ("line", "dropped"),
    [
        (b"noise", {"noise": 5}),
        (b"\x8e\x00cut off" + encode(b"next"), {"cut": 1}),
        (b"\x8e\x00\x9e\x00\x00\x00\xae", {"malformed": 1}),
        (b"\x8e\x00\x9e\xae", {"malformed": 1}),
        (b"\x8e\xae", {"malformed": 1}),
        (encode(bytes(3))[:-3] + b"\x00\x00\xae", {"bad_crc": 1}),
        (b"\x8e" + bytes(1543), {"too_long": 1544}),
        (b"\x8e" + bytes(1541) + b"\xae", {"malformed": 1}),
        (encode(b"debug text", channel=0x99), {"other_channel": 1}),
    ],
)
def test_each_recovery_is_counted(line: bytes, dropped: dict[str, int]) -> None:
    decoder = Decoder()
    decoder.feed(line)
    assert decoder.dropped == Counter(dropped)
    assert decoder.feed(encode(b"after")) == [b"after"], "and the next packet arrives"


@given(payloads.filter(bool), st.data())
def test_a_flipped_bit_is_never_passed_on(payload: bytes, data: st.DataObject) -> None:
    """CRC-16 finds every single-bit error; a flip that makes a mark breaks the framing instead."""
    wire = bytearray(encode(payload))
    at = data.draw(st.integers(1, len(wire) - 2))
    wire[at] ^= 1 << data.draw(st.integers(0, 7))
    assert payload not in Decoder().feed(bytes(wire))
