"""The lamp, told and asked in a thread: a relay that does not answer must hold nobody."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog

from service.kiosk.devantech import UsbRly02
from service.kiosk.wires import Lamp, LampError, Wires

_AGAIN_S: Final = 0.5  # the same is said again: a relay may have fallen off
_OPEN_AGAIN_S: Final = 2.0


class LampKeeper:
    """Holds the lamp to what it should be, for as long as it runs.

    Parameters
    ----------
    path
        The node of its relay.
    opened
        Opens the relay there.
    """

    def __init__(self, path: Path, opened: Callable[[Path], Lamp] = UsbRly02) -> None:
        self._path, self._opened = path, opened
        self._wires = Wires()
        self._changed = threading.Event()
        self._ended = False
        self.trouble = ""
        self._log = structlog.get_logger("limen")
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def set(self, wires: Wires) -> None:
        """Say what it should be from now on."""
        if wires != self._wires:
            self._wires = wires
            self._changed.set()

    def close(self) -> None:
        """Let it rest: *not screening* is lit."""
        self._ended = True
        self._changed.set()
        self._thread.join(timeout=2.0)

    def _keep(self) -> None:
        lamp: Lamp | None = None
        while not self._ended:
            self._changed.clear()
            try:
                lamp = lamp or self._opened(self._path)
                lamp.set(self._wires)
                self._say("")
            except LampError as error:
                self._say(str(error))
                if lamp is not None:
                    lamp.close()
                lamp = None
            self._changed.wait(_AGAIN_S if lamp is not None else _OPEN_AGAIN_S)
        if lamp is not None:
            lamp.close()

    def _say(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._log.warning("lamp", what=trouble or "It does what it is told again.")
