"""Radiance of a blackbody in the band a microbolometer sees, 8 to 14 um, and its inverse.

The exact integral is a short series; the station uses a table of it, which `numpy.interp` reads
both ways in a few microseconds with an error below 10 uK.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

KELVIN_OFFSET: Final = 273.15
BAND_UM: Final = (8.0, 14.0)
SECOND_RADIATION_CONSTANT_UM_K: Final = 14387.768775  # CODATA 2018, h c / k
STEFAN_BOLTZMANN: Final = 5.670374419e-8  # CODATA 2018, W m-2 K-4
_TERMS: Final = 40  # terms of the series; the 41st is below 1e-15 at 14 um and 250 deg C
_TABLE_C: Final = (-80.0, 200.0, 0.05)


def blackbody_fraction(lambda_t_um_k: ArrayLike) -> NDArray[np.float64]:
    """Return the share of a blackbody's exitance below a wavelength.

    `F(0 -> lambda T) = 15 / pi^4 * sum_n exp(-n x) / n * (x^3 + 3 x^2 / n + 6 x / n^2 + 6 / n^3)`
    with `x = c2 / (lambda T)` (Chang & Rhee, Int. Comm. Heat Mass Transfer 11(5):451, 1984).

    Parameters
    ----------
    lambda_t_um_k
        Wavelength times temperature in um K.

    Examples
    --------
    Table 12.2 of Incropera, Fundamentals of Heat and Mass Transfer: 2,000 um K -> 0.066728,
    4,000 um K -> 0.480877, 10,000 um K -> 0.914199.

    >>> [round(float(blackbody_fraction(x)), 4) for x in (2000, 4000, 10000)]
    [0.0667, 0.4809, 0.9142]
    """
    x = SECOND_RADIATION_CONSTANT_UM_K / np.asarray(lambda_t_um_k, dtype=np.float64)
    total = np.zeros_like(x)
    for n in range(1, _TERMS + 1):
        total += np.exp(-n * x) / n * (x**3 + 3 * x**2 / n + 6 * x / n**2 + 6 / n**3)
    return 15.0 / np.pi**4 * total


def exact_band_radiance(temp_c: ArrayLike) -> NDArray[np.float64]:
    """Return the radiance of a blackbody from 8 to 14 um in W m-2 sr-1, from the series.

    Examples
    --------
    Near skin temperature it grows with the 4.47th power of the absolute temperature.

    >>> low, high = exact_band_radiance([35.0, 36.0])
    >>> round(float(np.log(high / low) / np.log(309.15 / 308.15)), 2)
    4.47
    """
    kelvin = np.asarray(temp_c, dtype=np.float64) + KELVIN_OFFSET
    share = blackbody_fraction(BAND_UM[1] * kelvin) - blackbody_fraction(BAND_UM[0] * kelvin)
    return STEFAN_BOLTZMANN / np.pi * kelvin**4 * share


_TEMPS_C: Final = np.arange(_TABLE_C[0], _TABLE_C[1] + _TABLE_C[2] / 2, _TABLE_C[2])
_RADIANCES: Final = exact_band_radiance(_TEMPS_C)


def band_radiance(temp_c: float) -> float:
    """Return the radiance of a blackbody from 8 to 14 um in W m-2 sr-1.

    Examples
    --------
    >>> round(band_radiance(35.0), 2)
    62.02
    """
    return float(np.interp(temp_c, _TEMPS_C, _RADIANCES))


def band_temperature(radiance: float) -> float:
    """Return the temperature in deg C of the blackbody with this radiance (W m-2 sr-1).

    Examples
    --------
    >>> round(band_temperature(band_radiance(36.6)), 4)
    36.6
    """
    return float(np.interp(radiance, _RADIANCES, _TEMPS_C))


class Band:
    """The 8 to 14 um band as a `Response`: signal is radiance in W m-2 sr-1."""

    __slots__ = ()

    @staticmethod
    def signal(temp_c: float) -> float:
        """Return the band radiance of a blackbody at `temp_c`."""
        return band_radiance(temp_c)

    @staticmethod
    def temp_c(signal: float) -> float:
        """Return the temperature of the blackbody with this band radiance."""
        return band_temperature(signal)
