"""Entrances unlike each other, drawn: what stands in them is never anybody.

An empty room is filmed by the simulator, as seen by each camera; panels, housings, lamps, vents and
screens are painted into it with a reference among them, as warm as such things are. Half of the
entrances are *furnished*: the reference stands in a housing of any aspect, off its middle, from 1
to 6 deg C warmer than the room. Then somebody walks through a share of them, and is still found.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET, RadiometricFrame
from device.info import SensorInfo
from device.simulator.sensor import SimulatedSensor
from screening.result import State, Verdict
from screening.screener import Screener
from screening.settings import Settings
from service.offline.bench import scenes
from service.offline.bench.entrance_draws import SEED, Entrance, draw
from service.offline.bench.row import Row

DRAWS: Final = 500
SECONDS: Final = 4.0
ROOMS: Final = 6  # for each camera
MODELS: Final = ("lepton-3.5", "boson-plus-320")
_TOLD: Final = frozenset({Verdict.CLEAR, Verdict.RECHECK, Verdict.ELEVATED})
VISIT_S: Final = 8.5
COVERED: Final = 0.1
OVER_C: Final = 0.6  # so far from the empty room, somebody is before it
_AROUND: Final = np.ones((3, 3), np.uint8)
_CALM: Final = frozenset({State.READY, State.STARTING, State.NOT_SCREENING})

Film = list[tuple[RadiometricFrame, NDArray[np.float32]]]  # frames, and where they are empty


@dataclass(slots=True)
class Tally:
    """What the screener took the furniture for."""

    faces: int = 0
    visitors: int = 0
    frames: int = 0
    other: int = 0  # frames with a state that an empty entrance does not have
    ready: int = 0
    told: int = 0  # visitors with a temperature behind their verdict

    def add(self, other: "Tally") -> None:
        """Add another one's counts."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def film(model: str, *, visited: bool = False) -> tuple[SensorInfo, list[Film]]:
    """Return a camera's particulars and films of `ROOMS` rooms, empty or with one visitor each."""
    films: list[Film] = []
    for room in range(ROOMS):
        near_m = scenes.NEAR_M[model]
        walker = {
            "canthus_c": 36.3,
            "head": room,
            "at_s": 1.0,
            "start": (1.6 if room % 2 else -1.6, near_m + 1.2),
            "steps": [
                {"walk_to": (0.0, near_m)},
                {"stand_s": 2.5},
                {"walk_to": (-1.6 if room % 2 else 1.6, near_m + 1.0), "look": "ahead"},
            ],
        }
        people = [walker] if visited else []
        seconds = VISIT_S if visited else SECONDS
        scenario = scenes.scene(scenes.camera(model), people, seconds, references=())
        empty: NDArray[np.float32] | None = None
        taken: Film = []
        with SimulatedSensor(scenario, realtime=False, loop=False, seed=SEED + room) as sensor:
            info = sensor.info
            for frame in sensor.frames():
                celsius = np.asarray(cv2.blur(frame.counts * np.float32(0.01), (3, 3)), np.float32)
                off = np.abs(celsius - (celsius if empty is None else empty))
                empty = celsius if empty is None else empty
                behind = cv2.erode((off < OVER_C).astype(np.float32), _AROUND)
                taken.append((replace(frame, counts=frame.counts.copy()), np.asarray(behind)))
        films.append(taken)
    return info, films


def play(entrance: Entrance, info: SensorInfo, frames: Film) -> Tally:
    """Screen one entrance."""
    settings = Settings(references=(entrance.reference,))
    screener = Screener.of(info, settings)
    tally = Tally()
    seen: set[int] = set()
    for frame, behind in frames:
        result = screener.step(replace(frame, counts=painted(frame, behind, entrance)))
        tally.frames += 1
        tally.faces += len(result.faces)
        seen.update(v.id for v in (*result.visitors, *result.departed))
        tally.told += any(v.verdict in _TOLD for v in result.departed)
        tally.other += result.state not in _CALM
        tally.ready += result.state is State.READY
    tally.told += any(v.verdict in _TOLD for v in screener.finish())
    tally.visitors = len(seen)
    return tally


def painted(
    frame: RadiometricFrame, behind: NDArray[np.float32], entrance: Entrance
) -> NDArray[np.uint16]:
    """Return the counts of a frame with the furniture of an entrance in it, behind people.

    The frame's own noise stays: what is painted replaces the room's mean, not its noise.
    """
    celsius = frame.counts * np.float32(0.01) - np.float32(KELVIN_OFFSET)
    mean = cv2.blur(celsius, (5, 5))
    celsius += behind * entrance.cover * (entrance.temp_c + np.float32(scenes.OFFSET_K) - mean)
    return np.asarray(np.rint((celsius + np.float32(KELVIN_OFFSET)) * 100.0), np.uint16)


def rows(draws: int = DRAWS) -> Iterator[Row]:
    """Yield the row of the furniture."""
    total = Tally()
    for model in MODELS:
        info, films = film(model)
        for number in range(draws // len(MODELS)):
            frames = films[number // 2 % ROOMS]
            entrance = draw(number, (info.height, info.width), scenes.ROOM_C)
            total.add(play(entrance, info, frames))
    yield Row(
        "furniture",
        f"furniture ({draws} drawn entrances, half of them with a panel around the reference): "
        "faces, visitors, frames with another state than *ready* or a fault of the reference",
        f"{total.faces}, {total.visitors}, {total.other} in {total.frames} frames "
        f"({total.ready} ready)",
        {
            "faces": total.faces,
            "visitors": total.visitors,
            "other": total.other,
            "frames": total.frames,
        },
        "0, 0, 0",
        met=total.faces == total.visitors == total.other == 0,
    )  # fmt: skip
    yield _visited(draws // 10)


def _visited(draws: int) -> Row:
    """Return how many of the people who come into furnished entrances are found and told."""
    total, came = Tally(), 0
    for model in MODELS:
        info, films = film(model, visited=True)
        for number in range(draws // len(MODELS)):
            entrance = draw(2 * number + 1, (info.height, info.width), scenes.ROOM_C)
            taken = films[number % ROOMS]
            if _covered(entrance, taken) > COVERED:
                continue  # they stand before the reference, and the station says so
            found = play(entrance, info, taken)
            if found.ready:  # else it cannot be told from the panel that it stands in
                came += 1
                total.add(found)
    return Row(
        "furnished_visitors",
        f"one visitor in each of {came} furnished entrances: visitors, and those with a verdict",
        f"{total.visitors}, {total.told}",
        {"came": came, "visitors": total.visitors, "told": total.told},
        "as many as came",
        met=total.visitors == total.told == came,
    )


def _covered(entrance: Entrance, taken: Film) -> float:
    """Return in which share of the frames somebody is before the reference."""
    mark = entrance.reference.mark
    assert mark is not None  # noqa: S101  # as it is drawn
    x, y = (round(place) for place in mark)
    return sum(float(behind[y, x]) < 1.0 for _, behind in taken) / len(taken)
