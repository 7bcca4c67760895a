"""A dog walks to and fro, puts one foot after the other, and goes behind people."""

from itertools import pairwise

import numpy as np
import pytest

from device.simulator.camera.camera import optics_of
from device.simulator.render.layers import Image
from device.simulator.scenario import schema
from device.simulator.surroundings.dog import Dog

ITEM = schema.Item(
    kind="dog", at=(-0.8, 1.5, 3.0), size=(0.8, 0.6), temp_c=31.0, walk_to=(0.8, 3.0)
)
OPTICS = optics_of(schema.Camera(model="boson-plus-320"))
AIR = (1.0, 0.0)


def shown(item: schema.Item, time_s: float) -> Image:
    out = np.zeros((OPTICS.height, OPTICS.width), np.float32)
    Dog(item, schema.Room(), OPTICS).draw(time_s, AIR, out)
    return out


def middle(image: Image) -> float:
    columns = image.sum(axis=0)
    return float((columns * np.arange(len(columns))).sum() / columns.sum())


def test_it_walks_there_and_back_at_the_pace_of_a_dog() -> None:
    turns_s = np.pi * 1.6 / (2.0 * 0.9)  # there, at up to 0.9 m/s
    places = [middle(shown(ITEM, t)) for t in np.linspace(0.0, 2.0 * turns_s, 25)]
    px_per_m = OPTICS.focal_px / 3.0
    assert (places[12] - places[0]) / px_per_m == pytest.approx(1.6, abs=0.15)
    assert places[24] == pytest.approx(places[0], abs=5.0)  # it turns round there
    speeds = np.diff(places) / px_per_m / (2.0 * turns_s / 24.0)
    assert np.abs(speeds).max() == pytest.approx(0.9, abs=0.2)


def test_it_looks_where_it_goes() -> None:
    def nose_is_right_of_its_middle(time_s: float) -> bool:
        image = shown(ITEM, time_s)
        columns = np.flatnonzero(image.sum(axis=0) > 0.0)
        high = image[: OPTICS.height // 2 - 8]  # its head stands above its back
        return bool(middle(high) > (columns[0] + columns[-1]) / 2.0)

    assert nose_is_right_of_its_middle(1.4)
    assert not nose_is_right_of_its_middle(1.4 + np.pi * 1.6 / 1.8)


def test_its_legs_move() -> None:
    def feet(time_s: float) -> Image:
        image = shown(ITEM, time_s)
        rows = np.flatnonzero(image.sum(axis=1) > 1.0)
        row = image[rows[-1] - 4]
        first = np.flatnonzero(row)[0]
        return np.asarray(row[first : first + 60] > 20.0)

    steps = [feet(t) for t in np.arange(1.0, 1.6, 0.08)]
    assert sum(not np.array_equal(a, b) for a, b in pairwise(steps)) > 3


@pytest.mark.parametrize(
    ("more", "fault"),
    [({"kind": "radiator"}, "does not walk"), ({"walk_to": (-0.8, 3.0)}, "where the dog stands")],
)
def test_a_walk_that_makes_no_sense_is_refused(more: dict[str, object], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        schema.Item.model_validate(ITEM.model_dump() | more)
