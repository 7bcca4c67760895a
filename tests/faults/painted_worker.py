"""The real worker with a camera that breaks when it is told so: `LIMEN_TOLD` is a descriptor.

The camera is that of `tests.faults.chain`; as there, faces are where they were painted.
"""

import os
import time
from collections.abc import Iterator
from typing import Any, Self

import service.worker.main
from device.frame import RadiometricFrame
from device.info import SensorInfo
from screening.faces.detection import Detection
from screening.faces.detector import FaceDetector
from tests.faults.chain import FACE, Camera
from tests.faults.told import NOBODY, Told
from tests.screening.pictures import detection

RATE_HZ = 9.0
FFC_S = 0.7


class BreakingSensor:
    """A simulated Lepton."""

    info = SensorInfo(
        dossier="simulated",
        model="a camera that breaks",
        serial="1",
        firmware="1",
        width=120,
        height=160,
        frame_rate_hz=RATE_HZ,
        hfov_deg=44.3,
        netd_k=0.05,
        simulated=True,
        noise_walks=True,
    )

    def __init__(self, told: Told) -> None:
        self._told = told
        self._camera = Camera(os.getpid(), 36.0)
        self._camera.ffc_ended_s = time.monotonic() - 100.0
        self._ffc_until = 0.0
        self.shows = False

    def frames(self) -> Iterator[RadiometricFrame]:
        """Yield what is before it, as long as there is a line."""
        due = time.monotonic()
        for number in range(1_000_000_000):
            due = max(due + 1.0 / RATE_HZ, time.monotonic() - 1.0 / RATE_HZ)
            time.sleep(max(0.0, due - time.monotonic()))
            now, faults = time.monotonic(), self._told.now
            if now < self._ffc_until:
                faults.add("an FFC")
                self._camera.ffc_ended_s = now
            self._camera.empty = NOBODY in faults
            self.shows = not self._camera.empty and self._camera.has_come(number)
            frame = self._camera.frame(number, now, faults)
            if frame is not None and not ("frames come late" in faults and number % 3):
                yield frame

    def request_ffc(self) -> None:
        """Close the shutter for a moment."""
        self._ffc_until = time.monotonic() + FFC_S

    def rejected(self) -> dict[str, int]:
        """Return that nothing was rejected."""
        return {}

    def close(self) -> None:
        """Do nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


if __name__ == "__main__":
    sensor = BreakingSensor(Told(int(os.environ["LIMEN_TOLD"])))
    worker = vars(service.worker.main)
    assert "open_simulated" in worker, "the worker calls it otherwise now"
    worker["open_simulated"] = lambda *_a, **_k: sensor

    def detect(*_: Any) -> list[Detection]:
        """Stand in for the network."""
        return [detection(*FACE)] if sensor.shows else []

    FaceDetector.detect = detect  # type: ignore[method-assign, assignment]
    service.worker.main.main()
