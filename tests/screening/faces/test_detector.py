"""Faces are found in the simulator's renders, and nothing else is."""

from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.simulator.scenario.schema import Model
from device.simulator.scenario.truth import FrameTruth, PersonTruth
from screening.faces.detector import CLOSE_UP_PX, Detection, FaceDetector
from screening.result import Box
from tests.narrow import some
from training.training_set import Wish, render_samples

ONE_PERSON = Wish(face_px=(20.0, 60.0), people=(0.0, 1.0), frontal=1.0, max_yaw_deg=25.0)
NOBODY = Wish(people=(1.0,))


@cache
def renders(
    wish: Wish, count: int, camera: Model = "lepton-3.5"
) -> list[tuple[np.ndarray, FrameTruth]]:
    return list(render_samples(77, count, camera, wish=wish))


def references(truth: FrameTruth) -> list[Box]:
    return [(x - 2, y - 2, w + 4, h + 4) for x, y, w, h in (r.box for r in truth.references)]


def look(celsius: np.ndarray, exclude: list[Box] | None = None) -> list[Detection]:
    return FaceDetector(celsius.shape[1], celsius.shape[0]).detect(celsius, exclude or [])


def in_full_view(truth: FrameTruth) -> list[PersonTruth]:
    """Return the people whose whole bare face looks out of the picture, free of a reference."""
    return [
        p
        for p in truth.people
        if p.face_box is not None
        and p.visible > 0.95
        and not p.occlusions
        and not any(_touch(p.face_box, box) for box in references(truth))
    ]


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def centre(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def holds(detection: Detection, point: tuple[float, float]) -> bool:
    """Say whether a point lies in the box of a detection."""
    return _touch(detection.box, (*point, 0.0, 0.0))


def found_pairs(count: int = 30) -> list[tuple[Detection | None, PersonTruth]]:
    pairs = []
    for celsius, truth in renders(ONE_PERSON, count):
        detections = look(celsius, references(truth))
        for person in in_full_view(truth):
            holding = [d for d in detections if holds(d, centre(some(person.face_box)))]
            pairs.append((holding[0] if holding else None, person))
    return pairs


@pytest.mark.slow
def test_people_in_full_view_are_found_in_renders() -> None:
    pairs = found_pairs()
    assert len(pairs) >= 8
    assert sum(d is not None for d, _ in pairs) / len(pairs) >= 0.9


def test_points_lie_where_the_truth_has_them() -> None:
    off = [
        np.hypot(*(d.landmarks - np.array(p.landmarks)).T) / some(p.face_box)[2]
        for d, p in found_pairs()
        if d is not None
    ]
    assert np.median(off) < 0.08


def test_points_are_named_from_the_left_of_the_picture() -> None:
    for detection, _ in found_pairs():
        if detection is not None:
            left, right, nose, mouth_left, mouth_right = detection.landmarks
            assert left[0] < right[0]
            assert mouth_left[0] < mouth_right[0]
            assert nose[1] < (mouth_left[1] + mouth_right[1]) / 2


def test_rooms_without_people_hold_no_faces() -> None:
    found = [d for c, t in renders(NOBODY, 25) for d in look(c, references(t))]
    assert len(found) <= 1


@pytest.mark.parametrize("size", [(120, 160), (160, 120), (320, 256), (640, 512)])
def test_empty_scene_of_any_sensor_has_no_face(size: tuple[int, int]) -> None:
    width, height = size
    rng = np.random.default_rng(11)
    wall = np.linspace(20.0, 23.0, width, dtype=np.float32)[None].repeat(height, axis=0)
    assert look(np.full((height, width), 22.0, np.float32)) == []
    assert look(wall + rng.normal(0, 0.05, wall.shape).astype(np.float32)) == []


def test_excluded_face_is_not_found() -> None:
    detection, celsius = first_found()
    x, y, w, h = detection.box
    hidden = [(x - 0.2 * w, y - 0.2 * h, 1.4 * w, 1.4 * h)]
    assert not any(holds(d, centre(detection.box)) for d in look(celsius, hidden))


def test_same_frame_gives_the_same_faces_whatever_came_before() -> None:
    _, celsius = first_found()
    detector = FaceDetector(celsius.shape[1], celsius.shape[0])
    first = detector.detect(celsius)
    detector.detect(np.full_like(celsius, 30.0), [(0.0, 0.0, 50.0, 50.0)])
    again = detector.detect(celsius)
    assert [d.box for d in first] == [d.box for d in again]
    assert [(d.score, d.quality) for d in first] == [(d.score, d.quality) for d in again]
    assert all(np.array_equal(a.landmarks, b.landmarks) for a, b in zip(first, again, strict=True))


def test_frame_is_left_as_it_was() -> None:
    _, celsius = first_found()
    before = celsius.copy()
    look(celsius, [(10.0, 10.0, 5.0, 5.0)])
    assert np.array_equal(before, celsius)


def test_error_of_the_whole_camera_moves_no_face() -> None:
    detection, celsius = first_found()
    for offset_k in (-3.0, 3.0):
        moved = look(celsius + np.float32(offset_k))
        assert any(holds(d, centre(detection.box)) for d in moved)


def test_numbers_are_in_range() -> None:
    for celsius, truth in renders(ONE_PERSON, 30):
        for detection in look(celsius, references(truth)):
            assert 0.0 < detection.score <= 1.0
            assert 0.0 <= detection.quality <= 1.0
            assert detection.landmarks.shape == (5, 2)
            assert np.isfinite([*detection.box, *detection.landmarks.ravel()]).all()


def test_faces_are_looked_at_closely_from_a_width_on() -> None:
    wish = Wish(face_px=(9.0, 30.0), people=(0.0, 1.0), frontal=1.0, max_yaw_deg=20.0)
    found = [d for celsius, _ in renders(wish, 30) for d in look(celsius)]
    near = [d.box[2] >= CLOSE_UP_PX for d in found]
    assert any(near)
    assert not all(near)
    for said in ("yaw_deg", "pitch_deg", "eyes_free", "glasses"):
        assert [getattr(d, said) is not None for d in found] == near


def test_what_a_close_up_calls_no_face_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    detection, celsius = first_found()
    assert detection.box[2] >= CLOSE_UP_PX
    monkeypatch.setattr("screening.faces.detector.MIN_FACE", 1.01)
    assert not any(holds(d, centre(detection.box)) for d in look(celsius))


def test_frame_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="was promised"):
        FaceDetector(120, 160).detect(np.zeros((120, 160), np.float32))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 2**32 - 1),
    level=st.floats(-300, 2000, width=32),
    spread=st.floats(0, 500, width=32),
    holes=st.sampled_from([0.0, 0.01, 0.5, 1.0]),
    hole=st.sampled_from([np.nan, np.inf, -np.inf, 3.0e38, -3.0e38]),
    box=st.tuples(*[st.floats(-1e4, 1e4)] * 4),
)
def test_no_frame_whatever_breaks_the_detector(
    seed: int, level: float, spread: float, holes: float, hole: float, box: Box
) -> None:
    rng = np.random.default_rng(seed)
    celsius = (level + spread * rng.standard_normal((160, 120))).astype(np.float32)
    celsius[rng.random(celsius.shape) < holes] = hole
    for detection in SHARED.detect(celsius, [box]):
        assert np.isfinite([*detection.box, *detection.landmarks.ravel()]).all()


def first_found() -> tuple[Detection, np.ndarray]:
    """Return a face and the frame it was found in without any help."""
    for celsius, _ in renders(ONE_PERSON, 30):
        found = look(celsius)
        if found:
            return found[0], celsius
    raise AssertionError("no face in any render")


SHARED = FaceDetector(120, 160)
