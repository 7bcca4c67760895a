"""The network is small, free, alone, and always says the same."""

import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from screening.faces.network import STEP, FaceNetwork, merge

FOLDER = files("screening.faces")
COLUMNS = 16


def test_network_is_smaller_than_a_megabyte() -> None:
    assert 10_000 < len(FOLDER.joinpath("face.onnx").read_bytes()) < 1_000_000


def test_its_licence_and_its_origin_lie_beside_it() -> None:
    licence = FOLDER.joinpath("face.onnx.LICENSE.txt").read_text(encoding="utf-8")
    notice = FOLDER.joinpath("face.onnx.NOTICE.txt").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "Version 2.0" in licence
    assert "BlazeFace" in notice
    assert "MediaPipe" in notice
    assert "Changes:" in notice


def test_it_reads_its_own_file_and_opens_nothing_to_talk_through() -> None:
    script = """
import sys
import numpy as np
seen = []
sys.addaudithook(lambda event, args: seen.append((event, args[:2])))
from screening.faces.detector import FaceDetector
FaceDetector(120, 160).detect(np.zeros((160, 120), np.float32))
bad = [s for s in seen if s[0].startswith(("socket", "subprocess", "urllib", "http", "os.exec"))]
bad += [s for s in seen if s[0] == "open" and set(str(s[1][1])) & set("wax+")]
assert any(s[0] == "open" and str(s[1][0]).endswith("face.onnx") for s in seen), seen
assert not bad, bad
"""
    subprocess.run([sys.executable, "-B", "-c", script], check=True, timeout=250)


@pytest.mark.parametrize("size", [(124, 160), (160, 121)])
def test_picture_that_is_no_multiple_of_the_step_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=f"multiple of {STEP}"):
        FaceNetwork(*size)


def test_same_picture_gives_the_same_answer_bit_for_bit() -> None:
    one, other = FaceNetwork(128, 160), FaceNetwork(128, 160)
    picture = np.random.default_rng(5).uniform(-1, 1, one.picture.shape).astype(np.float32)
    one.picture[:] = picture
    other.picture[:] = 1.0
    other.run(0.5)  # what was seen before leaves no trace
    other.picture[:] = picture
    first = one.run(0.001)
    assert len(first) > 0
    assert np.array_equal(first, one.run(0.001))
    assert np.array_equal(first, other.run(0.001))


def test_only_answers_above_the_least_score_come_back() -> None:
    network = FaceNetwork(128, 160)
    network.picture[:] = np.random.default_rng(5).uniform(-1, 1, network.picture.shape)
    some = network.run(0.001)[:, 0]
    fewer = network.run(0.01)[:, 0]
    assert np.array_equal(np.sort(fewer), np.sort(some[some > 0.01]))
    assert len(fewer) < len(some)


def row(score: float, x: float, y: float, side: float = 20.0) -> np.ndarray:
    return np.array([score, x, y, side, side, *[x + 10, y + 10] * 6][:COLUMNS], np.float32)


def test_rows_that_overlap_the_best_become_one_face_between_them() -> None:
    merged = merge(np.stack([row(0.6, 12, 10), row(0.9, 10, 10), row(0.5, 80, 80)]), 0.3)
    assert merged[:, 0].tolist() == pytest.approx([0.9, 0.5])
    assert merged[0, 1] == pytest.approx((0.6 * 12 + 0.9 * 10) / 1.5, rel=1e-5)


def test_faces_side_by_side_stay_apart() -> None:
    assert len(merge(np.stack([row(0.9, 10, 10), row(0.8, 26, 10)]), 0.3)) == 2


def test_nothing_found_is_no_face() -> None:
    assert merge(np.empty((0, COLUMNS), np.float32), 0.3).shape == (0, COLUMNS)


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(0, 12), st.just(COLUMNS)),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    )
)
def test_merging_survives_whatever_a_network_says(rows: np.ndarray) -> None:
    merged = merge(rows, 0.3)
    assert len(merged) <= len(rows)
    assert np.all(np.isfinite(merged))
