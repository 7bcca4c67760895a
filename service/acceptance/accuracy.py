"""Laboratory accuracy: what is shown at set points of a source that is known, with uncertainty.

One set point says an offset; three (34, 37, 39 deg C) an offset and a slope; a sweep by 0.25 deg C
names what a camera does that does not tell the truth (`service.acceptance.sweep`).
"""

import math
from dataclasses import replace
from statistics import fmean
from typing import Final

from service.acceptance import sweep
from service.acceptance.arithmetic import line, radiance, scatter
from service.acceptance.budget import Budget, Distribution, Kind, Source, combine
from service.acceptance.requirements import TABLE
from service.acceptance.rule import conclude, figure
from service.acceptance.series import Accuracy, SetPoint
from service.acceptance.verdict import LIES, ChapterVerdict, Figure
from service.acceptance.words import Chapter, Conformity, Finding, Way

RANGE_C: Final = (34.0, 39.0)  # over which accuracy is required
_SLACK_C: Final = 0.25
_SAME_C: Final = 0.01
MIN_READINGS: Final = 3


def point_budget(point: SetPoint, series: Accuracy) -> Budget:
    """Return the uncertainty of the error at one set point."""
    e, u, mirrored = (
        series.target_emissivity,
        series.target_emissivity_u,
        radiance(series.reflected_c),
    )
    rise = radiance(point.set_c + 0.5) - radiance(point.set_c - 0.5)
    per_emissivity = (radiance(point.set_c) - mirrored) / (e * rise)
    count = len(point.shown_c)
    expanded, normal = Distribution.EXPANDED, Distribution.NORMAL
    return combine(
        [
            Source("set_point", point.set_c, "degC", point.set_u_c, Kind.B, expanded, -1.0),
            Source("target_emissivity", e, "1", u, Kind.B, normal, per_emissivity),
            Source("places", 0.0, "degC", series.places_u_c, Kind.B, normal, 1.0),
            Source(
                "scatter",
                fmean(point.shown_c),
                "degC",
                max(scatter(point.shown_c), 1e-4) / count**0.5,
                Kind.A,
                normal,
                1.0,
                float(max(1, count - 1)),
            ),
        ]
    )


def accuracy(series: Accuracy) -> ChapterVerdict:
    """Errors at the set points, slope, monotonicity, hysteresis, and what is wrong by name."""
    columns = ("set_c", "up", "shown_c", "error_c", "expanded_c")
    whole = [point for point in series.points if len(point.shown_c) >= MIN_READINGS]
    if not whole:
        return conclude(Chapter.ACCURACY, (), [Finding.TOO_FEW], columns)
    if not series.corrected:
        # the scale of a camera without a reference may lie anywhere: only its slope is asked for
        offset = fmean(fmean(p.shown_c) - p.set_c for p in whole)
        whole = [replace(p, shown_c=tuple(c - offset for c in p.shown_c)) for p in whole]
    errors = [(fmean(p.shown_c) - p.set_c, point_budget(p, series)) for p in whole]
    rows = [
        (p.set_c, 1.0 if p.way is Way.UP else 0.0, fmean(p.shown_c), error, table.expanded_c)
        for p, (error, table) in zip(whole, errors, strict=True)
    ]
    error, table = max(errors, key=lambda each: abs(each[0]))
    largest = figure("largest_error_c", error, table.expanded_c, table.k)
    figures, findings = [largest], _range(whole)
    mean_c = fmean(each for each, _ in errors)
    figures.append(figure("mean_error_c", mean_c, requirement=""))
    figures.append(figure("set_points", float(len(whole)), requirement=""))
    if Finding.ONE_SET_POINT not in findings:
        sloping, named = _slope(whole, series)
        figures += sloping
        findings += named
    turned, back = _hysteresis(whole)
    figures += turned
    findings += back
    if largest.conformity is not Conformity.CONFORMS and not set(findings) & LIES:
        # all wrong by the same: not the slope, but the scale, and whoever gave it
        findings.append(Finding.OFFSET)
    return conclude(Chapter.ACCURACY, figures, findings, columns, rows)


def _range(points: list[SetPoint]) -> list[Finding]:
    low, high = min(p.set_c for p in points), max(p.set_c for p in points)
    if high - low < 1.0:
        return [Finding.ONE_SET_POINT]
    covered = low <= RANGE_C[0] + _SLACK_C and high >= RANGE_C[1] - _SLACK_C
    return [] if covered else [Finding.NARROW_RANGE]


def _slope(points: list[SetPoint], series: Accuracy) -> tuple[list[Figure], list[Finding]]:
    """Return slope and monotonicity, and the lie by name where the slope does not conform."""
    true = [p.set_c for p in points]
    shown = [fmean(p.shown_c) for p in points]
    span = max(true) - min(true)
    per_emissivity = point_budget(points[0], replace(series, places_u_c=0.0)).lines[1]
    fit = line(true, shown) if len(points) > 2 else None
    slope = fit.slope if fit else (shown[-1] - shown[0]) / (true[-1] - true[0])
    scale = max(p.set_u_c for p in points)
    sources = [
        # what a paper leaves open may differ between the ends of the range, and then it is slope
        Source("set_point", 0.0, "degC", scale / 2.0, Kind.B, Distribution.EXPANDED, 1.0 / span),
        Source(
            "target_emissivity",
            series.target_emissivity,
            "1",
            per_emissivity.standard,
            Kind.B,
            Distribution.NORMAL,
            1.0 / series.target_emissivity,
        ),
    ]
    if fit and fit.slope_u > 0.0:
        sources.append(
            Source(
                "scatter",
                slope,
                "1",
                fit.slope_u,
                Kind.A,
                Distribution.NORMAL,
                1.0,
                float(fit.dof),
            )
        )
    table = combine(sources)
    found = figure("slope_error", slope - 1.0, table.expanded_c, table.k)
    figures = [figure("slope", slope, table.expanded_c, table.k, requirement=""), found]
    findings: list[Finding] = []
    try:
        judged = sweep.judge(true, shown)
    except ValueError:
        judged = None  # three set points are no sweep
    if judged is None:
        # a slope that is right within a wide uncertainty is not shown, and not wrong
        if abs(slope - 1.0) > TABLE["slope_error"].limit:
            findings.append(Finding.WRONG_SLOPE)
        return figures, findings
    figures.append(figure("least_slope", judged.least_slope, requirement=""))
    figures.append(figure("falls_c", judged.falls_c, requirement=""))
    if judged.limit_c is not None:
        figures.append(figure("clips_at_c", judged.limit_c, requirement=""))
    if judged.emissivity is not None and found.conformity is not Conformity.CONFORMS:
        figures.append(figure("emissivity_set", judged.emissivity, requirement=""))
    serious = judged.finding in {Finding.NORMALISES, Finding.CLIPS}
    if judged.finding and (serious or found.conformity is not Conformity.CONFORMS):
        findings.append(judged.finding)
        if serious and found.conformity is not Conformity.DOES_NOT_CONFORM:
            # the slope over the whole range may look right where it is not in a part of it
            figures[1] = figure("slope_error", judged.least_slope - 1.0, table.expanded_c, table.k)
    if judged.falls_c > 2.0 * max(scatter(p.shown_c) for p in points) + 0.05:
        findings.append(Finding.NOT_MONOTONIC)
    return figures, findings


def _hysteresis(points: list[SetPoint]) -> tuple[list[Figure], list[Finding]]:
    """Return the largest difference between the two ways to one set point.

    A loop that ends where it began says by how much the readings drifted meanwhile; that is told,
    and taken out in proportion to the visits, since a drift is another chapter's.
    """
    closes = len(points) > 2 and abs(points[0].set_c - points[-1].set_c) < _SAME_C
    drift_c = fmean(points[-1].shown_c) - fmean(points[0].shown_c) if closes else 0.0
    ways: dict[float, dict[Way, tuple[float, float]]] = {}
    for i, point in enumerate(points):
        mean = fmean(point.shown_c) - drift_c * i / max(1, len(points) - 1)
        u = max(scatter(point.shown_c), 1e-4) / len(point.shown_c) ** 0.5
        ways.setdefault(round(point.set_c, 2), {})[point.way] = (mean, u)
    found = [
        (both[Way.UP][0] - both[Way.DOWN][0], 2.0 * math.hypot(both[Way.UP][1], both[Way.DOWN][1]))
        for both in ways.values()
        if len(both) == len(Way)
    ]
    if not found:
        return [], []
    largest, expanded = max(found, key=lambda each: abs(each[0]))
    figures = [figure("hysteresis_c", largest, expanded, 2.0)]
    if closes:
        figures.append(figure("sweep_drift_c", drift_c, requirement=""))
    conforms = figures[0].conformity is Conformity.CONFORMS
    return figures, [] if conforms else [Finding.HYSTERESIS]
