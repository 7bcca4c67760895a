"""What a pixel's footprint does to a hot spot, and how well that can be undone.

The inner canthus is a hot spot: `A exp(-r^2 / 2 s^2)` above the skin around it, with A about
1.5 deg C and s about 3.4 mm (from the difference between maximum and mean over a circle of 13 px
in the facial temperatures of PhysioNet doi 10.13026/3bhc-9065). Optics, pixel and the mean of
n x n pixels smear it by a kernel that is about Gaussian with a variance of `_variance(n)` square
pixels, so its peak falls to `A s^2 / (s^2 + variance p^2)` at p mm per pixel.

How high it is differs much between people: by half of the mean, in the same tables
(`limen bench --only clinical` measures it anew and tries it on other people and another camera).
Where the pixels resolve the spot, its height need not be taken from the clinic: the mean of 4 x 4
pixels is smeared more than that of 2 x 2, and the difference of the two, the *relief*, says how
high this one is. Where they do not, nothing else in the picture does: that difference is
uncorrelated with how far the canthus is above the forehead (r = 0.15 and -0.01 for two cameras).

But that says how far a reading can fall: coarse pixels see the skin between the brows beside the
canthus, and a spot of which more is lost than it stands above that skin gives way to it. In the
same tables the canthus is above the lower middle of the forehead by 1.56 (standard deviation 0.52)
and 1.83 (0.72) deg C, two cameras, in people with 37.5 deg C and more, however high its spot is
(r = 0.22 and 0.03); in all people by 1.30 and 1.47. So what is lost is `min(A (1 - kept), B)`, with
B that difference, and the doubt of the correction is how far that is from what is given back.
"""

import math
from typing import Final

HOT_SPOT_C: Final = 1.5
HOT_SPOT_SD_C: Final = 0.75  # between people: 47 and 52 % of the mean for two cameras
HOT_SPOT_MM: Final = 3.4
# lens: 0.4 px where diffraction is all there is, 0.9 and 1.5 px at the edge of the reference in
# recordings of two real kiosks
OPTICS_PX: Final = 0.8
# the canthus above the skin between the brows, in people with fever: they matter, and lose more
BROW_C: Final = 1.7
BROW_SD_C: Final = 0.6
RELIEF_SHARE: Final = 0.15  # how far a spot that is no Gaussian makes the relief's height wrong
# a normal distribution as points and their shares: Gauss and Hermite's rule of seven
NORMAL: Final = (
    (-3.75044, 0.000548),
    (-2.36676, 0.030757),
    (-1.15441, 0.240123),
    (0.0, 0.457144),
    (1.15441, 0.240123),
    (2.36676, 0.030757),
    (3.75044, 0.000548),
)


def _variance(blocks: int) -> float:
    """Return the variance of the kernel, in square pixels along one axis.

    Optics, the block of n pixels, and that the pixel grid falls as it falls.
    """
    return OPTICS_PX**2 + blocks**2 / 12.0 + 1.0 / 12.0


def height(mm_per_px: float, relief_c: float, noise_c: float) -> tuple[float, float]:
    """Return the height of a resolved hot spot and its standard uncertainty, in deg C.

    From its relief and from what is usual, each weighted by what is known of it.

    Parameters
    ----------
    relief_c
        Mean of the hottest 2 x 2 pixels minus that of the 4 x 4 around them.
    noise_c
        Standard deviation of the relief.

    Examples
    --------
    >>> [round(value, 2) for value in height(1.3, 0.2, 0.02)]
    [1.95, 0.33]
    """
    contrast = relief(mm_per_px, 1.0)
    seen_c = relief_c / contrast
    variance = (noise_c / contrast) ** 2 + (RELIEF_SHARE * seen_c) ** 2
    weight = HOT_SPOT_SD_C**2 / (HOT_SPOT_SD_C**2 + variance)
    height_c = max(0.0, HOT_SPOT_C + weight * (seen_c - HOT_SPOT_C))
    return height_c, float((weight * variance) ** 0.5)


def relief(mm_per_px: float, height_c: float = HOT_SPOT_C) -> float:
    """Return the relief of a hot spot of usual radius, in deg C."""
    kept = [_kept(mm_per_px, 0.0, HOT_SPOT_MM, blocks) for blocks in (2, 4)]
    return height_c * (kept[0] - kept[1])


def correction(mm_per_px: float, blur_px: float = 0.0, height_c: float = HOT_SPOT_C) -> float:
    """Return what to add to the mean of the hottest 2 x 2 pixels for the peak, in deg C.

    Parameters
    ----------
    blur_px
        Length of the smear by motion, in pixels along its direction.
    height_c
        Of the hot spot above the skin around it.

    Examples
    --------
    At 1.3 mm per pixel, where a canthus is resolved, a fifth of a degree; on a coarse sensor at
    arm's length, more than one.

    >>> [round(correction(p), 2) for p in (0.8, 1.3, 3.5, 7.0)]
    [0.08, 0.2, 0.79, 1.23]
    """
    return height_c * (1.0 - _kept(mm_per_px, blur_px, HOT_SPOT_MM, 2))


def uncertainty(mm_per_px: float, blur_px: float, hot_spot_c: float, hot_spot_mm: float) -> float:
    """Return the standard uncertainty of `correction` in deg C.

    Parameters
    ----------
    hot_spot_c, hot_spot_mm
        Standard uncertainties of the hot spot's height and radius.

    Examples
    --------
    >>> [round(uncertainty(p, 0.0, 0.75, 0.6), 2) for p in (0.8, 1.3, 3.5, 7.0)]
    [0.05, 0.12, 0.37, 0.48]
    """
    high = _doubt_of_height(1.0 - _kept(mm_per_px, blur_px, HOT_SPOT_MM, 2), hot_spot_c)
    wider = _kept(mm_per_px, blur_px, HOT_SPOT_MM + 0.1, 2)
    narrower = _kept(mm_per_px, blur_px, HOT_SPOT_MM - 0.1, 2)
    radius = HOT_SPOT_C * (wider - narrower) / 0.2 * hot_spot_mm
    return float((high**2 + radius**2) ** 0.5)


def _doubt_of_height(lost: float, hot_spot_c: float) -> float:
    """Return how far what people lose is from what is given back, where `lost` of a spot is gone.

    Root mean square of `min(A lost, B) - HOT_SPOT_C lost` over heights A as skewed as a log-normal,
    and normal brows B: of these the mean square above and below a spot is known. Never more than
    that of a spot alone on even skin.
    """
    log = math.log(1.0 + (hot_spot_c / HOT_SPOT_C) ** 2)
    given_c, square = HOT_SPOT_C * lost, 0.0
    for z, share in NORMAL:
        spot_c = given_c * math.exp(log**0.5 * z - log / 2.0)
        far = (spot_c - BROW_C) / BROW_SD_C
        below = (1.0 + math.erf(far / 2.0**0.5)) / 2.0
        density = math.exp(-(far**2) / 2.0) / (2.0 * math.pi) ** 0.5
        square += share * (
            (1.0 - below) * (spot_c - given_c) ** 2
            + below * ((BROW_C - given_c) ** 2 + BROW_SD_C**2)
            - density * BROW_SD_C * (spot_c + BROW_C - 2.0 * given_c)
        )
    return float(min(square**0.5, hot_spot_c * lost))


def _kept(mm_per_px: float, blur_px: float, radius_mm: float, blocks: int) -> float:
    """Return the share of the peak that is left in the mean of n x n pixels."""
    across = radius_mm**2 + _variance(blocks) * mm_per_px**2
    along = across + (blur_px * mm_per_px) ** 2
    return radius_mm**2 / float((across * along) ** 0.5)
