"""Fuzz the telemetry of a Lepton and its judgement: no words are an exception."""

import numpy as np

from device.lepton.control import LeptonControl
from device.lepton.emulator import EmulatedLepton
from device.lepton.proof import Flaw, Prover
from device.lepton.telemetry import HEIGHT, WIDTH, WORDS, decode, encode
from tests.fuzz.harness import fuzz

PICTURE = np.full((HEIGHT, WIDTH), 29515, np.uint16)


def _real() -> bytes:
    """Telemetry of three frames of a camera that is set up."""
    camera, rows = EmulatedLepton(), np.zeros((122, 160), np.uint16)
    LeptonControl("/dev/null", camera.ioctl).make_radiometric()
    words = []
    for _ in range(3):
        camera.frame(rows)
        words.append(rows[HEIGHT:].reshape(-1)[:WORDS].astype("<u2").tobytes())
    return b"".join(words)


SEEDS = (_real(), bytes(2 * WORDS), b"\xff" * 4 * WORDS)


def one_input(data: bytes) -> None:
    """Judge the telemetry of as many frames as there are bytes for."""
    prover = Prover()
    words = np.frombuffer(data[: len(data) // 2 * 2], "<u2")
    for start in range(0, len(words) - WORDS + 1, WORDS):
        telemetry = decode(words[start : start + WORDS])
        again = np.zeros(WORDS, np.uint16)
        encode(telemetry, again)
        assert decode(again) == telemetry
        flaw = prover.judge(PICTURE, telemetry)
        assert flaw is None or isinstance(flaw, Flaw)
        if flaw is None:  # what passes is what may be measured
            assert telemetry.tlinear == 1
            assert telemetry.effective_gain == 0
            assert not telemetry.status & 0x0010_9000
        assert telemetry.ffc_age_s is None or 0.0 <= telemetry.ffc_age_s < 2**31 / 1000


if __name__ == "__main__":
    fuzz(one_input, SEEDS)
