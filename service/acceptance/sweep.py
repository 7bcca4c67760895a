"""What a sweep of temperatures says of a camera or a station: its slope, and its lie by name.

Seven devices on the market failed such a test (Healy et al. 2021, J. Biomed. Opt. 26(4) 043009):
they pulled what they measured towards normal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from service.acceptance.arithmetic import line, radiance
from service.acceptance.words import Finding, Way

WINDOW_C: Final = 1.0  # over which a slope is taken
STEP_C: Final = 0.25  # of a sweep, as in Healy et al.
FROM_C, TO_C = 34.0, 40.0
FEW_C: Final = (34.0, 37.0, 39.0)  # the fewest that a station is accepted with
MIN_PAIRS: Final = 12
_FLAT: Final = 0.1  # a slope below this does not rise
_PULLED: Final = 0.9  # and one below this rises too little
_HONEST: Final = 0.02  # by which the factor of an honest camera may be off


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a sweep has found.

    Attributes
    ----------
    finding
        NORMALISES, CLIPS, WRONG_EMISSIVITY, WRONG_SLOPE; None: nothing.
    slope, slope_u
        Shown over true, over the whole range, and its standard uncertainty from the scatter.
    least_slope
        Over the kelvin in which it is least.
    largest_deviation_c
        Of the shown from the true temperatures, their mean difference taken out.
    falls_c
        By how much what is shown falls at most while what is true rises: 0 for a camera that is
        monotonic.
    limit_c
        True temperature at which a camera that clips stops to rise (or begins); else None.
    emissivity
        That a camera with a wrong one is set to; else None.
    """

    finding: Finding | None
    slope: float
    slope_u: float
    least_slope: float
    largest_deviation_c: float
    falls_c: float
    limit_c: float | None = None
    emissivity: float | None = None


def set_points(*, whole: bool) -> tuple[tuple[float, Way], ...]:
    """Return the set points of a sweep in their order, deg C, and from where each is reached.

    >>> [set_c for set_c, _ in set_points(whole=False)]
    [34.0, 37.0, 39.0]
    >>> len(set_points(whole=True)), set_points(whole=True)[25][0]
    (49, 39.75)
    """
    if not whole:
        return tuple((set_c, Way.UP) for set_c in FEW_C)
    up = [FROM_C + STEP_C * n for n in range(round((TO_C - FROM_C) / STEP_C) + 1)]
    return (*((c, Way.UP) for c in up), *((c, Way.DOWN) for c in reversed(up[:-1])))


def judge(true_c: Sequence[float], shown_c: Sequence[float]) -> Judgement:
    """Say what a camera or a station does that shows these temperatures for those.

    Parameters
    ----------
    true_c
        In any order, over at least three kelvin, several in each; taken as a blackbody's.
    shown_c
        For each of them, drift taken out; a constant offset does no harm.

    Raises
    ------
    ValueError
        When there are too few to judge by.

    Examples
    --------
    The published forehead thermometer that shows 0.24 deg C more per deg C:

    >>> true = [34.0 + 0.25 * i for i in range(25)]
    >>> judge(true, [36.5 + 0.24 * (c - 36.5) for c in true]).finding.value
    'normalises'
    >>> judge(true, [c + 0.3 for c in true]).finding is None
    True
    """
    pairs = sorted(zip(true_c, shown_c, strict=False))
    span = pairs[-1][0] - pairs[0][0] if pairs else 0.0
    if len(true_c) != len(shown_c) or len(pairs) < MIN_PAIRS or span < 3.0 * WINDOW_C:
        raise ValueError(
            f"{len(true_c)} true and {len(shown_c)} shown temperatures are no sweep: give at least"
            f" {MIN_PAIRS} pairs that span {3.0 * WINDOW_C:.0f} kelvin."
        )
    true, shown = [a for a, _ in pairs], [b for _, b in pairs]
    whole = line(true, shown)
    windows = _slopes(true, shown)
    least = min(slope for _, slope in windows)
    offset = sum(b - a for a, b in pairs) / len(pairs)
    finding, limit, emissivity = _named(true, shown, windows, least)
    return Judgement(
        finding,
        whole.slope,
        whole.slope_u,
        least,
        max(abs(b - a - offset) for a, b in pairs),
        _falls(pairs),
        limit,
        emissivity,
    )


def _named(
    true: list[float], shown: list[float], windows: list[tuple[float, float]], least: float
) -> tuple[Finding | None, float | None, float | None]:
    """Return the lie by name, the limit of one that clips, the emissivity of one that has it."""
    flat = [slope < _FLAT for _, slope in windows]
    if flat[0] != flat[-1]:
        # the run of flat places that reaches an end
        run = windows if flat[0] else windows[::-1]
        edge = [middle for middle, slope in run][: _length(run)][-1]
        return Finding.CLIPS, edge, None
    if least < _PULLED:
        return Finding.NORMALISES, None, None
    factor = line([radiance(c) for c in true], [radiance(c) for c in shown]).slope
    if factor > 1.0 + _HONEST:
        return Finding.WRONG_EMISSIVITY, None, 1.0 / factor
    return (Finding.WRONG_SLOPE if factor < 1.0 - _HONEST else None), None, None


def _length(run: list[tuple[float, float]]) -> int:
    """Return how many windows from the first on are flat."""
    return next((i for i, (_, slope) in enumerate(run) if slope >= _FLAT), len(run))


def _slopes(true: list[float], shown: list[float]) -> list[tuple[float, float]]:
    """Middles of windows along the range, and the slope in each."""
    half, slopes = WINDOW_C / 2.0, []
    places = int((true[-1] - true[0] - WINDOW_C) / STEP_C + 1e-6) + 1
    for place in range(places):
        middle = true[0] + half + place * STEP_C
        near = [(a, b) for a, b in zip(true, shown, strict=True) if abs(a - middle) <= half + 1e-6]
        if len(near) >= 3 and near[-1][0] - near[0][0] > half:
            slopes.append((middle, line([a for a, _ in near], [b for _, b in near]).slope))
    if not slopes:
        raise ValueError("The set points lie too far apart for a slope: at least three per kelvin.")
    return slopes


def _falls(pairs: list[tuple[float, float]]) -> float:
    """Return by how much the means at rising set points fall at most."""
    means: dict[float, list[float]] = {}
    for true, shown in pairs:
        means.setdefault(round(true / STEP_C), []).append(shown)
    levels = [sum(each) / len(each) for each in means.values()]
    highest, falls = levels[0], 0.0
    for level in levels[1:]:
        falls, highest = max(falls, highest - level), max(highest, level)
    return falls
