"""What a lamp is to the kiosk: two wires, told what they should be and asked what they are."""

from dataclasses import dataclass
from typing import Protocol


class LampError(Exception):
    """The lamp does not do what it was told. The sentence says what, and what to look at."""


@dataclass(frozen=True, slots=True)
class Wires:
    """The two wires of the lamp.

    Attributes
    ----------
    screening
        Energised while the station screens and a guard's screen shows it. The lamp *not
        screening* hangs on the contact that is closed at rest: it is lit when this wire is not
        energised, so also when the relay has lost its power or its cable.
    alarm
        Energised while an alarm waits for a guard.
    """

    screening: bool = False
    alarm: bool = False


class Lamp(Protocol):
    """A device with two wires."""

    def set(self, wires: Wires) -> None:
        """Set both wires, and see that they are so.

        Raises
        ------
        LampError
            When they are not.
        """

    def close(self) -> None:
        """Let it rest, and let it go."""
