"""The physics from a warm surface to the temperature that a camera reports, forwards only.

Everything here is band radiance from 8 to 14 um in W m^-2 sr^-1, by direct integration of Planck's
law. The way back (counts to skin temperature) is screening's business and shares no code with this.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

KELVIN_OFFSET = 273.15
C1L = 1.191042972e8  # 2 h c^2 in W um^4 m^-2 sr^-1 (CODATA 2018)
C2 = 1.438776877e4  # h c / k in um K (CODATA 2018)
BAND_UM = (8.0, 14.0)

_TABLE_C = np.arange(-60.0, 200.05, 0.1)


def planck(wavelength_um: ArrayLike, temp_c: ArrayLike) -> NDArray[np.float64]:
    """Spectral radiance of a blackbody in W m^-2 sr^-1 um^-1.

    >>> round(float(planck(10.0, 35.5)), 3)
    11.365
    """
    wavelength = np.asarray(wavelength_um, np.float64)
    kelvin = np.asarray(temp_c, np.float64) + KELVIN_OFFSET
    return np.asarray(C1L / (wavelength**5 * np.expm1(C2 / (wavelength * kelvin))))


def integrate_band(temp_c: ArrayLike) -> NDArray[np.float64]:
    """Integrate Planck's law over the band (Simpson, 120 intervals: good to 1e-8)."""
    wavelengths = np.linspace(*BAND_UM, 121)
    weights = np.full(121, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    weights *= (wavelengths[1] - wavelengths[0]) / 3.0
    spectra = planck(wavelengths, np.asarray(temp_c, np.float64)[..., None])
    return np.asarray((spectra * weights).sum(axis=-1))


_TABLE_W = integrate_band(_TABLE_C)


def radiance(temp_c: ArrayLike) -> NDArray[np.float64]:
    """Band radiance of a blackbody, from a table every 0.1 K (within 0.1 mK).

    >>> round(float(radiance(35.5)), 2)
    62.47
    """
    return np.asarray(np.interp(np.asarray(temp_c, np.float64), _TABLE_C, _TABLE_W))


def apparent_temp_c(band_radiance: ArrayLike) -> NDArray[np.float64]:
    """Temperature of the blackbody that has this radiance: what TLinear at emissivity 1 reports."""
    return np.asarray(np.interp(np.asarray(band_radiance, np.float64), _TABLE_W, _TABLE_C))


def radiance_slope(temp_c: float) -> float:
    """dW/dT in W m^-2 sr^-1 K^-1."""
    return float(radiance(temp_c + 0.5) - radiance(temp_c - 0.5))


def leaving(temp_c: ArrayLike, emissivity: ArrayLike, reflected_c: float) -> NDArray[np.float64]:
    """Radiance that leaves an opaque surface: its own emission and what it mirrors.

    `e W(T) + (1 - e) W(T_reflected)` (FLIR Photon user's manual, appendix B, equation 2).
    """
    e = np.asarray(emissivity, np.float64)
    return np.asarray(e * radiance(temp_c) + (1.0 - e) * float(radiance(reflected_c)))


def transmission(distance_m: float, air_c: float, relative_humidity: float) -> float:
    """Band transmission of the air between surface and camera.

    The parametrisation used with FLIR cameras (Thermimage, Tattersall 2017, one leg over the whole
    distance): water vapour decides, through `h2o = rh exp(1.5587 + 0.06939 T - ...)`.

    >>> round(transmission(0.5, 22.0, 0.5), 6)
    0.995508
    """
    h2o = relative_humidity * np.exp(
        1.5587 + 0.06939 * air_c - 2.7816e-4 * air_c**2 + 6.8455e-7 * air_c**3
    )
    root = np.sqrt(distance_m)
    first = np.exp(-root * (0.006569 - 0.002276 * np.sqrt(h2o)))
    second = np.exp(-root * (0.01262 - 0.00667 * np.sqrt(h2o)))
    return float(1.9 * first - 0.9 * second)
