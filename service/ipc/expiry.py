"""Until when a frame's word may be believed: one time, counted once, from the frame's exposure.

The worker says when the frame was exposed, the supervisor makes the expiry of that, and whoever
passes it on (guard view, web process, page, cover) counts nothing anew: what lay somewhere on the
way is so much older where it arrives. The processes of a station have one clock, CLOCK_MONOTONIC;
a page's runs as fast and begins elsewhere (`static/expiry.js`).
"""

import math
from typing import Final

BELIEVED_S: Final = 0.5  # and 0.1 s for painting: dark within 0.6 s (static/expiry.js has the same)
STEP_S: Final = 0.01
STEPS: Final = 65_536  # 11 minutes: what is older looks like another time of them


def stamp(at_s: float) -> int:
    """Return a monotonic time as a record carries it: steps, rounded down, without the turns.

    >>> stamp(0.019), stamp(655.37)
    (1, 1)
    """
    return math.floor(at_s / STEP_S) % STEPS


def expiry_s(stamped: int, now_s: float) -> float:
    """Return until when a frame is believed, in monotonic seconds.

    Parameters
    ----------
    stamped
        When it was exposed (`stamp`): the last time before now that has this stamp, so that a time
        to come is one long ago.
    now_s
        Monotonic time in seconds.

    >>> round(expiry_s(stamp(700.0), 700.2), 3)
    700.5
    >>> expiry_s(stamp(700.1), 700.0) < 100.0
    True
    """
    now = math.floor(now_s / STEP_S)
    return (now - (now - stamped) % STEPS) * STEP_S + BELIEVED_S
