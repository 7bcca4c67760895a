r"""Portable infrared calibrators of Fluke (Hart Scientific), 9132 and 9133, by their serial port.

Lines of ASCII, 8 data bits, no parity, one stop bit. A command ends with a carriage return; letters
of any case, abbreviated to what is unique; with ``=`` it sets, without it reads. By itself the
calibrator sends its temperature now and then, and echoes commands where its duplex is *full*: both
may stand before the reply::

    -> u=c\r                 units: Celsius
    -> s=34.25\r             set-point
    -> s\r      <- set: 34.25 C\r\n
    -> t\r      <- t: 34.21 C\r\n

Source: *9132 Portable IR Calibrator, User Manual*, section 8.3, table 2
(https://www.manualslib.com/manual/1418277/Fluke-9132.html?page=34); the 9133 reaches down to
-30 deg C and is the one of the two for skin. Not tried on a real one.
"""

import math
import re
import time
from dataclasses import dataclass
from typing import Final

from device.calibrator.line import Line
from device.errors import ProtocolError, ReplyTimeout, SensorLost, SensorRefused

LOW_C, HIGH_C = 10.0, 60.0  # between which a sweep for skin may set it
_REPLY_S: Final = 3.0
_LONGEST: Final = 80
_SET_WITHIN_C: Final = 0.01


@dataclass(frozen=True, slots=True)
class CommandDef:
    """A command: what is sent to read it, and with which label the reply begins."""

    text: str
    label: str


SET_POINT: Final = CommandDef("s", "set")
TEMPERATURE: Final = CommandDef("t", "t")
CELSIUS: Final = "u=c"
_REPLY: Final = re.compile(r"^([a-z]+)\s*:\s*([-+]?\d{1,4}(?:\.\d{1,4})?)\s*([CF])$", re.IGNORECASE)


def parse(line: bytes) -> tuple[str, float, str] | None:
    """Return label, number and unit of a line; None when it is none (an echo).

    >>> parse(b"set: 34.25 C")
    ('set', 34.25, 'C')
    >>> parse(b"s=34.25") is None
    True
    """
    found = _REPLY.match(line.decode("ascii", "replace").strip())
    return None if found is None else (found[1].lower(), float(found[2]), found[3].upper())


class SpeaksFahrenheit(SensorRefused):
    """It answers in degrees Fahrenheit, whatever it is told."""


class HartCalibrator:
    """One calibrator on a serial line.

    Parameters
    ----------
    line
        The open line.
    """

    def __init__(self, line: Line) -> None:
        self._line = line

    def go_to(self, temp_c: float) -> None:
        """Set its temperature, and see that it took it.

        Raises
        ------
        SensorRefused
            When the temperature is none for a sweep, or it did not take it.
        """
        if not (math.isfinite(temp_c) and LOW_C <= temp_c <= HIGH_C):
            raise SensorRefused(
                f"{temp_c} deg C is no set point of a sweep for skin.",
                f"Choose one between {LOW_C:.0f} and {HIGH_C:.0f} deg C.",
            )
        self._send(CELSIUS)
        self._send(f"{SET_POINT.text}={temp_c:.2f}")
        taken_c = self._ask(SET_POINT)
        if abs(taken_c - temp_c) > _SET_WITHIN_C:
            raise SensorRefused(
                f"The calibrator was set to {temp_c:.2f} deg C and says {taken_c:.2f}.",
                "Look at its limits in its menu.",
            )

    def temp_c(self) -> float:
        """Return what it says its temperature is, deg C."""
        return self._ask(TEMPERATURE)

    def _send(self, command: str) -> None:
        try:
            self._line.forget()
            self._line.write(f"{command}\r".encode("ascii"))
        except OSError as error:
            raise SensorLost(f"The calibrator is gone: {error}.", "Plug it in again.") from error

    def _ask(self, command: CommandDef) -> float:
        """Return the number of a reply; echoes and what it sends by itself are passed over."""
        self._send(command.text)
        deadline = time.monotonic() + _REPLY_S
        line = b""
        while time.monotonic() < deadline:
            try:
                line += self._line.read()
            except OSError as error:
                raise SensorLost(
                    f"The calibrator is gone: {error}.", "Plug it in again."
                ) from error
            if len(line) > _LONGEST:
                raise ProtocolError(
                    "The calibrator sends no lines.", "Look at its baud rate.", line
                )
            if not line.endswith((b"\r", b"\n")):
                continue
            found, line = parse(line), b""
            if found is None or found[0] != command.label:
                continue
            if found[2] != "C":
                raise SpeaksFahrenheit(
                    "The calibrator speaks Fahrenheit.", "Set its units to Celsius in its menu."
                )
            return found[1]
        raise ReplyTimeout(
            f"The calibrator did not answer {command.text!r} within {_REPLY_S:.0f} s.",
            "Look at the cable, and at its baud rate.",
            line,
        )
