"""What looks like a reference: which pixels tell it, and the bounds of small, round and even."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from screening.reference import spot as spots
from screening.reference.spot import (
    GLANCE,
    MIN_CONTRAST_C,
    RegionSampler,
    Spot,
    _closer,
    _Region,
    _regions,
    _stands_alone,
    _whole,
    find,
)
from tests.screening.pictures import Celsius, Wall, block, disc

SHAPE = (40, 60)


def empty(temp_c: float = 24.0, shape: tuple[int, int] = SHAPE) -> Celsius:
    return np.full(shape, temp_c, np.float32)


def mask(*boxes: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    """Return where one of some boxes `(x, y, w, h)` is."""
    made = np.zeros(SHAPE, np.bool_)
    for x, y, w, h in boxes:
        made[y : y + h, x : x + w] = True
    return made


# ---- which pixels


@pytest.mark.parametrize(
    ("x", "y", "radius_px"),
    [
        (30.0, 20.0, 4.0),
        (30.3, 19.6, 5.5),
        (1.0, 2.0, 4.0),
        (58.5, 38.2, 6.0),
        (20.0, 20.0, 1.2),
        (30.0, 20.0, 5.75),
    ],
)
def test_the_core_is_half_its_radius_and_the_ring_lies_around_it(
    x: float, y: float, radius_px: float
) -> None:
    sampler = RegionSampler(x, y, radius_px, SHAPE)
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    away = np.hypot(rows - y, columns - x).ravel()
    core = np.flatnonzero(away <= max(1.0, 0.55 * radius_px))
    ring = np.flatnonzero((away >= 1.5 * radius_px) & (away <= 2.0 * radius_px + 0.5))
    assert sampler._core.tolist() == core.tolist()
    assert sampler._ring.tolist() == ring.tolist()
    assert sampler.core_px == core.size


def test_of_a_large_ring_some_four_hundred_pixels_are_looked_at() -> None:
    shape = (240, 320)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    away = np.hypot(rows - 120.0, columns - 160.0).ravel()
    for radius_px in (11.3, 40.0):
        ring = np.flatnonzero((away >= 1.5 * radius_px) & (away <= 2.0 * radius_px + 0.5))
        thinned = ring[:: ring.size // 400]
        assert RegionSampler(160.0, 120.0, radius_px, shape)._ring.tolist() == thinned.tolist()


def test_a_sample_is_the_mean_the_spread_and_the_edge_of_what_stands_there() -> None:
    picture = empty()
    sampler = RegionSampler(30.0, 20.0, 4.0, SHAPE)
    flat = picture.reshape(-1)
    flat[sampler._core[::2]], flat[sampler._core[1::2]] = 36.5, 35.5
    number = sampler._ring.size
    flat[sampler._ring[: number // 4]] = flat[sampler._core].mean() - MIN_CONTRAST_C  # just not
    flat[sampler._ring[number // 4 : 6 * number // 10]] = 25.0
    spot = sampler.sample(picture)
    assert (spot.x, spot.y, spot.radius_px) == (30.0, 20.0, 4.0)
    assert spot.apparent_c == pytest.approx(36.0, abs=0.05)
    assert spot.spread_c == pytest.approx(0.5, abs=0.01)
    assert spot.around_c == 25.0
    assert spot.edge == 1.0 - (number // 4) / number


def test_outside_of_the_picture_there_is_nothing_to_see() -> None:
    spot = RegionSampler(200.0, 200.0, 4.0, SHAPE).sample(empty())
    assert math.isnan(spot.apparent_c)
    assert math.isnan(spot.around_c)
    assert (spot.spread_c, spot.edge) == (math.inf, 0.0)
    assert not spot.stands_out


@pytest.mark.parametrize(
    ("edge", "spread_c", "stands_out"),
    [(0.7, 0.35, True), (0.69, 0.35, False), (0.7, 0.36, False)],
)
def test_what_stands_out_has_an_edge_and_is_even(
    edge: float, spread_c: float, stands_out: bool
) -> None:
    assert Spot(0.0, 0.0, 4.0, 36.0, spread_c, 24.0, edge).stands_out == stands_out


# ---- regions


@pytest.mark.parametrize(
    ("boxes", "found"),
    [
        ((), []),
        (((10, 5, 2, 2),), [(10.5, 5.5, 4)]),
        (((10, 5, 3, 1),), []),  # three pixels
        (((0, 0, 3, 3), (50, 30, 4, 5)), [(1.0, 1.0, 9), (51.5, 32.0, 20)]),
        (((10, 5, 10, 6),), [(14.5, 7.5, 60)]),
        (((10, 5, 17, 10),), []),  # 1.7 times as long as wide
        (((10, 5, 10, 17),), []),
        (((10, 5, 16, 10),), [(17.5, 9.5, 160)]),
        # of ten by ten 60 are too few, and 61 enough
        (((10, 5, 10, 4), (10, 9, 2, 6), (18, 9, 2, 4)), []),
        (((10, 5, 10, 4), (10, 9, 2, 6), (18, 9, 2, 4), (12, 9, 1, 1)), [(14.2, 8.05, 61)]),
        # corner to corner is not together
        (((10, 5, 2, 2), (12, 7, 2, 2)), [(10.5, 5.5, 4), (12.5, 7.5, 4)]),
    ],
)
def test_a_region_is_compact(
    boxes: tuple[tuple[int, int, int, int], ...], found: list[tuple[float, float, int]]
) -> None:
    regions = _regions(mask(*boxes), 20.0)
    assert [(r.x, r.y) for r in regions] == [pytest.approx(f[:2], abs=0.01) for f in found]
    assert [math.pi * r.radius_px**2 for r in regions] == pytest.approx([f[2] for f in found])


def test_a_region_is_no_larger_than_asked_for() -> None:
    fits = (64.0 / math.pi) ** 0.5
    assert len(_regions(mask((10, 5, 8, 8)), fits + 0.001)) == 1
    assert _regions(mask((10, 5, 8, 8)), fits - 0.001) == []


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ((30.9, 40.9, 20.9), True),
        ((29.1, 39.1, 19.1), True),
        ((31.0, 40.0, 20.0), False),
        ((30.0, 41.0, 20.0), False),
        ((30.0, 40.0, 21.0), False),
        ((30.0, 40.0, 19.0), False),
    ],
)
def test_a_region_is_the_same_at_another_level_to_a_twentieth_of_its_radius(
    other: tuple[float, float, float], same: bool
) -> None:
    assert _Region(30.0, 40.0, 20.0).is_as(_Region(*other)) == same


def glanced(x: float, y: float, radius_px: float) -> list[tuple[int, int]]:
    """Return the twelve pixels, row and column, 1.75 radii away."""
    reach = 1.75 * radius_px
    turns = [math.pi / 6.0 * number for number in range(12)]
    return [(round(y + reach * math.sin(a)), round(x + reach * math.cos(a))) for a in turns]


@pytest.mark.parametrize("begin", range(12))
@pytest.mark.parametrize(("cold", "alone"), [(7, True), (6, False)])
def test_at_a_glance_most_of_twelve_pixels_around_it_are_colder(
    begin: int, cold: int, alone: bool
) -> None:
    glance_c = 36.0 - GLANCE * MIN_CONTRAST_C
    picture = empty(glance_c + 0.01)
    picture[20, 30] = 36.0
    for row, column in (2 * glanced(30.0, 20.0, 4.4))[begin : begin + cold]:
        picture[row, column] = glance_c - 0.01
    assert _stands_alone(picture, _Region(30.0, 20.0, 4.4)) == alone


def test_at_the_rim_of_the_picture_its_last_pixels_are_looked_at() -> None:
    picture = empty(36.0)
    picture[0, :] = picture[:, 0] = 24.0
    picture[0, 2] = 36.0
    assert _stands_alone(picture, _Region(2.0, 0.0, 4.4))
    assert _stands_alone(picture[::-1, ::-1], _Region(57.0, 39.0, 4.4))


# ---- one place, pixel by pixel


def test_the_nearest_place_is_looked_at_pixel_by_pixel() -> None:
    picture = empty()
    picture[15:21, 20:26] = 36.0  # around (22.5, 17.5)
    picture[15:18, 29:32] = 36.0  # a smaller one beside it
    region = _closer(picture, 30.0, 25.0, 18.0, 6.0)
    assert region is not None
    assert (region.x, region.y) == (22.5, 17.5)
    assert math.pi * region.radius_px**2 == pytest.approx(36.0)
    # half its radius and two pixels away
    assert _closer(picture, 30.0, 22.5 - 3.9, 17.5, 4.0) is not None
    assert _closer(picture, 30.0, 22.5 - 4.0, 17.5, 4.0) is None
    assert _closer(picture, 36.0, 25.0, 18.0, 6.0) is None
    picture[:, :26] = 36.0  # no longer compact
    assert _closer(picture, 30.0, 22.5, 17.5, 6.0) is None


@pytest.mark.parametrize(("x", "y"), [(1.0, 1.0), (57.0, 2.0), (2.0, 36.0)])
def test_at_the_edge_of_the_picture_a_place_is_found_where_it_is(x: float, y: float) -> None:
    picture = empty()
    picture[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2] = 36.0
    assert _closer(picture, 30.0, x + 0.4, y - 0.3, 2.0) == _Region(x, y, 3.0 / math.pi**0.5)


def test_what_is_looked_at_reaches_two_radii_and_four_pixels() -> None:
    """A region that is cut off there is as large as what is seen of it."""
    picture = empty()
    picture[:, :] = 36.0
    region = _closer(picture, 30.0, 30.0, 20.0, 4.0)
    assert region is not None
    assert (region.x, region.y) == (30.0, 20.0)
    assert math.pi * region.radius_px**2 == pytest.approx(25.0**2)


def test_it_is_whole_above_half_its_edge_or_what_it_was() -> None:
    picture = empty()
    picture[15:21, 20:26] = 36.0
    part = RegionSampler(22.0, 17.0, 2.0, SHAPE).sample(picture)
    whole = _whole(picture, 30.0, part)
    assert (whole.x, whole.y, whole.apparent_c) == (22.5, 17.5, 36.0)
    assert math.pi * whole.radius_px**2 == pytest.approx(36.0)
    assert _whole(picture, 37.0, part) is part


# ---- all of it


@pytest.mark.parametrize(
    ("temp_c", "found"), [(30.1, 1), (29.9, 0), (41.9, 1), (42.1, 0), (36.0, 1)]
)
def test_it_is_found_between_two_temperatures(temp_c: float, found: int) -> None:
    picture = Wall(noise_k=0.0).paint(disc(60, 80, 6, temp_c))
    assert len(find(picture, 30.0, 42.0)) == found


@pytest.mark.parametrize(
    ("radius", "size", "found"),
    [
        (1.4, 160, 0),
        (2.4, 160, 1),
        (30.0, 160, 1),
        (47.0, 160, 1),
        (49.0, 160, 0),
        (7.0, 512, 1),
        (7.0, 320, 1),
        (47.0, 512, 1),
        (49.0, 512, 0),
    ],
)
def test_it_has_two_to_48_pixels_of_radius(radius: float, size: int, found: int) -> None:
    wall = Wall(size, size, noise_k=0.0)
    spots = find(wall.paint(disc(size / 2, size / 2, radius, 36.0)), 30.0, 42.0)
    assert len(spots) == found
    assert all((s.x, s.y) == pytest.approx((size / 2, size / 2), abs=0.3) for s in spots)


def test_the_best_is_first_even_sharp_and_warm() -> None:
    wall = Wall(noise_k=0.0)
    warm, cool = disc(30, 40, 6, 38.0), disc(90, 40, 6, 33.0)
    uneven = [disc(60, 120, 6, 39.0), disc(60, 121, 2, 39.4), disc(60, 117, 1, 38.6)]
    spots = find(wall.paint(warm, cool, *uneven), 30.0, 42.0)
    assert [(round(s.x), round(s.y)) for s in spots] == [(30, 40), (60, 120), (90, 40)]
    beside = block(96, 0, 24, 100, 33.5)
    spots = find(wall.paint(disc(30, 40, 6, 33.0), beside, disc(88, 40, 6, 34.0)), 30.0, 42.0)
    assert [round(s.x) for s in spots] == [30, 88]
    before = block(60, 0, 60, 100, 30.0)  # hotter, and not so much above what is around it
    spots = find(wall.paint(disc(30, 40, 6, 37.0), before, disc(90, 40, 6, 37.5)), 30.0, 42.0)
    assert [round(s.x) for s in spots] == [30, 90]


def test_it_is_as_large_just_above_a_level_as_far_above() -> None:
    wall = Wall(noise_k=0.0)
    sizes = [find(wall.paint(disc(60, 80, 6, c)), 30.0, 42.0)[0].radius_px for c in (30.6, 36.0)]
    assert sizes[0] == pytest.approx(sizes[1], abs=0.05)


def test_each_is_found_once_at_whatever_level() -> None:
    wall = Wall()
    things = [disc(20 + 40 * n, 30 + 50 * k, 6, 31.5 + n + 3 * k) for n in range(3) for k in (0, 1)]
    assert len(find(wall.paint(*things), 30.0, 42.0)) == 6


def test_what_is_the_same_at_the_next_level_is_not_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    glanced_at: list[_Region] = []
    sampled: list[float] = []

    class Counted(RegionSampler):
        def __init__(self, x: float, y: float, radius_px: float, shape: tuple[int, int]) -> None:
            sampled.append(radius_px)
            super().__init__(x, y, radius_px, shape)

    def glance(celsius: Celsius, region: _Region) -> bool:
        glanced_at.append(region)
        return _stands_alone(celsius, region)

    monkeypatch.setattr(spots, "_stands_alone", glance)
    monkeypatch.setattr(spots, "RegionSampler", Counted)
    wall = Wall(noise_k=0.0)
    uneven = block(54, 114, 6, 12, 38.6), block(60, 114, 6, 12, 39.4)
    assert find(wall.paint(*uneven), 30.0, 42.0) == []
    assert len(glanced_at) == len(sampled) == 1
    # before a wall that is hardly colder, it is not sampled at all
    hardly = block(0, 0, 120, 160, 35.3), block(50, 60, 12, 12, 35.7)
    assert find(wall.paint(*hardly), 30.0, 42.0) == []
    assert (len(glanced_at), len(sampled)) == (2, 1)
