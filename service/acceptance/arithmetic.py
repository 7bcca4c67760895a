"""Means, scatter and straight lines of a few hundred numbers, in plain Python."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

KELVIN_OFFSET = 273.15
_C2_PER_UM_K = 14387.768775 / 10.5  # second radiation constant over an effective wavelength


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through points by least squares.

    Attributes
    ----------
    slope, intercept
        In the units of y per x, and of y.
    slope_u
        Standard uncertainty of the slope from the scatter, with n - 2 degrees of freedom.
    residual
        Standard deviation of the points about the line.
    """

    slope: float
    intercept: float
    slope_u: float
    residual: float
    dof: int


def line(x: Sequence[float], y: Sequence[float]) -> Line:
    """Return the line through points; ValueError with fewer than three or all at one place.

    Examples
    --------
    The calibration line of GUM H.3, by y and its place (t = 20 deg C in the middle):

    >>> t = [21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511]
    >>> b = [-.171, -.169, -.166, -.159, -.164, -.165, -.156, -.157, -.159, -.161, -.160]
    >>> fit = line([one - 20.0 for one in t], b)
    >>> round(fit.intercept, 4), round(fit.slope, 5), round(fit.residual, 4), round(fit.slope_u, 5)
    (-0.1712, 0.00218, 0.0035, 0.00067)
    """
    count, middle = len(x), fmean(x)
    spread = sum((one - middle) ** 2 for one in x)
    if count < 3 or count != len(y) or spread <= 0.0:
        raise ValueError(f"{count} places and {len(y)} values make no line: give three or more.")
    slope = sum((a - middle) * b for a, b in zip(x, y, strict=True)) / spread
    intercept = fmean(y) - slope * middle
    squares = sum((b - intercept - slope * a) ** 2 for a, b in zip(x, y, strict=True))
    residual = math.sqrt(squares / (count - 2))
    return Line(slope, intercept, residual / math.sqrt(spread), residual, count - 2)


def scatter(values: Sequence[float]) -> float:
    """Return the standard deviation of one value; 0 of fewer than two."""
    return stdev(values) if len(values) > 1 else 0.0


def radiance(temp_c: float) -> float:
    """Return the radiance of a blackbody at 10.5 um, in units of its own.

    Enough where only ratios near skin temperature count: from 30 to 42 deg C it rises as that of
    the band from 8 to 14 um does, within 1 % of the rise.
    """
    return 1.0 / math.expm1(_C2_PER_UM_K / (temp_c + KELVIN_OFFSET))


def temperature(value: float) -> float:
    """Return the temperature in deg C whose `radiance` is `value`.

    >>> round(temperature(radiance(36.5)), 9)
    36.5
    """
    return _C2_PER_UM_K / math.log1p(1.0 / value) - KELVIN_OFFSET


def apparent_c(surface_c: float, emissivity: float, reflected_c: float) -> float:
    """Return what a perfect camera at emissivity 1 shows of a surface, deg C.

    >>> round(apparent_c(37.0, 0.97, 22.0), 2)
    36.58
    """
    return temperature(
        emissivity * radiance(surface_c) + (1.0 - emissivity) * radiance(reflected_c)
    )
