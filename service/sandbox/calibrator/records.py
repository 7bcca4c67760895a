"""What the supervisor and the process that holds a calibrator's line say to each other.

Two records of fixed width, on a private packet socket of their own::

    supervisor -> calibrator   int16   set point in hundredths of a deg C; 0: only read
    calibrator -> supervisor   uint8   how it went: place in `OF_THE_PROCESS`
                               int16   what it says its temperature is, hundredths of a deg C
"""

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_ASKED: Final = struct.Struct("<h")
_SAID: Final = struct.Struct("<Bh")
ASKED_BYTES: Final = _ASKED.size
LOW_C, HIGH_C = 10.0, 60.0  # between which a station sets it
_LOWEST_C, _HIGHEST_C = -100.0, 300.0  # what it may say


class Fault(StrEnum):
    """Why a calibrator cannot be used; the page has one sentence for each, per language."""

    NONE = "none"
    LOST = "lost"
    NO_REPLY = "no_reply"
    NO_LINES = "no_lines"
    FAHRENHEIT = "fahrenheit"
    NOT_TAKEN = "not_taken"
    NOT_OPENED = "not_opened"  # here and below: what the supervisor finds
    NOT_LOCKED = "not_locked"
    NOT_SETTLED = "not_settled"
    NOT_MEASURED = "not_measured"


OF_THE_PROCESS: Final = tuple(Fault)[: tuple(Fault).index(Fault.NOT_OPENED)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A set point, or only a question: None."""

    set_c: float | None

    def to_bytes(self) -> bytes:
        """Return the record."""
        return _ASKED.pack(0 if self.set_c is None else round(100.0 * self.set_c))

    @classmethod
    def from_bytes(cls, packet: bytes) -> "Asked":
        """Return what a record asks.

        Raises
        ------
        ValueError
            When it is none, or asks for what no sweep sets.
        """
        if len(packet) != ASKED_BYTES:
            raise ValueError(f"{len(packet)} bytes are no question to a calibrator.")
        set_c = _ASKED.unpack(packet)[0] / 100.0
        if set_c and not LOW_C <= set_c <= HIGH_C:
            raise ValueError(f"{set_c} deg C is no set point of a sweep.")
        return cls(set_c or None)


@dataclass(frozen=True, slots=True)
class Said:
    """How it went, and what the calibrator says its temperature is, deg C."""

    fault: Fault
    temp_c: float = 0.0

    def to_bytes(self) -> bytes:
        """Return the record."""
        within_c = min(_HIGHEST_C, max(_LOWEST_C, self.temp_c))
        return _SAID.pack(OF_THE_PROCESS.index(self.fault), round(100.0 * within_c))

    @classmethod
    def from_bytes(cls, packet: bytes) -> "Said":
        """Return what a record says.

        Raises
        ------
        ValueError
            When it is none that the process may send.
        """
        if len(packet) != _SAID.size:
            raise ValueError(f"{len(packet)} bytes are no answer of a calibrator.")
        fault, hundredths = _SAID.unpack(packet)
        temp_c = hundredths / 100.0
        if fault >= len(OF_THE_PROCESS) or not _LOWEST_C <= temp_c <= _HIGHEST_C:
            raise ValueError("This is no answer of a calibrator.")
        return cls(OF_THE_PROCESS[fault], temp_c)
