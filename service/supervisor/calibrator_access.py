"""How the supervisor has a calibrator set: through a locked process that lives for a sweep."""

import selectors
import termios

from service.ipc.vocabulary import ChannelClosed, ChannelError
from service.sandbox.calibrator.records import Asked, Fault, Said
from service.sandbox.errors import SandboxError
from service.sandbox.opener import Node
from service.supervisor.child_slot import ChildSlot
from service.supervisor.config import StationConfig
from service.supervisor.opening import Opening
from service.supervisor.programs import start_calibrator


class CalibratorAccess:
    """One calibrator, and the process that holds its line.

    Parameters
    ----------
    selector
        The supervisor's.
    config
        Of the station.

    Attributes
    ----------
    slot
        Of its process, while a sweep runs.
    """

    def __init__(self, selector: selectors.BaseSelector, config: StationConfig) -> None:
        self._config = config
        self._node = Node(str(config.calibrator), serial=True, rate=termios.B2400)
        self._said: Said | None = None
        self._ready = False
        self._opening = Opening(selector, lambda _why: self._lose(Fault.NOT_OPENED))
        self.slot = ChildSlot(
            "calibrator",
            selector,
            hear=self._hear,
            ended=lambda _why: self._lose(Fault.LOST),
            judged=lambda _report: None,
            refused=lambda _sentence: self._lose(Fault.NOT_LOCKED),
        )

    def begin(self) -> None:
        """Start its process; the line is opened once that is found locked."""
        self.end()
        try:
            self.slot.keep(start_calibrator(self._config), waits_for_camera=True)
        except SandboxError:
            self._said = Said(Fault.NOT_LOCKED)

    def turn(self) -> None:
        """Open the line when it is time, and let the judge look again."""
        self.slot.look_again()
        if self.slot.wants_camera and not self._opening.busy and not self._ready:
            self._ready = True
            self._opening.open(self.slot, self._node)

    def ask(self, set_c: float | None) -> bool:
        """Set it, or only ask for its temperature; False while its line is not open yet."""
        child = self.slot.child
        if child is None or child.channel is None or self._opening.busy or not self._ready:
            return False
        try:
            return child.channel.send_packet(Asked(set_c).to_bytes())
        except ChannelClosed:
            return False  # its end comes as a process event

    def take(self) -> Said | None:
        """Return what was said since this was asked last."""
        said, self._said = self._said, None
        return said

    def end(self) -> None:
        """End its process."""
        self._opening.end()
        self.slot.end()
        self._said, self._ready = None, False

    def _hear(self, packet: bytes) -> None:
        try:
            self._said = Said.from_bytes(packet)
        except ValueError as error:
            raise ChannelError(str(error)) from error

    def _lose(self, fault: Fault) -> None:
        self._opening.end()
        self.slot.end()
        self._said, self._ready = Said(fault), False
