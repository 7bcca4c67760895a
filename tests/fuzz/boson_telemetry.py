"""Fuzz the telemetry rows of the Boson: any pixels give numbers, and the same when written back."""

import numpy as np

from device.boson import telemetry
from tests.fuzz.harness import fuzz


def _real() -> bytes:
    rows = np.zeros((2, 320), np.uint16)
    said = telemetry.Telemetry(93588, 1, "20320A034-6IARX", 60, 70_000, 69_000, 3100, 3090, 99_999)
    telemetry.write(said, rows)
    return rows.tobytes()


SEEDS = (_real(), bytes(1280), b"\xff" * 1280)


def one_input(data: bytes) -> None:
    """Take the bytes as the pixels of two rows."""
    rows = np.zeros((2, 320), np.uint16)
    words = np.frombuffer(data[: len(data) // 2 * 2], "<u2")[:640]
    rows.reshape(-1)[: words.size] = words
    said = telemetry.parse(rows)
    assert 0 <= said.frame < 1 << 32
    assert said.fpa_temp_c >= -273.15
    if said.part.isascii():
        again = np.zeros_like(rows)
        telemetry.write(said, again)
        assert telemetry.parse(again) == said


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
