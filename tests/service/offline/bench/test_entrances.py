"""Nothing that belongs to an entrance is anybody, and whoever comes into one is still found."""

import numpy as np
import pytest

from service.offline.bench import scenes
from service.offline.bench.entrance_draws import draw
from service.offline.bench.entrances import film, play, rows

# drawn entrances in which a panel or a doll was a face and a visitor before the map was there
HARD = (17, 39, 51)


@pytest.mark.parametrize("number", HARD)
def test_a_panel_that_looks_like_a_face_is_none(number: int) -> None:
    info, films = film("lepton-3.5")
    entrance = draw(number, (info.height, info.width), scenes.ROOM_C)
    found = play(entrance, info, films[number // 2 % len(films)])
    assert (found.faces, found.visitors, found.other) == (0, 0, 0)


def test_the_same_number_draws_the_same_entrance() -> None:
    first, second = (draw(7, (160, 120), 22.0) for _ in range(2))
    assert np.array_equal(first.temp_c, second.temp_c)
    assert first.reference == second.reference
    assert not np.array_equal(first.temp_c, draw(9, (160, 120), 22.0).temp_c)


@pytest.mark.slow
def test_drawn_entrances_are_empty_and_visitors_are_found_in_them() -> None:
    furniture, visited = rows(draws=24)  # `limen bench` draws 120
    assert furniture.met, furniture.value
    assert visited.met, visited.value
