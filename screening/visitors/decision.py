"""Skin temperature and its uncertainty to a verdict: doubt is never *clear*."""

from dataclasses import dataclass
from typing import Final

from screening.result import Reason, Verdict
from screening.settings import Settings

UNCERTAIN_C: Final = 0.75  # a standard uncertainty with which nobody is cleared
HOTTEST_SKIN_C: Final = 42.0  # nobody who walks in has warmer skin: it is a lamp, a cup, a fault

Ruling = tuple[Verdict, tuple[Reason, ...]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict rests on.

    Attributes
    ----------
    skin_c, standard_c
        Site-corrected skin temperature and its combined standard uncertainty.
    doubts
        What speaks against clearing this visitor whatever the temperature.
    excess
        How far above the running population, in standard deviations; None: not known.
    """

    skin_c: float
    standard_c: float
    doubts: tuple[Reason, ...] = ()
    excess: float | None = None


def decide(evidence: Evidence, settings: Settings) -> Ruling:
    """Return the verdict on one measured visitor, and why.

    Examples
    --------
    >>> settings = Settings()  # threshold 37.5, guard band of one standard uncertainty
    >>> for skin_c in (123.9, 38.2, 37.4, 35.9, 33.0):
    ...     verdict, reasons = decide(Evidence(skin_c, 0.15), settings)
    ...     print(verdict.value, *(reason.value for reason in reasons))
    recheck too_hot
    elevated above_threshold
    recheck near_threshold
    clear
    recheck too_cold
    """
    if Reason.SUN_WARMED in evidence.doubts:  # no number of such a face means anything
        return Verdict.NO_RESULT, (Reason.SUN_WARMED,)
    decision = settings.decision
    relative = (Reason.RELATIVE_MODE,) if not settings.references else ()
    doubts = (*evidence.doubts, *relative)
    above = evidence.skin_c - decision.threshold_c
    guard_c = decision.guard_k * evidence.standard_c
    if evidence.skin_c > HOTTEST_SKIN_C:
        return Verdict.RECHECK, (Reason.TOO_HOT, *doubts)
    if above >= guard_c and not relative:
        return Verdict.ELEVATED, (Reason.ABOVE_THRESHOLD, *doubts)
    if (
        (decision.relative or relative)
        and evidence.excess is not None
        and evidence.excess >= decision.relative_sd
    ):
        return Verdict.ELEVATED, (Reason.ABOVE_POPULATION, *doubts)
    against = _against_clear(evidence, settings, above, guard_c)
    if against or evidence.doubts:
        return Verdict.RECHECK, (*against, *doubts)
    return Verdict.CLEAR, relative


def _against_clear(
    evidence: Evidence, settings: Settings, above_c: float, guard_c: float
) -> tuple[Reason, ...]:
    """Return what in the numbers speaks against *clear*."""
    if not settings.references:
        # the scale is unknown: only the others say what is usual
        return () if evidence.excess is not None else (Reason.UNCERTAIN,)
    if evidence.skin_c < settings.limits.plausible_skin_c:
        return (Reason.TOO_COLD,)
    if above_c >= -guard_c:
        return (Reason.NEAR_THRESHOLD,)
    if evidence.standard_c > UNCERTAIN_C:
        return (Reason.UNCERTAIN,)
    return ()
