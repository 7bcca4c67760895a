"""Simulated scenes for measuring: built here, filmed by the simulator, screened as any frames."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from device.simulator import schema
from device.simulator.sensor import SimulatedSensor
from device.simulator.truth import FrameTruth
from screening.result import Visitor
from screening.screener import Screener
from screening.settings import Settings, Uniformity
from screening.uniformity import learn
from service.ground_truth import GroundTruth
from service.scenario_settings import settings_for

RATE_HZ: Final = 9.0  # enough to measure with, and three times as fast as a camera's 30
PLATE_FRAMES: Final = 12
MODELS: Final = ("boson-plus-640", "boson-plus-320", "lepton-3.5")
# metres from the camera at which a pixel is 1.3 mm wide on the face, or as near as people come
NEAR_M: Final = {"boson-plus-640": 1.42, "boson-plus-320": 0.68, "lepton-3.5": 0.75}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A screened visitor beside what was true of them (deg C); None where nothing was measured."""

    visitor: Visitor
    person: int | None
    truth_c: float | None

    @property
    def error_c(self) -> float | None:
        """Stated minus true skin temperature."""
        if self.truth_c is None or self.visitor.skin_temp_c is None:
            return None
        return self.visitor.skin_temp_c - self.truth_c

    @property
    def inside(self) -> bool | None:
        """Whether the truth lies inside the stated interval."""
        error_c, expanded_c = self.error_c, self.visitor.expanded_uncertainty_c
        return None if error_c is None or expanded_c is None else abs(error_c) <= expanded_c


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


def outcomes(
    scenario: schema.Scenario, seed: int, settings: Settings | None = None
) -> list[Outcome]:
    """Screen a scenario and return every visitor beside the truth."""
    known = GroundTruth()
    done: list[Outcome] = []

    def ended(visitors: Sequence[Visitor]) -> None:
        for visitor in visitors:
            person, truth_c = known.of(visitor)
            done.append(Outcome(visitor, person, truth_c))

    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        info = sensor.info
        told = settings or settings_for(scenario)
        screener = Screener(info.width, info.height, info.hfov_deg, info.netd_k, told)
        for frame in sensor.frames():
            result = screener.step(frame)
            known.follow(result, sensor.truth())
            ended(result.departed)
        ended(screener.finish())
    return done


def plate(model: str, seed: int) -> Uniformity:
    """Learn a camera's shape as an admin does: with an even plate before the lens."""
    scenario = scene(
        camera(model),
        (),
        PLATE_FRAMES / RATE_HZ + 0.5,
        references=(),
        # so large that what the simulator paints on it does not show in the field of view
        room={"items": [{"kind": "door", "at": (0, 1.5, 1), "size": (60, 60), "temp_c": 34}]},
    )
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=seed) as sensor:
        frames = [
            f.counts * np.float32(f.radiometry.kelvin_per_count) - np.float32(273.15)
            for f in sensor.frames()
        ]
    return learn(frames)


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
        screener = Screener(
            info.width, info.height, info.hfov_deg, info.netd_k, settings_for(scenario)
        )
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
