"""What speaks against a reading, at its bounds: each reason begins where it says that it does."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from screening.faces.detection import Detection
from screening.measuring.measure import BROW_C, FACE_PX, FLAT_RELIEF_C, GLASSES_C, Reading
from screening.measuring.quality import (
    BESIDE_C,
    COLD_FACE_C,
    CUT_SHARE,
    FLAT_C,
    LARGEST_SHARE,
    LEFT_RIGHT_C,
    LIKE_A_FACE,
    MAX_SMEAR_PX,
    MAX_YAW,
    MAX_YAW_DEG,
    MIN_WARM_SHARE,
    SMEAR_S,
    Judgement,
    judge,
    turned,
)
from screening.result import Reason
from screening.settings import Site

TINY = 1e-6
BARE = Reading(
    Site.CANTHUS, 60, 70, 36.0, hot_spot=True, relief_c=0.15, left_right_c=0.0, eyes_c=34.0,
    brow_c=34.0, skin_c=34.0, beside_c=24.0, contrast_c=1.8, warm_share=0.95,
    areas_c=(34.0, 34.0, 34.0, 34.0),
)  # fmt: skip
WHOLE = (100.0, 100.0, 40.0, 50.0)
EYES = ((112.0, 120.0), (128.0, 120.0))


def found(
    box: tuple[float, float, float, float] = WHOLE,
    nose: tuple[float, float] = (120.0, 135.0),
    eyes: tuple[tuple[float, float], tuple[float, float]] = EYES,
    **more: Any,
) -> Detection:
    points = np.array([*eyes, nose, (112, 140), (128, 140)], np.float32)
    return Detection(box, more.pop("score", 0.9), points, more.pop("quality", 0.8), **more)


def judged(
    face: Detection | None = None, changes: dict[str, Any] | None = None, **more: Any
) -> Judgement:
    arguments: dict[str, Any] = {
        "frame": (400, 320), "speed_px_s": 0.0, "leaving": False, "distance_m": 1.0,
        "zone_m": (0.5, 2.0),
    } | more  # fmt: skip
    return judge(face or found(), replace(BARE, **(changes or {})), **arguments)


# ---- turned


@pytest.mark.parametrize(
    ("nose", "eyes", "expected"),
    [
        ((120.0, 150.0), EYES, 0.0),
        ((124.0, 150.0), EYES, 0.25),
        ((116.0, 90.0), EYES, 0.25),
        # tilted: eyes 6 across and 8 down, ten apart; the nose 3 along that line from their middle
        ((53.0 + 1.8, 64.0 + 2.4), ((50.0, 60.0), (56.0, 68.0)), 0.3),
        ((53.0 - 8.0 + 1.8, 64.0 + 6.0 + 2.4), ((50.0, 60.0), (56.0, 68.0)), 0.3),
        ((53.0 + 8.0, 64.0 - 6.0), ((50.0, 60.0), (56.0, 68.0)), 0.0),
        ((120.0, 150.0), ((120.0, 120.0), (120.0, 120.0)), float("inf")),
    ],
)
def test_a_head_is_turned_by_how_far_the_nose_leaves_the_middle_of_the_eyes(
    nose: tuple[float, float], eyes: Any, expected: float
) -> None:
    assert turned(found(nose=nose, eyes=eyes)) == pytest.approx(expected, abs=1e-6)


# ---- what forbids a reading


def test_a_face_in_the_zone_may_be_read_at_either_end_of_it() -> None:
    for distance_m in (0.5, 2.0, None):
        assert judged(distance_m=distance_m).unusable == ()
    assert judged(distance_m=2.0 + TINY).unusable == (Reason.TOO_FAR,)
    assert judged(distance_m=0.5 - TINY).unusable == (Reason.TOO_CLOSE,)


def test_a_face_of_twelve_pixels_is_the_smallest() -> None:
    assert judged(found((100, 100, FACE_PX, 20))).unusable == ()
    for box in ((100, 100, FACE_PX - 0.1, 20), (100, 100, 20, FACE_PX - 0.1)):
        assert judged(found(box)).unusable == (Reason.TOO_FAR,)


def test_a_face_may_fill_most_of_the_picture() -> None:
    wide, tall = LARGEST_SHARE * 400, LARGEST_SHARE * 320
    for box in ((20, 20, wide, 200), (50, 20, 200, tall)):
        assert judged(found(box)).unusable == ()
        x, y, w, h = box
        larger = (x, y, w + 0.1, h) if w == wide else (x, y, w, h + 0.1)
        assert judged(found(larger)).unusable == (Reason.TOO_CLOSE,)


def test_as_warm_beside_a_face_as_on_it_is_the_rest_of_the_face() -> None:
    assert judged(changes={"beside_c": 34.0 - BESIDE_C}).unusable == ()
    assert judged(changes={"beside_c": 34.0 - BESIDE_C + TINY}).unusable == (Reason.TOO_CLOSE,)


@pytest.mark.parametrize("side", ["left", "right", "top", "bottom"])
def test_an_eighth_of_a_face_may_be_outside_on_any_side(side: str) -> None:
    def box(share: float) -> tuple[float, float, float, float]:
        x, y, w, h = WHOLE
        return {
            "left": (-share * w, y, w, h),
            "right": (400.0 - w + share * w, y, w, h),
            "top": (x, -share * h, w, h),
            "bottom": (x, 320.0 - h + share * h, w, h),
        }[side]

    whole = judged().quality
    assert judged(found(box(0.0))).quality == pytest.approx(whole)
    half = judged(found(box(CUT_SHARE / 2.0)))
    assert half.unusable == ()
    assert half.quality == pytest.approx(whole * 0.75)
    assert judged(found(box(CUT_SHARE - TINY))).quality == pytest.approx(whole * 0.5, rel=1e-4)
    beyond = judged(found(box(CUT_SHARE + TINY)))
    assert (beyond.unusable, beyond.quality) == ((Reason.CUT_OFF,), 0.0)


def test_a_face_that_stands_exactly_at_what_may_be_cut_off_counts_half() -> None:
    """16 of 128 pixels would be an eighth; the bound is 0.12, and 3 of 25 is exactly that."""
    edge = judged(found((-3.0, 100.0, 25.0, 50.0)))
    assert edge.unusable == ()
    assert edge.quality == pytest.approx(0.4)


def test_smear_is_speed_times_the_time_constant_of_a_pixel() -> None:
    assert SMEAR_S == 0.010
    whole = judged().quality
    half = judged(speed_px_s=75.0)
    assert half.blur_px == pytest.approx(0.75)
    assert half.quality == pytest.approx(whole * 0.75)
    most = judged(speed_px_s=MAX_SMEAR_PX / SMEAR_S)
    assert most.blur_px == MAX_SMEAR_PX
    assert most.unusable == ()
    assert most.quality == pytest.approx(whole * 0.5)
    assert judged(speed_px_s=151.0).unusable == (Reason.BLURRED,)


def test_a_profile_or_a_back_gives_no_reading() -> None:
    at = 128.0 - 112.0
    assert judged(found(nose=(120.0 + MAX_YAW * at - 0.01, 135.0))).unusable == ()
    assert judged(found(nose=(120.0 + MAX_YAW * at + 0.01, 135.0))).unusable == (
        Reason.TURNED_AWAY,
    )
    for sign in (1.0, -1.0):
        assert judged(found(yaw_deg=sign * MAX_YAW_DEG)).unusable == ()
        assert judged(found(yaw_deg=sign * (MAX_YAW_DEG + 0.1))).unusable == (Reason.TURNED_AWAY,)
    # a covered face that is turned away is turned away first
    away = judged(found(yaw_deg=60.0), {"warm_share": 0.2})
    assert away.unusable == (Reason.TURNED_AWAY,)


def test_half_hearted_networks_are_no_face_unless_something_covers_it() -> None:
    unsure = LIKE_A_FACE - 0.5
    sure = found(yaw_deg=0.0, score=0.5, quality=unsure)
    less = found(yaw_deg=0.0, score=0.5, quality=unsure - 0.01)
    assert judged(sure).unusable == ()
    assert judged(less).unusable == (Reason.TURNED_AWAY,)
    assert judged(less, {"warm_share": 0.2}).unusable == ()
    assert judged(found(score=0.5, quality=unsure - 0.01)).unusable == ()  # no close-up


def test_each_doubt_takes_two_fifths_of_the_quality() -> None:
    whole = judged().quality
    one = judged(changes={"warm_share": 0.2})
    assert one.doubtful == (Reason.COVERED,)
    assert one.quality == pytest.approx(0.6 * whole)
    two = judged(changes={"warm_share": 0.2, "contrast_c": 4.0})
    assert two.quality == pytest.approx(0.36 * whole)


# ---- what leaves a doubt


@pytest.mark.parametrize(
    ("at", "beyond", "reason"),
    [
        ({"warm_share": MIN_WARM_SHARE}, {"warm_share": MIN_WARM_SHARE - TINY}, Reason.COVERED),
        (
            {"left_right_c": LEFT_RIGHT_C},
            {"left_right_c": LEFT_RIGHT_C + TINY},
            Reason.LEFT_RIGHT,
        ),
        (
            {"left_right_c": -LEFT_RIGHT_C},
            {"left_right_c": -LEFT_RIGHT_C - TINY},
            Reason.LEFT_RIGHT,
        ),
        (
            {"relief_c": FLAT_RELIEF_C, "contrast_c": 0.5},
            {"relief_c": FLAT_RELIEF_C - TINY, "contrast_c": 0.5},
            Reason.COVERED,
        ),
        (
            {"relief_c": 0.0, "contrast_c": FLAT_C},
            {"relief_c": 0.0, "contrast_c": FLAT_C - TINY},
            Reason.COVERED,
        ),
        ({"contrast_c": COLD_FACE_C}, {"contrast_c": COLD_FACE_C + TINY}, Reason.NOT_ACCLIMATISED),
        (
            {"skin_c": GLASSES_C, "eyes_c": 0.0, "brow_c": GLASSES_C, "beside_c": -9.0},
            {"skin_c": GLASSES_C, "eyes_c": -TINY, "brow_c": GLASSES_C, "beside_c": -9.0},
            Reason.GLASSES,
        ),
        (
            {"skin_c": BROW_C, "eyes_c": BROW_C, "brow_c": 0.0, "beside_c": -9.0},
            {"skin_c": BROW_C, "eyes_c": BROW_C, "brow_c": -TINY, "beside_c": -9.0},
            Reason.COVERED,
        ),
    ],
)
def test_a_doubt_begins_beyond_its_bound(
    at: dict[str, float], beyond: dict[str, float], reason: Reason
) -> None:
    assert judged(changes=at).doubtful == ()
    assert judged(changes=beyond).doubtful == (reason,)


SUN_C = (36.0, 34.0, 35.8, 34.0)


def test_the_sun_on_one_side_is_a_doubt_that_makes_nothing_a_face() -> None:
    in_the_sun = judged(changes={"areas_c": SUN_C})
    assert in_the_sun.doubtful == (Reason.SUN_WARMED,)
    assert in_the_sun.unusable == ()
    cloth = judged(changes={"areas_c": SUN_C, "skin_c": 38.0, "eyes_c": 38.0, "brow_c": 38.0})
    assert cloth.doubtful == ()
    half_hearted = found(score=0.5, quality=0.6, yaw_deg=0.0)  # as of a profile
    assert judged(half_hearted, {"areas_c": SUN_C}).unusable == (Reason.TURNED_AWAY,)


def test_what_was_not_measured_raises_no_doubt() -> None:
    unresolved = judged(changes={"relief_c": None, "left_right_c": None, "contrast_c": 0.5})
    assert unresolved.doubtful == ()


def test_covered_is_said_once() -> None:
    every = {"warm_share": 0.2, "brow_c": 30.0, "relief_c": 0.0, "contrast_c": 0.5}
    assert judged(changes=every).doubtful == (Reason.COVERED,)


def test_one_free_canthus_is_enough_and_half_free_is_not() -> None:
    for eyes, free in (((0.51, 0.0), True), ((0.0, 0.51), True), ((0.5, 0.5), False)):
        doubts = judged(found(eyes_free=eyes, glasses=0.0)).doubtful
        assert doubts == (() if free else (Reason.COVERED,))


def test_the_close_up_says_what_is_worn_and_without_one_the_colder_place_does() -> None:
    hidden = (0.0, 0.0)
    assert judged(found(eyes_free=hidden, glasses=0.51)).doubtful == (Reason.GLASSES,)
    assert judged(found(eyes_free=hidden, glasses=0.5)).doubtful == (Reason.COVERED,)
    same = {"eyes_c": 30.0, "brow_c": 30.0}
    assert judged(changes=same).doubtful == (Reason.COVERED,)
    assert judged(changes={"eyes_c": 29.9, "brow_c": 30.0}).doubtful == (Reason.GLASSES,)
