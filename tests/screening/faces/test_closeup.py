"""A close-up has the face's own contrast, and its points come back in pixels of the frame."""

from functools import cache
from importlib.resources import files

import numpy as np
import pytest

from device.simulator.scenario.schema import Wears
from device.simulator.scenario.truth import PersonTruth
from screening.faces.closeup import CloseUp, Look
from screening.faces.crop import REACH, SIDE, Crop
from training.training_set import Wish, render_samples

FACE = (200.0, 150.0, 90.0, 110.0)


def frame() -> np.ndarray:
    """Return a room with a warm face whose rows run from 31 to 35 deg C."""
    celsius = np.full((512, 640), 22.0, np.float32)
    celsius[150:260, 200:290] = np.linspace(31.0, 35.0, 110, dtype=np.float32)[:, None]
    return celsius


def cut(celsius: np.ndarray, box: tuple[float, float, float, float] = FACE) -> np.ndarray:
    picture = np.zeros((SIDE, SIDE), np.float32)
    Crop(picture).cut(celsius, box)
    return picture


def test_network_is_smaller_than_the_first() -> None:
    folder = files("screening.faces")
    size = len(folder.joinpath("points.onnx").read_bytes())
    assert 10_000 < size < len(folder.joinpath("face.onnx").read_bytes())


def test_face_fills_the_close_up_and_the_room_is_dark() -> None:
    picture = cut(frame())
    assert picture[0, 0] == -1.0
    assert picture[40, SIDE // 2] > picture[24, SIDE // 2] > -1.0


def test_radiator_beside_the_face_takes_none_of_its_contrast() -> None:
    celsius = frame()
    celsius[:, 292:] = 55.0
    assert np.allclose(cut(celsius)[:, 10:50], cut(frame())[:, 10:50], atol=1e-6)


def test_pixel_of_the_close_up_stands_where_it_says() -> None:
    celsius = frame()
    picture = np.zeros((SIDE, SIDE), np.float32)
    crop = Crop(picture)
    crop.cut(celsius, FACE)
    assert crop.pixel == pytest.approx(REACH * 110 / SIDE)
    y = 40
    row = crop.origin[1] + y * crop.pixel
    warm = 31.0 + (row - 150) * 4.0 / 109
    assert crop._celsius[y, 32] == pytest.approx(warm, abs=0.02)


def test_face_stands_in_the_middle() -> None:
    crop = Crop(np.zeros((SIDE, SIDE), np.float32))
    crop.cut(frame(), FACE)
    middle = np.array(crop.origin) + crop.pixel * (SIDE - 1) / 2
    assert middle == pytest.approx([245.0, 205.0])


def test_face_at_the_edge_repeats_it_instead_of_a_black_border() -> None:
    celsius = frame()
    shifted = (-30.0, 150.0, 90.0, 110.0)
    assert np.isfinite(cut(celsius, shifted)).all()
    assert np.ptp(cut(celsius, shifted)[20, :10]) < 1e-6


def test_pixels_that_are_no_number_spoil_nothing_but_themselves() -> None:
    celsius = frame()
    celsius[155, 210] = np.nan
    assert np.isfinite(cut(celsius)).all()
    assert (cut(celsius) != cut(frame())).sum() < 12


def test_points_move_with_the_face() -> None:
    close_up = CloseUp()
    celsius = frame()
    (here,) = close_up.look(celsius, [FACE])
    shifted = np.roll(celsius, (40, 60), axis=(0, 1))
    (moved,) = close_up.look(shifted, [(260.0, 190.0, 90.0, 110.0)])
    assert np.allclose(moved.points, here.points + np.array([60, 40]), atol=0.02)
    assert moved.quality == pytest.approx(here.quality, abs=1e-4)
    assert here.points.shape == (5, 2)
    for chance in (here.quality, here.face, here.glasses, *here.eyes_free):
        assert 0.0 <= chance <= 1.0


def test_faces_looked_at_together_are_seen_as_each_alone() -> None:
    close_up = CloseUp()
    celsius = frame() + np.random.default_rng(1).normal(0, 0.3, (512, 640)).astype(np.float32)
    boxes = [FACE, (190.0, 140.0, 80.0, 90.0), (230.0, 170.0, 60.0, 70.0)]
    for box, look in zip(boxes, close_up.look(celsius, boxes), strict=True):
        (alone,) = close_up.look(celsius, [box])
        assert np.allclose(look.points, alone.points, atol=1e-3)
        assert look.yaw_deg == pytest.approx(alone.yaw_deg, abs=1e-2)
        assert look.face == pytest.approx(alone.face, abs=1e-4)


def test_nobody_is_nothing_to_look_at() -> None:
    assert CloseUp().look(frame(), []) == []


@cache
def looks(*wears: Wears) -> list[tuple[Look, PersonTruth]]:
    """Return close-ups of rendered people who look about, beside the truth."""
    wish = Wish(
        face_px=(30.0, 70.0),
        people=(0.0, 1.0),
        frontal=1.0,
        max_yaw_deg=45.0,
        items=0,
        references=(1.0, 0.0, 0.0),
        wears=tuple((thing, 1.0) for thing in wears),
    )
    close_up = CloseUp()
    seen: list[tuple[Look, PersonTruth]] = []
    for celsius, truth in render_samples(88, 40, "lepton-3.5", wish=wish):
        seen += [
            (close_up.look(celsius, [person.face_box])[0], person)
            for person in truth.people
            if person.face_box is not None and person.visible > 0.95
        ]
    assert len(seen) > 8
    return seen


@pytest.mark.slow
@pytest.mark.parametrize(("angle", "alike"), [("yaw_deg", 0.9), ("pitch_deg", 0.5)])
def test_angles_are_those_of_the_head(angle: str, alike: float) -> None:
    said = [getattr(look, angle) for look, _ in looks()]
    true = [getattr(person, angle) for _, person in looks()]
    assert np.median(np.abs(np.subtract(said, true))) < 8.0
    assert np.corrcoef(said, true)[0, 1] > alike


@pytest.mark.slow
def test_glasses_are_seen_and_hide_the_canthi() -> None:
    with_glasses = [(look.glasses, min(look.eyes_free)) for look, _ in looks("glasses")]
    without = [look.glasses for look, _ in looks()]
    assert np.mean([glasses > 0.5 for glasses, _ in with_glasses]) > 0.8
    assert np.mean([glasses < 0.5 for glasses in without]) > 0.8
    assert np.mean([free < 0.5 for _, free in with_glasses]) > 0.8


def test_bare_canthi_are_free() -> None:
    frontal = [look for look, p in looks() if abs(p.yaw_deg) < 25 and all(p.canthi_visible)]
    assert len(frontal) >= 4
    assert np.mean([min(look.eyes_free) > 0.5 for look in frontal]) > 0.75
    assert np.median([look.quality for look in frontal]) > 0.5


def test_face_is_told_from_a_warm_board() -> None:
    assert np.median([look.face for look, _ in looks()]) > 0.9
    celsius = np.full((160, 120), 22.0, np.float32)
    celsius[40:120, 30:90] = np.linspace(36.0, 30.0, 60, dtype=np.float32)  # a warm board
    assert CloseUp().look(celsius, [(40.0, 55.0, 40.0, 45.0)])[0].face < 0.5
