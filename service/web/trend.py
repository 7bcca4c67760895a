"""What the reference and the sensor read over the last hours, in memory, for the admin's charts.

It holds numbers of the installation, none of a visitor, and outlives a page that is loaded again,
but not the web process.
"""

from collections import deque
from typing import Final

from pydantic import BaseModel

from service.ipc.view import View

EVERY_S: Final = 10.0
KEPT_S: Final = 12 * 3600.0


class Point(BaseModel):
    """One moment: seconds since the epoch, and what was read; None where nothing was."""

    at_s: int
    apparent_c: float | None
    offset_c: float | None
    fpa_c: float | None


class Trend:
    """Keeps a point every so often."""

    def __init__(self) -> None:
        self._points: deque[Point] = deque(maxlen=round(KEPT_S / EVERY_S))

    def add(self, view: View, now_s: float) -> None:
        """Take in a view, unless the last point is too near; a clock set back begins anew.

        Parameters
        ----------
        now_s
            Seconds since the epoch.
        """
        if self._points and now_s < self._points[-1].at_s:
            self._points.clear()
        if self._points and now_s - self._points[-1].at_s < EVERY_S:
            return
        reference = view.reference
        self._points.append(
            Point(
                at_s=int(now_s),
                apparent_c=reference.apparent_c,
                offset_c=reference.offset_c,
                fpa_c=view.fpa_temp_c,
            )
        )

    def points(self) -> tuple[Point, ...]:
        """Return all that is kept, the oldest first."""
        return tuple(self._points)
