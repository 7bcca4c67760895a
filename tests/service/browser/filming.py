"""What a browser really shows, picture by picture: filmed outside the page's own process.

The browser hands out a picture when something was painted, and drops it while others are still on
their way. When nothing is painted after it, it never comes: a page that had gone dark was filmed as
green for 1.6 s. So a picture is asked for when none has come for a moment, without waiting for the
answer, which a page that hangs does not give.
"""

import base64
import bisect
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Error, Page
from playwright.sync_api import TimeoutError as NoAnswer

GREENS = ((7, 96, 79), (60, 207, 174))  # the panel of *clear*, and its frame and boxes, RGB
NEAR = 24  # so far from them in each channel: pictures are compressed
FEW = 20  # pixels, of what is left by compression
QUIET_S = 0.05  # without a picture for so long, one is asked for
_ANSWER_MS = 20.0
_FORMAT = {"format": "jpeg", "quality": 90, "everyNthFrame": 1}


@dataclass(frozen=True)
class Shot:
    """A picture: when it was shown (seconds, wall clock), and how many of its pixels are green."""

    at: float
    green: int


class Film:
    """Films a page from the browser's process; it goes on when the page's own hangs or stops."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.shots: list[Shot] = []
        self._watched = False
        self._session = page.context.new_cdp_session(page)
        self._session.on("Page.screencastFrame", self._take)
        self._session.send("Page.startScreencast", _FORMAT)

    def _take(self, event: dict[str, Any]) -> None:
        data = np.frombuffer(base64.b64decode(event["data"]), np.uint8)
        # two pictures may overtake one another on their way
        shot = self.shot(event["metadata"]["timestamp"], data)
        bisect.insort(self.shots, shot, key=lambda other: other.at)
        with suppress(Error):  # the page is closed already
            self.acknowledge(event["sessionId"])
            if not self._watched:
                self._watched = True
                self._watch()

    def acknowledge(self, number: int) -> None:
        """Tell the browser that a picture was taken."""
        self._session.send("Page.screencastFrameAck", {"sessionId": number})

    def _watch(self) -> None:
        """Ask for a picture whenever none has come for a while, until the page is closed."""
        asked = 0.0
        while True:
            self.page.wait_for_timeout(20)
            last = max(asked, *(shot.at for shot in self.shots[-1:]))
            if time.time() - last < QUIET_S:
                continue
            asked = time.time()
            for method, options in (("Page.stopScreencast", {}), ("Page.startScreencast", _FORMAT)):
                with suppress(NoAnswer):  # the browser does it, the page that hangs does not
                    self._session.send(method, options, timeout=_ANSWER_MS)

    def shot(self, at: float, jpeg: np.ndarray) -> Shot:
        """Read a picture."""
        return Shot(at, green(jpeg))

    def green_until(self, began: float, for_s: float) -> float:
        """Film on for a while; return how long after `began` green was seen last (0: never)."""
        ends = began + for_s
        while time.time() < ends:
            self.page.wait_for_timeout(20)
        shots = [shot for shot in self.shots if shot.at <= ends]
        dark = next(
            (
                shot.at
                for number, shot in enumerate(shots)
                if shot.at >= began and not any(s.green > FEW for s in shots[number:])
            ),
            ends,
        )
        return dark - began


def green(jpeg: np.ndarray) -> int:
    """Return how many pixels of a picture are of a colour that says *clear*."""
    picture = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR_RGB))
    return sum(pixels_near(picture, colour, NEAR - 1) for colour in GREENS)


def pixels_near(picture: np.ndarray, colour: tuple[int, int, int], reach: int) -> int:
    """Return how many pixels are so near to a colour in each channel."""
    low, high = [max(c - reach, 0) for c in colour], [min(c + reach, 255) for c in colour]
    return cv2.countNonZero(cv2.inRange(picture, np.array(low), np.array(high)))
