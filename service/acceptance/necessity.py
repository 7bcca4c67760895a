"""What a station at this door will do in a day: alarms, how many of them wrong, how many missed.

Arithmetic of prevalence, sensitivity and specificity; nothing is smoothed or rounded in a
station's favour. The same sums stand in `service/web/static/necessity.js` for the live page, and a
test holds the two together.
"""

from dataclasses import dataclass
from typing import Final

from service.acceptance.errors import AcceptanceError


@dataclass(frozen=True, slots=True)
class Load:
    """A day at a door.

    Attributes
    ----------
    visitors_per_day
        Who are screened.
    prevalence
        Share of them who have a fever, 0 to 1.
    sensitivity, specificity
        Share of the febrile who alarm, and of the others who do not, 0 to 1.
    """

    visitors_per_day: float
    prevalence: float
    sensitivity: float
    specificity: float


@dataclass(frozen=True, slots=True)
class Expected:
    """What to expect of it, per day.

    Attributes
    ----------
    alarms, wrong, missed
        Alarms; those of them for people without a fever; people with a fever who pass.
    right_share
        Share of the alarms that is right (positive predictive value); None without any alarm.
    days_per_find
        Days until one febrile person is found; None when none ever is.
    """

    alarms: float
    wrong: float
    missed: float
    right_share: float | None
    days_per_find: float | None


def expected(load: Load) -> Expected:
    """Return what to expect.

    Raises
    ------
    AcceptanceError
        When a number makes no sense.

    Examples
    --------
    A thousand visitors, one in a thousand febrile, the pooled figures of Aggarwal et al. 2020:

    >>> day = expected(Load(1000, 0.001, 0.818, 0.923))
    >>> round(day.alarms), round(day.wrong), round(day.missed, 2), round(day.right_share, 3)
    (78, 77, 0.18, 0.011)
    """
    shares = (load.prevalence, load.sensitivity, load.specificity)
    if not 0 <= load.visitors_per_day <= 1e6 or not all(0.0 <= share <= 1.0 for share in shares):
        raise AcceptanceError(
            f"{load.visitors_per_day} visitors a day, shares {shares}: give 0 to a million, and"
            " shares between 0 and 1."
        )
    febrile = load.visitors_per_day * load.prevalence
    found = febrile * load.sensitivity
    wrong = (load.visitors_per_day - febrile) * (1.0 - load.specificity)
    alarms = found + wrong
    return Expected(
        alarms,
        wrong,
        febrile - found,
        found / alarms if alarms > 0.0 else None,
        1.0 / found if found > 0.0 else None,
    )


@dataclass(frozen=True, slots=True)
class Performance:
    """Sensitivity and specificity that somebody measured, with where it is published."""

    name: str
    sensitivity: float
    specificity: float
    source: str


@dataclass(frozen=True, slots=True)
class Prevalence:
    """A share of febrile visitors, with where it comes from."""

    name: str
    prevalence: float
    source: str


# The first is what a page starts with: pooled over studies, and no maker's own.
PERFORMANCES: Final = (
    Performance("aggarwal_2020", 0.818, 0.923, "Aggarwal et al. 2020, J Travel Med: meta-analysis"),
    Performance("nguyen_2010_optotherm", 0.91, 0.86, "Nguyen et al. 2010, EID 16(11): OptoTherm"),
    Performance("nguyen_2010_flir", 0.90, 0.80, "Nguyen et al. 2010, EID 16(11): FLIR A20M"),
    Performance("hkmj_2012", 0.77, 0.74, "HKMJ 2012, 18(4) suppl. 3: side of the face, 36 deg C"),
)
PREVALENCES: Final = (
    Prevalence("one_in_1000", 0.001, ""),
    Prevalence("bitar_2009", 0.01, "Bitar et al. 2009, Eurosurveillance 14(6): 1 %"),
    Prevalence(
        "cdc_2020", 9.0 / 776_044.0, "CDC, MMWR 69(45), 2020: 9 cases in 776,044 travellers"
    ),
)
