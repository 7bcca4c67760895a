"""The alarm relative to the people who came before: beside the threshold, never instead of it.

A sensor whose scale is off by some tenths still ranks people. The baseline is the median of the
last visitors with the ambient taken out; the spread is the clinical one, for a spread estimated
from a window of visitors costs more sensitivity than it buys. Whoever raised an alarm is left out,
so that an afternoon of fever does not become normal.
"""

from collections import deque
from statistics import median
from typing import Final

REMEMBERED: Final = 100
ENOUGH: Final = 20  # before the alarm speaks; a first visitor is never cleared by it
SPREAD_C: Final = 0.37  # between afebrile people, standard deviation (PhysioNet 10.13026/3bhc-9065)
PER_AMBIENT: Final = 0.087  # deg C of skin per deg C of ambient, same source


class Population:
    """The skin temperatures of the last visitors who raised no alarm."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def ready(self) -> bool:
        """Whether there are people enough to compare with."""
        return len(self._values) >= ENOUGH

    def add(self, skin_c: float, ambient_c: float) -> None:
        """Take in a visitor who was measured while the reference was sound, without an alarm."""
        self._values.append(_without_ambient(skin_c, ambient_c))

    def excess(self, skin_c: float, ambient_c: float, noise_c: float) -> float | None:
        """Return how far above the others, in standard deviations; None while they are too few.

        Parameters
        ----------
        noise_c
            Standard uncertainty of this visitor against the others: what is common to all of
            them (reference, emissivity) does not count.
        """
        if not self.ready:
            return None
        above_c = _without_ambient(skin_c, ambient_c) - median(self._values)
        return above_c / float((SPREAD_C**2 + noise_c**2) ** 0.5)


def _without_ambient(skin_c: float, ambient_c: float) -> float:
    return skin_c - PER_AMBIENT * ambient_c
