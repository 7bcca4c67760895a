"""The best frames of a visitor: which are kept, how they are weighed, and what they are worth."""

import math

import pytest

from screening.measuring.estimate import BEST, MIN_FRAMES, BestFrames, Fused, Sample
from tests.narrow import some


def sample(skin_c: float = 36.0, quality: float = 0.5, **more: float | None) -> Sample:
    given = {"sd_c": 0.1, "mm_per_px": 1.3, "blur_px": 0.0, "time_s": 0.0, **more}
    return Sample(quality, skin_c - 1.0, skin_c - 0.25, 0.25, **given)  # type: ignore[arg-type]


def fused(*samples: Sample) -> Fused:
    best = BestFrames()
    for one in samples:
        best.add(one)
    return some(best.fused())


def test_the_best_nine_are_kept_and_the_worst_gives_way() -> None:
    best = BestFrames()
    for number in range(BEST):
        best.add(sample(36.0, 0.5 + 0.01 * number))
    best.add(sample(40.0, 0.49))
    assert some(best.fused()).corrected_c == pytest.approx(35.75)
    best.add(sample(45.0, 0.9))
    assert some(best.fused()).corrected_c == pytest.approx(35.75 + 1.0)
    assert (some(best.fused()).frames, best.best_quality) == (BEST, 0.9)
    assert (BEST, MIN_FRAMES) == (9, 4)


def test_at_equal_quality_one_place_is_the_newest_frame_s() -> None:
    """And only one: whoever takes somebody's place is told from who stood there by the others."""
    late = fused(*[sample(36.0)] * BEST, *[sample(45.0)] * BEST)
    assert late.corrected_c == pytest.approx(35.75 + 1.0)


def test_nothing_is_known_before_the_first_frame() -> None:
    assert BestFrames().best_quality == 0.0
    assert BestFrames().fused() is None


def test_four_frames_are_enough_and_three_are_not() -> None:
    best = BestFrames()
    for _ in range(MIN_FRAMES - 1):
        best.add(sample())
    assert best.fused() is None
    best.add(sample())
    assert some(best.fused()).frames == MIN_FRAMES


def test_what_was_read_from_a_moment_on_is_left_out() -> None:
    best = BestFrames()
    for second in range(6):
        best.add(sample(36.0 + second, time_s=float(second)))
    assert not best.drop_since(5.5)
    assert best.drop_since(4.0)  # the frame of that very moment, too
    assert some(best.fused()).corrected_c == pytest.approx(36.0 + 1.5 - 0.25)
    assert not best.drop_since(4.0)


def test_frames_weigh_by_the_square_of_what_they_are_sure_of() -> None:
    found = fused(*[sample(36.0, sd_c=0.1)] * 3, sample(38.0, sd_c=0.2, mm_per_px=2.6, blur_px=1.3))
    # weights 100, 100, 100, 25
    assert found.corrected_c == pytest.approx(35.75 + 2.0 * 25 / 325)
    assert found.raw_c == pytest.approx(35.0 + 2.0 * 25 / 325)
    assert found.footprint_c == pytest.approx(0.25)
    assert found.mm_per_px == pytest.approx(1.3 + 1.3 * 25 / 325)
    assert found.blur_px == pytest.approx(1.3 * 25 / 325)


def test_scatter_counts_as_that_of_a_third_of_the_frames() -> None:
    """Of nine frames: standard deviation over the root of three; of few, as of one."""
    nine = fused(*(sample(36.0 + 0.5 * (n % 3 - 1)) for n in range(9)))
    assert nine.noise_c == pytest.approx(math.sqrt(1.5 / 8) / math.sqrt(3.0))
    four = fused(*(sample(36.0 + 0.5 * (n % 2)) for n in range(4)))
    assert four.noise_c == pytest.approx(math.sqrt(0.25 / 3) / math.sqrt(4.0 / 3.0))


def test_frames_that_agree_by_chance_are_no_surer_than_their_noise() -> None:
    assert fused(*[sample(sd_c=0.3)] * 9).noise_c == pytest.approx(0.1)


def test_the_height_of_one_spot_is_no_surer_for_being_seen_often() -> None:
    assert fused(*[sample(height_sd_c=0.3)] * 9).height_sd_c == pytest.approx(0.3)
    assert fused(*[sample(height_sd_c=0.3)] * 8, sample()).height_sd_c is None
