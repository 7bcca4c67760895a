"""What a hostile worker writes to a Boson: each attack is a name and the bytes, in pieces."""

import random
from collections.abc import Iterator

from device.boson import commands as c
from device.boson.fbp import REQUEST, Message
from device.boson.fslp import encode

Attack = tuple[str, list[bytes]]

MODULES: tuple[int, ...] = (
    0x0000,
    0x0002,
    0x0004,
    0x0005,
    0x0006,
    0x0007,
    0x000E,
    0x0010,
    0x001D,
    0x002F,
)
MODULES += (0x003E, 0x0040, 0x0042, 0x0043, 0xFFFF)
WRITES = (
    c.SAVE_DEFAULTS,  # the header in flash
    c.CAPTURE_TO_FILE,  # a frame in a file
    c.FACTORY_DEFAULTS,
    c.REBOOT,
    c.UART_BAUD.set,
)


def packet(function: int, data: bytes = b"", status: int = REQUEST, sequence: int = 7) -> bytes:
    return encode(Message(sequence, function, status, data).to_bytes())


def allowed(function: int, data: bytes) -> bool:
    """Whether the table lets a request through: what the emulator may have heard."""
    command = c.COMMANDS.get(function)
    return command is not None and data in command.allowed


def attacks() -> Iterator[Attack]:
    """Every attack; deterministic."""
    yield from _whole_table()
    yield from _other_ids()
    yield from _bent_packets()


def _whole_table() -> Iterator[Attack]:
    chance = random.Random(3)  # noqa: S311 - repeatable, no secret
    for command in c.COMMANDS.values():
        size = command.request.size
        for data in (
            bytes(size),
            b"\xff" * size,
            chance.randbytes(size),
            *(good + b"\0" for good in sorted(command.allowed)[:3]),  # one byte more
            *(good[:-1] for good in sorted(command.allowed)[:3]),  # one byte less
            *(bytes((good[0] ^ 0x80,)) + good[1:] for good in sorted(command.allowed)[:3] if good),
            chance.randbytes(500),  # a message is a place to hide a picture in
        ):
            yield f"{command.name} with {len(data)} bytes", [packet(command.function, data)]


def _other_ids() -> Iterator[Attack]:
    for module in MODULES:
        ids = [module << 16 | low for low in range(0x100)]
        yield f"every id of module {module:04X}", [packet(one) for one in ids]
    chance = random.Random(4)  # noqa: S311 - repeatable, no secret
    yield "random ids", [packet(chance.getrandbits(32)) for _ in range(2000)]


def _bent_packets() -> Iterator[Attack]:
    good = packet(c.UPTIME.function)
    for command in WRITES:
        data = bytes(command.request.size)
        bad = packet(command.function, data)
        body = Message(7, command.function, REQUEST, data).to_bytes()
        yield f"{command.name} byte by byte", [bytes((byte,)) for byte in bad]
        yield f"{command.name} in the middle of another", [good[:7] + bad + good[7:]]
        yield f"{command.name} behind an open packet", [b"\x8e" + bad, good]
        yield f"{command.name} without an end, twice", [bad[:-1], bad]
        yield f"{command.name} as an answer", [packet(command.function, data, status=0)]
        yield (
            f"{command.name} with marks in its number",
            [packet(command.function, data, sequence=0x8E9E_AE9E)],
        )
        yield f"{command.name} on other channels", [encode(body, n) for n in (1, 0x63, 0x99, 0xFF)]
        yield f"{command.name} with everything escaped", [_all_escaped(bad)]
        yield f"{command.name} behind 1543 bytes", [b"\x8e" + bytes(1542), bad]
        yield f"{command.name} in a packet that is too long", [b"\x8e" + bytes(2000) + bad]
        yield (
            f"{command.name} as data of an allowed one",
            [packet(c.READ_CAPTURE.function, bad), packet(c.UPTIME.function, body)],
        )
    yield "a keep-alive and half messages", [encode(b"abc"[:n]) for n in range(4)]
    yield "noise", [random.Random(5).randbytes(20_000)]  # noqa: S311


def _all_escaped(wire: bytes) -> bytes:
    """Escape every byte between the marks, also those that the protocol does not."""
    return b"\x8e" + b"".join(bytes((0x9E, byte - 0x0D & 0xFF)) for byte in wire[1:-1]) + b"\xae"
