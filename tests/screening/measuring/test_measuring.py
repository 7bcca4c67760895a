"""A reading: where it is taken, and that neither noise nor things beside the face make it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from screening.faces.detection import Detection
from screening.measuring import footprint
from screening.measuring.measure import BROW_C, Reading, Surveyor, mm_per_px
from screening.measuring.quality import BESIDE_C
from screening.reference.non_uniformity import NonUniformity, UnevenPlateError, learn
from screening.result import Box
from screening.settings import Site, Uniformity
from tests.narrow import some
from tests.screening.pictures import Wall, block, detection, disc, face


def read(
    wall: Wall,
    picture: NDArray[np.float32],
    found: Detection,
    wanted: Site = Site.AUTO,
    exclude: Sequence[Box] = (),
) -> Reading:
    size = mm_per_px(found)
    reading = Surveyor(wall.width, wall.height).read(picture, found, size, wanted, list(exclude))
    assert reading is not None
    return reading


@pytest.mark.parametrize("width_px", [20.0, 40.0, 100.0, 200.0])
def test_the_size_of_a_pixel_follows_from_the_face(width_px: float) -> None:
    assert mm_per_px(detection(100, 100, width_px)) == pytest.approx(140 / width_px, rel=0.03)


def test_canthi_are_read_where_the_pixels_resolve_them() -> None:
    wall = Wall(320, 256)
    picture = wall.paint(face(160, 120, 120, canthus_c=36.0))
    reading = read(wall, picture, detection(160, 120, 120))
    assert reading.site is Site.CANTHUS
    # 1.17 mm per pixel: what the footprint takes away is what the correction gives back
    peak_c = reading.apparent_c + footprint.correction(140 / 120) * 2.0 / 1.5
    assert peak_c == pytest.approx(36.0 + 0.4, abs=0.45)
    assert abs(some(reading.left_right_c)) < 0.6


def moved(found: Detection, down_px: float) -> Detection:
    landmarks = found.landmarks.copy()
    landmarks[:, 1] += down_px
    return replace(found, landmarks=landmarks)


@pytest.mark.parametrize("down_mm", [21.0, 58.0])
def test_points_that_are_not_on_the_canthi_are_not_believed(down_mm: float) -> None:
    """A hood puts them on the moustache: a fever of 38.4 read 37.1."""
    wall = Wall(320, 256)
    picture, found = wall.paint(face(160, 120, 120, canthus_c=38.4)), detection(160, 120, 120)
    right = read(wall, picture, found)
    wrong = read(wall, picture, moved(found, down_mm * 120 / 140))
    assert (right.site, wrong.site) == (Site.CANTHUS, Site.FACE_MAXIMUM)
    assert wrong.apparent_c == pytest.approx(right.apparent_c, abs=0.05)
    assert wrong.hot_spot  # the canthus is most likely what is hottest there
    assert wrong.relief_c is None  # how high, is taken from nobody's points


@pytest.mark.parametrize(
    ("spot", "site"),
    [
        (disc(160, 80, 3, 38.2), Site.FACE_MAXIMUM),  # much hotter, and sharp
        (disc(160, 80, 3, 36.6), Site.CANTHUS),  # not so much
        (disc(160, 75, 22, 38.2), Site.CANTHUS),  # a forehead in the sun
    ],
)
def test_a_place_hotter_than_the_canthi_is_one_only_where_it_is_sharp(
    spot: Callable[[Wall, NDArray[np.float32]], None], site: Site
) -> None:
    wall = Wall(320, 256, noise_k=0.0)
    picture = wall.paint(face(160, 120, 120, canthus_c=36.0), spot)
    assert read(wall, picture, detection(160, 120, 120)).site is site


def test_a_coarse_sensor_reads_the_faces_maximum() -> None:
    wall = Wall()
    picture = wall.paint(face(60, 80, 35, canthus_c=36.0))
    assert read(wall, picture, detection(60, 80, 35)).site is Site.FACE_MAXIMUM


def test_a_fringe_over_the_canthi_is_told_from_a_bare_brow() -> None:
    wall = Wall(320, 256)
    person, found = face(160, 120, 120), detection(160, 120, 120)
    bare = read(wall, wall.paint(person), found)
    assert bare.skin_c - bare.brow_c < 0.7
    hair = block(100, 60, 120, int(120 - 20 * 120 / 140) - 58, 29.5)
    fringed = read(wall, wall.paint(person, hair), found)
    assert fringed.skin_c - fringed.brow_c > BROW_C
    assert fringed.site is Site.FACE_MAXIMUM  # what is read near there is no canthus
    assert fringed.hot_spot  # and as small as one


def test_a_box_on_half_a_face_has_skin_beside_it() -> None:
    wall = Wall(320, 256)
    whole = read(wall, wall.paint(face(160, 120, 120)), detection(160, 120, 120))
    assert whole.skin_c - whole.beside_c > 8.0
    half = read(wall, wall.paint(face(160, 120, 240)), detection(110, 100, 110))
    assert half.skin_c - half.beside_c < BESIDE_C


def test_one_hot_pixel_moves_the_reading_by_a_quarter_of_itself() -> None:
    wall = Wall(noise_k=0.0)
    picture = wall.paint(face(60, 80, 40))
    found = detection(60, 80, 40)
    before = read(wall, picture, found)
    picture[int(before.y), int(before.x)] += 0.8
    assert read(wall, picture, found).apparent_c - before.apparent_c <= 0.2 + 1e-3


def test_the_reference_in_front_of_a_face_is_not_read() -> None:
    wall = Wall()
    picture = wall.paint(face(60, 80, 50), disc(75, 75, 5, 39.0))
    found = detection(60, 80, 50)
    assert read(wall, picture, found).apparent_c > 38.0
    assert read(wall, picture, found, exclude=[(67, 67, 16, 16)]).apparent_c < 37.0


def test_an_open_mouth_is_not_read() -> None:
    wall = Wall()
    found = detection(60, 80, 50)
    mouth_y = int(found.landmarks[3:, 1].mean())
    picture = wall.paint(face(60, 80, 50), block(54, mouth_y - 1, 12, 4, 37.5))
    assert read(wall, picture, found).apparent_c < 36.6


def test_eyes_behind_glass_are_cold() -> None:
    wall = Wall()
    found = detection(60, 80, 50)
    eyes_y = int(found.landmarks[0, 1])
    bare = read(wall, wall.paint(face(60, 80, 50)), found)
    worn = read(wall, wall.paint(face(60, 80, 50), block(42, eyes_y - 5, 36, 10, 28.0)), found)
    assert bare.skin_c - bare.eyes_c < 0.8
    assert worn.skin_c - worn.eyes_c > 3.0


def test_a_face_beyond_the_edge_is_not_read() -> None:
    wall = Wall()
    found = detection(-20, 80, 40)
    assert Surveyor(120, 160).read(wall.paint(), found, 3.5, Site.AUTO, []) is None


def test_the_shape_over_the_picture_is_learnt_from_a_plate() -> None:
    truth = Uniformity(x_c=0.05, y_c=-0.02, xx_c=-0.2, yy_c=-0.3, xy_c=0.04)
    shape = NonUniformity(truth, 160, 120)
    laid = np.array([[shape.at(x, y) for x in range(160)] for y in range(120)], np.float32)
    random = np.random.default_rng(3)
    frames = [
        30.0 + laid + random.normal(0, 0.04, laid.shape).astype(np.float32) for _ in range(20)
    ]
    learnt = NonUniformity(learn(frames), 160, 120)
    worst = max(
        abs(learnt.at(x, y) - shape.at(x, y)) for x in range(0, 160, 20) for y in range(0, 120, 20)
    )
    assert worst < 0.01


def test_a_room_is_no_plate() -> None:
    wall = Wall()
    picture = wall.paint(face(60, 80, 50))
    with pytest.raises(UnevenPlateError, match="even temperature"):
        learn([picture] * 12)
    with pytest.raises(UnevenPlateError, match="frames"):
        learn([picture] * 3)
