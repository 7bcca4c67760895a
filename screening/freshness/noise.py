"""The noise of a living picture: it is in every part, of the sensor's size, and of its kind.

Measured on 3,826 frames of two Lepton 3.5 (29 recordings, TLinear, 8.7 Hz): of any 12 x 12 pixels
at least 9.7 % change in the best of three successive frames; quiet pixels differ by 11 to 14 mK
(sd over the square root of 2) from frame to frame; and that noise *walks*: over 8 frames quiet
pixels move at least 2.27 times as far as over one, where white noise moves no farther. Not known of
a Boson, so whether the noise walks is said by the driver.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

WINDOW_PX: Final = 12
CHANGED: Final = 0.03  # least share of a window that changes within three frames
LAG: Final = 8  # frames over which noise that walks goes farther
WALK: Final = 1.6  # least ratio of the steps over LAG frames to those over one, mean of LAG
TILES: Final = (5, 4, 6)  # across and down: the first that divides the picture's side, for speed
QUIET: Final = 0.16  # least share of a tile's pixels that must be quiet to judge it
QUIET_K: Final = 0.06  # nothing moves before a pixel that steps no farther ...
QUIET_NETD: Final = 6.0  # ... or by so many times its noise, where that is white and larger
SMALL: Final = 0.2  # least mean step of white noise, in NETD (of which it is 1.13 times as large)
LARGE: Final = 4.0  # largest, in NETD
RESTLESS: Final = 0.1  # share of quiet pixels of the picture, with nothing quiet in any tile
CUT_K: Final = 0.1  # a quiet pixel that jumps so far against the others ...
_FEW: Final = 50  # quiet pixels are too few to say what they have in common
CUT: Final = 0.35  # ... in so large a share of them: another scene


@dataclass(frozen=True, slots=True)
class Look:
    """What the noise of one frame says.

    Attributes
    ----------
    still
        A part of the picture does not change.
    foreign
        The noise is not that of this kind of sensor: too small, too large, or it does not walk.
    restless
        Hardly a pixel is quiet: somebody moves before all of them, or it is noise from elsewhere.
    cut
        The scene has become another one from one frame to the next.
    """

    still: bool = False
    foreign: bool = False
    restless: bool = False
    cut: bool = False


NOTHING: Final = Look()


class Noise:
    """Follows the noise of pictures of one size; its buffers are made once.

    Parameters
    ----------
    height, width
        Of the pictures in pixels.
    netd_k
        Noise-equivalent temperature difference in kelvin.
    walks
        Whether the noise of this kind of sensor walks.
    """

    def __init__(self, height: int, width: int, netd_k: float, *, walks: bool) -> None:
        shape = (height, width)
        self._netd_k, self._walks = netd_k, walks
        self._quiet_k = QUIET_K if walks else max(QUIET_K, QUIET_NETD * netd_k)
        self._cut_k = max(CUT_K, self._quiet_k)
        self._before = np.zeros((LAG + 1, *shape), np.uint16)
        self._changed = np.zeros((3, *shape), np.uint8)
        self._any = np.empty(shape, np.uint8)
        self._sums = np.empty(shape, np.uint8)
        self._step = np.empty(shape, np.float32)
        self._size = np.empty(shape, np.float32)
        self._calm = np.empty(shape, np.uint8)
        self._age = np.zeros(shape, np.uint8)  # frames since a pixel was not quiet
        self._one = np.ones(shape, np.uint8)
        self._is_quiet = np.zeros(shape, np.bool_)
        self._quiet = np.zeros(shape, np.float32)  # 1 where it is
        self._frames = 0
        self._tiles = (_tiles_along(width), _tiles_along(height))
        self._ones = np.full((LAG, *self._tiles[::-1]), np.nan, np.float32)  # of the last frames

    def reset(self) -> None:
        """Forget the frames before: there is a gap."""
        self._frames = 0
        self._age.fill(0)
        self._is_quiet.fill(0)
        self._ones.fill(np.nan)

    @property
    def judged(self) -> bool:
        """Whether there were frames enough to tell foreign noise."""
        return self._frames > (2 * LAG if self._walks else LAG)

    def step(self, picture: NDArray[np.uint16], kelvin_per_count: float) -> Look:
        """Compare a picture, `(h, w) uint16` contiguous, with those before it."""
        number, self._frames = self._frames, self._frames + 1
        here = number % (LAG + 1)
        self._before[here] = picture
        if number == 0:
            return NOTHING
        last = self._before[(number - 1) % (LAG + 1)]
        still = self._still(picture, last, number)
        cv2.subtract(picture, last, dst=self._step, dtype=cv2.CV_32F)
        common = self._common()
        reach = self._quiet_k / kelvin_per_count
        cv2.inRange(self._step, common - reach, common + reach, dst=self._calm)
        cut = number > LAG and self._is_cut(common, kelvin_per_count)
        cv2.add(self._age, self._one, dst=self._age)
        cv2.bitwise_and(self._age, self._calm, dst=self._age)
        np.greater_equal(self._age, LAG, out=self._is_quiet)
        if number < LAG:
            return Look(still=still, cut=cut)
        np.copyto(self._quiet, self._is_quiet)
        foreign, restless = self._judge(picture, number, kelvin_per_count)
        return Look(still=still, foreign=foreign, restless=restless, cut=cut)

    def _common(self) -> float:
        """Return the step that most quiet pixels took."""
        sample = self._step[::4, ::4]
        quiet = sample[self._is_quiet[::4, ::4]]
        steps = quiet if quiet.size > _FEW else sample.reshape(-1)
        return float(np.partition(steps, steps.size // 2)[steps.size // 2])

    def _still(self, picture: NDArray[np.uint16], last: NDArray[np.uint16], number: int) -> bool:
        """Whether a window has not changed over three frames."""
        changed = self._changed[number % 3]
        np.not_equal(picture, last, out=changed.view(np.bool_))
        if number < 3:
            return False
        cv2.bitwise_or(self._changed[0], self._changed[1], dst=self._any)
        cv2.bitwise_or(self._any, self._changed[2], dst=self._any)
        cv2.boxFilter(self._any, -1, (WINDOW_PX, WINDOW_PX), dst=self._sums, normalize=False)
        half = WINDOW_PX // 2
        inner = self._sums[half : 1 - half, half : 1 - half]
        return cv2.minMaxLoc(inner)[0] < CHANGED * WINDOW_PX**2

    def _is_cut(self, common: float, kelvin_per_count: float) -> bool:
        quiet = int(np.count_nonzero(self._is_quiet))
        if quiet < QUIET * self._is_quiet.size:
            return False
        least = (1.0 - CUT) * quiet
        if self._quiet_in(self._calm) >= least:
            return False  # what steps no farther than quiet pixels do has not jumped
        reach = self._cut_k / kelvin_per_count
        cv2.inRange(self._step, common - reach, common + reach, dst=self._any)
        return self._quiet_in(self._any) < least

    def _quiet_in(self, mask: NDArray[np.uint8]) -> int:
        """Return how many pixels of a mask were quiet."""
        cv2.bitwise_and(mask, self._is_quiet.view(np.uint8), dst=self._sums)
        return int(cv2.countNonZero(self._sums))

    def _judge(
        self, picture: NDArray[np.uint16], number: int, kelvin_per_count: float
    ) -> tuple[bool, bool]:
        """Return whether the noise is foreign, and whether nothing is quiet."""
        share = self._means(self._quiet)
        judged = share > QUIET
        if not judged.any():
            return False, float(share.mean()) < RESTLESS
        steps = self._steps() / np.maximum(share, _FEW / self._quiet.size)
        self._ones[number % LAG] = np.where(judged, steps, np.nan)
        netd = self._netd_k / kelvin_per_count
        if (steps[judged] > LARGE * netd).all():
            return True, False
        if not self._walks:
            return bool((steps[judged] < SMALL * netd).any()), False
        if number < 2 * LAG:
            return False, False
        before = self._before[(number - LAG) % (LAG + 1)]
        cv2.subtract(picture, before, dst=self._step, dtype=cv2.CV_32F)
        one = self._ones.mean(axis=0)  # NaN in a tile that could not be judged all the time
        return bool((self._steps() < WALK * one * share).any()), False

    def _steps(self) -> NDArray[np.float32]:
        """Return by tile how far quiet pixels stepped, without what they have in common."""
        quiet = self._quiet
        common = float(np.vdot(self._step, quiet)) / max(int(np.count_nonzero(self._is_quiet)), 1)
        np.subtract(self._step, np.float32(common), out=self._size)
        np.abs(self._size, out=self._size)
        cv2.multiply(self._size, quiet, dst=self._size)
        return self._means(self._size)

    def _means(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the means of the picture's tiles."""
        means = cv2.resize(values, self._tiles, interpolation=cv2.INTER_AREA)
        return np.asarray(means, np.float32)


def _tiles_along(side: int) -> int:
    """Return how many tiles a side is cut into; whole pixels are averaged ten times as fast."""
    return next((tiles for tiles in TILES if side % tiles == 0), TILES[0])
