"""A threshold from clinical data: skin temperatures beside oral ones, with honest intervals.

The threshold is the order statistic of the afebrile that keeps the wanted share of false alarms
(no distribution is assumed), and what it does is counted on people who had no part in choosing it.
A person counts as one, however often they were measured: repeated rounds of one person are alike,
and whoever takes them for many people believes in intervals that are too narrow.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FOLDS: Final = 10
DRAWS: Final = 1000  # of the bootstrap; its ends then stand to about a tenth of their distance
SEED: Final = 2026  # the same table gives the same intervals
_TAIL: Final = 0.025  # on each side of an interval of 95 %

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]


class TooFewPeopleError(ValueError):
    """The data hold too few people for what is asked."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total` people, with the exact binomial interval of Clopper and Pearson (95 %).

    Somebody who was measured three times and called once is a third of a hit; the ends of the
    interval are those of the whole people below and above.

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

    hits: float
    total: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.hits / self.total if self.total else float("nan")

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        whole = math.floor(self.hits)
        if whole == 0:
            return 0.0
        return _bisected(lambda p: 1.0 - _at_most(whole - 1, self.total, p) < _TAIL)

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        whole = math.ceil(self.hits)
        if whole == self.total:
            return 1.0
        return _bisected(lambda p: _at_most(whole, self.total, p) > _TAIL)

    def __str__(self) -> str:
        return (
            f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f}; {self.hits:.3g} of {self.total})"
        )


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the 95 % that the bootstrap leaves of it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A threshold and what it did to people it was not chosen from.

    Attributes
    ----------
    threshold_c
        From all data; its interval says how far other people of the same kind would have moved it.
    sensitivity
        Share of the febrile that are at or above it, cross-validated.
    specificity
        Share of the afebrile below it, cross-validated.
    between
        Share of those neither afebrile nor febrile that are at or above it.
    elsewhere
        Share of false alarms in another group of as many people, on other days where the table
        tells the day: the mean over the draws, and the interval in which one such group lies.
    """

    threshold_c: Interval
    sensitivity: Share
    specificity: Share
    between: Share
    elsewhere: Interval


def threshold_for(afebrile_c: Floats, false_alarms: float, weights: Floats | None = None) -> float:
    """Return the lowest threshold that no more than a share of the afebrile reach.

    Parameters
    ----------
    afebrile_c
        `(N,)` deg C.
    weights
        `(N,)`, of each measurement; None: all alike.

    Examples
    --------
    >>> threshold_for(np.arange(34.0, 36.0, 0.02), 0.02) > 35.94
    True
    >>> threshold_for(np.array([35.0, 36.0, 37.0]), 0.4, np.array([1.0, 1.0, 1.0]))
    36.5
    >>> threshold_for(np.array([35.0, 36.0, 37.0]), 0.4, np.array([2.0, 1.0, 1.0]))
    36.5
    >>> threshold_for(np.array([35.0, 36.0, 37.0]), 0.4, np.array([3.0, 1.0, 1.0]))
    35.5
    """
    down = np.argsort(-afebrile_c, kind="stable")
    ordered = afebrile_c[down]
    share = np.ones(len(ordered)) if weights is None else weights[down]
    reached = np.cumsum(share) / share.sum()
    # above the value that is still to stay below, and not above the next
    allowed = int(np.searchsorted(reached, false_alarms * (1.0 + 1e-9), side="right"))
    last = ordered[allowed]
    following = ordered[allowed - 1] if allowed else last + 0.02
    return float((last + following) / 2.0)


def fit(
    skin_c: Floats,
    oral_c: Floats,
    *,
    febrile_c: float,
    afebrile_c: float,
    false_alarms: float,
    person: Whole | None = None,
    day: Whole | None = None,
) -> Fit:
    """Choose a threshold and cross-validate it.

    Parameters
    ----------
    skin_c, oral_c
        `(N,)` deg C, one pair for each measurement.
    febrile_c
        Oral temperature from which somebody has fever.
    afebrile_c
        Oral temperature below which somebody has none.
    false_alarms
        Share of the afebrile that may be called for a second check.
    person, day
        `(N,)` numbers: who was measured (None: everybody once), and when (None: not known).

    Raises
    ------
    TooFewPeopleError
        When there are too few people to promise that share, or none with fever.
    """
    known = np.isfinite(skin_c) & np.isfinite(oral_c)
    who = _renumbered((np.arange(len(skin_c)) if person is None else person)[known])
    when = who if day is None else _renumbered(day[known])
    skin_c, oral_c = skin_c[known], oral_c[known]
    well, ill = oral_c < afebrile_c, oral_c >= febrile_c
    needed = int(np.ceil(1.0 / false_alarms)) - 1
    healthy = len(np.unique(who[well]))
    if healthy < needed or not ill.any():
        raise TooFewPeopleError(
            f"{healthy} people without fever and {len(np.unique(who[ill]))} with it: for "
            f"{false_alarms:.1%} false alarms at least {needed} without and one with fever are "
            "needed."
        )
    weights = 1.0 / np.bincount(who)[who]
    fold = _folds(who, well, ill)
    thresholds = np.array(
        [
            threshold_for(skin_c[chosen], false_alarms, weights[chosen])
            for chosen in (well & (fold != k) for k in range(FOLDS))
        ]
    )
    called = skin_c >= thresholds[fold]
    drawn, reached = _elsewhere(skin_c[well], weights[well], _renumbered(when[well]), false_alarms)
    return Fit(
        _interval(threshold_for(skin_c[well], false_alarms, weights[well]), drawn),
        _share(called, ill, who),
        _share(~called, well, who),
        _share(called, ~well & ~ill, who),
        _interval(float(np.mean(reached)), reached),
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


def _elsewhere(
    skin_c: Floats, weights: Floats, unit: Whole, false_alarms: float
) -> tuple[Floats, Floats]:
    """Return thresholds of `DRAWS` groups like this one, and what each does to another group.

    Both groups are drawn with replacement (Efron and Tibshirani 1993, chapters 6 and 13), in whole
    units, for what belongs together errs together; the second from those left out of the first.
    """
    random = np.random.default_rng(SEED)
    count = int(unit.max()) + 1
    thresholds, reached = np.empty(DRAWS), np.empty(DRAWS)
    for draw in range(DRAWS):
        times = np.bincount(random.integers(count, size=count), minlength=count)
        thresholds[draw] = at = threshold_for(skin_c, false_alarms, weights * times[unit])
        others = np.flatnonzero(times == 0)
        again = np.bincount(random.choice(others, size=count), minlength=count)[unit] * weights
        reached[draw] = again[skin_c >= at].sum() / again.sum()
    return thresholds, reached


def _interval(value: float, draws: Floats) -> Interval:
    low, high = np.quantile(draws, (_TAIL, 1.0 - _TAIL))
    return Interval(value, float(low), float(high))


def _renumbered(names: Whole) -> Whole:
    """Return whole numbers from 0 on in place of names, without gaps."""
    return np.asarray(np.unique(names, return_inverse=True)[1], np.intp)


def _share(called: NDArray[np.bool_], among: NDArray[np.bool_], who: Whole) -> Share:
    """Return the share of people, each by the share of their measurements among these."""
    people = _renumbered(who[among])
    if not people.size:
        return Share(0, 0)
    of_each = np.bincount(people, called[among]) / np.bincount(people)
    return Share(round(float(of_each.sum()), 9), len(of_each))


def _folds(who: Whole, *groups: NDArray[np.bool_]) -> Whole:
    """Deal everybody into folds in turn, each group evenly; the order of the table decides."""
    fold = np.arange(int(who.max()) + 1) % FOLDS
    for group in groups:
        people = np.unique(who[group])
        fold[people] = np.arange(len(people)) % FOLDS
    return np.asarray(fold[who], np.intp)
