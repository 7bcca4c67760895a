"""Whether what stands in the reference's place is the reference: its warmth against the scene.

The reference is known by how much warmer it is than the rest of the scene. A hand in its place is
not as warm to a few tenths; a heater that fails leaves its level; a step that the scene makes too
is the sensor's. The level that it was first seen at is kept for as long as the settings are: it
follows the room slowly, and it is never learnt anew from something that has departed from it. Only
a reference that never came to rest (it warms up) is awaited.
"""

from typing import Final

SAME_C: Final = 0.25  # apart from its level, and it is no longer believed
LEAK_C_S: Final = 0.02 / 60.0  # how fast the room may warm or cool under a steady reference
MOST_APART_C: Final = 0.6  # after a long time out of sight
AFTER_FFC_C: Final = 0.6  # a correction moves pixels against one another: 0.30 and 0.45 seen
PROVEN_S: Final = 60.0  # for so long at one level, and nothing else is accepted any more
REST_S: Final = 60.0  # a reference that warms up is at rest when for so long ...
REST_C: Final = 0.12  # ... it has not moved by more


class Identity:
    """The level of one reference above the scene, in deg C, and what departs from it."""

    def __init__(self, apparent_c: float, level_c: float | None, time_s: float) -> None:
        self._home_c = apparent_c - (level_c or 0.0)
        self._level_c = level_c or 0.0
        self._since_s = time_s  # at one level without departing from it
        self._believed_s = time_s
        self._time_s = time_s
        self._before_ffc_c: float | None = None  # home before a correction, until it has settled
        self._rest: tuple[float, float] | None = None  # time and warmth from which it may rest
        self.proven = False

    def resume(self, time_s: float) -> None:
        """Go on from here: the clock has been set anew, the level is what it was."""
        self._time_s = self._since_s = self._believed_s = time_s
        self._rest = None

    def corrected(self) -> None:
        """Take note of a flat-field correction: for a while the level is looked for anew."""
        if self._before_ffc_c is None:
            self._before_ffc_c = self._home_c

    def settled(self) -> None:
        """Take note that the sensor has come to rest after it."""
        self._before_ffc_c = None

    def departed_c(self, apparent_c: float, level_c: float | None, time_s: float) -> float:
        """Return by how much something in its place is warmer than it should read, deg C.

        Parameters
        ----------
        apparent_c
            What the sensor reads there.
        level_c
            Of the scene; None where it is not known, and then the last one is taken.
        """
        self._time_s = time_s
        self._level_c = self._level_c if level_c is None else level_c
        return apparent_c - self._home_c - self._level_c

    def is_it(self, departed_c: float) -> bool:
        """Say whether so much is near enough to be the reference."""
        if self._before_ffc_c is not None:
            return abs(departed_c + self._home_c - self._before_ffc_c) <= AFTER_FFC_C
        gone_s = self._time_s - self._believed_s
        return abs(departed_c) <= min(SAME_C + LEAK_C_S * gone_s, MOST_APART_C)

    def believe(self, departed_c: float) -> None:
        """Take what was told last for the reference."""
        elapsed_s = self._time_s - self._believed_s
        self._believed_s = self._time_s
        self._rest = None
        if self._before_ffc_c is not None:
            self._home_c += departed_c
            return
        most_c = LEAK_C_S * elapsed_s
        self._home_c += min(max(departed_c, -most_c), most_c)
        self.proven = self.proven or self._time_s - self._since_s >= PROVEN_S

    def begin_again(self) -> None:
        """Count from now on towards the proof."""
        self._since_s = self._time_s

    def doubt(self, departed_c: float) -> None:
        """Take note that it has departed; one that has never been proven may come to rest."""
        self.begin_again()
        if self.proven:
            return
        warmth_c = departed_c + self._home_c
        if self._rest is None or abs(warmth_c - self._rest[1]) > REST_C:
            self._rest = (self._time_s, warmth_c)
        elif self._time_s - self._rest[0] >= REST_S:
            self._home_c = warmth_c
