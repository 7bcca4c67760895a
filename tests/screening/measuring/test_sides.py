"""One side of a face warmed by the sun: where is looked, and from which difference on it counts."""

import numpy as np
import pytest

from screening.measuring.sides import (
    ALIKE_C,
    BARE_C,
    CHEEK_MM,
    EACH_C,
    FOREHEAD_MM,
    WARMER_C,
    Areas,
    areas,
    sunned,
)

HIGH, WIDE = 200, 240
MIDDLE = (120.0, 100.0)  # between the canthi, 33 mm apart
TINY = 1e-6


def points(angle_deg: float, mm_per_px: float) -> np.ndarray:
    """Return landmarks whose eyes lie along a line that is tilted so far."""
    half = 16.5 / mm_per_px
    along = half * np.array([np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))])
    below = ((MIDDLE[0], MIDDLE[1] + 30.0),) * 3  # nose and mouth have no say
    return np.array([np.array(MIDDLE) - along, np.array(MIDDLE) + along, *below], np.float32)


def painted(angle_deg: float, mm_per_px: float) -> np.ndarray:
    """Return a picture of 20 deg C in which each of the four areas has a warmth of its own."""
    rows, columns = np.mgrid[:HIGH, :WIDE]
    x, y = (columns - MIDDLE[0]) * mm_per_px, (rows - MIDDLE[1]) * mm_per_px
    cos, sin = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    across, down = x * cos + y * sin, y * cos - x * sin
    picture = np.full((HIGH, WIDE), 20.0, np.float32)
    for number, (near, far, top, bottom) in enumerate((FOREHEAD_MM, CHEEK_MM)):
        for side in (-1.0, 1.0):
            inside = (side * across > near - mm_per_px) & (side * across < far + mm_per_px)
            inside &= (down > top - mm_per_px) & (down < bottom + mm_per_px)
            picture[inside] = 30.0 + 2 * number + (side > 0)
    return picture


@pytest.mark.parametrize("angle_deg", [0.0, 20.0, -35.0])
@pytest.mark.parametrize("mm_per_px", [1.0, 2.5])
def test_each_area_lies_where_it_says_however_the_head_is_tilted(
    angle_deg: float, mm_per_px: float
) -> None:
    found = areas(painted(angle_deg, mm_per_px), points(angle_deg, mm_per_px), mm_per_px)
    assert found == (30.0, 31.0, 32.0, 33.0)


def test_the_median_is_that_of_the_nearest_pixels() -> None:
    rows, columns = np.mgrid[:HIGH, :WIDE].astype(np.float32)
    across = areas(columns, points(0.0, 1.0), 1.0)
    assert across == (120.0 - 23.0, 120.0 + 23.0, 120.0 - 36.0, 120.0 + 36.0)
    down = areas(rows, points(0.0, 1.0), 1.0)
    assert down == (100.0 - 34.0, 100.0 - 34.0, 141.0, 141.0)
    for off, nearest in ((0.4, 97.0), (0.6, 98.0)):
        assert areas(columns, points(0.0, 1.0) + np.float32(off), 1.0)[0] == nearest


def test_less_than_half_of_an_area_counts_for_nothing() -> None:
    picture = painted(0.0, 1.0)
    picture[:, :95] = 10.0  # hair down to the middle of the forehead's left half
    assert areas(picture, points(0.0, 1.0), 1.0)[0] == 30.0
    picture[:, :106] = 10.0
    assert areas(picture, points(0.0, 1.0), 1.0)[0] == 10.0


def test_a_face_at_the_edge_is_looked_at_as_far_as_it_is_in_the_picture() -> None:
    picture = np.full((HIGH, WIDE), 34.0, np.float32)
    for corner in ((0.0, 0.0), (WIDE, HIGH)):
        eyes = np.array([corner, (corner[0] + 33.0, corner[1])], np.float32)
        assert areas(picture, eyes, 1.0) == (34.0,) * 4
    picture[-1, -1] = 50.0
    outside = points(0.0, 1.0) + np.float32(400.0)
    assert areas(picture, outside, 1.0) == (50.0,) * 4
    picture[-1, -1] = 34.0
    same = np.array([MIDDLE, MIDDLE], np.float32)
    assert areas(picture, same, 1.0) == (34.0,) * 4


def face(forehead_c: float, cheek_c: float, shade_c: float = 34.0) -> Areas:
    """Return the areas of a face that is so much warmer on the picture's left, or its right."""
    return (
        shade_c + max(forehead_c, 0.0),
        shade_c - min(forehead_c, 0.0),
        shade_c + max(cheek_c, 0.0),
        shade_c - min(cheek_c, 0.0),
    )


@pytest.mark.parametrize("side", [1.0, -1.0])
@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        ((WARMER_C, WARMER_C), (WARMER_C + TINY, WARMER_C + TINY)),
        ((EACH_C, 2.0), (EACH_C + TINY, 2.0)),
        ((2.0, EACH_C), (2.0, EACH_C + TINY)),
        ((1.0, 1.0 + ALIKE_C), (1.0, 1.0 + ALIKE_C - TINY)),
        ((1.0 + ALIKE_C, 1.0), (1.0 + ALIKE_C - TINY, 1.0)),
    ],
)
def test_forehead_and_cheek_are_warmer_by_much_and_by_about_the_same(
    side: float, within: tuple[float, float], beyond: tuple[float, float]
) -> None:
    zero = 0.0  # numbers around it are exact
    assert not sunned(face(side * within[0], side * within[1], zero), zero)
    assert sunned(face(side * beyond[0], side * beyond[1], zero), zero)


def test_warmer_on_opposite_sides_is_no_sun() -> None:
    assert sunned(face(2.0, 2.0), 36.0)
    assert not sunned(face(2.0, -2.0), 36.0)
    assert not sunned(face(0.72, -0.72), 36.0)
    assert not sunned(face(2.0, 0.0), 36.0)


def test_hair_and_cloth_are_no_shade() -> None:
    assert sunned(face(2.0, 2.0, 0.0), BARE_C - TINY)
    assert not sunned(face(2.0, 2.0, 0.0), BARE_C)
