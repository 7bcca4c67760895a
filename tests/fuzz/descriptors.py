"""Fuzz the USB descriptor parser: `python -m tests.fuzz.descriptors [MUTATIONS] [SEED]`.

Mutates the descriptors of devices, honest and hostile, and ends with an error when the parser, or
the judgement of what it read, raises anything but DescriptorError.
"""

import random
import sys
import time

from hardware.errors import DescriptorError
from hardware.host.descriptors import Code, parse
from hardware.host.functions import findings
from tests.hardware.trees import (
    ACM,
    CDC_DATA,
    SENSOR_CONFIGURATION,
    Association,
    Setting,
    configuration,
    device_bytes,
    functional,
)

SEEDS = (
    device_bytes(SENSOR_CONFIGURATION),
    device_bytes(SENSOR_CONFIGURATION, configuration(Setting(Code(2, 6, 0), 0), value=2)),
    device_bytes(configuration(Setting(Code(3, 1, 1), extra=b"\x09\x21" + bytes(7), endpoints=1))),
    device_bytes(
        configuration(
            Association(Code(0xE0, 1, 3)),
            Setting(ACM, 0, extra=functional(0x0F, *range(10))),
            Setting(CDC_DATA, 1, alternate=0),
            Setting(CDC_DATA, 1, alternate=1, endpoints=2),
        )
    ),
    device_bytes(configuration(Setting(Code(0xFF, 0, 0), endpoints=15))),
)
TELLING = (0, 1, 2, 4, 5, 9, 0x0B, 0x12, 0x24, 0x7F, 0x80, 0xFE, 0xFF)


def mutate(seed: bytes, rng: random.Random) -> bytes:
    """Return a seed with one to six small changes."""
    raw = bytearray(seed)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(raw) + 1)
        match rng.randrange(6):
            case 0:
                raw[at:at] = rng.randbytes(rng.randint(1, 9))
            case 1:
                del raw[at : at + rng.randint(1, 9)]
            case 2:
                raw[at:at] = raw[at : at + rng.randint(1, 40)]
            case 3 if at < len(raw):
                raw[at] = rng.choice(TELLING)
            case 4 if at < len(raw):
                raw[at] ^= 1 << rng.randrange(8)
            case _:
                other = rng.choice(SEEDS)
                start = rng.randrange(len(other))
                raw[at : at + 20] = other[start : start + 20]
        if not raw:
            raw = bytearray(1)
    return bytes(raw)


def main(mutations: int = 1_000_000, seed: int = 1) -> None:
    """Run, and say how many mutations were read and how many refused."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, no secret
    parsed = found = 0
    started = time.process_time()
    for _ in range(mutations):
        try:
            found += bool(findings(parse(mutate(rng.choice(SEEDS), rng))))
            parsed += 1
        except DescriptorError:
            pass
    spent = time.process_time() - started
    print(
        f"{mutations} mutations in {spent:.0f} s: {parsed} read ({found} of them with a function"
        f" that is not allowed), {mutations - parsed} refused, no other error."
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
