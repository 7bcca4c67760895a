"""A close-up has the face's own contrast, and its points come back in pixels of the frame."""

from importlib.resources import files

import numpy as np
import pytest

from screening.faces.closeup import CloseUp
from screening.faces.crop import REACH, SIDE, Crop

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
    here, quality = close_up.look(celsius, FACE)
    moved, again = close_up.look(
        np.roll(celsius, (40, 60), axis=(0, 1)), (260.0, 190.0, 90.0, 110.0)
    )
    assert np.allclose(moved, here + np.array([60, 40]), atol=0.02)
    assert again == pytest.approx(quality, abs=1e-4)
    assert here.shape == (5, 2)
    assert 0.0 <= quality <= 1.0
