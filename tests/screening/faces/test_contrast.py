"""The network's picture hangs from the warm end of the scene, whatever else is in it."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from screening.faces.contrast import NARROWEST_C, WIDEST_C, Contrast
from screening.result import Box

ROOM_C, SKIN_C = 22.0, 34.0


def scene(height: int = 160, width: int = 120, room_c: float = ROOM_C) -> np.ndarray:
    celsius = np.full((height, width), room_c, np.float32)
    celsius[height // 3 : height // 2, width // 3 : width // 2] = SKIN_C
    return celsius


def drawn(celsius: np.ndarray, scale: float = 1.0, exclude: Sequence[Box] = ()) -> np.ndarray:
    height, width = celsius.shape
    picture = np.zeros((round(height * scale), round(width * scale)), np.float32)
    Contrast(width, height, scale, picture).draw(celsius, exclude)
    return picture


def test_skin_is_white_and_the_room_dark() -> None:
    picture = drawn(scene())
    assert picture[70, 50] == pytest.approx(1.0, abs=1e-3)
    assert picture[5, 5] == pytest.approx(-1.0 + 2 * (1 - 12 / WIDEST_C), abs=1e-3)


@pytest.mark.parametrize("offset_k", [-5.0, 5.0])
def test_error_of_the_whole_camera_changes_nothing(offset_k: float) -> None:
    shifted = scene() + np.float32(offset_k)
    assert np.allclose(drawn(shifted), drawn(scene()), atol=1e-4)


def test_open_door_in_winter_leaves_a_face_its_contrast() -> None:
    celsius = scene()
    celsius[:, :30] = -10.0
    celsius[60, 50] -= 1.0
    picture = drawn(celsius)
    assert picture[61, 50] - picture[60, 50] == pytest.approx(2.0 / WIDEST_C, rel=1e-3)


def test_kettle_takes_no_contrast_from_a_face() -> None:
    celsius = scene()
    kettle = np.pad(np.full((36, 36), 50.0 - ROOM_C, np.float32), 2)
    celsius[-40:, -40:] += cv2.GaussianBlur(kettle, (5, 5), 1.2)
    picture = drawn(celsius)
    assert picture[-10, -10] == 1.0
    assert picture[70, 50] > 0.99


def test_empty_room_is_not_stretched_until_its_noise_fills_the_picture() -> None:
    noise = np.random.default_rng(3).normal(ROOM_C, 0.05, (160, 120)).astype(np.float32)
    assert np.ptp(drawn(noise)) < 2 * 0.6 / NARROWEST_C


def test_excluded_area_looks_like_the_room_and_sets_no_contrast() -> None:
    celsius = scene()
    celsius[100:120, 80:100] = 41.5
    masked = drawn(celsius, exclude=[(80.0, 100.0, 20.0, 20.0)])
    assert np.array_equal(masked, drawn(scene()))


def test_excluded_area_is_covered_whole_in_a_smaller_picture() -> None:
    celsius = scene(512, 640)
    plain = drawn(celsius, 0.4)
    celsius[401:433, 303:337] = 41.5
    assert np.abs(drawn(celsius, 0.4, [(303.0, 401.0, 34.0, 32.0)]) - plain).max() < 1e-6


def test_excluded_area_may_lie_outside_the_frame() -> None:
    boxes = [(-50.0, -50.0, 20.0, 20.0), (110.0, 150.0, 400.0, 400.0), (500.0, 500.0, 9.0, 9.0)]
    assert drawn(scene(), exclude=boxes)[70, 50] == pytest.approx(1.0, abs=1e-3)


def test_pixels_that_are_no_number_count_as_cold() -> None:
    celsius = scene()
    celsius[0, :4] = [np.nan, np.inf, -np.inf, np.nan]
    picture = drawn(celsius)
    assert picture[0, :4].tolist() == [-1.0, 1.0, -1.0, -1.0]
    assert np.array_equal(picture[1:], drawn(scene())[1:])


def test_frame_is_not_written_to() -> None:
    celsius = scene()
    celsius[0, 0] = np.nan
    celsius.flags.writeable = False
    drawn(celsius, exclude=[(0.0, 0.0, 9.0, 9.0)])


def test_part_that_the_frame_does_not_reach_stays_dark() -> None:
    picture = np.zeros((160, 128), np.float32)
    Contrast(120, 160, 1.0, picture).draw(scene(), ())
    assert np.all(picture[:, 120:] == -1.0)


def test_picture_too_small_for_the_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="120x160 pixels do not fit"):
        Contrast(120, 160, 1.0, np.zeros((160, 112), np.float32))
