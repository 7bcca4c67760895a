"""What the readers of recordings have in common: one stored frame, and how it is told apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from device.frame import FfcState


@dataclass(frozen=True, slots=True)
class StoredFrame:
    """One frame as it lies in the recording, not yet upright.

    Attributes
    ----------
    counts
        `(H, W) uint16`, as stored.
    time_s
        Seconds on the clock of the camera or of the recorder.
    sequence
        Number of the frame, counted by the camera, or by place where the recording has no counter.
    ffc, ffc_age_s, fpa_temp_c
        As in `RadiometricFrame`.
    flaw
        Why the frame may not be measured; None for a good one.
    """

    counts: NDArray[np.uint16]
    time_s: float
    sequence: int
    ffc: FfcState
    ffc_age_s: float | None
    fpa_temp_c: float | None = None
    flaw: str | None = None


@dataclass(frozen=True, slots=True)
class StoredCamera:
    """What a recording says of the camera that made it.

    Attributes
    ----------
    model
        Empty when the recording names none.
    width, height
        In pixels, as stored.
    quarter_turns
        Counter-clockwise quarter turns that make its pictures upright where nobody says otherwise.
    """

    model: str
    serial: str
    firmware: str
    width: int
    height: int
    frame_rate_hz: float
    quarter_turns: int = 0


class StoredFrames(Protocol):
    """A recording that has been checked from end to end."""

    @property
    def camera(self) -> StoredCamera:
        """Which camera made it."""

    def frames(self) -> Iterator[StoredFrame]:
        """Yield its frames from the first one, every time it is called."""
