"""A USB-RLY02 without the relay: the far end of a pty that speaks its bytes."""

import os
import pty
import select
import threading
import tty
from pathlib import Path

_WHICH, _READ, _WRITE = 0x5A, 0x5B, 0x5C
_ALL_ON, _ALL_OFF = 0x64, 0x6E
_ONE_ON, _ONE_OFF = (0x65, 0x66), (0x6F, 0x70)


class Relay:
    """Two relays, set and read as the data sheet says.

    Attributes
    ----------
    states
        Bit 0 is relay 1.
    heard
        Every byte that came.
    """

    def __init__(self, *, identity: int = 0x0A) -> None:
        self._identity = identity
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.path = Path(os.ttyname(self._theirs))
        self.states, self.heard = 0, b""
        self.stuck = False  # a contact that is welded: it says what it was told, and is not
        self.silent = False
        self.halved = False  # every answer loses its second half
        self._setting = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Unplug it."""
        self._ended.set()
        self._thread.join()
        os.close(self._ours)
        os.close(self._theirs)

    def _serve(self) -> None:
        while not self._ended.is_set():
            if select.select([self._ours], [], [], 0.02)[0]:
                for byte in os.read(self._ours, 64):
                    self.heard += bytes((byte,))
                    self._take(byte)

    def _take(self, byte: int) -> None:
        if self._setting:
            self._setting = False
            self._set(byte & 0x03)
        elif byte == _WHICH:
            self._say(bytes((self._identity, 1)))
        elif byte == _READ:
            self._say(bytes((self.states,)))
        elif byte == _WRITE:
            self._setting = True
        elif byte in (_ALL_ON, _ALL_OFF):
            self._set(0x03 if byte == _ALL_ON else 0)
        elif byte in _ONE_ON:
            self._set(self.states | 1 << _ONE_ON.index(byte))
        elif byte in _ONE_OFF:
            self._set(self.states & ~(1 << _ONE_OFF.index(byte)))

    def _set(self, states: int) -> None:
        if not self.stuck:
            self.states = states

    def _say(self, answer: bytes) -> None:
        if not self.silent:
            os.write(self._ours, answer[: len(answer) // 2] if self.halved else answer)
