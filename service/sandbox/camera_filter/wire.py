"""What a filter of a serial line is: the worker's bytes in, what goes where out."""

from collections import Counter
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Passed:
    """What becomes of bytes that the worker wrote.

    Attributes
    ----------
    camera
        Goes to the camera: whole commands, composed by the filter.
    worker
        Goes back to the worker: the filter's own refusals.
    """

    camera: bytes = b""
    worker: bytes = b""


class WireFilter(Protocol):
    """Decides on the worker's bytes, however they are cut up; holds a bounded number of them.

    Attributes
    ----------
    refused
        How often something was kept from the camera, by reason.
    """

    refused: Counter[str]

    def judge(self, data: bytes) -> Passed:
        """Take what the worker wrote; say what goes on."""
