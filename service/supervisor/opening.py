"""Having one device opened for a locked process that waits for it, in the supervisor's loop."""

import selectors
from collections.abc import Callable
from contextlib import suppress

from service.sandbox.opener import Node, NotOpened, Opener
from service.supervisor.child_slot import ChildSlot


class Opening:
    """One opener at a time.

    Parameters
    ----------
    selector
        The supervisor's.
    failed
        Called with a sentence when a device cannot be opened.
    """

    def __init__(self, selector: selectors.BaseSelector, failed: Callable[[str], None]) -> None:
        self._selector = selector
        self._failed = failed
        self._opener: tuple[Opener, ChildSlot] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being opened."""
        return self._opener is not None

    def open(self, slot: ChildSlot, node: Node) -> None:
        """Open a node for the child that waits in a slot."""
        if slot.start is None:
            return
        opener = Opener(slot.start, node)
        self._opener = opener, slot
        self._selector.register(opener, selectors.EVENT_READ, self._opened)

    def end(self) -> None:
        """End what is being opened."""
        if self._opener is not None:
            opener, self._opener = self._opener[0], None
            self._forget(opener)
            opener.close()

    def _opened(self) -> None:
        if self._opener is None:
            return
        (opener, slot), self._opener = self._opener, None
        self._forget(opener)
        try:
            opener.end()
        except NotOpened as error:
            self._failed(str(error))
            return
        slot.given()

    def _forget(self, opener: Opener) -> None:
        with suppress(KeyError, ValueError):
            self._selector.unregister(opener)
