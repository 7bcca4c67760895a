"""The contact sheet of a scenario."""

import numpy as np

from service.offline.film import film


def test_a_film_is_a_colour_sheet_with_a_tile_for_each_moment() -> None:
    sheet = film("lepton-one-healthy", frames=6)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (2 * 322, 4 * 242, 3)
