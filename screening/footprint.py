"""What a pixel's footprint does to a hot spot, and how well that can be undone.

The inner canthus is a hot spot: `A exp(-r^2 / 2 s^2)` above the skin around it, with A about
1.5 deg C and s about 3.4 mm (from the difference between maximum and mean over a circle of 13 px
in the facial temperatures of PhysioNet doi 10.13026/3bhc-9065). Optics, pixel and the mean of four
pixels smear it by a kernel that is about Gaussian with a standard deviation of `SMEAR` pixels, so
its peak falls to `A s^2 / (s^2 + (SMEAR p)^2)` at p mm per pixel.
"""

from typing import Final

HOT_SPOT_C: Final = 1.5
HOT_SPOT_MM: Final = 3.4
SMEAR: Final = 0.82  # optics 0.5, block of 2 x 2 pixels 0.58, its place on the grid 0.29


def correction(mm_per_px: float, blur_px: float = 0.0) -> float:
    """Return what to add to the mean of the hottest 2 x 2 pixels for the peak, in deg C.

    Parameters
    ----------
    blur_px
        Length of the smear by motion, in pixels along its direction.

    Examples
    --------
    At 1.3 mm per pixel, where a canthus is resolved, an eighth of a degree; on a coarse sensor at
    arm's length, more than one.

    >>> [round(correction(p), 2) for p in (0.8, 1.3, 3.5, 7.0)]
    [0.05, 0.13, 0.62, 1.11]
    """
    return HOT_SPOT_C * (1.0 - _kept(mm_per_px, blur_px, HOT_SPOT_MM))


def uncertainty(mm_per_px: float, blur_px: float, hot_spot_c: float, hot_spot_mm: float) -> float:
    """Return the standard uncertainty of `correction` in deg C.

    Parameters
    ----------
    hot_spot_c, hot_spot_mm
        Standard uncertainties of the hot spot's height and radius.

    Examples
    --------
    >>> [round(uncertainty(p, 0.0, 0.35, 0.6), 2) for p in (0.8, 1.3, 3.5, 7.0)]
    [0.02, 0.05, 0.19, 0.28]
    """
    height = hot_spot_c * (1.0 - _kept(mm_per_px, blur_px, HOT_SPOT_MM))
    wider = _kept(mm_per_px, blur_px, HOT_SPOT_MM + 0.1)
    narrower = _kept(mm_per_px, blur_px, HOT_SPOT_MM - 0.1)
    radius = HOT_SPOT_C * (wider - narrower) / 0.2 * hot_spot_mm
    return float((height**2 + radius**2) ** 0.5)


def _kept(mm_per_px: float, blur_px: float, radius_mm: float) -> float:
    """Return the share of the peak that is left."""
    across = radius_mm**2 + (SMEAR * mm_per_px) ** 2
    along = across + (blur_px * mm_per_px) ** 2
    return radius_mm**2 / float((across * along) ** 0.5)
