"""The filter of an Evo Thermal's serial line: its two stream commands, and not one byte else."""

from collections import Counter

from device.evo_thermal.commands import ALLOWED
from service.sandbox.camera_filter.wire import Passed

_LONGEST = max(map(len, ALLOWED))


class EvoThermalFilter:
    """Lets the allowed commands through, wherever they stand between other bytes.

    Attributes
    ----------
    refused
        `bytes`: how many belonged to no allowed command.
    """

    def __init__(self) -> None:
        self.refused: Counter[str] = Counter()
        self._pending = bytearray()

    def judge(self, data: bytes) -> Passed:
        """Take what the worker wrote; say what goes on."""
        pending = self._pending
        pending += data
        at, camera = 0, b""
        while at < len(pending):
            found = next((c for c in ALLOWED if pending.startswith(c, at)), None)
            if found is not None:
                camera += found
                at += len(found)
            elif any(c.startswith(pending[at : at + _LONGEST]) for c in ALLOWED):
                break  # the beginning of one: the rest may still come
            else:
                self.refused["bytes"] += 1
                at += 1
        del pending[:at]
        return Passed(camera)
