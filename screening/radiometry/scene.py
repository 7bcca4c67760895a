"""The scene equation: what a sensor gets from a surface through air and a window, and back.

```
surface  e W(To) + (1-e) W(Tb)  --air ta-->  window tw, rw  --air tb-->  sensor
```

`S = tb (tw (ta (e W(To) + (1-e) W(Tb)) + (1-ta) W(Ta)) + rw W(Tr) + (1-tw-rw) W(Tw))
+ (1-tb) W(Ta)`

(FLIR Photon user's manual, appendix B, equations 2 to 4, with the window of FLIR's Lepton
flux-linear parameters between two legs of air.) It is affine in the surface's own radiance, so a
`Path` is one gain and one sum, made once per settings and used on numbers, never on pixels.
"""

from dataclasses import dataclass
from typing import Self

from screening.radiometry.atmosphere import transmission
from screening.radiometry.planck import Band
from screening.radiometry.response import Response

BAND = Band()


@dataclass(frozen=True, slots=True)
class Path:
    """`signal = gain * W(surface) + stray`, for one kind of surface at one distance."""

    gain: float
    stray: float
    response: Response = BAND

    @classmethod
    def through(
        cls,
        *,
        emissivity: float,
        reflected_c: float,
        ambient_c: float,
        air: tuple[float, float],
        window: tuple[float, float] = (1.0, 0.0),
        window_c: float | None = None,
        window_reflected_c: float | None = None,
        response: Response = BAND,
    ) -> Self:
        """Build the path from its parts.

        Parameters
        ----------
        air
            Transmission of the air before the window and behind it.
        window
            Transmission and reflection of the window; `(1, 0)` is none.
        window_c, window_reflected_c
            Temperature of the window and of what it mirrors into the lens; ambient by default.

        Examples
        --------
        The example of the R package Thermimage: 17994.06 counts through a germanium window of
        0.96 at 1 m, seen from a surface of emissivity 0.95, are 23.31223 deg C.

        >>> from screening.radiometry.response import FlirPlanck
        >>> camera = FlirPlanck(r1=21106.77, r2=0.012545258, b=1501.0, f=1.0, o=-7340.0)
        >>> leg = transmission(0.5, 20.0, 0.5)
        >>> path = Path.through(emissivity=0.95, reflected_c=20.0, ambient_c=20.0, air=(leg, leg),
        ...                     window=(0.96, 0.0), window_c=20.0, response=camera)
        >>> round(path.surface_c(17994.06), 3)
        23.312
        """
        w = response.signal
        before, behind = air
        through, mirrored = window
        own = 1.0 - through - mirrored
        air_signal = w(ambient_c)
        stray = before * (1.0 - emissivity) * w(reflected_c) + (1.0 - before) * air_signal
        stray = through * stray
        stray += mirrored * w(ambient_c if window_reflected_c is None else window_reflected_c)
        stray += own * w(ambient_c if window_c is None else window_c)
        stray = behind * stray + (1.0 - behind) * air_signal
        return cls(behind * through * before * emissivity, stray, response)

    def signal(self, surface_c: float) -> float:
        """Return the signal that a surface at `surface_c` gives at the sensor."""
        return self.gain * self.response.signal(surface_c) + self.stray

    def surface_c(self, signal: float) -> float:
        """Return the temperature of the surface that gives `signal`."""
        return self.response.temp_c((signal - self.stray) / self.gain)

    def apparent_c(self, surface_c: float) -> float:
        """Return what a sensor that knows of no path reads on a surface at `surface_c`."""
        return self.response.temp_c(self.signal(surface_c))


def path_to(
    emissivity: float,
    *,
    reflected_c: float,
    ambient_c: float,
    relative_humidity: float,
    distance_m: float,
    window_transmission: float = 1.0,
    window_c: float = 22.0,
) -> Path:
    """Return the path to a surface with the window, if any, right before the lens.

    Examples
    --------
    Skin of 35.5 deg C taken for a blackbody in a room of 22 deg C reads 0.25 deg C too low, and
    another 0.08 through a metre of air.

    >>> for distance in (0.0, 1.0):
    ...     path = path_to(0.98, reflected_c=22.0, ambient_c=22.0, relative_humidity=0.5,
    ...                    distance_m=distance)
    ...     print(round(path.apparent_c(35.5) - 35.5, 2))
    -0.25
    -0.33
    """
    return Path.through(
        emissivity=emissivity,
        reflected_c=reflected_c,
        ambient_c=ambient_c,
        air=(transmission(distance_m, ambient_c, relative_humidity), 1.0),
        window=(window_transmission, 0.0),
        window_c=window_c,
    )
