"""Packets of the Evo Thermal are found in anything, and nothing else is taken for one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.evo_thermal.commands import STREAM_OFF, STREAM_ON
from device.evo_thermal.protocol import FRAME_BYTES, Answer, Decoder, Frame, crc8, crc32

COUNTS = (2950 + np.arange(1024) % 40).astype(np.uint16).reshape(32, 32)
FRAME = Frame.of(COUNTS, 303.1)


def test_checksums_have_the_published_check_values() -> None:
    assert crc32(b"123456789") == 0x0376E6E7  # CRC-32/MPEG-2
    assert crc8(b"123456789") == 0xF4  # CRC-8/SMBUS
    assert STREAM_ON[4] == crc8(STREAM_ON[:4])
    assert STREAM_OFF[4] == crc8(STREAM_OFF[:4])


def test_a_frame_lies_as_the_maker_says() -> None:
    packet = FRAME.packet
    assert len(packet) == FRAME_BYTES
    assert packet[:2] == b"\x0d\x00"
    assert packet[2:4] == (2950).to_bytes(2, "little")
    assert packet[2050:2052] == (3031).to_bytes(2, "little")
    check = crc32(packet[2:2066])
    assert packet[2066:] == (check >> 16).to_bytes(2, "little") + (check & 0xFFFF).to_bytes(
        2, "little"
    )


def test_a_frame_is_read_back() -> None:
    (frame,) = Decoder().feed(FRAME.packet)
    assert isinstance(frame, Frame)
    assert np.array_equal(frame.counts, COUNTS)
    assert frame.sensor_kelvin == pytest.approx(303.1)


@pytest.mark.parametrize("done", [True, False])
def test_an_answer_between_frames_is_read_back(done: bool) -> None:
    stream = FRAME.packet + Answer(done).to_bytes() + FRAME.packet
    assert Decoder().feed(stream) == [FRAME, Answer(done), FRAME]


def test_a_frame_after_garbage_is_found() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x0d\x00\x14\x52" * 3 + FRAME.packet + FRAME.packet)[-1] == FRAME
    assert decoder.dropped["bytes"] == 12


def test_a_frame_with_a_wrong_bit_is_dropped_and_the_next_one_found() -> None:
    for place in (0, 1, 2, 1000, 2050, 2066, 2069):
        wrong = bytearray(FRAME.packet)
        wrong[place] ^= 0x10
        assert Decoder().feed(bytes(wrong) + 2 * FRAME.packet) == [FRAME, FRAME], place


@given(st.lists(st.binary(max_size=60) | st.just(FRAME.packet), max_size=5), st.data())
def test_any_chunking_gives_the_same_packets(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    whole = Decoder()
    expected = whole.feed(stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunked, found = Decoder(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += chunked.feed(stream[start:end])
    assert found == expected
    assert chunked.dropped == whole.dropped
    assert chunked._buffer == whole._buffer


@given(st.binary(max_size=500))
def test_any_bytes_are_no_exception_and_leave_a_bounded_buffer(noise: bytes) -> None:
    decoder = Decoder()
    for _ in range(20):
        decoder.feed(noise)
        assert len(decoder._buffer) <= FRAME_BYTES


def test_a_flood_of_headers_leaves_a_bounded_buffer() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x0d\x00" * 5000) == []
    assert len(decoder._buffer) < FRAME_BYTES
