"""Rows and columns that came before: a living sensor's noise lets none come twice.

In 29 recordings of two Lepton 3.5 no row of 160 pixels (459,120 of them) and no column of 120
(612,160) ever came a second time, at any place. So two rows or three columns that were seen before
are a copy: a frozen band, a frame sent twice, a film that runs in a loop, forwards or backwards.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

ROWS: Final = 2  # seen before: a copy
COLUMNS: Final = 3
_PLACE_BITS: Final = 21  # of a hash: two million places, 16 MB
_PIXELS: Final = 4  # of 16 bits in a word of 64


class Repeats:
    """Remembers the hashes of the lines of frames, in a table that forgets by being overwritten.

    Each hash has one place. With 280 lines a frame and 8.7 frames a second half of them are still
    there after ten minutes, and of a frame an hour old some four lines.

    A hash is the sum of a line's 64-bit words, each times an odd number of its own, modulo 2^64
    (multilinear hashing; Lemire and Kaser, Computer Journal 57(11), 2014).

    Parameters
    ----------
    height, width
        Of the pictures in pixels.
    """

    def __init__(self, height: int, width: int) -> None:
        self._table = np.zeros(1 << _PLACE_BITS, np.uint64)
        self._rows = _Lines(height, width)
        self._columns = _Lines(width, height)

    def step(self, picture: NDArray[np.uint16]) -> bool:
        """Take in a picture, `(h, w) uint16`; return whether lines of it came before."""
        rows = self._seen(self._rows.hashes(picture))
        return self._seen(self._columns.hashes(picture.T)) >= COLUMNS or rows >= ROWS

    def _seen(self, hashes: NDArray[np.uint64]) -> int:
        """Return how many lines came before, and remember them all."""
        places = hashes >> np.uint64(64 - _PLACE_BITS)
        seen = int(np.count_nonzero(self._table[places] == hashes))
        self._table[places] = hashes
        return seen


class _Lines:
    """Hashes the lines of pictures of one size; its buffers are made once."""

    def __init__(self, number: int, length: int) -> None:
        words = -(-length // _PIXELS)
        self._length = length
        self._pixels = np.zeros((number, words * _PIXELS), np.uint16)
        self._words = self._pixels.view(np.uint64)
        random = np.random.Generator(np.random.PCG64(words))
        self._factors = random.integers(0, 1 << 63, words, np.uint64) * np.uint64(2) + np.uint64(1)
        self._hashes = np.zeros(number, np.uint64)

    def hashes(self, lines: NDArray[np.uint16]) -> NDArray[np.uint64]:
        np.copyto(self._pixels[:, : self._length], lines)
        np.matmul(self._words, self._factors, out=self._hashes)
        return self._hashes
