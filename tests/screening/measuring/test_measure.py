"""Where a reading looks: each place of a face in pixels, and the bounds of its rules."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from screening.faces.detection import Detection
from screening.measuring import footprint
from screening.measuring.measure import (
    BROW_C,
    CANTHUS_REACH_MM,
    COARSE_PX,
    ELSEWHERE_C,
    GLASSES_C,
    INTERCANTHAL_MM,
    Reading,
    Surveyor,
    mm_per_px,
)
from screening.result import Box
from screening.settings import Site

Picture = NDArray[np.float32]
WIDTH, HEIGHT = 200, 160
BOX: Box = (50.0, 40.0, 100.0, 100.0)
SKIN_C = 34.0


def found(box: Box = BOX, eyes: tuple[float, ...] = (85.0, 80.0, 115.0, 80.0)) -> Detection:
    points = np.array([eyes[:2], eyes[2:], (100, 100), (85, 120), (115, 120)], np.float32)
    return Detection(box, 0.9, points, 0.9)


def even() -> Picture:
    return np.full((HEIGHT, WIDTH), SKIN_C, np.float32)


def hot(picture: Picture, x: int, y: int, temp_c: float = 36.0) -> Picture:
    """Make the 2 x 2 pixels whose middle is at (x + 1/2, y + 1/2) hot."""
    picture[y : y + 2, x : x + 2] = temp_c
    return picture


def read(
    picture: Picture,
    detection: Detection | None = None,
    size: float = 1.3,
    wanted: Site = Site.AUTO,
    exclude: tuple[Box, ...] = (),
) -> Reading:
    surveyor = Surveyor(picture.shape[1], picture.shape[0])
    reading = surveyor.read(picture, detection or found(), size, wanted, list(exclude))
    assert reading is not None
    return reading


# ---- how large a pixel is


def test_eyes_and_box_share_the_say_where_they_agree() -> None:
    def size(between: float, box: float) -> float:
        return mm_per_px(found((0.0, 0.0, 147.0 / box, 160.0 / box), (0.0, 0.0, between, 0.0)))

    assert size(33.0, 1.0) == pytest.approx(1.0)
    assert size(22.0, 1.0) == pytest.approx(1.5**0.5)
    # 0.6 to 1.6 times as large by the eyes as by the box; else they are not where they should be
    for ratio, by_both in ((0.61, True), (0.59, False), (1.59, True), (1.61, False)):
        expected = ratio**0.5 if by_both else 1.0
        assert size(INTERCANTHAL_MM / ratio, 1.0) == pytest.approx(expected), ratio
    assert size(0.0, 33.0 / 0.5) == pytest.approx(66.0)
    tall = found((0.0, 0.0, 73.5, 320.0), (0.0, 0.0, 3.0, 4.0))
    assert mm_per_px(tall) == pytest.approx(1.0)  # eyes five apart: not by them


# ---- where it is hottest


def test_a_reading_is_the_mean_of_four_pixels_and_says_where() -> None:
    picture = even()
    picture[80:82, 84:86] = [[36.0, 36.4], [36.8, 37.2]]
    reading = read(picture)
    assert (reading.x, reading.y) == (84.5, 80.5)
    assert reading.apparent_c == pytest.approx(36.6)
    assert reading.site is Site.CANTHUS
    assert reading.hot_spot
    # and the mean of the 16 around
    around = (12 * SKIN_C + 4 * 36.6) / 16.0
    assert reading.relief_c == pytest.approx(36.6 - around, abs=1e-4)
    assert reading.left_right_c == pytest.approx(2.6)
    assert read(hot(even(), 114, 80)).left_right_c == pytest.approx(-2.0)


@pytest.mark.parametrize("dx", [-10, 10])
@pytest.mark.parametrize("dy", [-10, 10])
def test_a_canthus_is_looked_for_within_thirteen_millimetres(dx: int, dy: int) -> None:
    assert pytest.approx(10.0) == CANTHUS_REACH_MM / 1.3
    inside = read(hot(even(), 85 + dx - (dx > 0), 80 + dy - (dy > 0), 34.5))
    assert inside.apparent_c == pytest.approx(34.5)
    outside = read(hot(even(), 85 + dx + (2 if dx > 0 else -3), 80, 34.5))
    assert outside.apparent_c == pytest.approx(SKIN_C)
    above = read(hot(even(), 85, 80 + dy + (2 if dy > 0 else -3), 34.5))
    assert above.apparent_c == pytest.approx(SKIN_C)


def test_where_nothing_resolves_a_canthus_the_upper_face_is_read() -> None:
    for size, site in ((1.5, Site.CANTHUS), (1.51, Site.FACE_MAXIMUM)):
        assert read(hot(even(), 85, 80), size=size).site is site
    chosen = read(hot(even(), 85, 80), wanted=Site.FACE_MAXIMUM)
    assert chosen.site is Site.FACE_MAXIMUM
    assert (chosen.relief_c, chosen.apparent_c) == (None, 36.0)
    assert chosen.left_right_c == pytest.approx(2.0)  # known where it is resolved
    assert read(hot(even(), 85, 80), size=5.0).left_right_c is None


def test_a_mouth_begins_an_eighth_and_a_bit_above_its_corners() -> None:
    """Corners at 120, 15 of 100 above them: blocks from the row 105 on are not read."""
    assert read(hot(even(), 70, 103), size=5.0).apparent_c == 36.0
    assert read(hot(even(), 70, 106), size=5.0).apparent_c == SKIN_C


def test_a_spot_that_would_be_hottest_without_the_pixels_is_taken() -> None:
    size = 3.0
    lost_c = footprint.correction(size)
    for ahead_c, spot in ((lost_c - 0.05, True), (lost_c + 0.05, False)):
        picture = hot(even(), 85, 80, 35.0)
        hot(picture, 60, 70, 35.0 + ahead_c)
        reading = read(picture, size=size)
        assert reading.hot_spot == spot
        assert reading.apparent_c == pytest.approx(35.0 if spot else 35.0 + ahead_c)
    # a coarse face's points are known two pixels worse
    assert COARSE_PX == 2.0
    edge = round(CANTHUS_REACH_MM / size + COARSE_PX)
    assert read(hot(even(), 85 - edge, 80, 35.0), size=size).hot_spot


def test_a_much_hotter_sharp_place_is_the_canthus() -> None:
    for ahead_c, site in ((ELSEWHERE_C, Site.CANTHUS), (ELSEWHERE_C + 0.01, Site.FACE_MAXIMUM)):
        picture = hot(hot(even(), 85, 80, 35.0), 100, 60, 35.0 + ahead_c)
        reading = read(picture)
        assert reading.site is site
        assert reading.hot_spot


def test_what_is_excluded_and_what_is_outside_the_oval_is_not_read() -> None:
    picture = hot(hot(even(), 85, 80, 35.0), 70, 70, 39.0)
    assert read(picture, size=5.0).apparent_c == 39.0
    assert read(picture, size=5.0, exclude=((70.0, 70.0, 2.0, 2.0),)).apparent_c == 35.0
    assert read(picture, size=5.0, exclude=((72.0, 70.0, 9.0, 9.0),)).apparent_c == 39.0
    assert read(picture, size=5.0, exclude=((60.0, 60.0, 10.0, 9.0),)).apparent_c == 39.0
    corner = hot(hot(even(), 85, 80, 35.0), 55, 45, 39.0)
    assert read(corner, size=5.0).apparent_c == 35.0
    # the oval ends at the root of 0.95 of half the box: 48.7 of 50 pixels
    assert read(hot(even(), 51, 89, 39.0), size=5.0).apparent_c == 39.0
    assert read(hot(even(), 50, 89, 39.0), size=5.0).apparent_c < 39.0


def test_a_face_mostly_outside_the_picture_is_not_read() -> None:
    surveyor = Surveyor(WIDTH, HEIGHT)

    def there(box: Box) -> bool:
        return surveyor.read(even(), found(box), 1.3, Site.AUTO, []) is not None

    assert not there((-96.0, 40.0, 100.0, 100.0))
    assert there((-60.0, 40.0, 100.0, 100.0))
    assert not there((196.0, 40.0, 100.0, 100.0))
    assert not there((50.0, 156.0, 100.0, 100.0))
    assert not there((50.0, 40.0, 4.0, 40.0))
    assert there((50.0, 40.0, 5.0, 40.0))
    assert not there((50.0, 40.0, 40.0, 4.0))
    everything = ((0.0, 0.0, 200.0, 160.0),)
    assert surveyor.read(even(), found(), 1.3, Site.AUTO, list(everything)) is None


# ---- what speaks against it


def test_the_warm_quarter_and_what_is_covered() -> None:
    picture = even()
    picture[:90, :] = 30.0  # the oval's upper half
    cold = read(picture, size=5.0)
    assert cold.skin_c == SKIN_C
    assert cold.warm_share == pytest.approx(1.0)
    picture[:90, :] = 29.4
    assert read(picture, size=5.0).warm_share == pytest.approx(0.5, abs=0.02)


def test_the_contrast_has_what_the_pixels_take_given_back() -> None:
    reading = read(hot(even(), 85, 80), size=3.0)
    assert reading.contrast_c == pytest.approx(2.0 + footprint.correction(3.0))


def test_the_eye_band_is_where_eyes_are() -> None:
    """Canthi 30 apart: 39 to both sides of their middle, 10.5 above and below."""
    for rows, columns, seen in (
        (slice(69, 91), slice(61, 140), True),
        (slice(0, 69), slice(0, 200), False),
        (slice(91, 160), slice(0, 200), False),
        (slice(0, 160), slice(0, 61), False),
        (slice(0, 160), slice(139, 200), False),
    ):
        picture = even()
        picture[rows, columns] = 30.0
        assert (read(picture).eyes_c < 31.0) == seen, (rows, columns)


def test_the_brow_is_above_the_canthi() -> None:
    """2 to 20 mm above, 33 mm to both sides."""
    for rows, columns, seen in (
        (slice(60, 79), slice(67, 134), True),
        (slice(0, 60), slice(0, 200), False),
        (slice(79, 160), slice(0, 200), False),
        (slice(0, 160), slice(0, 67), False),
        (slice(0, 160), slice(134, 200), False),
    ):
        picture = even()
        picture[rows, columns] = 30.0
        assert (read(picture, size=1.0).brow_c < 31.0) == seen, (rows, columns)


@pytest.mark.parametrize(
    ("eyes_c", "brow_c", "site"),
    [
        (0.0, 0.0, Site.CANTHUS),
        (GLASSES_C - 0.05, 0.0, Site.CANTHUS),
        (GLASSES_C + 0.05, 0.0, Site.FACE_MAXIMUM),
        (0.0, BROW_C - 0.05, Site.CANTHUS),
        (0.0, BROW_C + 0.05, Site.FACE_MAXIMUM),
    ],
)
def test_a_covered_canthus_leaves_the_face_s_maximum_as_small_as_one(
    eyes_c: float, brow_c: float, site: Site
) -> None:
    picture = even()
    picture[60:74, 60:140] = SKIN_C - brow_c
    picture[74:91, 60:140] = SKIN_C - eyes_c
    reading = read(hot(picture, 85, 80, 34.5))
    assert (reading.site, reading.hot_spot) == (site, True)


def test_beside_a_face_is_beyond_its_ears_from_brow_to_mouth() -> None:
    asked: list[Box] = []

    def nothing(box: Box) -> bool:
        asked.append(box)
        return False

    Surveyor(WIDTH, HEIGHT).read(even(), found(), 1.3, Site.AUTO, [], nothing)
    assert asked == [
        pytest.approx((15.0, 60.0, 20.0, 50.0)),
        pytest.approx((165.0, 60.0, 20.0, 50.0)),
    ]


def test_the_warmer_side_counts_and_furniture_does_not() -> None:
    picture = even()
    picture[:, :40], picture[:, 160:] = 24.0, 30.0
    assert read(picture).beside_c == 30.0
    picture[:, :40] = 31.0
    assert read(picture).beside_c == 31.0

    one = Surveyor(WIDTH, HEIGHT).read(picture, found(), 1.3, Site.AUTO, [], lambda _: True)
    assert one is not None
    assert one.beside_c == -np.inf
    whole = replace(found(), box=(0.0, 40.0, 200.0, 100.0))
    assert read(picture, whole).beside_c == -np.inf  # there is no picture beside it
