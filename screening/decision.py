"""Skin temperature and its uncertainty to a verdict: doubt is never *clear*."""

from screening.result import Reason, Verdict
from screening.settings import Decision, Limits

UNCERTAIN_C = 0.5  # a standard uncertainty with which nobody should be cleared


def decide(
    skin_c: float,
    standard_c: float,
    doubtful: tuple[Reason, ...],
    decision: Decision,
    limits: Limits,
) -> tuple[Verdict, tuple[Reason, ...]]:
    """Return the verdict on one measured visitor, and why.

    Parameters
    ----------
    skin_c
        Site-corrected skin temperature.
    standard_c
        Its combined standard uncertainty.
    doubtful
        What speaks against clearing this visitor whatever the temperature.

    Examples
    --------
    >>> decide(38.2, 0.15, (), Decision(threshold_c=37.5), Limits())[0].value
    'elevated'
    >>> decide(37.4, 0.15, (), Decision(threshold_c=37.5), Limits())
    (<Verdict.RECHECK: 'recheck'>, (<Reason.NEAR_THRESHOLD: 'near_threshold'>,))
    >>> decide(35.9, 0.15, (), Decision(threshold_c=37.5), Limits())
    (<Verdict.CLEAR: 'clear'>, ())
    """
    guard_c = decision.guard_k * standard_c
    if skin_c >= decision.threshold_c + guard_c:
        return Verdict.ELEVATED, (Reason.ABOVE_THRESHOLD, *doubtful)
    if skin_c < limits.plausible_skin_c:
        return Verdict.RECHECK, (Reason.TOO_COLD, *doubtful)
    if skin_c >= decision.threshold_c - guard_c:
        near = abs(skin_c - decision.threshold_c) <= standard_c or guard_c < UNCERTAIN_C
        return Verdict.RECHECK, (Reason.NEAR_THRESHOLD if near else Reason.UNCERTAIN, *doubtful)
    if standard_c > UNCERTAIN_C:
        return Verdict.RECHECK, (Reason.UNCERTAIN, *doubtful)
    if doubtful:
        return Verdict.RECHECK, doubtful
    return Verdict.CLEAR, ()
