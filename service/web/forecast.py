"""What a threshold would do to 1,000 visitors, told before it is saved.

A normal distribution of skin temperatures, as our own fit to "Facial and oral temperature data from
a large set of human subject volunteers" (PhysioNet, doi 10.13026/3bhc-9065, CC0 1.0): 497 people
with an oral temperature below 37.5 deg C and 19 with 38.0 deg C or more, two cameras, three rounds.
It is a forecast for people at rest indoors, and no promise: another hall has other people
(`limen threshold fit` makes a threshold of one's own table, with intervals). The mean of the
afebrile moves with the room by 0.096 deg C per kelvin.
"""

import math
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from screening.settings import Site
from service.ipc.settings import StationSettings

STANDARD_C: Final = 0.25  # of a reading at 1.3 mm per pixel (`limen budget`)
AMBIENT_C: Final = 24.0  # that the means below are for
PER_AMBIENT: Final = 0.096
VISITORS: Final = 1000
ILL: Final = 100


@dataclass(frozen=True, slots=True)
class _People:
    """Mean and spread of a group's skin temperature, deg C."""

    mean_c: float
    sd_c: float

    def at_or_above(self, limit_c: float) -> float:
        """Return the share that reads at or above a limit, with the reading's own uncertainty."""
        sd_c = math.hypot(self.sd_c, STANDARD_C)
        return 0.5 * math.erfc((limit_c - self.mean_c) / sd_c / math.sqrt(2.0))


_WELL: Final = {
    Site.CANTHUS: _People(35.50, 0.41),
    Site.FACE_MAXIMUM: _People(35.71, 0.40),
}
_ILL: Final = {
    Site.CANTHUS: _People(37.32, 0.56),
    Site.FACE_MAXIMUM: _People(37.50, 0.55),
}


class Forecast(BaseModel):
    """What settings would do to visitors, in whole people.

    Attributes
    ----------
    alarms, again
        Of 1,000 visitors without a raised temperature: alarms, and *measure again*.
    found, again_ill, cleared
        Of 100 whose clinical thermometer says 38.0 deg C or more.
    """

    alarms: int
    again: int
    found: int
    again_ill: int
    cleared: int


def forecast(settings: StationSettings) -> Forecast:
    """Return what settings would do.

    Examples
    --------
    The threshold that clinical data give, and one that is a body temperature:

    >>> from service.ipc.settings import DecisionSettings
    >>> for threshold_c in (36.4, 37.5):
    ...     decision = DecisionSettings(threshold_c=threshold_c, site=Site.CANTHUS)
    ...     print(forecast(StationSettings(decision=decision)))
    alarms=3 again=37 found=86 again_ill=11 cleared=3
    alarms=0 again=0 found=24 again_ill=31 cleared=45
    """
    decision = settings.decision
    site = Site.FACE_MAXIMUM if decision.site is Site.FACE_MAXIMUM else Site.CANTHUS
    guard_c = decision.guard_k * STANDARD_C
    warm_c = PER_AMBIENT * (settings.scene.ambient_temp_c - AMBIENT_C)
    well = _People(_WELL[site].mean_c + warm_c, _WELL[site].sd_c)
    ill = _ILL[site]
    high, low = decision.threshold_c + guard_c, decision.threshold_c - guard_c
    alarms = well.at_or_above(high)
    found = round(ILL * ill.at_or_above(high))
    cleared = round(ILL * (1.0 - ill.at_or_above(low)))
    return Forecast(
        alarms=round(VISITORS * alarms),
        again=round(VISITORS * (well.at_or_above(low) - alarms)),
        found=found,
        again_ill=max(0, ILL - found - cleared),
        cleared=cleared,
    )
