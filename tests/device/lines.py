"""Serial lines for tests: perfect, in single bytes, lossy, delayed. Given bytes, what arrives.

A line is made anew for each sensor, so that what it loses does not depend on other tests.
"""

import random
from collections.abc import Callable, Iterable

Line = Callable[[bytes], Iterable[tuple[float, bytes]]]


def perfect() -> Line:
    return lambda packet: [(0.0, packet)]


def small_pieces(longest: int = 4096, piece: int = 1) -> Line:
    """Single bytes; packets longer than `longest` in pieces of `piece` bytes."""

    def carry(packet: bytes) -> Iterable[tuple[float, bytes]]:
        size = piece if len(packet) > longest else 1
        return [(0.0, packet[at : at + size]) for at in range(0, len(packet), size)]

    return carry


def lossy(every: int = 2) -> Line:
    """One packet in `every` loses a byte, gains one, or has one changed; the first is whole."""
    chance = random.Random(11)  # noqa: S311 - noise on a cable, not a secret
    count = 0

    def carry(packet: bytes) -> Iterable[tuple[float, bytes]]:
        nonlocal count
        count += 1
        if count % every:
            return [(0.0, packet)]
        at = chance.randrange(len(packet))
        middle = chance.choice([b"", chance.randbytes(2), bytes((packet[at] ^ 0x20,))])
        return [(0.0, packet[:at] + middle + packet[at + 1 :])]

    return carry


def delayed() -> Line:
    return lambda packet: [(0.01, packet[:7]), (0.01, packet[7:])]


LINES: dict[str, Callable[[], Line]] = {
    "perfect line": perfect,
    "line of single bytes": small_pieces,
    "lossy line": lossy,
    "delayed line": delayed,
}
