"""How well faces are found, and how fast: on labelled real recordings, and against a plain pass."""

import csv
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET
from device.replay import open_recording
from screening.faces.detector import Detection, FaceDetector
from screening.result import Box

LABELS = "frame_labels.csv"
RECORDINGS = "recordings"
REFERENCE_PX = 9.0  # half the side of what is excluded around a reference's labelled centre


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """A frame that somebody looked at.

    Attributes
    ----------
    recording, frame
        Name of the file and number of the frame in it.
    label
        `F` a face good enough to screen, `N` nobody; others are not scored.
    centre
        Of the labelled face, x and y in upright pixels; None without one.
    reference
        Box around the heated reference.
    celsius
        `(H, W) float32`, apparent.
    """

    recording: str
    frame: int
    label: str
    centre: tuple[float, float] | None
    reference: Box
    celsius: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FaceFigures:
    """What a detector did on labelled frames.

    Attributes
    ----------
    faces, found
        Frames with a labelled face, and those where a box holds its centre.
    empty, false_faces
        Frames with nobody, and faces found on them.
    missed
        Recording and frame of each face that was not found.
    """

    faces: int
    found: int
    empty: int
    false_faces: int
    missed: tuple[tuple[str, int], ...]

    @property
    def share_found(self) -> float:
        """Found faces per labelled face."""
        return self.found / self.faces


@dataclass(frozen=True, slots=True)
class FaceSpeed:
    """Processor time of one call, and how many plain passes over the frame it is worth.

    The plain pass is `np.take` of a 65,536-entry table over the frame, measured in the same run.
    """

    median_ms: float
    p95_ms: float
    plain_passes: float


def read_labelled(folder: Path) -> list[LabelledFrame]:
    """Read every frame that `frame_labels.csv` in `folder` names, recording by recording."""
    wanted: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    with (folder / LABELS).open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            wanted[row["file"]][int(row["frame"])] = row
    frames = []
    for name, rows in wanted.items():
        with open_recording(folder / RECORDINGS / name) as sensor:
            for frame in sensor.frames():
                if frame.sequence in rows:
                    kelvin = frame.counts * np.float32(frame.radiometry.kelvin_per_count)
                    frames.append(
                        _labelled(rows[frame.sequence], kelvin - np.float32(KELVIN_OFFSET))
                    )
    return frames


def _labelled(row: dict[str, str], celsius: NDArray[np.float32]) -> LabelledFrame:
    centre = None
    if row["label"] == "F":
        x, y, w, h = (float(row[f"face_{side}"]) for side in "xywh")
        centre = (x + w / 2, y + h / 2)
    x, y = float(row["reference_x"]), float(row["reference_y"])
    around = (x - REFERENCE_PX, y - REFERENCE_PX, 2 * REFERENCE_PX + 1, 2 * REFERENCE_PX + 1)
    return LabelledFrame(row["file"], int(row["frame"]), row["label"], centre, around, celsius)


class Finds(Protocol):
    """What looks for faces in frames of one size."""

    def detect(self, celsius: NDArray[np.float32], exclude: Sequence[Box] = ()) -> list[Detection]:
        """Return the faces, as `FaceDetector.detect` does."""


def score(
    frames: list[LabelledFrame], made: Callable[[int, int], Finds] = FaceDetector
) -> FaceFigures:
    """Look for faces on labelled frames. A face counts as found when a box holds its centre.

    `made` makes what looks for them, of width and height.
    """
    detectors: dict[tuple[int, ...], Finds] = {}
    faces = found = empty = false_faces = 0
    missed = []
    for frame in frames:
        if frame.label not in {"F", "N"}:
            continue
        height, width = frame.celsius.shape
        detector = detectors.setdefault((height, width), made(width, height))
        detections = detector.detect(frame.celsius, [frame.reference])
        if frame.centre is None:
            empty += 1
            false_faces += len(detections)
            continue
        faces += 1
        if any(holds(detection, frame.centre) for detection in detections):
            found += 1
        else:
            missed.append((frame.recording, frame.frame))
    return FaceFigures(faces, found, empty, false_faces, tuple(missed))


def holds(detection: Detection, point: tuple[float, float]) -> bool:
    """Whether the box holds the point."""
    x, y, w, h = detection.box
    return x < point[0] < x + w and y < point[1] < y + h


def speed(celsius: NDArray[np.float32], times: int = 200) -> FaceSpeed:
    """Time the detector on one frame, on one thread's processor time."""
    height, width = celsius.shape
    detector = FaceDetector(width, height)
    table = np.zeros(1 << 16, np.float32)
    counts = np.zeros((height, width), np.uint16)
    out = np.empty((height, width), np.float32)
    calls, passes = [], []
    for _ in range(times):
        begun = time.process_time()
        detector.detect(celsius)
        between = time.process_time()
        np.take(table, counts, out=out, mode="clip")
        passes.append(time.process_time() - between)
        calls.append(between - begun)
    calls.sort()
    median = statistics.median(calls)
    return FaceSpeed(
        median_ms=median * 1e3,
        p95_ms=calls[int(0.95 * len(calls))] * 1e3,
        plain_passes=median / max(statistics.median(passes), 1e-9),
    )
