"""The rest of the scene tells the sensor's error from the reference's."""

import numpy as np
import pytest
from numpy.typing import NDArray

from screening.reference.witness import LEARN_C_S, LOST_S, Witness, _mode
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


@pytest.mark.parametrize(("size", "every"), [((30, 40), 1), ((41, 30), 2), ((640, 512), 16)])
def test_it_looks_at_forty_places_along_the_longer_side(size: tuple[int, int], every: int) -> None:
    assert Witness(*size)._step == every


def parts(*shares: tuple[int, float], rest: int = 0) -> NDArray[np.float32]:
    """Return a hundred differences: so many of each; the rest far from one another."""
    said = [amount for share, amount in shares for _ in range(share)]
    return np.array([*said, *(20.0 + 1.0 * n for n in range(rest))], np.float32)


@pytest.mark.parametrize(
    ("moved", "level_c"),
    [
        # as much in three bins side by side as nowhere else, though a single one holds more
        (parts((10, 0.85), (10, 0.95), (10, 1.05), (25, -1.0), (45, -2.5)), -2.5),
        (parts((10, 0.85), (10, 0.95), (10, 1.05), (25, -1.0), rest=45), 0.95),
        # at the ends of what is looked at, 4 deg C to both sides
        (parts((30, -3.97), (20, 1.0), rest=50), -3.97),
        (parts((30, 4.03), (20, 1.0), rest=50), 1.0),
        # 15 of 100 must agree
        (parts((15, 1.0), rest=85), 1.0),
        (parts((14, 1.0), rest=86), None),
        # a step beyond the reach: around the median
        (parts((60, 9.0), (10, 0.0), rest=30), 9.0),
    ],
)
def test_the_level_is_what_most_of_the_picture_does(
    moved: NDArray[np.float32], level_c: float | None
) -> None:
    said = _mode(moved, 0.0)
    assert said == (None if level_c is None else pytest.approx(level_c, abs=1e-3))


def test_what_stands_elsewhere_now_becomes_the_scene_slowly() -> None:
    wall, witness = Wall(noise_k=0.0), Witness(120, 160)
    witness.step(wall.paint(), 0.0)
    witness.step(wall.paint(block(0, 0, 60, 60, 27.0), block(60, 0, 60, 60, 20.0)), 2.0)
    witness.step(wall.paint(block(0, 0, 60, 60, 27.0), offset_c=0.4), 5.0)
    assert witness._scene is not None
    learnt_c = witness._scene - np.float32(24.0)
    assert learnt_c[2, 2] == pytest.approx(5.0 * LEARN_C_S, abs=1e-3)
    # the other is gone again, what the sensor adds is none of the scene
    assert learnt_c[2, -2] == pytest.approx(0.0, abs=1e-3)
    assert learnt_c[-2, 2] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize(
    ("lost_s", "level_c"), [(LOST_S, 1.5), (LOST_S + 0.1, 0.7)], ids=["the same", "another"]
)
def test_after_ten_seconds_without_a_level_the_scene_is_another_one(
    lost_s: float, level_c: float
) -> None:
    wall, witness = Wall(noise_k=0.0), Witness(120, 160)
    elsewhere = [block(5 * n, 0, 5, 160, 26.0 + n) for n in range(24)]
    witness.step(wall.paint(), 0.0)
    witness.step(wall.paint(offset_c=0.7), 2.0)
    assert witness.step(wall.paint(*elsewhere), 2.0 + 0.5 * lost_s) is None
    assert witness.step(wall.paint(*elsewhere), 2.0 + lost_s) is None
    assert witness.step(wall.paint(offset_c=1.5), 13.0) == pytest.approx(level_c, abs=0.01)
