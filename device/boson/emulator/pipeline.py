"""From the scene's temperature to the camera's counts: RBFO, scene parameters, TLinear, gain.

The camera knows the scene as a signal S = R / (exp(B / T) - F) + O. With TLinear on it gives the
temperature of the target: it takes window, air and reflection out of S by the scene equation of
FLIR's Advanced Radiometry application note (102-PS242-100-14), as a table that is computed anew
when it is told to (TLinearRefreshLUT), and not before.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from device.boson.commands import Rbfo

FACTORY_RBFO = Rbfo(395653.0, 1428.0, 1.0, 156.0)
_TINY = 1e-9
_CENTIKELVIN = np.arange(65536, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class SceneParameters:
    """What the camera is told of the scene; shares 0..1, temperatures in kelvin."""

    emissivity: float
    background_k: float
    atmosphere: float
    atmosphere_k: float
    window: float
    window_k: float
    window_reflectivity: float
    window_reflected_k: float


def raw_table(rbfo: Rbfo) -> NDArray[np.uint16]:
    """Return counts without TLinear for each temperature in 0.01 K: `(65536,) uint16`."""
    return _counts(_signal(_CENTIKELVIN / 100.0, rbfo))


def tlinear_table(
    scene: SceneParameters, rbfo: Rbfo, kelvin_per_count: float
) -> NDArray[np.uint16]:
    """Return counts with TLinear for each apparent temperature in 0.01 K: `(65536,) uint16`."""
    tw, rw, ta, e = scene.window, scene.window_reflectivity, scene.atmosphere, scene.emissivity
    signal = _signal(_CENTIKELVIN / 100.0, rbfo) - rbfo.o
    signal -= rw * _radiance(scene.window_reflected_k, rbfo)
    signal -= (1.0 - tw - rw) * _radiance(scene.window_k, rbfo)
    signal = signal / tw - (1.0 - ta) * _radiance(scene.atmosphere_k, rbfo)
    signal = (signal / ta - (1.0 - e) * _radiance(scene.background_k, rbfo)) / e
    # Parameters of no camera at all still give a table, as a camera would.
    ratio = rbfo.r / np.maximum(signal, _TINY) + rbfo.f
    kelvin = rbfo.b / np.log(np.maximum(ratio, 1.0 + _TINY))
    return _counts(kelvin / kelvin_per_count)


def _signal(kelvin: NDArray[np.float64], rbfo: Rbfo) -> NDArray[np.float64]:
    exponent = np.minimum(rbfo.b / np.maximum(kelvin, 1.0), 700.0)
    return rbfo.r / np.maximum(np.exp(exponent) - rbfo.f, _TINY) + rbfo.o


def _radiance(kelvin: float, rbfo: Rbfo) -> float:
    return float(_signal(np.array([kelvin]), rbfo)[0]) - rbfo.o


def _counts(values: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.clip(np.rint(values), 0, 65535).astype(np.uint16)
