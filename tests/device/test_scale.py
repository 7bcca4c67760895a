"""A scale that changes moves every pixel; no scene does."""

import numpy as np

from device.scale import Scale


def room(noise: int = 0) -> np.ndarray:
    rows, columns = np.mgrid[:120, :160]
    hot = 1_200 * (((rows - 60) / 40) ** 2 + ((columns - 80) / 30) ** 2 < 1.0)
    rng = np.random.default_rng(noise)
    return np.asarray(29_500 + hot + rng.integers(-5, 6, hot.shape), np.uint16)


def test_another_resolution_or_raw_counts_jump_there_and_back() -> None:
    for other in (room() // 10, room() // 2, np.asarray(room() - 9_000, np.uint16)):
        scale = Scale(120, 160)
        assert not scale.jumps(room(1))
        assert scale.jumps(other)
        assert scale.jumps(room(2))
        assert not scale.jumps(room(3))


def test_people_and_an_ffc_do_not() -> None:
    scale = Scale(120, 160)
    assert not scale.jumps(room(1))
    near = room(2)
    near[:, 30:130] = 30_700  # somebody who fills most of the picture from one frame to the next
    assert not scale.jumps(near)
    assert not scale.jumps(room(3))
    assert not scale.jumps(room(4) + np.uint16(140))


def test_after_the_shutter_nothing_is_compared() -> None:
    scale = Scale(120, 160)
    scale.jumps(room(1))
    scale.forget()
    assert not scale.jumps(np.full((120, 160), 31_000, np.uint16))
