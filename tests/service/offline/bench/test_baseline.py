"""The plain baseline is given what a plain user would give it, and read as its makers say."""

import os

import numpy as np
import pytest

from device.simulator.sensor import SimulatedSensor
from screening.faces.detector import FaceDetector
from service.offline.bench import faces, kinds
from service.offline.bench.data import DataAbsentError, find
from training import baseline, centerface


@pytest.fixture(scope="module", autouse=True)
def network() -> None:
    try:
        centerface.weights()
    except SystemExit as error:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(error))


def test_without_its_weights_the_line_that_fetches_them_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr(centerface, "JUDGE", tmp_path)
    with pytest.raises(SystemExit, match=r"environment \.venv-judge judge"):
        centerface.weights()


def test_a_bare_face_is_found_where_it_is_in_either_picture() -> None:
    scenario = kinds.drawn("bare", 2)  # a Lepton
    found: dict[str, kinds.Tally] = {}
    with SimulatedSensor(scenario, realtime=False, loop=False, seed=2) as sensor:
        asked = baseline.detectors(sensor.info.width, sensor.info.height, [baseline.ENLARGE])
        for number, frame in enumerate(sensor.frames()):
            if number % 12 == 0:
                for name, one in asked.items():
                    tally = found.setdefault(name, kinds.Tally())
                    kinds.look(frame, sensor.truth(), one.detect, tally)
    assert list(found) == ["ours", "CenterFace, stretched, x2", "CenterFace, our window, x2"]
    for tally in found.values():
        assert tally.found == tally.frames > 2
        assert np.median(tally.off_mm) < 13.0  # eyes taken for canthi are 15 off


def test_a_frame_is_stretched_to_all_greys_and_our_window_fills_the_reference() -> None:
    celsius = np.full((160, 120), 22.0, np.float32)
    celsius[40:80, 30:60] = 35.0
    celsius[100:120, 10:30] = 40.0
    grey = centerface.stretched(celsius)
    assert (grey.min(), grey.max()) == (0, 255)
    drawn = baseline.our_window(120, 160)(celsius, [(10.0, 100.0, 20.0, 20.0)])
    assert (drawn[0, 0], drawn[60, 45], drawn[110, 20]) == (0, 255, 0)


def test_of_the_labelled_faces_of_real_entrances_it_finds_fewer_than_we_do() -> None:
    try:
        frames = faces.read_labelled(find("lepton-kiosk"))
    except DataAbsentError as error:
        pytest.skip(str(error))
    name = f"CenterFace, stretched, x{baseline.ENLARGE}"

    def made(width: int, height: int) -> faces.Finds:
        return baseline.detectors(width, height, [baseline.ENLARGE])[name]

    told = faces.score(frames, made)
    assert (told.found, told.faces, told.false_faces) == (49, 53, 0)
    assert faces.score(frames, FaceDetector).found == 53
