"""Student's t: the coverage factor for effective degrees of freedom, without scipy.

A station goes without scipy. The distribution's tail is the regularised incomplete beta function,
by its continued fraction (Abramowitz and Stegun 26.5.8); its inverse by bisection.
"""

import math
from functools import lru_cache
from typing import Final

COVERAGE: Final = 0.95
_TINY: Final = 1e-300


@lru_cache(maxsize=1024)
def coverage_factor(dof: float, coverage: float = COVERAGE) -> float:
    """Return k so that a share `coverage` lies within +-k standard uncertainties.

    Parameters
    ----------
    dof
        Effective degrees of freedom, at least 1; infinity for a normal distribution.

    Examples
    --------
    The values of GUM (JCGM 100:2008) table G.2 for 95 %:

    >>> [round(coverage_factor(dof), 2) for dof in (1, 2, 5, 10, 50, math.inf)]
    [12.71, 4.3, 2.57, 2.23, 2.01, 1.96]
    """
    if not dof >= 1.0 or not 0.0 < coverage < 1.0:
        raise ValueError(
            f"{dof} degrees of freedom for {coverage}: give at least 1, and a share below 1."
        )
    low, high = 0.0, 1.0
    while _within(high, dof) < coverage:
        high *= 2.0
    for _ in range(80):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _within(middle, dof) < coverage else (low, middle)
    return (low + high) / 2.0


def _within(k: float, dof: float) -> float:
    """Return the probability that |t| <= k."""
    if math.isinf(dof):
        return math.erf(k / math.sqrt(2.0))
    return 1.0 - _incomplete_beta(dof / 2.0, 0.5, dof / (dof + k * k))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    if x <= 0.0 or x >= 1.0:
        return min(max(x, 0.0), 1.0)
    log_front = (
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - math.exp(log_front) * _fraction(b, a, 1.0 - x) / b
    return math.exp(log_front) * _fraction(a, b, x) / a


def _fraction(a: float, b: float, x: float) -> float:
    """Continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1.0 / _away(1.0 - (a + b) * x / (a + 1.0))
    total = d
    for m in range(1, 400):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / _away(1.0 + step * d)
            c = _away(1.0 + step / c)
            total *= c * d
        if abs(c * d - 1.0) < 1e-14:
            break
    return total


def _away(value: float) -> float:
    """Keep a divisor away from zero."""
    return value if abs(value) > _TINY else _TINY
