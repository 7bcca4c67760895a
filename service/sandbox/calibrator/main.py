"""One calibrator's line and a socket: set points in, what the calibrator says out.

Only the supervisor starts it, locked (`service.sandbox`); an opener puts the line in place. It
never knows where the calibrator is.
"""

import argparse
import os

from device.calibrator.hart import HartCalibrator, SpeaksFahrenheit
from device.calibrator.line import Line
from device.errors import ProtocolError, ReplyTimeout, SensorError, SensorRefused
from service.sandbox.calibrator.records import ASKED_BYTES, Asked, Fault, Said
from service.sandbox.settle import open_camera, settle

_FAULTS: tuple[tuple[type[SensorError], Fault], ...] = (
    (SpeaksFahrenheit, Fault.FAHRENHEIT),
    (SensorRefused, Fault.NOT_TAKEN),
    (ReplyTimeout, Fault.NO_REPLY),
    (ProtocolError, Fault.NO_LINES),
)


def answer(calibrator: HartCalibrator, asked: Asked) -> Said:
    """Do what is asked, and say how it went."""
    try:
        if asked.set_c is not None:
            calibrator.go_to(asked.set_c)
        return Said(Fault.NONE, calibrator.temp_c())
    except SensorError as error:
        return Said(next((f for kind, f in _FAULTS if isinstance(error, kind)), Fault.LOST))


def serve(channel: int, calibrator: HartCalibrator) -> None:
    """Answer the supervisor until it hangs up, or asks what is no question."""
    while packet := os.read(channel, ASKED_BYTES + 1):
        try:
            asked = Asked.from_bytes(packet)
        except ValueError:
            return
        os.write(channel, answer(calibrator, asked).to_bytes())


def main() -> None:
    """Run; only the supervisor starts it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", type=int, required=True)
    options = parser.parse_args()
    settle(camera=True)
    os.set_blocking(options.channel, True)
    serve(options.channel, HartCalibrator(Line(open_camera())))


if __name__ == "__main__":
    main()
