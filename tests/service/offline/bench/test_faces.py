"""The bench of the face detector counts what it says it counts."""

import os
from pathlib import Path

import numpy as np
import pytest

from service.offline.bench import faces as bench
from tests.device.recordings import recording, zipped

DATA = Path(os.environ.get("LIMEN_DATA", Path(__file__).parents[4].parent / "shared" / "data"))
NOWHERE = (0.0, 0.0, 1.0, 1.0)


def wall(label: str, centre: tuple[float, float] | None) -> bench.LabelledFrame:
    celsius = np.full((160, 120), 22.0, np.float32)
    return bench.LabelledFrame("wall.cptv", 7, label, centre, NOWHERE, celsius)


def test_face_that_is_not_found_is_named() -> None:
    figures = bench.score([wall("F", (60.0, 80.0)), wall("N", None), wall("P", None)])
    assert (figures.faces, figures.found, figures.empty, figures.false_faces) == (1, 0, 1, 0)
    assert figures.missed == (("wall.cptv", 7),)
    assert figures.share_found == 0.0


def test_labelled_frames_are_read_by_their_number_and_their_face_by_its_centre(
    tmp_path: Path,
) -> None:
    (tmp_path / "recordings").mkdir()
    made = zipped(tmp_path / "recordings", recording())
    (tmp_path / "frame_labels.csv").write_text(
        "file,frame,label,face_x,face_y,face_w,face_h,reference_x,reference_y\n"
        f"{made.name},2,F,2,3,4,6,9,8\n{made.name},0,N,,,,,9,8\n",
        encoding="utf-8",
    )
    frames = bench.read_labelled(tmp_path)
    assert [(f.frame, f.label, f.centre) for f in frames] == [(0, "N", None), (2, "F", (4.0, 6.0))]
    assert frames[0].reference == (0.0, -1.0, 19.0, 19.0)
    assert not np.array_equal(frames[0].celsius, frames[1].celsius)


def test_speed_is_told_against_a_plain_pass() -> None:
    told = bench.speed(wall("N", None).celsius, times=20)
    assert 0.0 < told.median_ms <= told.p95_ms
    assert told.plain_passes > 1.0


def test_faces_of_real_recordings_are_found_and_empty_ones_stay_empty() -> None:
    folder = DATA / "lepton-kiosk"
    if not folder.exists():
        pytest.skip(f"no labelled recordings: {folder} is not there (set LIMEN_DATA)")
    figures = bench.score(bench.read_labelled(folder))
    assert figures.faces > 40
    assert figures.empty > 15
    assert figures.share_found >= 0.98
    assert figures.false_faces == 0
