"""How a sensor's signal follows a blackbody's temperature, for sensors that send raw counts.

Two dialects of one equation are in use; they differ in the sign of the offset `O`.
"""

import math
from dataclasses import dataclass
from typing import Protocol

from screening.radiometry.planck import KELVIN_OFFSET


class Response(Protocol):
    """Signal of a sensor that looks at a blackbody, and back."""

    def signal(self, temp_c: float) -> float:
        """Return the signal for a blackbody at `temp_c`."""

    def temp_c(self, signal: float) -> float:
        """Return the temperature of the blackbody that gives `signal`."""


@dataclass(frozen=True, slots=True)
class Rbfo:
    """`S = R / (exp(B / T) - F) + O` (FLIR Ax5 GenICam ICD, document T559775, p. 14).

    Examples
    --------
    >>> lepton = Rbfo(r=395653.0, b=1428.0, f=1.0, o=156.0)
    >>> round(lepton.signal(36.5), 3), round(lepton.temp_c(4126.390), 3)
    (4126.39, 36.5)
    """

    r: float
    b: float
    f: float
    o: float

    def signal(self, temp_c: float) -> float:
        """Return counts for a blackbody at `temp_c`."""
        return self.r / (math.exp(self.b / (temp_c + KELVIN_OFFSET)) - self.f) + self.o

    def temp_c(self, signal: float) -> float:
        """Return the temperature of the blackbody that gives these counts."""
        return self.b / math.log(self.r / (signal - self.o) + self.f) - KELVIN_OFFSET


@dataclass(frozen=True, slots=True)
class FlirPlanck:
    """`S = R1 / (R2 (exp(B / T) - F)) - O`, the constants in the header of FLIR image files.

    Examples
    --------
    The camera of the R package Thermimage (Tattersall, doi 10.5281/zenodo.1069704) sees 23 deg C
    as 17994.06 counts.

    >>> camera = FlirPlanck(r1=21106.77, r2=0.012545258, b=1501.0, f=1.0, o=-7340.0)
    >>> round(camera.signal(23.0), 2)
    17994.06
    """

    r1: float
    r2: float
    b: float
    f: float
    o: float

    def signal(self, temp_c: float) -> float:
        """Return counts for a blackbody at `temp_c`."""
        exponential = math.exp(self.b / (temp_c + KELVIN_OFFSET))
        return self.r1 / (self.r2 * (exponential - self.f)) - self.o

    def temp_c(self, signal: float) -> float:
        """Return the temperature of the blackbody that gives these counts."""
        ratio = self.r1 / (self.r2 * (signal + self.o))
        return self.b / math.log(ratio + self.f) - KELVIN_OFFSET
