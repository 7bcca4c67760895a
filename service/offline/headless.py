"""A sensor straight through the screener, without processes or a screen, as JSON objects.

`limen replay` and `limen simulate` print these, one object per line; simulated visitors carry
`person` and `truth_c` as well:

    {"kind": "frame", "frame", "state", "reasons", "reference": {...}, "faces": [...]}   per frame
    {"kind": "visitor", "id", "first_frame", "last_frame", "verdict", ...}               per visitor
    {"kind": "summary", "frames", "visitors", "ms_per_frame_median", ...}                last
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from device.errors import SensorError
from device.sensor import Sensor
from device.simulator.scenario.truth import FrameTruth
from screening.result import ScreeningResult, Verdict, Visitor
from screening.screener import Screener
from screening.settings import Settings
from service.offline.ground_truth import GroundTruth

JsonObject = dict[str, Any]


def screen(
    sensor: Sensor,
    settings: Settings,
    tally: "Tally",
    *,
    per_frame: bool = False,
    truth: Callable[[], FrameTruth] | None = None,
) -> Iterator[JsonObject]:
    """Yield what the screener says of every frame and visitor of `sensor`; `tally` counts them.

    `truth` tells what is true in the frame that `sensor` yielded last; with it each visitor
    carries `person` and `truth_c`.

    Raises
    ------
    device.errors.SensorError
        As the sensor does, after everything that was known until then has been yielded.
    """
    info = sensor.info
    screener = Screener.of(info, settings)
    known = GroundTruth() if truth is not None else None
    failure = None

    def ended(visitor: Visitor) -> JsonObject:
        line = tally.add_visitor(visitor)
        if known is not None:
            line["person"], truth_c = known.of(visitor)
            line["truth_c"] = _rounded(truth_c, 3)
        return line

    try:
        for frame in sensor.frames():
            started = time.perf_counter()
            result = screener.step(frame)
            tally.add_frame(result, time.perf_counter() - started)
            if known is not None and truth is not None:
                known.follow(result, truth())
            if per_frame:
                yield frame_object(result)
            yield from map(ended, result.departed)
    except SensorError as error:
        failure = error
    yield from map(ended, screener.finish())
    if failure is not None:
        raise failure


class Tally:
    """Counts what went by, for the summary."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.states: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.measured = 0

    def add_frame(self, result: ScreeningResult, seconds: float) -> None:
        """Count one step of the screener, which took `seconds`."""
        self.seconds.append(seconds)
        self.states[result.state.value] += 1

    def add_visitor(self, visitor: Visitor) -> JsonObject:
        """Count a visitor whose screening has ended, and return its JSON object."""
        self.verdicts[(visitor.verdict or Verdict.NO_RESULT).value] += 1
        self.measured += visitor.skin_temp_c is not None
        return visitor_object(visitor)

    def summary(self) -> JsonObject:
        """Return the summary object; times are those of `Screener.step` alone."""
        milliseconds = np.array(self.seconds) * 1e3
        median, p95 = np.percentile(milliseconds, (50, 95)) if self.seconds else (None, None)
        return {
            "kind": "summary",
            "frames": len(self.seconds),
            "visitors": self.verdicts.total(),
            "visitors_measured": self.measured,
            "verdicts": dict(self.verdicts),
            "states": dict(self.states),
            "ms_per_frame_median": _rounded(median, 3),
            "ms_per_frame_p95": _rounded(p95, 3),
        }


def frame_object(result: ScreeningResult) -> JsonObject:
    """Return the JSON object of one frame."""
    reference = result.reference
    return {
        "kind": "frame",
        "frame": result.sequence,
        "state": result.state.value,
        "reasons": [reason.value for reason in result.reasons],
        "reference": {
            "found": reference.found,
            "x": _rounded(reference.x, 1),
            "y": _rounded(reference.y, 1),
            "apparent_c": _rounded(reference.apparent_c, 3),
            "offset_c": _rounded(reference.offset_c, 3),
        },
        "faces": [
            {
                "box": [round(float(edge), 1) for edge in face.box],
                "score": round(float(face.score), 3),
                "track": face.track,
            }
            for face in result.faces
        ],
    }


def visitor_object(visitor: Visitor) -> JsonObject:
    """Return the JSON object of one visitor whose screening has ended."""
    return {
        "kind": "visitor",
        "id": visitor.id,
        "first_frame": visitor.first_frame,
        "last_frame": visitor.last_frame,
        "verdict": (visitor.verdict or Verdict.NO_RESULT).value,
        "reasons": [reason.value for reason in visitor.reasons],
        "skin_temp_c": _rounded(visitor.skin_temp_c, 3),
        "expanded_uncertainty_c": _rounded(visitor.expanded_uncertainty_c, 3),
        "raw_c": _rounded(visitor.raw_c, 3),
        "reference_corrected_c": _rounded(visitor.reference_corrected_c, 3),
        "site": visitor.site,
        "mm_per_px": _rounded(visitor.mm_per_px, 2),
        "box": [round(float(edge), 1) for edge in visitor.box],
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
