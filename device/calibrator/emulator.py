"""A Fluke 9133 on a pty: its plate follows its set-point, and it talks by itself as it does."""

import math
import os
import threading
import time
import tty
from contextlib import suppress
from enum import StrEnum
from typing import Self

LAG_S = 120.0  # time constant of its plate


class Fault(StrEnum):
    """What goes wrong."""

    DEAF = "deaf"  # it does not answer
    FAHRENHEIT = "fahrenheit"  # whatever is asked for
    STUBBORN = "stubborn"  # its limits keep it from the set-point
    NOISE = "noise"  # another baud rate


class EmulatedHart:
    """The calibrator at the far end of a pty.

    Parameters
    ----------
    pace
        How many of its seconds pass in one.
    echoes
        Whether its duplex is *full*.
    fault
        What is wrong from the start.

    Attributes
    ----------
    port
        Path of the pty.
    heard
        The commands that it was given.
    """

    def __init__(
        self, *, pace: float = 1.0, echoes: bool = True, fault: Fault | None = None
    ) -> None:
        self.fault, self._pace, self._echoes = fault, pace, echoes
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.heard: list[str] = []
        self._set_c = self._from_c = 25.0
        self._since_s = time.monotonic()
        self._unit = "F" if fault is Fault.FAHRENHEIT else "C"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def plate_c(self) -> float:
        """Temperature of its plate now."""
        passed_s = (time.monotonic() - self._since_s) * self._pace
        return self._set_c + (self._from_c - self._set_c) * math.exp(-passed_s / LAG_S)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._ended.set()
        with suppress(OSError):
            os.write(self._slave, b"\r")  # wakes the reader
        self._thread.join()
        os.close(self._master)
        os.close(self._slave)

    def _serve(self) -> None:
        command = b""
        while not self._ended.is_set():
            byte = os.read(self._master, 1)
            if byte != b"\r":
                command += byte
                continue
            self._obey(command.decode("ascii", "replace").replace(" ", "").lower())
            command = b""

    def _obey(self, command: str) -> None:
        if not command or self._ended.is_set():
            return
        self.heard.append(command)
        if self.fault is Fault.DEAF:
            return
        if self.fault is Fault.NOISE:
            os.write(self._master, bytes(range(128, 255)))
            return
        if self._echoes:
            self._say(command)
        name, _, value = command.partition("=")
        if name == "u" and value:
            self._unit = "F" if self.fault is Fault.FAHRENHEIT else value.upper()
        elif name == "s" and value:
            self._from_c, self._since_s = self.plate_c, time.monotonic()
            self._set_c = min(float(value), 35.0) if self.fault is Fault.STUBBORN else float(value)
        elif name == "s":
            self._say(f"t: {self.plate_c:.2f} {self._unit}")  # by itself, as it does
            self._say(f"set: {self._set_c:.2f} {self._unit}")
        elif name == "t":
            self._say(f"t: {self.plate_c:.2f} {self._unit}")

    def _say(self, line: str) -> None:
        os.write(self._master, f"{line}\r\n".encode("ascii"))
