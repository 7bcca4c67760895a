"""What pixels take from a hot spot is given back, and no surer than people's hot spots allow."""

import math

import numpy as np
import pytest

from screening.measuring import footprint
from screening.measuring.footprint import HOT_SPOT_C, HOT_SPOT_MM, HOT_SPOT_SD_C


def kept(
    mm_per_px: float, blocks: int, radius_mm: float = HOT_SPOT_MM, blur_px: float = 0.0
) -> float:
    """Return what is left of a Gaussian's peak in n x n pixels, by adding variances."""
    variance = 0.8**2 + blocks**2 / 12.0 + 1.0 / 12.0
    along = radius_mm**2 + (variance + blur_px**2) * mm_per_px**2
    return radius_mm**2 / math.sqrt((radius_mm**2 + variance * mm_per_px**2) * along)


@pytest.mark.parametrize("mm_per_px", [0.8, 1.3, 3.0, 5.0])
@pytest.mark.parametrize("blur_px", [0.0, 1.2])
def test_the_correction_is_what_optics_pixels_and_smear_take(
    mm_per_px: float, blur_px: float
) -> None:
    lost = 1.0 - kept(mm_per_px, 2, blur_px=blur_px)
    assert footprint.correction(mm_per_px, blur_px) == pytest.approx(HOT_SPOT_C * lost)
    assert footprint.correction(mm_per_px, blur_px, 2.0) == pytest.approx(2.0 * lost)


@pytest.mark.parametrize("mm_per_px", [1.3, 3.0, 5.0])
def test_height_and_radius_each_have_their_share_of_the_doubt(mm_per_px: float) -> None:
    lost = 1.0 - kept(mm_per_px, 2)
    of_height = footprint.uncertainty(mm_per_px, 0.0, 0.75, 0.0)
    assert of_height == pytest.approx(off(0.75, lost), rel=0.02)
    assert of_height <= 0.75 * lost
    of_radius = footprint.uncertainty(mm_per_px, 0.0, 0.0, 0.6)
    slope = HOT_SPOT_C * (kept(mm_per_px, 2, 3.5) - kept(mm_per_px, 2, 3.3)) / 0.2
    assert of_radius == pytest.approx(0.6 * slope)
    both = footprint.uncertainty(mm_per_px, 0.0, 0.75, 0.6)
    assert both == pytest.approx(math.hypot(of_height, of_radius))


def off(sd_c: float, lost: float) -> float:
    """Return how far people's loss is from what is given back, drawn: no spot falls below brows."""
    random = np.random.default_rng(7)
    log = math.log(1.0 + (sd_c / HOT_SPOT_C) ** 2)
    spots = HOT_SPOT_C * np.exp(log**0.5 * random.standard_normal(100_000) - log / 2.0)
    brows = 1.7 + 0.6 * random.standard_normal(100_000)
    return float(np.sqrt(np.mean((np.minimum(spots * lost, brows) - HOT_SPOT_C * lost) ** 2)))


def test_a_brow_holds_the_reading_up_where_pixels_are_coarse() -> None:
    """Where spots are resolved it changes nothing; at 7 mm a quarter of the doubt is gone."""
    for mm_per_px, most in ((0.8, 1.0), (1.3, 1.0), (5.0, 0.85), (7.0, 0.8)):
        lone = 0.75 * (1.0 - kept(mm_per_px, 2))
        share = footprint.uncertainty(mm_per_px, 0.0, 0.75, 0.0) / lone
        assert most - 0.06 < share <= most + 1e-9


def test_people_differ_by_half() -> None:
    """47 and 52 % of the mean in two cameras' tables (PhysioNet 10.13026/3bhc-9065)."""
    assert pytest.approx(0.5, abs=0.03) == HOT_SPOT_SD_C / HOT_SPOT_C


@pytest.mark.parametrize("height_c", [0.6, 1.5, 3.0])
def test_a_sharp_picture_says_how_high_this_one_is(height_c: float) -> None:
    relief_c = height_c * (kept(0.9, 2) - kept(0.9, 4))
    assert footprint.relief(0.9, height_c) == pytest.approx(relief_c)
    found_c, sd_c = footprint.height(0.9, relief_c, 0.0)
    # what it says is good to 15 %, what is usual to half of 1.5: they share the say by that
    own, usual = 1.0 / (0.15 * height_c) ** 2, 1.0 / HOT_SPOT_SD_C**2
    assert found_c == pytest.approx((own * height_c + usual * HOT_SPOT_C) / (own + usual))
    assert sd_c == pytest.approx((own + usual) ** -0.5)


def test_a_noisy_picture_leaves_it_at_what_is_usual() -> None:
    found_c, sd_c = footprint.height(1.3, 0.5, 5.0)
    assert found_c == pytest.approx(HOT_SPOT_C, abs=0.02)
    assert sd_c == pytest.approx(HOT_SPOT_SD_C, rel=0.01)
    assert footprint.height(1.3, 0.5, 0.1)[1] > footprint.height(1.3, 0.5, 0.01)[1]


def test_no_spot_is_a_hollow() -> None:
    assert footprint.height(1.0, -0.45, 0.0)[0] == 0.0


@pytest.mark.parametrize("mm_per_px", [0.8, 1.3, 3.0, 5.0])
def test_two_standard_uncertainties_cover_what_people_differ_by(mm_per_px: float) -> None:
    """Heights as skewed as people's, radii, brows, and what 2 x 2 and 4 x 4 pixels see of them."""
    random, inside = np.random.default_rng(3), []
    for _ in range(1500):
        height_c = 1.5 * math.exp(0.472 * random.standard_normal() - 0.472**2 / 2.0)
        radius_mm = max(1.5, 3.4 + 0.6 * random.standard_normal())
        guess_c, sd_c = HOT_SPOT_C, HOT_SPOT_SD_C
        if mm_per_px <= 1.5:
            seen = kept(mm_per_px, 2, radius_mm) - kept(mm_per_px, 4, radius_mm)
            relief_c = height_c * seen + 0.01 * random.standard_normal()
            guess_c, sd_c = footprint.height(mm_per_px, relief_c, 0.01)
        error_c = footprint.correction(mm_per_px, 0.0, guess_c)
        lost_c = height_c * (1.0 - kept(mm_per_px, 2, radius_mm))
        error_c -= min(lost_c, 1.7 + 0.6 * random.standard_normal())
        inside.append(abs(error_c) <= 2.0 * footprint.uncertainty(mm_per_px, 0.0, sd_c, 0.6))
    assert 0.93 <= np.mean(inside) <= 0.98
