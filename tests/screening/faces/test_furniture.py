"""What always stood there is nobody; what moved like a person is somebody."""

from collections.abc import Callable

import pytest

from screening.faces.furniture import YOUNG_S, Furniture, Nature
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


def test_a_map_of_a_fine_sensor_has_no_more_cells_than_one_of_a_coarse() -> None:
    assert Furniture(640, 512)._map.shape == (128, 160)
    assert Furniture(120, 160)._map.shape == (160, 120)


def test_a_clock_that_is_set_back_makes_the_map_no_younger() -> None:
    film = Film()
    film.show(seconds=3.0)
    film.time_s = -500.0
    assert film.show(PANEL) is Nature.SOMEBODY
