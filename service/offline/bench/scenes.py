"""Simulated scenes for measuring: built here, filmed by the simulator, screened as any frames."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np

from device.frame import KELVIN_OFFSET, RadiometricFrame
from device.info import SensorInfo
from device.simulator.scenario import schema
from device.simulator.scenario.truth import FrameTruth
from device.simulator.sensor import SimulatedSensor
from screening.reference.non_uniformity import learn
from screening.screener import Screener
from screening.settings import Settings, Uniformity
from service.offline.bench.outcome import Outcome, Watched
from service.state.defaults import settings_for

RATE_HZ: Final = 9.0  # enough to measure with, and three times as fast as a camera's 30
ROOM_C: Final = schema.Room().ambient_c
OFFSET_K: Final = schema.Camera().offset_k
PLATE_FRAMES: Final = 12
MODELS: Final = ("boson-plus-640", "boson-plus-320", "lepton-3.5")
# metres from the camera at which a pixel is 1.3 mm wide on the face, or as near as people come
NEAR_M: Final = {"boson-plus-640": 1.42, "boson-plus-320": 0.68, "lepton-3.5": 0.75}


def camera(model: str, **more: object) -> dict[str, object]:
    """Return the table of a camera that films at `RATE_HZ`; the Lepton stands upright."""
    return {
        "model": model,
        "frame_rate_hz": RATE_HZ,
        "portrait": model == "lepton-3.5",
        **more,
    }


def stander(canthus_c: float | None, distance_m: float, seconds: float = 3.0) -> dict[str, object]:
    """Return the table of somebody who stands and looks into the camera."""
    return {
        "canthus_c": canthus_c,
        "start": (0.0, distance_m),
        "steps": [{"stand_s": seconds}],
    }


def scene(
    cam: dict[str, object], people: Sequence[dict[str, object]], seconds: float, **more: object
) -> schema.Scenario:
    """Return a scenario with these people before this camera."""
    return schema.Scenario.model_validate(
        {
            "title": "bench",
            "name": "bench",
            "duration_s": seconds,
            "camera": cam,
            "people": list(people),
            **more,
        }
    )


def film(
    scenario: schema.Scenario, seed: int, most: int | None = None
) -> tuple[SensorInfo, list[RadiometricFrame]]:
    """Return the sensor's particulars and its frames, each with counts of its own, up to `most`.

    For benches that time the screener: a simulator that draws between two steps would leave it
    cold caches and a busy memory bus, which no camera does.
    """
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        frames = [
            replace(frame, counts=frame.counts.copy()) for frame in islice(sensor.frames(), most)
        ]
        return sensor.info, frames


def outcomes(
    scenario: schema.Scenario, seed: int, settings: Settings | None = None
) -> list[Outcome]:
    """Screen a scenario and return every visitor beside the truth."""
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        watched = Watched(sensor.info, settings or settings_for(scenario))
        for frame in sensor.frames():
            watched.step(frame, sensor.truth())
        watched.finish()
    return watched.outcomes


def plate(cam: schema.Camera, seed: int) -> Uniformity:
    """Learn a camera's non-uniformity as an admin does: with an even plate before the lens."""
    own = {"model", "portrait", "fall_off_k"}  # what it was not told by its scenario is as usual
    scenario = scene(
        {**cam.model_dump(include=own), "frame_rate_hz": RATE_HZ},
        (),
        PLATE_FRAMES / RATE_HZ + 0.5,
        references=(),
        # so large that what the simulator paints on it does not show in the field of view
        room={"items": [{"kind": "door", "at": (0, 1.5, 1), "size": (60, 60), "temp_c": 34}]},
    )
    _, frames = film(scenario, seed)
    kelvin = (f.counts * np.float32(f.radiometry.kelvin_per_count) for f in frames)
    return learn([k - np.float32(KELVIN_OFFSET) for k in kelvin])


def told(scenario: schema.Scenario, uniformity: Uniformity | None) -> Settings:
    """Return what a careful admin tells the station about a scene."""
    settings = settings_for(scenario)
    if uniformity is None:
        return settings
    return replace(settings, uniformity=uniformity)


def swaps(scenario: schema.Scenario, seed: int) -> int:
    """Return how many tracks followed first one person and then another."""
    names: dict[int, Counter[int]] = defaultdict(Counter)
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        info = sensor.info
        screener = Screener.of(info, settings_for(scenario))
        for frame in sensor.frames():
            for face in screener.step(frame).faces:
                person = _person(face.box, sensor.truth())
                if face.track is not None and person is not None:
                    names[face.track][person] += 1
    return sum(1 for seen in names.values() if sum(count >= 3 for count in seen.values()) > 1)


def _person(box: tuple[float, float, float, float], truth: FrameTruth) -> int | None:
    """Return whose face a box is on: the nearest in the picture, if it is near enough."""
    x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
    best = None
    for person in truth.people:
        if person.face_box is None or person.visible < 0.3:
            continue
        left, top, width, height = person.face_box
        away = float(np.hypot(left + width / 2 - x, top + height / 2 - y)) / width
        if away < 0.4 and (best is None or away < best[0]):
            best = (away, person.id)
    return best[1] if best else None
