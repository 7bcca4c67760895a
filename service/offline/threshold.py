"""A threshold from clinical data: skin temperatures beside oral ones, with honest intervals.

The threshold is the order statistic of the afebrile that keeps the wanted share of false alarms
(no distribution is assumed), and what it does is counted on people who had no part in choosing it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FOLDS: Final = 10
_TAIL: Final = 0.025  # on each side of an interval of 95 %

Floats = NDArray[np.float64]


class TooFewPeopleError(ValueError):
    """The data hold too few people for what is asked."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`, with the exact binomial interval of Clopper and Pearson (95 %).

    Examples
    --------
    The rule of three: no event among 100 people may still be one in 27.

    >>> share = Share(0, 100)
    >>> share.value, round(share.low, 3), round(share.high, 3)
    (0.0, 0.0, 0.036)
    >>> share = Share(17, 19)
    >>> round(share.low, 3), round(share.high, 3)
    (0.669, 0.987)
    """

    hits: int
    total: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.hits / self.total if self.total else float("nan")

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        if self.hits == 0:
            return 0.0
        return _bisected(lambda p: 1.0 - _at_most(self.hits - 1, self.total, p) < _TAIL)

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        if self.hits == self.total:
            return 1.0
        return _bisected(lambda p: _at_most(self.hits, self.total, p) > _TAIL)

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}; {self.hits} of {self.total})"


@dataclass(frozen=True, slots=True)
class Fit:
    """A threshold and what it did to people it was not chosen from.

    Attributes
    ----------
    threshold_c
        From all data.
    spread_c
        Lowest and highest threshold of the folds.
    sensitivity
        Share of the febrile that are at or above it, cross-validated.
    specificity
        Share of the afebrile below it, cross-validated.
    between
        Share of those neither afebrile nor febrile that are at or above it.
    """

    threshold_c: float
    spread_c: tuple[float, float]
    sensitivity: Share
    specificity: Share
    between: Share


def threshold_for(afebrile_c: Floats, false_alarms: float) -> float:
    """Return the lowest threshold that no more than a share of the afebrile reach.

    Examples
    --------
    >>> threshold_for(np.arange(34.0, 36.0, 0.02), 0.02) > 35.94
    True
    """
    ordered = np.sort(afebrile_c)
    allowed = int(false_alarms * len(ordered))
    # above the value that is still to stay below, and not above the next
    last = ordered[len(ordered) - 1 - allowed]
    following = ordered[len(ordered) - allowed] if allowed else last + 0.02
    return float((last + following) / 2.0)


def fit(
    skin_c: Floats,
    oral_c: Floats,
    *,
    febrile_c: float,
    afebrile_c: float,
    false_alarms: float,
) -> Fit:
    """Choose a threshold and cross-validate it.

    Parameters
    ----------
    skin_c, oral_c
        `(N,)` deg C, one pair for each person.
    febrile_c
        Oral temperature from which somebody has fever.
    afebrile_c
        Oral temperature below which somebody has none.
    false_alarms
        Share of the afebrile that may be called for a second check.

    Raises
    ------
    TooFewPeopleError
        When there are too few people to promise that share, or none with fever.
    """
    known = np.isfinite(skin_c) & np.isfinite(oral_c)
    skin_c, oral_c = skin_c[known], oral_c[known]
    well, ill = oral_c < afebrile_c, oral_c >= febrile_c
    needed = int(np.ceil(1.0 / false_alarms)) - 1
    if int(well.sum()) < needed or not ill.any():
        raise TooFewPeopleError(
            f"{well.sum()} people without fever and {ill.sum()} with it: for {false_alarms:.1%} "
            f"false alarms at least {needed} without and one with fever are needed."
        )
    fold = _folds(well, ill)
    thresholds = np.array(
        [threshold_for(skin_c[well & (fold != k)], false_alarms) for k in range(FOLDS)]
    )
    called = skin_c >= thresholds[fold]
    return Fit(
        threshold_for(skin_c[well], false_alarms),
        (float(thresholds.min()), float(thresholds.max())),
        _share(called, ill),
        _share(~called, well),
        _share(called, ~well & ~ill),
    )


def _at_most(hits: int, total: int, p: float) -> float:
    """Return the chance of at most so many hits, each of a chance 0 < `p` < 1."""
    whole = math.lgamma(total + 1)
    return math.fsum(
        math.exp(
            whole
            - math.lgamma(k + 1)
            - math.lgamma(total - k + 1)
            + k * math.log(p)
            + (total - k) * math.log1p(-p)
        )
        for k in range(hits + 1)
    )


def _bisected(below: Callable[[float], bool]) -> float:
    """Return where `below` turns from true to false between 0 and 1, to a float's last bits."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2.0


def _share(called: NDArray[np.bool_], among: NDArray[np.bool_]) -> Share:
    return Share(int((called & among).sum()), int(among.sum()))


def _folds(*groups: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Deal everybody into folds in turn, each group evenly; the order of the table decides."""
    fold = np.arange(len(groups[0])) % FOLDS
    for group in groups:
        fold[group] = np.arange(int(group.sum())) % FOLDS
    return fold.astype(np.intp)
