"""Open the node with Y16Capture, then read a frame for each line; every answer is a JSON line."""

import json
import sys
import time
import tracemalloc

import numpy as np

from device.errors import SensorError
from device.y16 import Y16Capture


def main() -> None:
    path, width, height = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    frame = np.zeros((height, width), np.uint16)
    try:
        capture = Y16Capture(path, width, height, silence_s=0.3)
        answer({"opened": capture.node})
    except SensorError as error:
        answer({"error": type(error).__name__, "says": str(error)})
        return
    tracemalloc.start()
    for _ in sys.stdin:
        start = time.monotonic()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        try:
            time_s = capture.read_into(frame)
            allocated = tracemalloc.get_traced_memory()[1] - before
            values = sorted({int(value) for value in np.unique(frame)})
            late_s = time.monotonic() - time_s
            answer({"values": values, "late_s": late_s, "allocated": allocated})
        except SensorError as error:
            took_s = time.monotonic() - start
            answer({"error": type(error).__name__, "says": str(error), "took_s": took_s})


def answer(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
