"""Open a Boson that the register has to approve, then do what each line says; answers are JSON.

frame    take a frame
still    ask the register again, as the supervisor does every minute
"""

import json
import sys
from pathlib import Path

from device.boson.opening import open_boson
from device.boson.transport import SerialTransport
from device.errors import SensorError
from hardware.vetting.station import Vetting
from service.supervisor.vetting import admit
from tests.hardware.institution import TODAY


def main() -> None:
    node, line, own, state, sys_root = sys.argv[1:]
    vetting = Vetting(Path(own), Path(state), Path(sys_root), lambda: TODAY)
    try:
        sensor = open_boson(
            "1-2",
            video=node,
            vet=vetting.vet,
            connect=lambda _: SerialTransport(line),
            sys_root=Path(sys_root),
        )
    except SensorError as error:
        answer({"error": type(error).__name__, "says": str(error)})
        return
    admission = admit(vetting, sensor.info)
    answer({"opened": sensor.info.serial})
    frames = sensor.frames()
    for word in sys.stdin:
        if word.strip() == "frame":
            try:
                answer({"sequence": next(frames).sequence})
            except SensorError as error:
                answer({"error": type(error).__name__, "says": str(error)})
                frames = sensor.frames()
        else:
            decision = vetting.still(admission)
            answer({"passes": decision.passes, "says": str(decision)})


def answer(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
