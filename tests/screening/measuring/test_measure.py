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
    _brow,
    _elsewhere,
    _hottest_near,
    _inside,
    _median,
    _Peak,
    _relief_c,
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
    assert size(33.0 / 2.2, 2.0) == pytest.approx(4.4**0.5)
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
    # no farther than it reaches
    assert read(picture, size=5.0, exclude=((70.0, 60.0, 2.0, 10.0),)).apparent_c == 39.0
    assert read(picture, size=5.0, exclude=((60.0, 70.0, 10.0, 2.0),)).apparent_c == 39.0
    # the oval ends at the root of 0.95 of half the box: 48.7 of 50 pixels
    assert read(hot(even(), 99, 41, 39.0), size=5.0).apparent_c == 39.0
    assert read(hot(even(), 99, 40, 39.0), size=5.0).apparent_c < 39.0
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
    assert there((50.0, 40.0, 40.0, 5.0))
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
    picture[:90, :] = 29.5  # 4.5 deg C colder
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
        (0.0, BROW_C, Site.CANTHUS),
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


# ---- pixel by pixel


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_a_block_that_is_not_wholly_of_the_face_is_not_read(dx: int, dy: int) -> None:
    picture = hot(even(), 70, 70, 39.0)
    assert read(picture, size=5.0).apparent_c == 39.0
    beside = ((70.0 + dx, 70.0 + dy, 1.0, 1.0),)
    assert read(picture, size=5.0, exclude=beside).apparent_c == 36.5  # two of its pixels


@pytest.mark.parametrize(
    ("box", "place", "at_edge", "outside"),
    [
        ((-30.0, 40.0, 100.0, 100.0), (0, 89), (-5.0, 85.0, 6.0, 10.0), (-9.0, 85.0, 4.0, 10.0)),
        ((50.0, -30.0, 100.0, 100.0), (99, 0), (95.0, -5.0, 10.0, 6.0), (95.0, -9.0, 10.0, 4.0)),
    ],
    ids=["left", "top"],
)
def test_a_face_is_read_to_the_edge_of_the_picture(
    box: Box, place: tuple[int, int], at_edge: Box, outside: Box
) -> None:
    picture, there = hot(even(), *place, 39.0), found(box)
    assert read(picture, there, size=5.0).apparent_c == 39.0
    assert read(picture, there, size=5.0, exclude=(at_edge,)).apparent_c < 39.0
    assert read(picture, there, size=5.0, exclude=(outside,)).apparent_c == 39.0


@pytest.mark.parametrize(("width", "height", "enough"), [(4, 4, True), (3, 5, False)])
def test_sixteen_pixels_of_skin_are_a_face(width: int, height: int, enough: bool) -> None:
    x, y = 90.0, 80.0
    around: list[Box] = [
        (0.0, 0.0, 200.0, y),
        (0.0, y + height, 200.0, 160.0),
        (0.0, 0.0, x, 160.0),
        (x + width, 0.0, 200.0, 160.0),
    ]
    one = Surveyor(WIDTH, HEIGHT).read(even(), found(), 5.0, Site.AUTO, around)
    assert (one is not None) == enough


def test_the_nose_is_no_canthus() -> None:
    assert read(hot(even(), 100, 100)).site is Site.FACE_MAXIMUM


def test_the_mouth_is_between_its_corners() -> None:
    tilted = found()
    tilted.landmarks[3:, 1] = 110.0, 130.0
    assert read(hot(even(), 70, 103), tilted, size=5.0).apparent_c == 36.0
    assert read(hot(even(), 70, 106), tilted, size=5.0).apparent_c == SKIN_C


def test_a_quarter_of_a_face_is_as_warm_as_that_or_warmer() -> None:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    picture = (30.0 + 0.01 * rows + 0.0001 * columns).astype(np.float32)
    oval = ((columns - 99.5) / 50.0) ** 2 + ((rows - 89.5) / 50.0) ** 2 <= 0.95
    skin = np.sort(picture[oval])
    assert read(picture, size=5.0).skin_c == skin[3 * skin.size // 4]
    assert _median(picture, 0.0) == np.sort(picture.ravel())[picture.size // 2]
    assert _median(picture[:0], 7.0) == 7.0


def numbered() -> Picture:
    """Return a picture in which each pixel is its own number."""
    return np.arange(40 * 60, dtype=np.float32).reshape(40, 60)


def are(values: Picture, rows: range, columns: range) -> bool:
    """Whether some pixels of `numbered` are those of these rows and columns, as far as it goes."""
    there = [60 * r + c for r in rows if 0 <= r < 40 for c in columns if 0 <= c < 60]
    return values.ravel().tolist() == there


@pytest.mark.parametrize(
    ("eyes", "rows", "columns"),
    [
        # from 0.35 of what is between them above their middle to as much below; 1.3 to each side
        ((20.0, 20.0, 30.0, 20.0), range(16, 24), range(12, 38)),
        ((20.0, 17.0, 30.0, 23.0), range(15, 25), range(9, 41)),
        ((20.0, 20.0, 20.5, 20.0), range(19, 21), range(17, 23)),  # two pixels apart at least
        ((2.0, 2.0, 12.0, 2.0), range(-2, 6), range(-6, 20)),
        ((50.0, 38.0, 60.0, 38.0), range(34, 42), range(42, 68)),
        ((-40.0, -20.0, -30.0, -20.0), range(0), range(0)),
    ],
)
def test_the_band_of_the_eyes(
    eyes: tuple[float, float, float, float], rows: range, columns: range
) -> None:
    picture, everything = numbered(), np.ones((40, 60), np.bool_)
    there = found(eyes=eyes)
    assert are(Surveyor._eye_band(picture, everything, there, 0, 0), rows, columns)
    part, inside = picture[5:, 7:], everything[5:, 7:]
    seen = Surveyor._eye_band(part, inside, there, 5, 7)
    assert are(
        seen, range(max(5, rows.start), rows.stop), range(max(7, columns.start), columns.stop)
    )


@pytest.mark.parametrize(
    ("eyes", "size", "rows", "columns"),
    [
        ((20.0, 30.0, 30.0, 30.0), 2.0, range(20, 30), range(8, 43)),
        ((20.0, 28.0, 30.0, 32.0), 4.0, range(25, 31), range(17, 34)),
        ((20.0, 6.0, 30.0, 6.0), 2.0, range(-4, 6), range(8, 43)),
        ((2.0, 30.0, 12.0, 30.0), 2.0, range(20, 30), range(-10, 25)),
        ((20.0, -9.0, 30.0, -9.0), 2.0, range(0), range(0)),
        ((-60.0, 30.0, -50.0, 30.0), 2.0, range(0), range(0)),
    ],
)
def test_the_brow_is_two_to_twenty_millimetres_above_the_eyes(
    eyes: tuple[float, float, float, float], size: float, rows: range, columns: range
) -> None:
    assert are(_brow(numbered(), found(eyes=eyes), size), rows, columns)


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        ((10.0, 20.0, 5.0, 6.0), range(20, 26), range(10, 15)),
        ((-3.0, -2.0, 5.0, 6.0), range(4), range(2)),
        ((-9.0, -8.0, 5.0, 6.0), range(0), range(0)),
        ((-9.0, 20.0, 5.0, 6.0), range(0), range(0)),
    ],
)
def test_a_box_holds_the_pixels_in_it(box: Box, rows: range, columns: range) -> None:
    assert are(_inside(numbered(), box), rows, columns)


@pytest.mark.parametrize(
    ("point", "rows", "columns"),
    [
        # of blocks whose first stands at (7, 5), around (x - 7.5, y - 5.5)
        ((27.5, 25.5), range(17, 24), range(17, 24)),
        ((27.5, 7.5), range(6), range(17, 24)),
        ((8.5, 25.5), range(17, 24), range(5)),
        ((27.5, 0.5), range(0), range(0)),
        ((2.5, 25.5), range(0), range(0)),
        ((27.5, 2.5), range(1), range(17, 24)),
        ((4.5, 25.5), range(17, 24), range(1)),
    ],
)
def test_a_canthus_is_looked_for_around_its_point(
    point: tuple[float, float], rows: range, columns: range
) -> None:
    there = np.array(point, np.float32)
    for row in range(30):
        for column in range(30):
            blocks = np.full((30, 30), -np.inf, np.float32)
            blocks[row, column] = 36.0
            peak = _hottest_near(blocks, (7, 5), there, 3.4)
            assert (peak is not None) == (row in rows and column in columns), (row, column)
            if peak is not None:
                assert (peak.x, peak.y) == (7.5 + column, 5.5 + row)


@pytest.mark.parametrize(
    ("row", "column", "known"),
    [(1, 1, True), (0, 1, False), (1, 0, False), (37, 57, True), (38, 57, False), (37, 58, False)],
)
def test_how_far_a_peak_stands_out_is_known_where_sixteen_pixels_are(
    row: int, column: int, known: bool
) -> None:
    picture = numbered()
    relief_c = _relief_c(picture, _Peak(5000.0, column + 0.5, row + 0.5))
    assert (relief_c is not None) == known
    if not known:  # then the canthi are believed
        assert not _elsewhere(picture, _Peak(5000.0, column + 0.5, row + 0.5), _Peak(36.0, 9, 9))
    else:
        around = picture[row - 1 : row + 3, column - 1 : column + 3]
        assert relief_c == pytest.approx(5000.0 - around.mean())
