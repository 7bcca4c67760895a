"""What belongs to the entrance and not to people: learnt as temperatures, kept in memory only.

Each cell of the map holds how warm its place is without anybody before it, with the sensor's own
level taken out. It goes down at once, for people are warmer than what they stand before and leave
again; it goes up too slowly for anybody who stands still. Stillness alone proves nothing: a box in
which the picture is what it was before, to its edges, is furniture; one in which most has changed
is somebody; in between (something passes before a panel; somebody who has been there since the
first frame sways) it has to last.
"""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.result import Box

CELLS: Final = 160  # along the longer side of the picture
SLOW_S: Final = 0.5  # time constant of what a place looks like now, without its noise
AT_ONCE: Final = 0.5  # most of a change that becomes usual in one frame, after however long a gap
LEAK_C_S: Final = 0.002  # how fast the map goes up
AROUND: Final = 0.5  # of a face's box on each side, and down to the floor: there it does not
YOUNG_S: Final = 0.5  # a map of less time knows nothing
SAME_C: Final = 0.35  # within which a cell is as it was: noise, and pixels after a correction
CHANGED_C: Final = 1.0  # what stands there is something else; faces have 3.7 and more
WHOLE: Final = 0.97  # share of a box's cells that are as they were: nothing has moved in it
MOST: Final = 0.5  # share from which on it may be the furniture behind something
COVERED: Final = 0.6  # of a column of the lower half: somebody near, not far back
SWAYS: Final = 0.005  # share of a body's cells that move: a warm thing put down there does not
STIRRED: Final = 0.05  # share of a box that moves within `SLOW_S`


class Nature(Enum):
    """What a box in the picture holds."""

    FURNITURE = auto()
    UNSURE = auto()  # partly what stood there before
    SOMEBODY = auto()


class Furniture:
    """The map of one entrance. Its cells are temperatures; no picture of anybody is in it.

    Parameters
    ----------
    width, height
        Of the upright frames in pixels.
    """

    def __init__(self, width: int, height: int) -> None:
        self._step = max(1, -(-max(width, height) // CELLS))
        shape = (-(-height // self._step), -(-width // self._step))
        self._now, self._slow, self._map, self._off, self._move, self._free = (
            np.zeros(shape, np.float32) for _ in range(6)
        )
        self._natures: dict[Box, Nature] = {}  # of this frame
        self._began_s: float | None = None
        self._time_s = 0.0
        self._level_c = 0.0
        self._elapsed_s = 0.0

    @property
    def known(self) -> bool:
        """Whether the map is old enough to say anything."""
        return self._began_s is not None and self._time_s - self._began_s >= YOUNG_S

    def look(self, celsius: NDArray[np.float32], level_c: float | None, time_s: float) -> None:
        """Compare a `(H, W) float32` frame with the map.

        Parameters
        ----------
        level_c
            By how much the whole picture has moved; None: as in the frame before.
        """
        self._level_c = self._level_c if level_c is None else level_c
        np.subtract(celsius[:: self._step, :: self._step], np.float32(self._level_c), out=self._now)
        if self._began_s is None:
            self._began_s = time_s
            self._slow[:] = self._map[:] = self._now
        if time_s < self._time_s:
            self._began_s += time_s - self._time_s  # the clock was set back, the map is as old
        self._elapsed_s, self._time_s = max(0.0, time_s - self._time_s), time_s
        np.subtract(self._now, self._map, out=self._off)
        np.subtract(self._now, self._slow, out=self._move)
        self._natures.clear()

    def body(self, width_px: float) -> bool:
        """Say whether somebody stands there whose body is at least so wide, face or not.

        Of the lower half of the picture they cover most, from the bottom up; and they sway.
        """
        half = self._off.shape[0] // 2
        covered = (self._off[half:] > CHANGED_C).mean(axis=0) > COVERED
        wide = int(np.count_nonzero(covered)) * self._step >= width_px
        sways = np.abs(self._move[:, covered]) > SAME_C
        return wide and bool(np.count_nonzero(sways) > SWAYS * sways.size)

    def learn(self, people: Sequence[Box], *, corrected: bool = False) -> None:
        """Take the frame that was looked at into the map.

        Parameters
        ----------
        people
            Boxes of faces in it, furniture left out.
        corrected
            It is the first one after a flat-field correction, which moves pixels against one
            another: everything but people is learnt at once.
        """
        # Who came while nothing was seen stirs in two frames, as if they had been seen to come.
        weight = np.float32(min(AT_ONCE, self._elapsed_s / SLOW_S))
        np.multiply(self._move, weight, out=self._move)
        self._slow += self._move
        free = self._free
        free.fill(1.0)
        for box in people:
            free[self._body(box)] = 0.0
        if corrected:
            for learnt in (self._map, self._slow):
                np.copyto(learnt, self._now, where=free > 0.0)
        free *= np.float32(LEAK_C_S * self._elapsed_s)
        self._map += free
        np.minimum(self._map, self._slow, out=self._map)

    def nature(self, box: Box) -> Nature:
        """Say what a box holds in the frame that was looked at."""
        if box not in self._natures:
            self._natures[box] = self._nature(box)
        return self._natures[box]

    def _nature(self, box: Box) -> Nature:
        off = self._off[self._cells(box)].ravel()
        if not self.known or not off.size:
            return Nature.FURNITURE  # for all that is known
        as_it_was = int(np.count_nonzero(np.abs(off) < CHANGED_C))
        if as_it_was <= 9 * off.size // 10:
            return Nature.UNSURE if _share_near(off, 0.0) > MOST else Nature.SOMEBODY
        middle_c = float(np.partition(off, off.size // 2)[off.size // 2])
        if _share_near(off, middle_c) > WHOLE:
            return Nature.FURNITURE  # as it was, or warmer and colder as a whole
        return Nature.UNSURE

    def stands_in(self, box: Box) -> bool:
        """Say whether a box holds nothing but what belongs to the entrance."""
        return self.nature(box) is Nature.FURNITURE

    def stirs(self, box: Box) -> bool:
        """Say whether something in a box moves."""
        move = self._move[self._cells(box)]
        return bool(np.count_nonzero(np.abs(move) > SAME_C) > STIRRED * move.size)

    def _cells(self, box: Box) -> tuple[slice, slice]:
        x, y, w, h = (value / self._step for value in box)
        return (
            slice(max(0, round(y)), max(0, round(y + h))),
            slice(max(0, round(x)), max(0, round(x + w))),
        )

    def _body(self, box: Box) -> tuple[slice, slice]:
        """Return the cells of a face and the body below it."""
        x, y, w, h = box
        rows, columns = self._cells((x - AROUND * w, y - AROUND * h, (1.0 + 2.0 * AROUND) * w, h))
        return slice(rows.start, self._map.shape[0]), columns


def _share_near(off: NDArray[np.float32], middle_c: float) -> float:
    near = np.abs(off - np.float32(middle_c)) < SAME_C
    return float(np.count_nonzero(near)) / off.size
