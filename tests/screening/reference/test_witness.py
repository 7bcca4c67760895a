"""The rest of the scene tells the sensor's error from the reference's."""

import numpy as np
import pytest

from screening.reference.witness import LOST_S, Witness
from tests.narrow import some
from tests.screening.pictures import Wall, block, face

FRAME_S = 1 / 9


@pytest.mark.parametrize("step_c", [-6.0, -0.8, 0.05, 1.3, 6.0])
def test_a_step_of_the_whole_picture_is_its_level(step_c: float) -> None:
    wall, witness = Wall(), Witness(120, 160)
    assert witness.step(wall.paint(), 0.0) == 0.0
    assert some(witness.step(wall.paint(offset_c=step_c), FRAME_S)) == pytest.approx(
        step_c, abs=0.01
    )


def test_people_and_doors_do_not_pull_at_it() -> None:
    wall, witness = Wall(), Witness(120, 160)
    witness.step(wall.paint(), 0.0)
    busy = (face(60, 60, 60), block(30, 100, 60, 60, 27.0), block(0, 0, 25, 160, 20.0))
    for n in range(1, 200):
        level_c = some(witness.step(wall.paint(*busy, offset_c=0.4), n * FRAME_S))
        assert level_c == pytest.approx(0.4, abs=0.03)
    assert some(witness.step(wall.paint(), 201 * FRAME_S)) == pytest.approx(0.0, abs=0.03)


def test_where_too_little_of_the_scene_is_left_nothing_is_known() -> None:
    wall, witness = Wall(), Witness(120, 160)
    witness.step(wall.paint(), 0.0)
    close = [block(0, 0, 120, 160, 30.0)]
    for n, temp_c in enumerate(np.linspace(26.0, 37.0, 24)):
        close.append(block(5 * n, 0, 5, 160, float(temp_c)))
    assert witness.step(wall.paint(*close), FRAME_S) is None


def test_a_camera_that_was_turned_goes_on_from_the_level_it_had() -> None:
    wall, witness = Wall(), Witness(120, 160)
    witness.step(wall.paint(), 0.0)
    witness.step(wall.paint(offset_c=0.7), FRAME_S)
    elsewhere = [block(5 * n, 0, 5, 160, 26.0 + n) for n in range(24)]
    said = [
        witness.step(wall.paint(*elsewhere, offset_c=0.7), n * FRAME_S)
        for n in range(2, int(9 * (LOST_S + 2)))
    ]
    assert said[0] is None
    assert some(said[-1]) == pytest.approx(0.7, abs=0.02)
