"""Whether a station is accepted, as its processes tell one another: words of closed lists, days."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """Why a station is not accepted; the screens have one sentence for each, per language."""

    NEVER = "never"  # nobody has accepted it yet
    SENSOR = "sensor"  # another sensor than the accepted one
    FIRMWARE = "firmware"  # the sensor's own program is another one
    LENS = "lens"  # another lens, or the shape of its picture was learnt anew
    PLACE = "place"  # distances, or where the reference stands in the picture
    REFERENCE = "reference"  # set point, emissivity, uncertainty, or how many there are
    CODE = "code"  # the program that measures
    EXPIRED = "expired"  # its time is over
    REFERENCE_DUE = "reference_due"  # the reference is to be calibrated anew
    ENDED = "ended"  # an admin ended it: something was moved
    DRIFT = "drift"  # the drift watch is past its limits
    DAMAGED = "damaged"  # the file that says so cannot be read
    CLOCK = "clock"  # the clock is before the day on which it was accepted
    REVIEW = "review"  # nobody has said in time that screening is still needed


@dataclass(frozen=True, slots=True)
class ShownAcceptance:
    """How the station stands, as screens show it.

    Attributes
    ----------
    causes
        Why it is not accepted; empty: it is.
    screens
        Whether people may be screened: it is accepted, or the setting lets it.
    until
        Last day on which the acceptance holds; None while there is none.
    days_left
        Until that day, when there are few; else None.
    drift_warns
        The drift watch is near its limits.
    review_left
        Days until the next review of necessity, when they are few; negative: it is late.
    """

    causes: tuple[Cause, ...] = (Cause.NEVER,)
    screens: bool = False
    until: date | None = None
    days_left: int | None = None
    drift_warns: bool = False
    review_left: int | None = None

    @property
    def accepted(self) -> bool:
        """Whether nothing stands against it."""
        return not self.causes


UNKNOWN: Final = ShownAcceptance()
