"""An adjustable source as a sweep sees it, and when it has settled."""

import time
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from device.errors import SensorStalled

WITHIN_C: Final = 0.05  # of where it was set to
STEADY_C: Final = 0.03  # all of its readings, over
STEADY_S: Final = 60.0
PATIENCE_S: Final = 1800.0
EVERY_S: Final = 2.0


class AdjustableSource(Protocol):
    """A blackbody whose temperature can be set."""

    def go_to(self, temp_c: float) -> None:
        """Set its temperature, deg C."""

    def temp_c(self) -> float:
        """Return what it says its temperature is, deg C."""


def settle(
    source: AdjustableSource,
    temp_c: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> float:
    """Set a source and wait until it has settled; return the mean of what it says then, deg C.

    Settled is a minute in which all that it says lies within 0.05 deg C of where it was set to, and
    within 0.03 of each other.

    Raises
    ------
    SensorStalled
        When it has not settled within half an hour.
    SensorError
        When it cannot be set or read.
    """
    source.go_to(temp_c)
    began_s = clock()
    said: deque[tuple[float, float]] = deque()
    while (now_s := clock()) - began_s <= PATIENCE_S:
        said.append((now_s, source.temp_c()))
        while said and now_s - said[0][0] > STEADY_S:
            said.popleft()
        values = [value for _, value in said]
        near = all(abs(value - temp_c) <= WITHIN_C for value in values)
        long_enough = now_s - began_s >= STEADY_S and now_s - said[0][0] >= STEADY_S - 2 * EVERY_S
        if near and long_enough and max(values) - min(values) <= STEADY_C:
            return sum(values) / len(values)
        sleep(EVERY_S)
    raise SensorStalled(
        f"The source has not settled at {temp_c:.2f} deg C within {PATIENCE_S / 60:.0f} minutes;"
        f" it says {said[-1][1]:.2f}.",
        "Look whether it is on, and that no draught reaches it; then begin again.",
    )
