"""Rows on the heights of hot spots: how they spread between people, and whether intervals hold.

A hot spot's height is proportional to maximum minus mean of a circle of 13 px at the canthus, taken
on the warmer side and as a person's mean of three rounds. Mean and spread are learnt from one half
of the people, and tried on the other half, by camera: the share of people within two standard
deviations is what an interval with k = 2 would cover.

Data: Facial and oral temperature data from a large set of human subject volunteers, PhysioNet,
doi 10.13026/3bhc-9065 (CC0 1.0).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from screening.measuring import footprint
from screening.result import Verdict
from screening.settings import Decision, Settings
from screening.visitors.decision import Evidence, decide
from service.offline.bench import scenes
from service.offline.bench.data import find
from service.offline.bench.library import both
from service.offline.bench.row import Row
from service.offline.clinical_tables import Floats, brows, hot_spots
from service.offline.threshold import Share
from service.state.defaults import CLINICAL_THRESHOLD_C

CAMERAS: Final = ("FLIR", "ICI")
WARM_C: Final = 37.5  # oral
COARSE: Final = (3.0, 5.0)
RESAMPLED: Final = 1000
VISITORS: Final = 36  # for each size of a pixel
# camera and distance at which a pixel on the face is so many mm wide
SIZES: Final = {
    1.3: ("boson-plus-640", 1.42),
    3.0: ("boson-plus-320", 1.47),
    5.0: ("lepton-3.5", 0.75),
}
# canthus, mean and standard deviation over both cameras: oral below 37.5 and from 38.0 (19 people)
HEALTHY_C: Final = (35.5, 0.40)
FEVER_C: Final = (37.3, 0.55)
QUANTILES: Final = 50


def clinical_rows() -> Iterator[Row]:
    """Yield the rows that rest on people.

    Raises
    ------
    DataAbsentError
        When the tables are not on this machine.
    """
    relief = {c: hot_spots(find("fever-clinical", f"{c}_group1.csv")) for c in CAMERAS}
    random = np.random.default_rng(1)
    ours = footprint.HOT_SPOT_SD_C / footprint.HOT_SPOT_C
    said, numbers = [], {}
    for camera, heights in relief.items():
        known = heights[np.isfinite(heights)]
        again = random.choice(known, (RESAMPLED, known.size))
        low, high = np.percentile(again.std(axis=1) / again.mean(axis=1), (2.5, 97.5))
        share = float(known.std() / known.mean())
        said.append(f"{camera} {share:.2f} ({low:.2f} to {high:.2f}, {known.size} people)")
        numbers[camera.lower()] = share
    yield Row(
        "hot_spot_spread",
        "height of the canthus' hot spot between people, as a share of its mean",
        f"{', '.join(said)}; the budget has {ours:.2f}",
        {**numbers, "budget": ours},
        "no less in the budget than seen, by a tenth",
        met=all(share <= 1.1 * ours for share in numbers.values()),
    )
    apart, together = {}, {}
    for later in (False, True):
        halves = {camera: _half(heights, later=later) for camera, heights in relief.items()}
        others = {camera: _half(heights, later=not later) for camera, heights in relief.items()}
        for tried, people in others.items():
            name = f"{'later' if later else 'earlier'} half, tried on {tried}"
            together[name] = _tried(np.concatenate(list(halves.values())), people)
            for learnt, half in halves.items():
                apart[f"{learnt}, {name}"] = _tried(half, people)
    shares = [share.value for share in together.values()]
    worst = min(apart, key=lambda name: apart[name].value)
    yield Row(
        "hot_spot_transfer",
        "people whose hot spot lies within k = 2 of the mean and spread of the other half of the "
        "people, of both cameras",
        f"{min(shares):.3f} to {max(shares):.3f}; learnt from one camera alone the lowest is "
        f"{apart[worst]} ({worst})",
        {"lowest": min(shares), "highest": max(shares), "lowest_apart": apart[worst].value},
        "93 % or more", met=min(shares) >= 0.93,
    )  # fmt: skip
    brow = {c: brows(find("fever-clinical", f"{c}_group1.csv")) for c in CAMERAS}
    yield _brows(relief, brow)
    for mm_per_px in COARSE:
        yield _lost(relief, {camera: above for camera, (above, _) in brow.items()}, mm_per_px)


def _brows(relief: dict[str, Floats], brow: dict[str, tuple[Floats, Floats]]) -> Row:
    """Return how far the canthi of people with fever are above their brows."""
    said, numbers = [], {}
    for camera, (above, oral) in brow.items():
        warm = above[(oral >= WARM_C) & np.isfinite(above)]
        both = np.isfinite(relief[camera]) & np.isfinite(above)
        alike = float(np.corrcoef(relief[camera][both], above[both])[0, 1])
        said.append(
            f"{camera} {warm.mean():.2f} +- {warm.std():.2f} ({warm.size} people; r with the "
            f"height of the spot, all people, {alike:.2f})"
        )
        numbers[camera.lower()] = float(warm.mean())
    ours = footprint.BROW_C
    return Row(
        "brow",
        f"canthus above the lower middle of the forehead, oral from {WARM_C} deg C",
        f"{', '.join(said)}; the budget has {ours} +- {footprint.BROW_SD_C}",
        {**numbers, "budget": ours},
        "inside one spread of the budget's",
        met=all(abs(mean - ours) <= footprint.BROW_SD_C for mean in numbers.values()),
    )


def _lost(relief: dict[str, Floats], above: dict[str, Floats], mm_per_px: float) -> Row:
    """Return for how many people the budget holds what pixels take of their canthus.

    Heights are in units of the mean of the other half of the people, of both cameras.
    """
    lost = footprint.correction(mm_per_px) / footprint.HOT_SPOT_C
    doubt_c = footprint.uncertainty(mm_per_px, 0.0, footprint.HOT_SPOT_SD_C, 0.0)
    shares = {}
    for later in (False, True):
        learnt = [_half(heights, later=not later) for heights in relief.values()]
        usual = float(np.concatenate(learnt).mean())
        for camera, heights in relief.items():
            middle = len(heights) // 2
            half = slice(middle, None) if later else slice(middle)
            spots = heights[half] / usual * footprint.HOT_SPOT_C * lost
            taken = np.minimum(spots, np.maximum(above[camera][half], 0.0))
            off = np.abs(taken - footprint.HOT_SPOT_C * lost)[np.isfinite(taken)]
            inside = Share(int((off <= 2.0 * doubt_c).sum()), off.size)
            shares[f"{camera}, {'later' if later else 'earlier'} half"] = inside
    worst = min(shares, key=lambda name: shares[name].value)
    return Row(
        f"coarse_transfer_{mm_per_px:g}",
        f"people of whom pixels of {mm_per_px:g} mm take what is given back, to k = 2, heights in "
        "units of the other half's and no reading below the brow",
        f"{min(s.value for s in shares.values()):.3f} to "
        f"{max(s.value for s in shares.values()):.3f}; lowest {shares[worst]} ({worst})",
        {"lowest": shares[worst].value, "doubt_c": doubt_c},
        "93 % or more",
        met=shares[worst].value >= 0.93,
    )


def _half(heights: Floats, *, later: bool) -> Floats:
    """Return the known heights of the first or the second half of the people, by their date."""
    middle = len(heights) // 2
    half = heights[middle:] if later else heights[:middle]
    return half[np.isfinite(half)]


def _tried(learnt: Floats, people: Floats) -> Share:
    inside = np.abs(people - learnt.mean()) <= 2.0 * learnt.std()
    return Share(int(inside.sum()), inside.size)


@dataclass(frozen=True, slots=True)
class One:
    """A visitor before one camera: what was read against what was true."""

    error_c: float
    standard_c: float
    inside: bool


def screened(mm_per_px: float, visitors: int) -> list[One]:
    """Screen visitors whose hot spots spread as people's do, all else as wrong as it may be."""
    model, distance_m = SIZES[mm_per_px]
    seen: list[One] = []
    for seed in range(visitors):
        random = np.random.default_rng([seed, 21])
        one = {
            **scenes.stander(float(random.normal(36.2, 1.0)), distance_m),
            "start": (float(random.uniform(-0.05, 0.05)), distance_m + 0.3),
            "steps": [{"walk_to": (0.0, distance_m)}, {"stand_s": 2.5}],
        }
        scenario = scenes.scene(scenes.camera(model), [one], 3.5)
        for outcome in both(scenario, seed, wrong=True)[1][:1]:
            error_c, expanded_c = outcome.error_c, outcome.visitor.expanded_uncertainty_c
            if error_c is not None and expanded_c is not None:
                seen.append(One(error_c, expanded_c / 2.0, bool(outcome.inside)))
    return seen


def told(
    seen: Sequence[One], people: tuple[float, float], threshold_c: float
) -> dict[Verdict, float]:
    """Return how often each verdict falls to people who are read as these were.

    Parameters
    ----------
    people
        Mean and standard deviation of their canthus, deg C.
    """
    settings = Settings(decision=Decision(threshold_c=threshold_c))
    middles = (np.arange(QUANTILES) + 0.5) / QUANTILES
    warm = [NormalDist(*people).inv_cdf(float(share)) for share in middles]
    words = Counter(
        decide(Evidence(skin_c + one.error_c, one.standard_c), settings)[0]
        for one in seen
        for skin_c in warm
    )
    return {verdict: words[verdict] / max(words.total(), 1) for verdict in Verdict}


def rows(visitors: int = VISITORS) -> Iterator[Row]:
    """Yield a row for each size of a pixel."""
    for mm_per_px, (model, _) in SIZES.items():
        seen = screened(mm_per_px, visitors)
        share = Share(sum(one.inside for one in seen), len(seen))
        wide_c = 2.0 * float(np.median([one.standard_c for one in seen]))
        healthy = told(seen, HEALTHY_C, CLINICAL_THRESHOLD_C)
        fever = told(seen, FEVER_C, CLINICAL_THRESHOLD_C)
        yield Row(
            f"coverage_clinical_spread_{mm_per_px:g}",
            f"coverage with clinical spread of hot spots, {mm_per_px:g} mm/px ({model}, shape "
            "learnt): truth inside the interval (k = 2); what healthy people and people with fever "
            f"are told at {CLINICAL_THRESHOLD_C} deg C",
            f"{share}, U {wide_c:.2f} deg C; healthy: clear {healthy[Verdict.CLEAR]:.0%}, "
            f"recheck {healthy[Verdict.RECHECK]:.0%}, elevated {healthy[Verdict.ELEVATED]:.1%}; "
            f"fever: clear {fever[Verdict.CLEAR]:.1%}",
            {
                "share": share.value,
                "low": share.low,
                "high": share.high,
                "visitors": share.total,
                "expanded_c": wide_c,
                "recheck": healthy[Verdict.RECHECK],
                "fever_cleared": fever[Verdict.CLEAR],
            },
            "93-97 %, or its interval holds 95 %", "", "nobody states one",
            met=0.93 <= share.value <= 0.97 or share.low <= 0.95 <= share.high,
        )  # fmt: skip
