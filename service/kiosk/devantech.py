"""The USB-RLY02 of Devantech (Norfolk, England): two relays with changeover contacts.

It is a USB CDC serial port with commands of one byte
(https://www.robot-electronics.co.uk/htm/usb_rly02tech.htm):

    5A          which module: answers its identity, 0x0A, and the version of its software
    5B          which relays are energised: answers one byte, bit 0 is relay 1
    5C  states  energise the relays whose bits are set, release the others; answers nothing

Relay 1 is *screening*, relay 2 is *alarm* (`service.kiosk.wires.Wires`). Neither has a watchdog:
when the computer stands still, the relays stay as they are. That is told by the screen and its
cover.
"""

import os
import select
import termios
import time
import tty
from pathlib import Path
from typing import Final

from service.kiosk.wires import LampError, Wires

WHICH: Final = 0x5A
READ: Final = 0x5B
WRITE: Final = 0x5C
IDENTITY: Final = 0x0A
SCREENING: Final = 0x01
ALARM: Final = 0x02
ANSWERS_WITHIN_S: Final = 0.25


class UsbRly02:
    """A USB-RLY02 on its serial port.

    Parameters
    ----------
    path
        Its node, `/dev/limen-lamp`.

    Raises
    ------
    LampError
        When nothing is there, or something else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            raise LampError(
                f"The lamp's relay cannot be opened ({path}: {error.strerror}). Plug it in."
            ) from error
        try:
            tty.setraw(self._fd, termios.TCSAFLUSH)
            self._check_identity()
        except LampError:
            os.close(self._fd)
            raise
        except (OSError, termios.error) as error:
            os.close(self._fd)
            raise LampError(f"{path} is no serial port ({error}).") from error

    def _check_identity(self) -> None:
        identity, _version = self._ask(WHICH, 2)
        if identity != IDENTITY:
            raise LampError(
                f"{self._path} says that it is module {identity:#04x}, not a USB-RLY02 "
                f"({IDENTITY:#04x}). Plug the right relay in."
            )

    def set(self, wires: Wires) -> None:
        """Set both wires, and read back what the relays are."""
        wanted = SCREENING * wires.screening | ALARM * wires.alarm
        self._write(bytes((WRITE, wanted)))
        (found,) = self._ask(READ, 1)
        if found != wanted:
            raise LampError(
                f"The lamp's relays read {found:#04x}, not {wanted:#04x} as they were set. "
                "Look at the relay and its power."
            )

    def close(self) -> None:
        """Release both relays, as far as it can be reached, and close the port."""
        try:
            self._write(bytes((WRITE, 0)))
        except LampError:
            pass  # unplugged: its relays have fallen off by themselves
        finally:
            os.close(self._fd)

    def _write(self, said: bytes) -> None:
        try:
            written = os.write(self._fd, said)
        except OSError as error:
            raise LampError(f"The lamp's relay is gone ({error.strerror}). Plug it in.") from error
        if written != len(said):
            raise LampError("The lamp's relay takes nothing. Plug it out and in again.")

    def _ask(self, command: int, length: int) -> bytes:
        termios.tcflush(self._fd, termios.TCIFLUSH)  # an answer that came too late is none
        self._write(bytes((command,)))
        answer = b""
        deadline = time.monotonic() + ANSWERS_WITHIN_S
        while len(answer) < length:
            left = deadline - time.monotonic()
            if left <= 0.0 or not select.select([self._fd], [], [], left)[0]:
                raise LampError(
                    f"The lamp's relay gave {len(answer)} of {length} bytes to {command:#04x} "
                    f"within {ANSWERS_WITHIN_S} s. Plug it out and in again."
                )
            try:
                got = os.read(self._fd, length - len(answer))
            except OSError as error:
                raise LampError(f"The lamp's relay is gone ({error.strerror}).") from error
            if not got:
                raise LampError("The lamp's relay is gone. Plug it in.")
            answer += got
        return answer
