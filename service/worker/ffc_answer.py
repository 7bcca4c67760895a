"""Whether the sensor answers an FFC that the station commands: no film of a sensor does.

What pictures cannot tell (a film of this very sensor, a still with well-made noise) an answer can:
the shutter closes when it is asked to, at a moment that nobody could have known. The station asks
when an FFC is due and nobody is in view, every few minutes of a quiet entrance.
"""

from typing import Final

from device.errors import SensorStalled
from device.frame import FfcState, RadiometricFrame

WITHIN_S: Final = 20.0  # an FFC takes a second or two; some cameras announce it for ten


class FfcAnswer:
    """Waits for the answer to a command."""

    def __init__(self) -> None:
        self._asked_s: float | None = None

    def asked(self, now_s: float) -> None:
        """Note that an FFC was commanded."""
        if self._asked_s is None:
            self._asked_s = now_s

    def step(self, frame: RadiometricFrame, now_s: float) -> None:
        """Look for the answer in a frame.

        Raises
        ------
        SensorStalled
            There is none.
        """
        if self._asked_s is None:
            return
        waited_s = now_s - self._asked_s
        began = frame.ffc_age_s is not None and frame.ffc_age_s < waited_s
        if frame.ffc is FfcState.IN_PROGRESS or began:
            self._asked_s = None
        elif waited_s > WITHIN_S:
            raise SensorStalled(
                f"the sensor was asked for an FFC {waited_s:.0f} s ago, and its frames show none.",
                "Plug the sensor in again; if this comes back, its shutter or its cable is broken.",
            )
