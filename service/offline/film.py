"""A contact sheet of a scenario for people to look at. Simulated frames only."""

import cv2
import numpy as np
from numpy.typing import NDArray

from device.simulator.camera.camera import KELVIN_PER_COUNT
from device.simulator.physics.radiometry import KELVIN_OFFSET
from device.simulator.scenario import schema
from device.simulator.sensor import SimulatedSensor

_TILE_PX = 320  # longer side
_COLUMNS = 4
_SPAN_C = (3.0, 38.5)  # from below ambient to above skin
_GAP_PX = 2


def film(scenario: str, frames: int = 12, seed: int = 0) -> NDArray[np.uint8]:
    """Draw `frames` moments of a scenario, evenly spread, as one `(H, W, 3) uint8` RGB picture.

    Grey runs from 3 K below the room to 38.5 deg C in all of them; the time stands in a corner.
    """
    plan = schema.load(scenario)
    with SimulatedSensor(plan, realtime=False, loop=False, seed=seed) as sensor:
        rate = sensor.info.frame_rate_hz
        total = round(plan.duration_s * rate)
        wanted = {int((k + 0.5) * total / frames) for k in range(frames)}
        low = plan.room.ambient_c - _SPAN_C[0]
        tiles = [
            _tile(frame.counts, low, f"{frame.time_s:.1f} s")
            for frame in sensor.frames()
            if frame.sequence in wanted
        ]
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // _COLUMNS)
    sheet = np.full((rows * (height + _GAP_PX), _COLUMNS * (width + _GAP_PX), 3), 255, np.uint8)
    for number, tile in enumerate(tiles):
        y = number // _COLUMNS * (height + _GAP_PX)
        x = number % _COLUMNS * (width + _GAP_PX)
        sheet[y : y + height, x : x + width] = tile
    return sheet


def _tile(counts: NDArray[np.uint16], low_c: float, words: str) -> NDArray[np.uint8]:
    celsius = counts * np.float32(KELVIN_PER_COUNT) - np.float32(KELVIN_OFFSET)
    grey = np.clip((celsius - low_c) / (_SPAN_C[1] - low_c), 0.0, 1.0) * 255.0
    scale = _TILE_PX / max(counts.shape)
    way = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    small = cv2.resize(grey.astype(np.uint8), None, fx=scale, fy=scale, interpolation=way)
    out = cv2.cvtColor(small, cv2.COLOR_GRAY2RGB)
    cv2.putText(out, words, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 220, 0), 1, cv2.LINE_AA)
    return np.asarray(out, np.uint8)
