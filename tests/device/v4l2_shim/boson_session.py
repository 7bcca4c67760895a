"""Open a Boson with its video node, then take a frame for each line; answers are JSON lines."""

import json
import sys
import time
import tracemalloc

from device.boson.opening import open_boson
from device.errors import SensorError
from hardware.vetting.check import vet


def main() -> None:
    try:
        sensor = open_boson(sys.argv[2], video=sys.argv[1], vet=vet)
    except SensorError as error:
        answer({"error": type(error).__name__, "says": str(error)})
        return
    answer({"opened": sensor.info.serial, "rate": sensor.info.frame_rate_hz})
    frames = sensor.frames()
    tracemalloc.start()
    for _ in sys.stdin:
        start_s, start_cpu_s = time.monotonic(), time.process_time()
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        try:
            frame = next(frames)
        except SensorError as error:
            took_s = time.monotonic() - start_s
            answer({"error": type(error).__name__, "says": str(error), "took_s": took_s})
            frames = sensor.frames()
            continue
        now, peak = tracemalloc.get_traced_memory()
        answer(
            {
                "sequence": frame.sequence,
                "ffc": frame.ffc,
                "age_s": frame.ffc_age_s,
                "fpa_c": frame.fpa_temp_c,
                "shape": frame.counts.shape,
                "coldest": int(frame.counts.min()),
                "hottest": int(frame.counts.max()),
                "reference_c": float(frame.counts[:32, :40].mean()) * 0.01 - 273.15,
                "contiguous": frame.counts.flags.c_contiguous,
                "proven": frame.radiometry.proven,
                "allocated": peak - before,
                "held": now - before,
                "cpu_s": time.process_time() - start_cpu_s,
                "rejected": sensor.rejected(),
            }
        )


def answer(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
