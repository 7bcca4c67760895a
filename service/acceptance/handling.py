"""Threshold, alarm, not functioning, and people: what is tried with hands, ears and a clock."""

from itertools import pairwise
from statistics import fmean
from typing import Final

from service.acceptance.arithmetic import scatter
from service.acceptance.rule import conclude, figure
from service.acceptance.series import Alarms, NotFunctioning, People, Threshold
from service.acceptance.student import coverage_factor
from service.acceptance.verdict import ChapterVerdict
from service.acceptance.words import Chapter, Conformity, Finding, Trial

NEVER_S: Final = 30.0  # what was not shown by then is written as this
MIN_ALARMS: Final = 3
MIN_TRIED: Final = 2  # thresholds at which the switching was tried
MIN_PEOPLE: Final = 10
NEEDED: Final = (Trial.REFERENCE_COVERED, Trial.SENSOR_UNPLUGGED, Trial.LENS_COVERED)


def threshold(series: Threshold) -> ChapterVerdict:
    """Range and steps in which the threshold can be set, and whether the station obeys it.

    Readings are the station's own: a camera that reads wrong is another chapter's.
    """
    columns = ("threshold_c", "guard_c", "not_elevated_c", "elevated_c")
    rows = [(s.threshold_c, s.guard_c, s.not_elevated_c, s.elevated_c) for s in series.switches]
    levels = sorted({round(s.threshold_c, 3) for s in series.switches})
    tried = [
        (s.threshold_c + s.guard_c, s.not_elevated_c, s.elevated_c)
        for s in series.switches
        if s.not_elevated_c is not None and s.elevated_c is not None
    ]
    if len(levels) < 2 or len(tried) < MIN_TRIED:
        return conclude(Chapter.THRESHOLD, (), [Finding.TOO_FEW], columns, rows)
    step = max(b - a for a, b in pairwise(levels))
    errors = [((low + high) / 2.0 - at, abs(high - low) / 2.0) for at, low, high in tried]
    error, half = max(errors, key=lambda each: abs(each[0]))
    steps = figure("threshold_step_c", step)
    low = figure("threshold_low_c", levels[0])
    high = figure("threshold_high_c", levels[-1])
    switching = figure("switching_error_c", error, half)
    findings = []
    if steps.conformity is not Conformity.CONFORMS:
        findings.append(Finding.COARSE_STEPS)
    if {low.conformity, high.conformity} != {Conformity.CONFORMS}:
        findings.append(Finding.NARROW_RANGE)
    if switching.conformity is not Conformity.CONFORMS or any(a > b for _, a, b in tried):
        findings.append(Finding.NOT_OBEYED)
    return conclude(Chapter.THRESHOLD, [steps, low, high, switching], findings, columns, rows)


def alarm(series: Alarms) -> ChapterVerdict:
    """Slowest alarm, and how many were not heard at the guard's place."""
    columns = ("shown_after_s", "heard", "level_dba")
    rows = [(a.shown_after_s, 1.0 if a.heard else 0.0, a.level_dba) for a in series.alarms]
    if len(series.alarms) < MIN_ALARMS:
        return conclude(Chapter.ALARM, (), [Finding.TOO_FEW], columns, rows)
    slowest = figure("alarm_s", max(_seconds(a.shown_after_s) for a in series.alarms))
    unheard = figure("unheard", float(sum(not a.heard for a in series.alarms)))
    levels = [a.level_dba for a in series.alarms if a.level_dba is not None]
    quietest = [figure("quietest_dba", min(levels), requirement="")] if levels else []
    findings = []
    if slowest.conformity is not Conformity.CONFORMS:
        findings.append(Finding.SLOW)
    if unheard.conformity is not Conformity.CONFORMS:
        findings.append(Finding.NOT_HEARD)
    return conclude(Chapter.ALARM, [slowest, unheard, *quietest], findings, columns, rows)


def not_functioning(series: NotFunctioning) -> ChapterVerdict:
    """Slowest *not screening*, and how many faults were never shown."""
    columns = ("trial", "shown_after_s")
    order = list(Trial)
    rows = [(float(order.index(one.trial)), one.shown_after_s) for one in series.tried]
    if not set(NEEDED) <= {one.trial for one in series.tried}:
        return conclude(Chapter.NOT_FUNCTIONING, (), [Finding.TOO_FEW], columns, rows)
    slowest = figure("not_functioning_s", max(_seconds(one.shown_after_s) for one in series.tried))
    silent = figure("not_indicated", float(sum(one.shown_after_s is None for one in series.tried)))
    findings = []
    if silent.conformity is not Conformity.CONFORMS:
        findings.append(Finding.NOT_SHOWN)
    elif slowest.conformity is not Conformity.CONFORMS:
        findings.append(Finding.SLOW)
    return conclude(Chapter.NOT_FUNCTIONING, [slowest, silent], findings, columns, rows)


def people(series: People) -> ChapterVerdict:
    """Scatter between people of station minus clinical thermometer, and between two operators.

    The mean difference is told and not judged: skin is colder than the body, by how much is the
    site's affair and the threshold's.
    """
    columns = ("first_c", "second_c", "mean_c")
    rows = [(p.first_c, p.second_c, (p.first_c + p.second_c) / 2.0) for p in series.people]
    count = len(rows)
    if count < MIN_PEOPLE:
        return conclude(Chapter.PEOPLE, (), [Finding.TOO_FEW], columns, rows)
    k = coverage_factor(count - 1.0)
    means = [row[2] for row in rows]
    between = [first - second for first, second, _ in rows]
    sd, operators = scatter(means), fmean(between)
    spread = figure("people_scatter_c", sd, k * sd / (2.0 * (count - 1)) ** 0.5, k)
    two = figure("operators_c", operators, k * scatter(between) / count**0.5, k)
    told = [
        figure("mean_difference_c", fmean(means), k * sd / count**0.5, k, requirement=""),
        figure("people", float(count), requirement=""),
    ]
    findings = []
    if spread.conformity is not Conformity.CONFORMS:
        findings.append(Finding.SCATTERED)
    if two.conformity is not Conformity.CONFORMS:
        findings.append(Finding.OPERATORS_DIFFER)
    return conclude(Chapter.PEOPLE, [spread, two, *told], findings, columns, rows)


def _seconds(after: float | None) -> float:
    return NEVER_S if after is None else after
