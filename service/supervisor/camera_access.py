"""How the worker comes to its camera: through a filter, after both are locked, by an opener.

The order is the point. The filter is started, then the worker; each loads, and is judged. When both
have been found locked, an opener puts the descriptor of the control channel into the filter. The
worker asks the camera who it is; when the register admits it, another opener puts the descriptor of
the video node into the worker. The supervisor holds none of them at any time.
"""

import selectors
from collections.abc import Callable

from screening.result import Reason
from service.supervisor.camera_place import CameraPlace
from service.supervisor.child import Child
from service.supervisor.child_slot import ChildSlot
from service.supervisor.opening import Opening


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
        self._worker = worker
        self._place: CameraPlace | None = None
        self._opening = Opening(selector, lambda why: lost(Reason.SENSOR_LOST, why))
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
        if place is None or self._opening.busy or not self._worker.locked:
            return
        self.filter.look_again()
        if self.filter.wants_camera:
            self._opening.open(self.filter, place.control)
        elif self._worker.wants_camera and place.video is not None and admitted:
            self._opening.open(self._worker, place.video)

    def end(self) -> None:
        """End the filter and what is being opened; the worker ends by itself without them."""
        self._place = None
        self._opening.end()
        self.filter.end()
