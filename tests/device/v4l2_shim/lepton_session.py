"""A real cv2.VideoCapture on the fake node, an emulated Lepton behind it; one line, one answer.

The emulated camera lives in this process: a thread sends its frames into the node as fast as they
are taken, and the driver's control queries go to it directly.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

import numpy as np

from device.errors import SensorError
from device.lepton.control import LeptonControl
from device.lepton.emulator import EmulatedLepton, Fault
from device.lepton.sensor import LeptonSensor, open_lepton
from hardware.vetting.check import vet
from hardware.vetting.decision import Decision, Outcome


class Cable:
    """What lies between the camera and the node: it carries frames until it is pulled."""

    def __init__(self, node: str, camera: EmulatedLepton) -> None:
        self.camera = camera
        self.plugged = True
        # by another name, for the preload library takes whoever opens the node for its reader
        self.end = os.open(f"{Path(node).parent}/./{Path(node).name}", os.O_RDWR | os.O_NONBLOCK)
        self.thread = threading.Thread(target=self.carry, daemon=True)
        self.thread.start()

    def carry(self) -> None:
        rows = np.zeros((122, 160), np.uint16)
        pause = threading.Event()
        while self.plugged:
            if self.camera.fault is not Fault.STALL:
                self.camera.frame(rows)
                self.send(memoryview(rows.astype("<u2").tobytes()))
            pause.wait(0.01)

    def send(self, rest: memoryview) -> None:
        while rest and self.plugged:
            try:
                rest = rest[os.write(self.end, rest) :]
            except BlockingIOError:
                time.sleep(0.001)

    def pull(self) -> None:
        self.plugged = False
        self.thread.join()
        self.camera.fault = Fault.UNPLUG
        os.close(self.end)


def main() -> None:
    node, verdict = sys.argv[1], sys.argv[2]

    def decide(dossier: str, *_: object) -> Decision:
        return Decision(dossier, Outcome(verdict))

    camera = EmulatedLepton(part_number=sys.argv[3])
    cable = Cable(node, camera)
    sensor: LeptonSensor | None = None
    for line in sys.stdin:
        command, _, value = line.strip().partition(" ")
        try:
            if command == "open":
                sensor = open_lepton(
                    node,
                    vet=vet if verdict == "register" else decide,
                    control=lambda path: LeptonControl(path, camera.ioctl),
                )
                info = sensor.info
                answer(model=info.model, serial=info.serial, port=info.port, dossier=info.dossier)
            elif command == "fault":
                camera.fault = Fault(value)
                answer(fault=value)
            elif command == "pull":
                cable.pull()
                answer(pulled=True)
            elif sensor is not None:
                frame = next(sensor.frames())
                answer(
                    warmest_c=float(frame.counts.max()) * 0.01 - 273.15,
                    sequence=frame.sequence,
                    rejected=sensor.rejected(),
                )
        except SensorError as error:
            answer(error=type(error).__name__, says=str(error))


def answer(**what: object) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
