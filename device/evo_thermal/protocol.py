"""What the Evo Thermal says on its serial line: frames, and answers to commands.

    frame    0D 00 | 32 x 32 pixels u16 | sensor's own temperature u16 | 14 bytes | CRC-32   2070 B
    command  00 52 02 switch CRC-8                  switches its stream on (01) or off (00)
    answer   14 command result CRC-8                result 00: done, FF: refused

Numbers are little-endian, temperatures in tenths of a kelvin. The CRC-32 (MPEG-2) covers everything
between header and CRC, and is sent high half first; the CRC-8 (polynomial 07) covers what is before
it. Nothing marks the end of a packet, and a pixel may look like a header. So a packet counts only
when its CRC agrees, and otherwise the search goes on with the next byte.

Source: Terabee, https://github.com/Terabee/sample_codes (MIT), `Evo_Thermal_sample_py3.py`.
"""

import re
import struct
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.evo_thermal.commands import SWITCH

SIDE = 32
KELVIN_PER_COUNT = 0.1
FRAME_BYTES = 2070

_HEADER = b"\x0d\x00"
_CHECKED = slice(2, 2066)  # what the CRC-32 covers
_ANSWER = 0x14
_START = re.compile(rb"\x14|\x0d(?:\x00|\Z)")  # a packet, or at the end what may become one
_ANSWER_BYTES = 4
_DONE, _REFUSED = 0x00, 0xFF
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame.

    Attributes
    ----------
    packet
        All of its bytes, checked.
    """

    packet: bytes

    @property
    def counts(self) -> NDArray[np.uint16]:
        """Pixels, `(32, 32) uint16` in tenths of a kelvin, read-only."""
        return np.frombuffer(self.packet, "<u2", SIDE * SIDE, 2).reshape(SIDE, SIDE)

    @property
    def sensor_kelvin(self) -> float:
        """The sensor's own temperature in kelvin."""
        ambient: int = struct.unpack_from("<H", self.packet, 2 + 2 * SIDE * SIDE)[0]
        return ambient * KELVIN_PER_COUNT

    @classmethod
    def of(
        cls, counts: NDArray[np.uint16], sensor_kelvin: float, tail: bytes = bytes(14)
    ) -> "Frame":
        """Make the frame of `(32, 32)` counts; `tail` is the part whose meaning is not public."""
        own = struct.pack("<H", round(sensor_kelvin / KELVIN_PER_COUNT))
        body = counts.astype("<u2").tobytes() + own + tail
        check = crc32(body)
        return cls(_HEADER + body + struct.pack("<HH", check >> 16, check & 0xFFFF))


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to the stream command."""

    done: bool

    def to_bytes(self) -> bytes:
        """Return its packet."""
        body = bytes((_ANSWER, SWITCH, _DONE if self.done else _REFUSED))
        return body + bytes((crc8(body),))


class Decoder:
    """Finds packets in a stream of bytes, whatever is between them and however they are cut up.

    Attributes
    ----------
    dropped
        Bytes that belong to no packet.
    """

    def __init__(self) -> None:
        self.dropped: Counter[str] = Counter()
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame | Answer]:
        """Take what came, return the packets that are whole now."""
        packets: list[Frame | Answer] = []
        for start in range(0, len(data), FRAME_BYTES):  # so that the buffer stays bounded
            self._buffer += data[start : start + FRAME_BYTES]
            packets += self._take()
        return packets

    def _take(self) -> list[Frame | Answer]:
        packets: list[Frame | Answer] = []
        buffer, at = self._buffer, 0
        while found := _START.search(buffer, at):
            self.dropped["bytes"] += found.start() - at
            at = found.start()
            end = at + (_ANSWER_BYTES if buffer[at] == _ANSWER else FRAME_BYTES)
            if end > len(buffer):
                break  # it may become a packet
            packet = _packet(bytes(buffer[at:end]))
            if packet is None:
                self.dropped["bytes"] += 1
                at += 1
            else:
                packets.append(packet)
                at = end
        else:
            self.dropped["bytes"] += len(buffer) - at
            at = len(buffer)
        del buffer[:at]
        return packets


def _packet(raw: bytes) -> Frame | Answer | None:
    if len(raw) == _ANSWER_BYTES:
        body = raw[:3]
        known = body[1] == SWITCH and body[2] in {_DONE, _REFUSED}
        return Answer(body[2] == _DONE) if known and crc8(body) == raw[3] else None
    high, low = struct.unpack_from("<HH", raw, _CHECKED.stop)
    return Frame(raw) if crc32(raw[_CHECKED]) == high << 16 | low else None


def crc8(data: bytes) -> int:
    """Return the CRC-8 with polynomial 07, initial value 0 (as SMBus)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc


def crc32(data: bytes) -> int:
    """Return the CRC-32/MPEG-2: that of zlib, with the bits of everything mirrored.

    zlib's takes the lowest bit first and inverts the result; this one takes the highest first and
    does not.
    """
    mirrored = zlib.crc32(data.translate(_MIRROR)) ^ 0xFFFF_FFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_MIRROR), "big")
