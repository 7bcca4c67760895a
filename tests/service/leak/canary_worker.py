"""The real worker with a sensor that shows the canary; with a leak only when told so.

LIMEN_LEAK       name of a deliberate leak; the process is then not locked
LIMEN_HURRY      as many frames as fast as they go, then two a second
LIMEN_ORDINARY   frames live in ordinary memory, as on a kernel without memfd_secret
"""

import os
import sys
import time
from collections.abc import Iterator
from typing import Self

import numpy as np

import service.worker.main
from device.frame import FfcState, Gain, RadiometricFrame, Radiometry
from device.framepool import FramePool
from device.info import SensorInfo
from tests.service.leak.canary import HEIGHT, MARK, WIDTH, canary, enliven
from tests.service.leak.mutants import IN_MEMORY, MUTANTS

RATE_HZ = 30.0
LEAK_AT = 8
HURRY = int(os.environ.get("LIMEN_HURRY", "0"))
_RADIOMETRY = Radiometry(tlinear=True, agc_off=True, kelvin_per_count=0.01, gain=Gain.HIGH)


class CanarySensor:
    """Shows the same canary for ever, through the real frame pool."""

    info = SensorInfo(
        dossier="simulated",
        model="canary",
        serial="1",
        firmware="1",
        width=WIDTH,
        height=HEIGHT,
        frame_rate_hz=RATE_HZ,
        hfov_deg=50.0,
        netd_k=0.05,
        simulated=True,
    )

    def __init__(self, leak: str) -> None:
        self._leak = leak
        self._pool = FramePool(HEIGHT, WIDTH)
        # What a camera would send, kept where it is not taken for a frame that was left behind.
        self._source = canary() ^ 0x5555
        self._draw = np.random.default_rng(2)

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield canaries."""
        started = time.monotonic()
        for number in range(1_000_000):
            slot = self._pool.take()
            slot.write[:] = self._source
            slot.write[:] ^= 0x5555
            enliven(slot.write, self._draw)
            slot.write[0, : len(MARK) + 2] = (*MARK, 30_000 + number // 100, 30_000 + number % 100)
            if self._leak and number == LEAK_AT:
                {**MUTANTS, **IN_MEMORY}[self._leak](slot.view)
            self._wait(started, number)
            yield RadiometricFrame(
                slot.view, _RADIOMETRY, time.monotonic(), number, FfcState.COMPLETE, 100.0
            )
            if number == max(2 * LEAK_AT, HURRY):
                sys.stderr.write("canary: shown\n")
                sys.stderr.flush()

    @staticmethod
    def _wait(started: float, number: int) -> None:
        if number > HURRY > 0:
            time.sleep(0.5)
        elif not HURRY:
            time.sleep(max(0.0, started + number / RATE_HZ - time.monotonic()))

    def request_ffc(self) -> None:
        """Do nothing."""

    def rejected(self) -> dict[str, int]:
        """Return that nothing was rejected."""
        return {}

    def close(self) -> None:
        """Wipe the frames."""
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


if __name__ == "__main__":
    chosen = os.environ.get("LIMEN_LEAK", "")
    worker = vars(service.worker.main)
    assert "open_simulated" in worker, "the worker calls it otherwise now"
    worker["open_simulated"] = lambda *_a, **_k: CanarySensor(chosen)
    service.worker.main.main()
