"""How much of the long-wave infrared the air lets through, by FLIR's two-term model."""

import math
from typing import Final

# FLIR's constants, as printed in the R package Thermimage (Tattersall, doi 10.5281/zenodo.1069704)
_X: Final = 1.9
_ALPHA: Final = (0.006569, 0.012620)
_BETA: Final = (-0.002276, -0.006670)


def water_vapour(ambient_c: float, relative_humidity: float) -> float:
    """Return the water content of the air as the model wants it, about g m-3.

    Parameters
    ----------
    relative_humidity
        0 to 1.
    """
    return relative_humidity * math.exp(
        1.5587 + 0.06939 * ambient_c - 0.00027816 * ambient_c**2 + 6.8455e-7 * ambient_c**3
    )


def transmission(distance_m: float, ambient_c: float, relative_humidity: float) -> float:
    """Return the transmission of a path through air, 0 to 1.

    `tau = X exp(-sqrt(d) (a1 + b1 sqrt(w))) + (1 - X) exp(-sqrt(d) (a2 + b2 sqrt(w)))`

    Examples
    --------
    >>> [round(transmission(d, 22.0, 0.5), 6) for d in (0.5, 1.0)]
    [0.995508, 0.993639]
    """
    root_w = math.sqrt(water_vapour(ambient_c, relative_humidity))
    root_d = math.sqrt(distance_m)
    first, second = (
        math.exp(-root_d * (a + b * root_w)) for a, b in zip(_ALPHA, _BETA, strict=True)
    )
    return _X * first + (1.0 - _X) * second
