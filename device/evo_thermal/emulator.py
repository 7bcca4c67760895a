"""An Evo Thermal on a pty: it streams frames of a warm spot, on any kind of line."""

import os
import threading
import time
import tty
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Self

import numpy as np

from device.evo_thermal.commands import STREAM_OFF, STREAM_ON
from device.evo_thermal.protocol import SIDE, Answer, Frame

# Given the bytes of a packet, says what arrives of it, and after how many seconds each.
Spoiler = Callable[[bytes], Iterable[tuple[float, bytes]]]

_LONGEST_COMMAND = 5


class Fault(StrEnum):
    """What goes wrong from now on."""

    REFUSE = "refuse"  # it answers, and says no
    DEAF = "deaf"  # it does not answer
    STALL = "stall"  # it sends no more frames
    REPEAT = "repeat"  # it sends one frame again and again
    GARBAGE = "garbage"  # it sends noise
    BAD_CRC = "bad_crc"  # every frame has a wrong bit


def perfect(packet: bytes) -> Iterable[tuple[float, bytes]]:
    """Carry a packet as it is."""
    yield 0.0, packet


class EmulatedEvoThermal:
    """The sensor at the far end of a pty.

    Parameters
    ----------
    spoil
        What the line does to packets.
    pause_s
        Between two frames.
    fault
        What is wrong from the start.

    Attributes
    ----------
    port
        Path of the pty.
    fault
        What is wrong now; set it at any time.
    heard
        All bytes that have reached it: what it was told to do.
    """

    def __init__(
        self, spoil: Spoiler = perfect, *, pause_s: float = 0.005, fault: Fault | None = None
    ) -> None:
        self.fault = fault
        self._spoil = spoil
        self._pause_s = pause_s
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port = os.ttyname(self._slave)
        self._noise = np.random.default_rng(7)
        self._commands = bytearray()
        self.heard = bytearray()
        self._streaming = False
        self._stopping = threading.Event()
        self._frame = self._picture()
        self._thread = threading.Thread(target=self._serve, name="emulated evo", daemon=True)

    def unplug(self) -> None:
        """Hang up: who has the port open finds it dead."""
        self._stopping.set()
        self._thread.join()
        for descriptor in (self._master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self._master = self._slave = -1

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.unplug()

    def _serve(self) -> None:
        while not self._stopping.wait(self._pause_s):
            self._listen()
            if not self._streaming or self.fault is Fault.STALL:
                continue
            if self.fault is not Fault.REPEAT:
                self._frame = self._picture()
            packet = self._frame.packet
            if self.fault is Fault.GARBAGE:
                packet = self._noise.bytes(len(packet))
            elif self.fault is Fault.BAD_CRC:
                packet = packet[:100] + bytes((packet[100] ^ 1,)) + packet[101:]
            self._send(packet)

    def _listen(self) -> None:
        try:
            came = os.read(self._master, 4096)
        except BlockingIOError:
            return
        self._commands += came
        self.heard += came
        for command, streaming in ((STREAM_ON, True), (STREAM_OFF, False)):
            if command in self._commands:
                del self._commands[: self._commands.rindex(command) + len(command)]
                if self.fault is Fault.DEAF:
                    return
                self._streaming = streaming and self.fault is not Fault.REFUSE
                self._send(Answer(self.fault is not Fault.REFUSE).to_bytes())
        del self._commands[:-_LONGEST_COMMAND]

    def _send(self, packet: bytes) -> None:
        for after_s, data in self._spoil(packet):
            if after_s:
                time.sleep(after_s)
            rest = data
            while rest and not self._stopping.is_set():
                try:
                    rest = rest[os.write(self._master, rest) :]
                except BlockingIOError:  # nobody reads
                    self._stopping.wait(0.001)

    def _picture(self) -> Frame:
        """Return a hand at 34 deg C before a wall at 22 deg C, with 0.1 K of noise."""
        y, x = np.mgrid[:SIDE, :SIDE]
        hand = np.hypot(x - 16.0, y - 16.0) < 5.0
        kelvin = 295.15 + 12.0 * hand + self._noise.normal(0.0, 0.1, (SIDE, SIDE))
        return Frame.of(np.rint(kelvin * 10.0).astype(np.uint16), 303.15)
