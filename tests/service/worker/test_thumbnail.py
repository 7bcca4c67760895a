"""The thermal view: faces look the same whatever stands beside them, and say no temperature."""

import numpy as np
import pytest
from numpy.typing import NDArray

from device.frame import KELVIN_OFFSET
from service.worker.thumbnail import Thumbnail

KELVIN_PER_COUNT = 0.01
FACE = (slice(100, 180), slice(120, 190))
REFERENCE = (slice(20, 40), slice(20, 40))


def counts(celsius: float) -> int:
    return round((celsius + KELVIN_OFFSET) / KELVIN_PER_COUNT)


def room(wall_c: float = 22.0, face_c: float = 34.5) -> NDArray[np.uint16]:
    """Return a wall with a reference and a face, `(256, 320) uint16`."""
    picture = np.full((256, 320), counts(wall_c), np.uint16)
    picture[REFERENCE] = counts(36.0)
    picture[FACE] = counts(face_c)
    return picture


def face_grey(picture: NDArray[np.uint16], frames: int = 40) -> float:
    thumbnail = Thumbnail(320, 256)
    for _ in range(frames):
        grey = thumbnail.draw(picture, KELVIN_PER_COUNT)
    return float(grey[FACE].mean())


@pytest.mark.parametrize("cup_c", [45.0, 60.0, 90.0])
def test_a_hot_cup_leaves_faces_as_bright_as_they_were(cup_c: float) -> None:
    alone = face_grey(room())
    with_cup = room()
    with_cup[200:230, 20:50] = counts(cup_c)
    assert face_grey(with_cup) == pytest.approx(alone, abs=3.0)
    assert alone > 180.0


def test_a_door_in_winter_leaves_faces_as_they_were_against_the_reference() -> None:
    cold = room()
    cold[:, 250:] = counts(-15.0)
    thumbnail = Thumbnail(320, 256)
    grey = thumbnail.draw(cold, KELVIN_PER_COUNT)
    assert int(grey[REFERENCE].min()) - float(grey[FACE].mean()) >= 12.0
    assert int(grey[:, 300].max()) == 0


def test_faces_stay_the_same_while_a_cup_comes_and_goes() -> None:
    thumbnail = Thumbnail(320, 256)
    with_cup = room()
    with_cup[200:230, 20:50] = counts(70.0)
    seen = [
        float(thumbnail.draw(picture, KELVIN_PER_COUNT)[FACE].mean())
        for picture in [*[room()] * 20, *[with_cup] * 20, *[room()] * 20]
    ]
    assert max(seen) - min(seen) < 4.0


def test_no_grey_value_says_a_temperature() -> None:
    assert abs(face_grey(room(10.0)) - face_grey(room(30.0))) > 40.0


def test_a_picture_of_nothing_but_heat_is_drawn() -> None:
    hot = np.full((256, 320), counts(80.0), np.uint16)
    assert Thumbnail(320, 256).draw(hot, KELVIN_PER_COUNT).min() == 0
