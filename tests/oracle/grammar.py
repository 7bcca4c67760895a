"""Faults from a grammar: what breaks, where between line and page, when, and for how long."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

# Where it breaks, what, and how long the documents allow until it is noticed, in seconds.
# Decision 115: repeats with the first to the third frame, noise within 21 frames of 0.115 s.
FIRST, THIRD, NOISE = 0.25, 0.5, 2.6
KINDS: Final = {
    # the line
    "frames are lost": 0.0,
    "frames come late": 0.0,
    # the camera
    "frozen": THIRD,
    "half frozen": THIRD,
    "a patch is frozen": 0.75,
    "frozen with fresh noise": NOISE,
    "each frame twice": THIRD,
    "zeros": FIRST,
    "every second frame zero": FIRST,
    "hot pixels": FIRST,
    "low gain": FIRST,
    "not radiometric": FIRST,
    "an FFC": FIRST,
    "no FFC ever": FIRST,
    "the age of the FFC is no number": FIRST,
    "time is no number": FIRST,
    "time goes back": FIRST,
    "the counter stands": FIRST,
    "impossible FPA temperature": FIRST,
    # the scene
    "the reference is gone": 1.5,
    # the processes
    "the worker stops": 0.0,
    "the worker dies": 0.0,
    "the supervisor stops": 0.0,
    "the web process stops": 0.0,
    # the page
    "the page hears nothing": 0.0,
}
# What breaks only where there are real processes, a real page and a real disk.
OF_A_STATION: Final = {
    **KINDS,
    "the web process dies": 0.0,
    "the page hangs": 0.0,
    "the page's process stops": 0.0,
    "the browser's network stops": 0.0,
    "the disk is full": 0.0,
    "the clock jumps": 0.0,
}
# With these a station sees as well as ever.
HARMLESS: Final = frozenset({"frames come late", "the disk is full", "the clock jumps"})
# Nothing is seen by frames that do not come.
NO_FRAMES: Final = frozenset({"frames are lost", "the worker stops", "the worker dies"})


@dataclass(frozen=True)
class Fault:
    """Something that breaks.

    Attributes
    ----------
    kind
        One of `KINDS`, or of `OF_A_STATION`.
    begins_s, lasts_s
        From the first moment on.
    """

    kind: str
    begins_s: float
    lasts_s: float

    def now(self, at_s: float) -> bool:
        """Whether it is so at a time."""
        return self.begins_s <= at_s < self.begins_s + self.lasts_s


FIRST_FAULT_S: Final = 6.0  # before, somebody has come and is cleared
_TENTH = 10


def _fault(kind: str) -> st.SearchStrategy[Fault]:
    begins = st.integers(round(FIRST_FAULT_S * _TENTH), round((FIRST_FAULT_S + 4.0) * _TENTH))
    lasts = st.integers(1, 50)
    return st.builds(
        Fault, st.just(kind), begins.map(lambda n: n / _TENTH), lasts.map(lambda n: n / _TENTH)
    )


def faults(
    kinds: Iterable[str] = KINDS, least: int = 1, most: int = 3
) -> st.SearchStrategy[list[Fault]]:
    """Return one fault or several, which may overlap."""
    drawn = st.sampled_from(sorted(kinds)).flatmap(_fault)
    return st.lists(drawn, min_size=least, max_size=most, unique=True)
