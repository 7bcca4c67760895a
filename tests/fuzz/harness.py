"""Runs a fuzz target: guided by coverage with atheris, or by plain mutation where that is missing.

    python -m tests.fuzz.evo_thermal [-runs=N] [-max_total_time=S] [-seed=N] [FOLDER]

The options are libFuzzer's; without atheris only `-runs` and `-seed` are heard. A target is a
function that takes bytes and raises only what a bug would raise; seeds are inputs to start from.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

try:
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]
except ImportError:
    atheris = None

Target = Callable[[bytes], None]


def fuzz(target: Target, seeds: Iterable[bytes]) -> None:
    """Run `target` as the command line says, and say how many inputs it took."""
    seeds = tuple(seeds)
    for seed in seeds:
        target(seed)
    if atheris is None:
        _mutate(target, seeds)
        return
    atheris.instrument_all()
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds):
            (Path(corpus) / f"seed-{number}").write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], target)
        atheris.Fuzz()


def _mutate(target: Target, seeds: tuple[bytes, ...]) -> None:
    options = dict(word[1:].split("=", 1) for word in sys.argv[1:] if "=" in word)
    runs = int(options.get("runs", "100000"))
    chance = random.Random(int(options.get("seed", "1")))  # noqa: S311 - repeatable, no secret
    started = time.process_time()
    for _ in range(runs):
        data = mutated(chance.choice(seeds), chance)
        try:
            target(data)
        except BaseException:
            print(f"This input fails: {data.hex()}", file=sys.stderr)
            raise
    print(f"{runs} inputs in {time.process_time() - started:.0f} s, no error but the named ones.")


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """Return the seed with one to five places changed, cut out, doubled or put in."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at:at] = chance.randbytes(chance.randint(1, 8))
            case 1:
                del data[at : at + chance.randint(1, 8)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 64)]
            case 3:
                data[at : at + 1] = bytes((chance.choice((0, 1, 0x7F, 0x80, 0xFF)),))
            case _:
                if at < len(data):
                    data[at] ^= 1 << chance.randrange(8)
    return bytes(data)
