"""What always stood there is nobody; what moved like a person is somebody."""

from collections.abc import Callable

import numpy as np
import pytest

from screening.faces.furniture import CHANGED_C, SAME_C, YOUNG_S, Furniture, Nature
from screening.result import Box
from tests.screening.pictures import Celsius, Wall, block, face

FRAME_S = 1 / 9
PANEL = face(60, 70, 40, 33.0, 30.0)  # a warm thing that looks like a face
PLACE: Box = (39.0, 47.0, 42.0, 46.0)
Thing = Callable[[Wall, Celsius], None]


class Film:
    """Shows the map one picture after the other, and learns as the screener does."""

    def __init__(self) -> None:
        self.wall = Wall()
        self.map = Furniture(self.wall.width, self.wall.height)
        self.time_s = 0.0

    def show(
        self,
        *things: Thing,
        seconds: float = FRAME_S,
        level_c: float | None = 0.0,
        people: tuple[Box, ...] = (),
        corrected: bool = False,
        box: Box = PLACE,
    ) -> Nature:
        for _ in range(max(1, round(seconds / FRAME_S))):
            picture = self.wall.paint(*things, offset_c=level_c or 0.0)
            self.map.look(picture, level_c, self.time_s)
            said, self.stirs = self.map.nature(box), self.map.stirs(box)
            self.map.learn(people, corrected=corrected)
            self.time_s += FRAME_S
        return said


def test_what_is_there_from_the_start_and_never_moves_is_furniture() -> None:
    film = Film()
    assert film.show(PANEL, seconds=60.0) is Nature.FURNITURE
    assert not film.stirs


def test_before_it_knows_anything_it_takes_everything_for_furniture() -> None:
    film = Film()
    assert film.show(seconds=YOUNG_S - FRAME_S) is Nature.FURNITURE
    assert film.show(PANEL) is Nature.FURNITURE
    assert film.show(PANEL, seconds=2 * FRAME_S) is Nature.SOMEBODY


def test_who_comes_is_somebody_and_stays_so_however_still() -> None:
    film = Film()
    film.show(seconds=3.0)
    assert film.show(PANEL, seconds=120.0, people=(PLACE,)) is Nature.SOMEBODY
    assert not film.stirs


@pytest.mark.slow
def test_who_is_told_from_the_map_is_not_learnt_but_what_is_nobody_slowly_is() -> None:
    film = Film()
    film.show(seconds=3.0)
    lukewarm = block(39, 47, 42, 46, 26.0)
    assert film.show(lukewarm, seconds=60.0) is Nature.SOMEBODY
    assert film.show(lukewarm, seconds=900.0) is Nature.FURNITURE
    film = Film()
    film.show(seconds=3.0)
    assert film.show(lukewarm, seconds=900.0, people=(PLACE,)) is Nature.SOMEBODY


def test_who_has_been_there_since_the_start_is_no_furniture_once_they_sway() -> None:
    film = Film()
    film.show(PANEL, seconds=3.0)
    for n in range(30):
        film.show(face(60 + (1.5 if n // 9 % 2 else -1.5), 70, 40, 33.0, 30.0))
    said = film.show(PANEL, seconds=1.0)
    assert said is not Nature.FURNITURE


def test_who_was_there_first_and_left_is_somebody_when_they_are_back() -> None:
    film = Film()
    film.show(PANEL, seconds=3.0)
    film.show(seconds=6.0)
    assert film.show(PANEL) is Nature.SOMEBODY


def test_somebody_passing_before_a_panel_does_not_make_it_somebody() -> None:
    film = Film()
    film.show(PANEL, seconds=10.0)
    said = {film.show(PANEL, block(x, 90, 20, 70, 30.5)) for x in range(0, 100, 4)}
    assert Nature.SOMEBODY not in said
    assert film.show(PANEL, seconds=1.0) is Nature.FURNITURE


@pytest.mark.parametrize("rate_c_s", [-0.02, -0.002, 0.002])
def test_a_panel_that_warms_slowly_or_cools_stays_furniture(rate_c_s: float) -> None:
    film = Film()
    for n in range(900):
        warmer_c = max(rate_c_s * n * FRAME_S, -3.0)
        said = film.show(face(60, 70, 40, 33.0 + warmer_c, 30.0 + warmer_c))
        assert n * FRAME_S <= YOUNG_S or said is Nature.FURNITURE


def test_a_panel_that_is_switched_on_is_not_sure_and_does_not_stir() -> None:
    film = Film()
    film.show(PANEL, seconds=10.0)
    assert film.show(face(60, 70, 40, 33.8, 30.8), seconds=3.0) is Nature.UNSURE
    assert not film.stirs


def test_what_the_whole_picture_does_is_the_sensors() -> None:
    film = Film()
    film.show(PANEL, seconds=5.0)
    assert film.show(PANEL, level_c=2.5) is Nature.FURNITURE
    assert film.show(PANEL, face(90, 70, 30), level_c=2.5, box=(75, 53, 30, 34)) is Nature.SOMEBODY


def test_after_a_correction_everything_but_people_is_learnt_at_once() -> None:
    film = Film()
    film.show(PANEL, seconds=5.0)
    film.show(face(60, 70, 40, 35.0, 32.0), corrected=True)
    assert film.show(face(60, 70, 40, 35.0, 32.0)) is Nature.FURNITURE
    film = Film()
    film.show(seconds=5.0)
    film.show(PANEL, corrected=True, people=(PLACE,))
    assert film.show(PANEL, people=(PLACE,)) is Nature.SOMEBODY


def test_something_that_moves_stirs() -> None:
    film = Film()
    film.show(seconds=3.0)
    film.show(face(50, 70, 40))
    film.show(face(56, 70, 40))
    assert film.stirs


@pytest.mark.parametrize("gap_s", [0.2, 0.7, 60.0])
def test_what_came_in_a_gap_stirs_in_two_frames_after_it(gap_s: float) -> None:
    film = Film()
    film.show(seconds=3.0)
    film.time_s += gap_s
    for _ in range(2):
        film.show(PANEL, people=(PLACE,))
        assert film.stirs
    film.show(PANEL, people=(PLACE,), seconds=2.0)
    assert not film.stirs


def test_a_map_of_a_fine_sensor_has_no_more_cells_than_one_of_a_coarse() -> None:
    assert Furniture(640, 512)._map.shape == (128, 160)
    assert Furniture(120, 160)._map.shape == (160, 120)
    assert Furniture(161, 60)._map.shape == (30, 81)


def test_a_clock_that_is_set_back_makes_the_map_no_younger() -> None:
    film = Film()
    film.show(seconds=3.0)
    film.time_s = -500.0
    assert film.show(PANEL) is Nature.SOMEBODY


# ---- the bounds, cell by cell


BOX: Box = (40.0, 20.0, 20.0, 20.0)  # 10 x 10 cells of 2 x 2 pixels


def cells(*shares: tuple[int, float]) -> Celsius:
    """Return a box of a hundred cells: so many of each difference."""
    return np.array([off for share, off in shares for _ in range(share)], np.float32).reshape(
        10, 10
    )


def coarse(inside: Celsius) -> Furniture:
    """Return a map of 40 x 160 cells that has seen nothing, and now sees this in `BOX`."""
    made = Furniture(320, 80)
    picture = np.zeros((80, 320), np.float32)
    made.look(picture, 0.0, 0.0)
    made.learn(())
    picture[20:40, 40:60] = np.kron(inside, np.ones((2, 2), np.float32))
    made.look(picture, 0.0, 1.0)
    return made


@pytest.mark.parametrize(
    ("inside", "nature"),
    [
        (cells((100, 0.0)), Nature.FURNITURE),
        # 98 of 100 as they were, to 0.35 deg C
        (cells((98, 0.0), (2, 0.5)), Nature.FURNITURE),
        (cells((97, 0.0), (3, 0.5)), Nature.UNSURE),
        (cells((97, 0.0), (3, SAME_C)), Nature.UNSURE),
        # or warmer as a whole, by less than 1 deg C; as a whole: around the middle one
        (cells((100, 0.6)), Nature.FURNITURE),
        (cells((100, CHANGED_C)), Nature.SOMEBODY),
        (cells(*((1, -0.3 + 0.0069 * n) for n in range(100))), Nature.FURNITURE),
        # a tenth has changed, and half is not what it was
        (cells((50, 0.0), (40, 0.5), (10, 2.0)), Nature.SOMEBODY),
        (cells((50, 0.0), (41, 0.5), (9, 2.0)), Nature.UNSURE),
        (cells((10, -2.0), (41, 0.5), (49, 0.0)), Nature.SOMEBODY),
        (cells((51, 0.0), (49, 2.0)), Nature.UNSURE),
    ],
)
def test_what_a_box_holds_follows_from_how_much_has_changed(
    inside: Celsius, nature: Nature
) -> None:
    made = coarse(inside)
    assert made.nature(BOX) is nature
    assert made.stands_in(BOX) == (nature is Nature.FURNITURE)


@pytest.mark.parametrize(
    ("moved", "stirs"),
    [
        (cells((94, 0.0), (6, 0.4)), True),
        (cells((95, 0.0), (5, 0.4)), False),
        (cells((100, SAME_C)), False),
        (cells((94, 0.0), (6, -0.4)), True),
    ],
)
def test_a_box_stirs_where_more_than_a_twentieth_moves(moved: Celsius, stirs: bool) -> None:
    assert coarse(moved).stirs(BOX) == stirs


def test_what_a_place_looks_like_now_is_half_a_second_behind() -> None:
    made = coarse(cells((100, 1.0)))
    picture = np.ones((80, 320), np.float32)
    for time_s, stirs in ((1.25, True), (1.5, True), (1.75, False)):
        made.look(picture, 0.0, time_s)
        assert made.stirs((200.0, 20.0, 20.0, 20.0)) == stirs
        made.learn(())


@pytest.mark.parametrize(
    ("people", "nature"), [((), Nature.FURNITURE), ((BOX,), Nature.SOMEBODY)], ids=["nobody", "one"]
)
def test_the_map_goes_up_by_two_thousandths_a_second_where_nobody_is(
    people: tuple[Box, ...], nature: Nature
) -> None:
    made = coarse(cells((100, CHANGED_C + 0.01)))
    picture = np.zeros((80, 320), np.float32)
    picture[20:40, 40:60] = CHANGED_C + 0.01
    for time_s in (11.0, 12.0):
        assert made.nature(BOX) is Nature.SOMEBODY
        made.look(picture, 0.0, time_s)
        made.learn(people)
    made.look(picture, 0.0, 12.0)
    assert made.nature(BOX) is nature


@pytest.mark.parametrize(
    ("rows", "warm_c", "swaying", "width_px", "somebody"),
    [
        (13, 2.0, 3, 20.0, True),
        (13, 2.0, 3, 20.1, False),  # narrower
        (12, 2.0, 3, 20.0, False),  # 12 of 20 cells of its half are covered
        (20, CHANGED_C, 3, 20.0, False),  # by something no warmer than that
        (13, 2.0, 2, 20.0, False),  # 2 of 400 cells sway
        (13, 2.0, 0, 20.0, False),
    ],
)
def test_a_body_covers_the_lower_half_and_sways(
    rows: int, warm_c: float, swaying: int, width_px: float, somebody: bool
) -> None:
    made = Furniture(320, 80)
    picture = np.zeros((80, 320), np.float32)
    made.look(picture, 0.0, 0.0)
    made.learn(())
    picture[80 - 2 * rows :, 100:120] = warm_c
    for number in range(20):  # until that they came is usual
        made.look(picture, 0.0, 1.0 + number / 20.0)
        made.learn(((100.0, 0.0, 20.0, 80.0),))
    picture[: 2 * swaying : 2, 100] += SAME_C + 0.05
    picture[2 * swaying : 20 : 2, 100] += SAME_C  # not enough
    made.look(picture, 0.0, 2.0)
    assert made.body(width_px) == somebody


def test_a_map_is_known_from_half_a_second_on() -> None:
    made = Furniture(120, 160)
    assert not made.known
    for time_s, known in ((7.0, False), (7.49, False), (7.5, True)):
        made.look(np.zeros((160, 120), np.float32), 0.0, time_s)
        assert made.known == known


def test_a_box_is_clipped_to_the_map_and_a_body_goes_down_to_the_floor() -> None:
    made = Furniture(320, 80)
    assert made._cells((40.0, 20.0, 20.0, 10.0)) == (slice(10, 15), slice(20, 30))
    assert made._cells((-6.0, -6.0, 20.0, 20.0)) == (slice(0, 7), slice(0, 7))
    assert made._cells((-20.0, -20.0, 6.0, 6.0)) == (slice(0, 0), slice(0, 0))
    assert made.nature((-20.0, -20.0, 6.0, 6.0)) is Nature.FURNITURE
    # half its width to both sides, half its height above
    assert made._body((40.0, 40.0, 20.0, 24.0)) == (slice(14, 40), slice(15, 35))
