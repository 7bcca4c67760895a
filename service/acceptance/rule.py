"""The decision rule: a guard band as wide as the expanded uncertainty.

JCGM 106:2012 and ILAC-G8:09/2019 (guard band w = U), stated as ISO/IEC 17025:2017, 7.8.6 asks::

    |value| + U <= limit    conforms                   (at most 2.5 % of such statements are wrong)
    |value| - U >  limit    does not conform
    between the two         not shown to conform

A value without an uncertainty (a count, a setting) is compared as it is.
"""

from collections.abc import Iterable

from service.acceptance.requirements import TABLE
from service.acceptance.verdict import ChapterVerdict, Figure
from service.acceptance.words import Chapter, Conformity, Finding

_ROUNDING = 1e-9


def judge(value: float, expanded: float, limit: float, *, at_least: bool = False) -> Conformity:
    """Say how a value stands to its limit.

    Parameters
    ----------
    value, expanded, limit
        Measured value, its expanded uncertainty and the limit, in one unit.
    at_least
        The limit is the smallest value that conforms, and not the largest amount.

    Examples
    --------
    >>> [judge(value, 0.2, 0.5).value for value in (-0.3, 0.31, 0.7, -0.71)]
    ['conforms', 'not_shown', 'not_shown', 'does_not_conform']
    """
    excess = limit - value if at_least else abs(value) - limit
    if excess + expanded <= _ROUNDING:
        return Conformity.CONFORMS
    return Conformity.DOES_NOT_CONFORM if excess > expanded + _ROUNDING else Conformity.NOT_SHOWN


def figure(
    name: str,
    value: float | None,
    expanded: float | None = None,
    k: float | None = None,
    *,
    requirement: str | None = None,
) -> Figure:
    """Return a figure, judged by the requirement of its name, or by that which is given.

    An empty `requirement` says that nothing is required of it.
    """
    against = name if requirement is None else requirement
    if value is None:
        return Figure(name, None, expanded, k, against)
    if not against:
        return Figure(name, value, expanded, k)
    row = TABLE[against]
    found = judge(value, expanded or 0.0, row.limit, at_least=row.at_least)
    return Figure(name, value, expanded, k, against, found)


_WORST = (
    Conformity.DOES_NOT_CONFORM,
    Conformity.NOT_MEASURED,
    Conformity.NOT_SHOWN,
    Conformity.CONFORMS,
)


def worst(each: Iterable[Conformity]) -> Conformity:
    """Return the worst; nothing at all is not measured."""
    return min(each, key=_WORST.index, default=Conformity.NOT_MEASURED)


_UNFINISHED = {Finding.TOO_FEW, Finding.TOO_SHORT}
_LIMITED = {Finding.ONE_SET_POINT, Finding.NARROW_RANGE}


def conclude(
    chapter: Chapter,
    figures: Iterable[Figure],
    findings: Iterable[Finding] = (),
    columns: tuple[str, ...] = (),
    rows: Iterable[tuple[float | None, ...]] = (),
) -> ChapterVerdict:
    """Return the verdict on a chapter: the worst of its figures of which something is required.

    A series that is not whole is not measured, whatever its figures are by now; what was tried at
    one place of a range only is at best not shown to conform for the whole of it.
    """
    figures, findings = tuple(figures), tuple(dict.fromkeys(findings))
    found = worst(one.conformity for one in figures if one.requirement)
    if _UNFINISHED & set(findings):
        found = Conformity.NOT_MEASURED
    elif _LIMITED & set(findings) and found is Conformity.CONFORMS:
        found = Conformity.NOT_SHOWN
    return ChapterVerdict(chapter, found, figures, findings, columns, tuple(rows))


def acceptable(chapters: Iterable[ChapterVerdict]) -> bool:
    """Say whether people may accept a station: everything was tried, and nothing failed.

    *Not shown to conform* is allowed: with one plate that cannot be set, much cannot be shown. The
    record says so at each of its chapters, and whoever signs has read it.
    """
    barred = {Conformity.NOT_MEASURED, Conformity.DOES_NOT_CONFORM}
    found = {one.conformity for one in chapters}
    return bool(found) and not barred & found
