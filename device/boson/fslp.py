"""FLIR Serial Line Packets: bytes on a serial line <-> packets, whatever the line does to them.

A packet on the wire (FLIR 102-9013-00, section 3):

    8E | channel | payload, 0 to 768 bytes | CRC high | CRC low | AE
         '----------------- stuffed ------------------'

The CRC is CRC-16 with polynomial 1021 and initial value 1D0F over channel and payload, before
stuffing. Stuffing keeps the three marks out of everything between them, CRC included:

    8E -> 9E 81        9E -> 9E 91        AE -> 9E A1

How the decoder recovers, and what it counts:

    bytes before a start mark              dropped                                  noise
    a start mark inside a packet           the packet was cut; a new one starts     cut
    9E followed by anything else           the packet is dropped                    malformed
    no room for channel and CRC, or too    the packet is dropped                    malformed
    much payload
    CRC differs                            the packet is dropped                    bad_crc
    no end mark within 1544 bytes          these bytes are dropped                  too_long
    another channel than the wanted one    the packet is dropped                    other_channel

It never holds more than 1543 bytes between calls, and gives the same packets for any chunking.
"""

import binascii
from collections import Counter

START, ESCAPE, END = 0x8E, 0x9E, 0xAE
MAX_PAYLOAD = 768
MAX_WIRE = 1 + 2 + 2 * MAX_PAYLOAD + 4 + 1  # every byte between the marks stuffed
COMMAND_CHANNEL = 0

_CRC_INITIAL = 0x1D0F
_UNSTUFFED = {0x81: b"\x8e", 0x91: b"\x9e", 0xA1: b"\xae"}


def encode(payload: bytes, channel: int = COMMAND_CHANNEL) -> bytes:
    """Return `payload` as a packet ready for the wire."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a packet carries at most {MAX_PAYLOAD} bytes, not {len(payload)}")
    body = bytes((channel,)) + payload
    body += binascii.crc_hqx(body, _CRC_INITIAL).to_bytes(2, "big")
    body = body.replace(b"\x9e", b"\x9e\x91").replace(b"\x8e", b"\x9e\x81")
    return b"\x8e" + body.replace(b"\xae", b"\x9e\xa1") + b"\xae"


class Decoder:
    """Finds packets in a stream of bytes.

    Parameters
    ----------
    channel
        The only channel whose packets are wanted.

    Attributes
    ----------
    dropped
        How often each recovery of the module's table happened; `noise` and `too_long` in bytes.
    """

    def __init__(self, channel: int = COMMAND_CHANNEL) -> None:
        self._channel = channel
        self._pending = bytearray()
        self.dropped: Counter[str] = Counter()

    @property
    def pending(self) -> int:
        """Bytes of an unfinished packet that are held."""
        return len(self._pending)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the payloads of the packets that `data` completes, in order."""
        pending = self._pending
        pending += data
        payloads = []
        while self._find_start():
            end = pending.find(END, 1, MAX_WIRE)
            restart = pending.rfind(START, 1, MAX_WIRE if end < 0 else end)
            if restart > 0:
                self.dropped["cut"] += pending.count(START, 1, restart) + 1
                del pending[:restart]
            elif end > 0:
                payload = self._unpack(bytes(pending[1:end]))
                if payload is not None:
                    payloads.append(payload)
                del pending[: end + 1]
            elif len(pending) >= MAX_WIRE:
                self.dropped["too_long"] += MAX_WIRE
                del pending[:MAX_WIRE]
            else:
                break
        return payloads

    def reset(self) -> None:
        """Forget the unfinished packet."""
        self._pending.clear()

    def _find_start(self) -> bool:
        """Drop everything before the first start mark; False when there is none."""
        start = self._pending.find(START)
        noise = len(self._pending) if start < 0 else start
        if noise:
            self.dropped["noise"] += noise
            del self._pending[:noise]
        return start >= 0

    def _unpack(self, stuffed: bytes) -> bytes | None:
        """Return the payload of what stood between the marks, or None and a reason counted."""
        body = _unstuff(stuffed)
        if body is None or not 3 <= len(body) <= MAX_PAYLOAD + 3:
            self.dropped["malformed"] += 1
        elif binascii.crc_hqx(body, _CRC_INITIAL) != 0:  # over itself and its CRC: zero
            self.dropped["bad_crc"] += 1
        elif body[0] != self._channel:
            self.dropped["other_channel"] += 1
        else:
            return body[1:-2]
        return None


def _unstuff(stuffed: bytes) -> bytes | None:
    """Undo the stuffing; None when an escape mark is followed by what it cannot be."""
    first, *rest = stuffed.split(b"\x9e")
    body = [first]
    for piece in rest:
        mark = _UNSTUFFED.get(piece[0]) if piece else None
        if mark is None:
            return None
        body += (mark, piece[1:])
    return b"".join(body)
