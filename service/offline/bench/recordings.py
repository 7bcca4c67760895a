"""Real recordings of two entrance kiosks, labelled by eye, through the whole of screening.

The recordings and the hand labels are of the feverscreen project; their heated reference is no
certified blackbody, so its temperature is taken as 37 deg C and all others are relative to it.
"""

import csv
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from device.replay import open_recording
from screening.measuring.estimate import BestFrames, Sample
from screening.result import Box, ScreeningResult, Verdict, Visitor
from screening.screener import Screener
from screening.settings import Reference, Settings
from service.offline.bench.data import find
from service.offline.bench.row import Row

REFERENCE_C = 37.0
RUN_FRAMES = 5  # length of the alternating runs that a visitor's usable frames are cut into
SETTLE_S = 10.0  # no frame so soon after a correction may be measured


@dataclass(frozen=True, slots=True)
class Label:
    """What somebody saw in one frame: F a face to screen, P one that is not, N nobody."""

    kind: str
    centre: tuple[float, float] | None


@dataclass(slots=True)
class Recording:
    """What the screener made of one recording."""

    name: str
    expected: int | None
    visitors: list[Visitor] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)
    false_faces: int = 0
    measured_too_soon: int = 0
    readings: dict[int, list[tuple[float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    seconds: list[float] = field(default_factory=list)

    @property
    def measured(self) -> list[Visitor]:
        """Visitors with a temperature."""
        return [v for v in self.visitors if v.skin_temp_c is not None]


def settings() -> Settings:
    """Return the settings that the recordings are screened with."""
    return Settings(references=(Reference(temp_c=REFERENCE_C, emissivity=1.0),))


def screen_all(with_settings: Settings | None = None) -> list[Recording]:
    """Screen every recording.

    Raises
    ------
    DataAbsentError
        When the recordings are not on this machine.
    """
    labels = _labels(find("lepton-kiosk", "frame_labels.csv"))
    with find("lepton-kiosk", "recordings.csv").open(newline="") as table:
        persons = {row["file"]: row["persons_scanned"] for row in csv.DictReader(table)}
    folder = find("lepton-kiosk", "recordings")
    return [
        _screen(path, persons.get(path.name, ""), labels[path.name], with_settings or settings())
        for path in sorted(folder.glob("*.cptv"))
    ]


def _labels(path: Path) -> dict[str, dict[int, Label]]:
    labels: dict[str, dict[int, Label]] = defaultdict(dict)
    with path.open(newline="") as table:
        for row in csv.DictReader(table):
            centre = None
            if row["face_x"]:
                x, y, w, h = (float(row[f"face_{name}"]) for name in "xywh")
                centre = (x + w / 2, y + h / 2)
            labels[row["file"]][int(row["frame"])] = Label(row["label"], centre)
    return labels


def _screen(
    path: Path, persons: str, labels: dict[int, Label], with_settings: Settings
) -> Recording:
    recording = Recording(path.name, int(float(persons)) if persons else None)
    with open_recording(path) as sensor:
        info = sensor.info
        screener = Screener.of(info, with_settings)
        for frame in sensor.frames():
            started = time.process_time()
            result = screener.step(frame)
            recording.seconds.append(time.process_time() - started)
            recording.visitors.extend(result.departed)
            _score(recording, labels.get(frame.sequence), result)
            age_s = frame.ffc_age_s
            for visitor in result.visitors:
                if visitor.frame_c is not None:
                    recording.readings[visitor.id].append((visitor.frame_c, visitor.frame_quality))
                    recording.measured_too_soon += age_s is not None and age_s < SETTLE_S
        recording.visitors.extend(screener.finish())
    return recording


def _score(recording: Recording, label: Label | None, result: ScreeningResult) -> None:
    if label is None:
        return
    if label.kind == "F" and label.centre is not None:
        recording.found.append(any(_holds(face.box, label.centre) for face in result.faces))
    elif label.kind == "N":
        recording.false_faces += len(result.faces)


def _holds(box: Box, point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[0] + box[2] and box[1] <= point[1] <= box[1] + box[3]


def repeatability(recordings: list[Recording]) -> list[float]:
    """Return the differences of two estimates of the same visitor, in deg C.

    A visitor's usable frames are cut into alternating runs; each half gives one estimate.
    """
    differences = []
    for recording in recordings:
        for readings in recording.readings.values():
            halves = (BestFrames(), BestFrames())
            for number, (skin_c, quality) in enumerate(readings):
                half = halves[number // RUN_FRAMES % 2]
                half.add(Sample(quality, skin_c, skin_c, 0.0, 0.03, 4.0, 0.0))
            first, second = (half.fused() for half in halves)
            if first and second and min(first.frames, second.frames) >= RUN_FRAMES:
                differences.append(abs(first.corrected_c - second.corrected_c))
    return differences


def rows(recordings: list[Recording]) -> Iterator[Row]:
    """Yield the rows of the table that rest on the recordings."""
    found = [hit for r in recordings for hit in r.found]
    share = sum(found) / len(found)
    yield Row(
        "faces_found",
        "F frames found, real recordings",
        f"{share:.3f} ({sum(found)} of {len(found)})",
        {"share": share, "found": sum(found), "frames": len(found)},
        "0.98", "1.00", "0.95 best public detector (tuned on the same frames), 0.51-0.65 Haar",
        met=share >= 0.98,
    )  # fmt: skip
    false = sum(r.false_faces for r in recordings)
    yield Row(
        "false_faces", "false faces on N frames", str(false), {"faces": false}, "0", "0", "0-24",
        met=false == 0,
    )  # fmt: skip
    labelled = [r for r in recordings if r.expected is not None]
    right = [r for r in labelled if len(r.measured) == r.expected]
    wrong = ", ".join(sorted(r.name for r in labelled if r not in right))
    yield Row(
        "visitor_count",
        "recordings with the right visitor count",
        f"{len(right)} of {len(labelled)}" + (f" (not: {wrong})" if wrong else ""),
        {"right": len(right), "labelled": len(labelled)},
        "all but 1", "all", "10 of 17 (feverscreen on its own labels)",
        met=len(labelled) - len(right) <= 1,
    )  # fmt: skip
    cold = sum(
        v.verdict is Verdict.CLEAR and (v.skin_temp_c or 0.0) < 34.0
        for r in recordings
        for v in r.visitors
    )
    yield Row(
        "clear_below_34", "`clear` below 34 deg C", str(cold), {"visitors": cold}, "0", "0",
        "7.5 % of that product's field log", met=cold == 0,
    )  # fmt: skip
    soon = sum(r.measured_too_soon for r in recordings)
    yield Row(
        "measured_too_soon", f"readings within {SETTLE_S:.0f} s of a correction", str(soon),
        {"readings": soon}, "0", "0", met=soon == 0,
    )  # fmt: skip
    differences = repeatability(recordings)
    middle = median(differences)
    yield Row(
        "repeatability",
        "repeatability on real recordings, median absolute difference",
        f"{middle:.3f} deg C ({len(differences)} visitors, worst {max(differences):.2f})",
        {"median_c": middle, "worst_c": max(differences), "visitors": len(differences)},
        "0.10 deg C", "0.05", "0.12-0.14 SD (canthus, clinical, between rounds)",
        met=middle <= 0.10,
    )  # fmt: skip


def milliseconds(recordings: list[Recording]) -> tuple[float, float]:
    """Return the median and the 95th percentile of the processor time per frame, in ms."""
    steps = np.concatenate([r.seconds for r in recordings]) * 1e3
    return float(np.median(steps)), float(np.percentile(steps, 95))
