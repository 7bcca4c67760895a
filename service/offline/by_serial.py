"""Waiting for a source that is set by serial, beside the station."""

import time
from collections.abc import Callable
from typing import Protocol

from device.errors import SensorStalled
from service.acceptance import settling


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

    Raises
    ------
    SensorStalled
        When it has not settled within half an hour (`service.acceptance.settling`).
    SensorError
        When it cannot be set or read.
    """
    source.go_to(temp_c)
    waits = settling.Settling(temp_c, clock())
    while not waits.over(clock()):
        said_c = source.temp_c()
        settled_c = waits.said(said_c, clock())
        if settled_c is not None:
            return settled_c
        sleep(settling.EVERY_S)
    raise SensorStalled(
        f"The source has not settled at {temp_c:.2f} deg C within"
        f" {settling.PATIENCE_S / 60:.0f} minutes; it says {said_c:.2f}.",
        "Look whether it is on, and that no draught reaches it; then begin again.",
    )
