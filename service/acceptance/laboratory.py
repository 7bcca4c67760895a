"""Warm-up, stability and drift, uniformity, resolution: what is tried with a plate and patience.

The procedures are those of Ghassemi et al. 2018 (PLoS ONE 13(9) e0203302), with the numbers of
`requirements`.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean
from typing import Final

from service.acceptance.arithmetic import line, scatter
from service.acceptance.budget import Distribution, Kind, Source, combine
from service.acceptance.requirements import TABLE
from service.acceptance.rule import conclude, figure
from service.acceptance.series import AtPlace, Resolution, Stability, Uniformity, WarmUp
from service.acceptance.student import coverage_factor
from service.acceptance.verdict import ChapterVerdict, Figure
from service.acceptance.words import Chapter, Conformity, Finding, Place

WINDOW_S: Final = 600.0  # in which a warm sensor changes
STABLE_C: Final = 0.1  # by no more than this
MIN_IN_WINDOW: Final = 20
WATCHED_S: Final = 1800.0  # at one set point
MIN_READINGS: Final = 60
MIN_AT_PLACE: Final = 3
SEEN: Final = 0.5  # share of the looks at which a contrast counts as resolved
FOOTPRINT_U: Final = 0.1  # relative standard uncertainty of what is left of a contrast
_NO_U_C: Final = 1e-4  # a scatter of nothing still has the rounding of the numbers


def stable_since(times_s: Sequence[float], own_c: Sequence[float]) -> float | None:
    """Return when a sensor became stable, by the rule of the warm-up; None: not yet.

    Stable is the beginning of the first ten minutes in which the fitted line changes by no more
    than 0.1 deg C, its expanded uncertainty added, and which all later ten minutes follow in that.
    """
    since: float | None = None
    for first, start in enumerate(times_s):
        if times_s[-1] - start < WINDOW_S:
            break
        inside = [i for i in range(first, len(times_s)) if times_s[i] - start <= WINDOW_S]
        if len(inside) < MIN_IN_WINDOW:
            since = None
            continue
        fit = line([times_s[i] for i in inside], [own_c[i] for i in inside])
        changes = WINDOW_S * (abs(fit.slope) + coverage_factor(fit.dof) * fit.slope_u)
        if changes > STABLE_C:
            since = None
        elif since is None:
            since = start
    return since


def warm_up(series: WarmUp) -> ChapterVerdict:
    """How long after it was switched on the sensor became stable."""
    times, own = series.times_s, series.own_c
    rows, columns = zip(times, own, strict=True), ("time_s", "own_c")
    lasted = times[-1] if times else 0.0
    since = stable_since(times, own)
    interval = max((b - a for a, b in pairwise(times)), default=None)
    changed = [figure("warm_up_change_c", own[-1] - own[0], requirement="")] if own else []
    if since is not None:
        took = figure("warm_up_s", since, interval)
        slow = [] if took.conformity is Conformity.CONFORMS else [Finding.SLOW]
        return conclude(Chapter.WARM_UP, [took, *changed], slow, columns, rows)
    # not stable yet: it is a failure once it could not have become so in time any more
    late = lasted - WINDOW_S > TABLE["warm_up_s"].limit + (interval or 0.0)
    if late:
        until = figure("warm_up_s", lasted - WINDOW_S, interval)
        return conclude(Chapter.WARM_UP, [until, *changed], [Finding.NOT_STABLE], columns, rows)
    missing = [Finding.TOO_SHORT, *([Finding.NOT_STABLE] if lasted > WINDOW_S else [])]
    return conclude(Chapter.WARM_UP, changed, missing, columns, rows)


def stability(series: Stability) -> ChapterVerdict:
    """Drift over the series (line times its length) and scatter about it (two standard deviations).

    Their sum is held against the requirement. A series with the correction held shows conformity
    where there is any, and no lack of it: the reference would take out what it shows.
    """
    times, shown = series.times_s, series.shown_c
    columns, rows = ("time_s", "shown_c"), zip(times, shown, strict=True)
    lasted = times[-1] - times[0] if times else 0.0
    if len(times) < MIN_READINGS or lasted < WATCHED_S:
        few = [Finding.TOO_FEW] if len(times) < MIN_READINGS else []
        short = [Finding.TOO_SHORT] if lasted < WATCHED_S else []
        return conclude(Chapter.STABILITY, (), [*few, *short], columns, rows)
    fit = line(times, shown)
    k = coverage_factor(fit.dof)
    drift_c, drift_u = fit.slope * lasted, k * fit.slope_u * lasted
    steady_c = 2.0 * fit.residual
    both = figure("stability_drift_c", abs(drift_c) + steady_c, drift_u, k)
    findings = [Finding.STAND_IN] if series.held else []
    if both.conformity is not Conformity.CONFORMS:
        if series.held:
            both = Figure(both.name, both.value, drift_u, k, both.requirement, Conformity.NOT_SHOWN)
        findings.append(Finding.DRIFTS if abs(drift_c) >= steady_c else Finding.UNSTEADY)
    told = [
        figure("drift_c", drift_c, drift_u, k, requirement=""),
        figure("stability_c", steady_c, requirement=""),
    ]
    return conclude(Chapter.STABILITY, [both, *told], findings, columns, rows)


def uniformity(series: Uniformity) -> ChapterVerdict:
    """Largest difference of a place from the middle, the drift between its visits taken out."""
    columns = ("x_px", "y_px", "mean_c", "deviation_c", "expanded_c")
    middles = [i for i, at in enumerate(series.places) if at.place is Place.MIDDLE]
    seen = {at.place for at in series.places if len(at.shown_c) >= MIN_AT_PLACE}
    if len(middles) < 2 or seen != set(Place) or middles[-1] != len(series.places) - 1:
        so_far = [(at.x_px, at.y_px, _mean(at), None, None) for at in series.places]
        return conclude(Chapter.UNIFORMITY, (), [Finding.TOO_FEW], columns, so_far)
    first, last = series.places[middles[0]], series.places[middles[-1]]
    before_c, after_c = fmean(first.shown_c), fmean(last.shown_c)
    drift_c = after_c - before_c
    deviations = []
    for i, at in enumerate(series.places):
        part = (i - middles[0]) / (middles[-1] - middles[0])
        middle_c = before_c + part * drift_c
        table = combine(
            [
                _of_mean("at_place", at.shown_c),
                _of_mean("at_middle", (*first.shown_c, *(c - drift_c for c in last.shown_c))),
                Source(
                    "drift", 0.0, "degC", abs(drift_c) / 2, Kind.B, Distribution.RECTANGULAR, 1.0
                ),
            ]
        )
        deviations.append((fmean(at.shown_c) - middle_c, table.expanded_c, table.k))
    off_c, expanded, k = max(deviations, key=lambda each: abs(each[0]))
    worst = figure("uniformity_c", abs(off_c), expanded, k)
    rows = [
        (at.x_px, at.y_px, fmean(at.shown_c), off, u)
        for at, (off, u, _) in zip(series.places, deviations, strict=True)
    ]
    findings = [] if worst.conformity is Conformity.CONFORMS else [Finding.NON_UNIFORM]
    moved = figure("middle_drift_c", drift_c, requirement="")
    return conclude(Chapter.UNIFORMITY, [worst, moved], findings, columns, rows)


def resolution(series: Resolution) -> ChapterVerdict:
    """MRTD, the least contrast that is seen half of the time; or NETD over the footprint's share.

    The stand-in says what noise does to the contrast that pixels leave of a spot as large as a
    canthus. It is no MRTD, and is named as what it is.
    """
    if series.contrasts:
        return _mrtd(series)
    rows = [(float(i), each) for i, each in enumerate(series.netd_k)]
    columns, findings = ("block", "netd_k"), [Finding.STAND_IN]
    if len(series.netd_k) < MIN_AT_PLACE:
        return conclude(Chapter.RESOLUTION, (), [Finding.TOO_FEW, Finding.STAND_IN], columns, rows)
    netd_k = fmean(series.netd_k)
    share = min(max(series.footprint_share, 1e-3), 1.0)
    noise = _of_mean("netd", series.netd_k, "K", 1.0 / share)
    left = Source(
        "footprint",
        share,
        "1",
        FOOTPRINT_U * share * (1.0 - share),  # a share of one needs no knowledge of the spot
        Kind.B,
        Distribution.NORMAL,
        netd_k / share**2,
    )
    table = combine([noise, left])
    told = [
        figure("netd_k", netd_k, table.k * noise.half_width, table.k, requirement=""),
        figure("footprint_share", share, requirement=""),
    ]
    both = figure("mrtd_stand_in_k", netd_k / share, table.expanded_c, table.k)
    if both.conformity is not Conformity.CONFORMS:
        findings.append(Finding.NOISY)
    return conclude(Chapter.RESOLUTION, [both, *told], findings, columns, rows)


def _mrtd(series: Resolution) -> ChapterVerdict:
    looks = sorted(series.contrasts, key=lambda each: each.contrast_k)
    columns = ("contrast_k", "seen", "of")
    rows = [(each.contrast_k, float(each.seen), float(each.of)) for each in looks]
    if len(looks) < MIN_AT_PLACE or any(each.of < 1 for each in looks):
        return conclude(Chapter.RESOLUTION, (), [Finding.TOO_FEW], columns, rows)
    # from the largest contrast down to the first that is not seen
    least: float | None = None
    below = 0.0
    for each in reversed(looks):
        if each.seen / each.of < SEEN:
            below = each.contrast_k
            break
        least = each.contrast_k
    if least is None:  # not even the largest: it is more than that
        least, below = looks[-1].contrast_k * 2.0, looks[-1].contrast_k
    mrtd = figure("mrtd_k", (least + below) / 2.0, (least - below) / 2.0)
    findings = [] if mrtd.conformity is Conformity.CONFORMS else [Finding.NOISY]
    return conclude(Chapter.RESOLUTION, [mrtd], findings, columns, rows)


def _of_mean(
    name: str, values: Sequence[float], unit: str = "degC", sensitivity: float = 1.0
) -> Source:
    """Return the scatter of a mean as a source (type A)."""
    u = max(scatter(values), _NO_U_C) / len(values) ** 0.5
    return Source(
        name,
        fmean(values),
        unit,
        u,
        Kind.A,
        Distribution.NORMAL,
        sensitivity,
        float(max(1, len(values) - 1)),
    )


def _mean(at: AtPlace) -> float | None:
    return fmean(at.shown_c) if at.shown_c else None
