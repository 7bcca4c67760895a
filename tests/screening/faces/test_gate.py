"""What is no warmer than its surroundings, or has no relief, is no face."""

import numpy as np
import pytest

from screening.faces.gate import could_be_skin

BOX = (40.0, 50.0, 30.0, 40.0)
ROOM_C = 22.0


def frame(warm_c: float, cool_c: float) -> np.ndarray:
    """Return a room with a box whose rows run from cool to warm."""
    celsius = np.full((160, 120), ROOM_C, np.float32)
    celsius[50:90, 40:70] = np.linspace(cool_c, warm_c, 40, dtype=np.float32)[:, None]
    return celsius


def test_face_passes() -> None:
    assert could_be_skin(frame(35.5, 31.0), BOX, ROOM_C)


def test_face_from_the_cold_passes_before_an_uncorrected_sensor() -> None:
    assert could_be_skin(frame(26.0, 21.0), BOX, ROOM_C)


@pytest.mark.parametrize(
    ("warm_c", "cool_c"),
    [
        pytest.param(22.6, 21.9, id="furniture at room temperature"),
        pytest.param(35.6, 35.4, id="a heated plate without relief"),
        pytest.param(60.0, 45.0, id="a radiator"),
        pytest.param(15.0, 8.0, id="a window in winter"),
    ],
)
def test_things_do_not_pass(warm_c: float, cool_c: float) -> None:
    assert not could_be_skin(frame(warm_c, cool_c), BOX, min(ROOM_C, cool_c))


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((40.0, 50.0, 6.0, 7.0), id="smaller than anything measurable"),
        pytest.param((-20.0, -20.0, 160.0, 200.0), id="larger than the picture"),
        pytest.param((105.0, 50.0, 60.0, 40.0), id="mostly outside"),
        pytest.param((300.0, 50.0, 30.0, 40.0), id="wholly outside"),
    ],
)
def test_boxes_that_cannot_be_measured_do_not_pass(box: tuple[float, float, float, float]) -> None:
    celsius = np.linspace(22.0, 36.0, 160, dtype=np.float32)[:, None].repeat(120, axis=1)
    assert not could_be_skin(celsius, box, 22.0)
