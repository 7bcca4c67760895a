"""People differ in hair, face and bags, and what they wear hides what the truth says it hides."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from device.simulator.camera.camera import optics_of
from device.simulator.people import clothes, looks
from device.simulator.people.hair import hair_cover
from device.simulator.physics import radiometry
from device.simulator.scenario import schema
from device.simulator.scene import Scene

PLAIN = looks.Style(
    hair="medium",
    hair_mm=14.0,
    sweep=0.4,
    recede=0.0,
    hairline_mm=-66.0,
    beard_mm=0.0,
    beard_long_mm=0.0,
    moustache=False,
    brow=0.8,
    lens_warmth=0.2,
    lips=-0.2,
    glasses=False,
    lens_mm=(27.0, 19.0),
    cap=False,
    brim=False,
    fringe=False,
    mask=False,
    scarf=False,
)


def crowd() -> list[looks.Detail]:
    return [
        looks.detail(replace(PLAIN, hairline_mm=-60.0 - k * 0.11, brow=0.4 + b))
        for k, b in product(range(100), (0.0, 0.2, 0.4))
    ]


def test_long_hair_is_worn_in_every_way_and_mostly_loose() -> None:
    tied = [detail.tied for detail in crowd()]
    shares = {kind: tied.count(kind) / len(tied) for kind in set(tied)}
    assert set(shares) == {"loose", "tail", "bun", "top_bun", "plait"}
    assert 0.3 < shares["loose"] < 0.55


def test_some_mouths_are_open_and_some_eyes_closed() -> None:
    people = crowd()
    assert 0.08 < np.mean([detail.gape > 0.0 for detail in people]) < 0.20
    assert 0.03 < np.mean([detail.lids > 0.9 for detail in people]) < 0.14


def test_the_same_style_always_has_the_same_details() -> None:
    assert looks.detail(PLAIN) == looks.detail(replace(PLAIN))
    assert looks.detail(PLAIN) != looks.detail(replace(PLAIN, brow=0.81))


def test_a_bag_shifts_nobody_elses_luck() -> None:
    rng, other = (np.random.Generator(np.random.PCG64(3)) for _ in range(2))
    outfits = [clothes.draw(rng) for _ in range(300)]
    carried = [outfit.bag for outfit in outfits]
    assert 0.08 < carried.count("backpack") / 300 < 0.24
    assert 0.07 < carried.count("shoulder_bag") / 300 < 0.21
    clothes.draw(other)
    assert clothes.draw(other) == outfits[1]


def test_hair_thins_out_instead_of_ending_at_a_line() -> None:
    down = np.linspace(-100.0, 0.0, 101, dtype=np.float32)
    forehead = np.stack([np.zeros(101), down, np.full(101, 90.0)], axis=1).astype(np.float32)
    cover = hair_cover(forehead, replace(PLAIN, sweep=0.0), np.zeros(101, np.float32))
    between = (cover > 0.05) & (cover < 0.95)
    assert cover[0] == 1.0
    assert cover[-1] == 0.0
    assert between.sum() >= 10  # millimetres


@pytest.mark.parametrize(
    ("name", "seen"),
    [("fringe", 0), ("glasses", 0), ("cap", 2), ("one-healthy", 8), ("mask", 8)],
)
def test_a_canthus_is_warm_in_the_picture_only_where_the_truth_says_it_is_seen(
    name: str, seen: int
) -> None:
    scenario = schema.load(name)
    optics = optics_of(scenario.camera)
    free = 0
    for seed in range(4):
        image = np.zeros((optics.height, optics.width), np.float32)
        rng = np.random.Generator(np.random.PCG64([0, seed]))
        person = Scene(scenario, optics, rng).render(5.5, image).people[0]
        assert person.landmarks is not None
        own = (person.skin.canthus_right_c, person.skin.canthus_left_c)
        spots = zip(person.landmarks[:2], own, person.canthi_visible, strict=True)
        for (x, y), canthus_c, visible in spots:
            missing_c = canthus_c - radiometry.apparent_temp_c(image[round(y), round(x)])
            assert (missing_c < 1.6) if visible else (missing_c > 4.0)
            free += visible
    assert free == seen  # a cap's peak does not reach as far down before every forehead
