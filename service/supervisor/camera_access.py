"""How the worker comes to its camera: through a filter, after both are locked, by an opener.

The order is the point. The filter is started, then the worker; each loads, and is judged. When both
have been found locked, an opener puts the descriptor of the control channel into the filter. The
worker asks the camera who it is; when the register admits it, another opener puts the descriptor of
the video node into the worker. The supervisor holds none of them at any time.
"""

import selectors
from collections.abc import Callable
from contextlib import suppress

from screening.result import Reason
from service.sandbox.opener import Node, NotOpened, Opener
from service.supervisor.camera_place import CameraPlace
from service.supervisor.child import Child
from service.supervisor.child_slot import ChildSlot


class CameraAccess:
    """One camera's filter, and the openers.

    Parameters
    ----------
    selector
        The supervisor's.
    worker
        Whose camera it is.
    lost
        Called with a reason and a sentence when the camera cannot be had, or no longer.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        worker: ChildSlot,
        lost: Callable[[Reason, str], None],
    ) -> None:
        self._selector = selector
        self._worker = worker
        self._lost = lost
        self._place: CameraPlace | None = None
        self._opener: tuple[Opener, ChildSlot] | None = None
        self.filter = ChildSlot(
            "camera filter",
            selector,
            hear=lambda _packet: None,
            ended=lambda why: lost(Reason.SENSOR_LOST, why or "The filter of the camera ended."),
            judged=lambda _report: None,
            refused=lambda sentence: lost(Reason.NOT_LOCKED, sentence),
        )

    def begin(self, place: CameraPlace, child: Child) -> None:
        """Take in the filter of a camera, which has just been started."""
        self._place = place
        self.filter.keep(child, waits_for_camera=True)

    def turn(self, *, admitted: bool) -> None:
        """Open what may be opened now.

        Parameters
        ----------
        admitted
            Whether the register admitted the camera.
        """
        place = self._place
        if place is None or self._opener is not None or not self._worker.locked:
            return
        self.filter.look_again()
        if self.filter.wants_camera:
            self._open(self.filter, place.control)
        elif self._worker.wants_camera and place.video is not None and admitted:
            self._open(self._worker, place.video)

    def end(self) -> None:
        """End the filter and what is being opened; the worker ends by itself without them."""
        self._place = None
        if self._opener is not None:
            opener, self._opener = self._opener[0], None
            self._forget(opener)
            opener.close()
        self.filter.end()

    def _open(self, slot: ChildSlot, node: Node) -> None:
        if slot.start is None:
            return
        opener = Opener(slot.start, node)
        self._opener = opener, slot
        self._selector.register(opener, selectors.EVENT_READ, self._opened)

    def _opened(self) -> None:
        if self._opener is None:
            return
        (opener, slot), self._opener = self._opener, None
        self._forget(opener)
        try:
            opener.end()
        except NotOpened as error:
            self._lost(Reason.SENSOR_LOST, str(error))
            return
        slot.given()

    def _forget(self, opener: Opener) -> None:
        with suppress(KeyError, ValueError):
            self._selector.unregister(opener)
