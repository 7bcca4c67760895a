"""The worker, as the supervisor sees it: started with its camera, heard, watched and ended.

What it says is taken for what it is and no more: numbers only from one whose sensor was admitted, a
sensor only from one that is locked, and nothing too often. Which sensor that is, and what screens
make of the numbers, is decided elsewhere.
"""

import os
import selectors
import time
from collections.abc import Callable
from contextlib import ExitStack

from device.drivers import driver
from device.errors import SensorNotFound
from hardware.vetting.station import Vetting
from screening.result import Reason
from service.ipc.orders import Admitted
from service.ipc.preview_memory import create_memory
from service.ipc.records import (
    Fault,
    GaveUp,
    Instruments,
    Opened,
    PlateSeen,
    Seen,
    SpotSeen,
    Status,
)
from service.ipc.vocabulary import ChannelError, Message
from service.sandbox.errors import SandboxError
from service.sandbox.report import LockReport
from service.supervisor.camera_access import CameraAccess
from service.supervisor.camera_place import CameraPlace, locate
from service.supervisor.child import Child, ran_s
from service.supervisor.child_slot import ChildSlot
from service.supervisor.config import StationConfig
from service.supervisor.faults import sentence
from service.supervisor.hearing import Hearing
from service.supervisor.patience import Patience
from service.supervisor.programs import line_of, start_filter, start_worker
from service.supervisor.scenarios import Scenarios

Said = Status | Seen | Instruments | SpotSeen


def _why_no_start(error: Exception) -> Reason:
    if isinstance(error, SandboxError):
        return Reason.NOT_LOCKED
    return Reason.SENSOR_LOST if isinstance(error, SensorNotFound) else Reason.WORKER_LOST


class WorkerProcess:
    """The place of the worker in the supervisor's loop.

    Parameters
    ----------
    selector
        The supervisor's.
    config
        How the station was started.
    scenarios
        What a simulated sensor can show.
    vetting
        Asked for a sentence when a sensor was refused, and where cameras are looked for.
    locked
        Whether it is locked before it may see anything.
    show_picture
        Given the readable end of the memory of each new worker's thermal view.
    opened
        Called with what it says of the sensor that it opened.
    said
        Called with what it says while it screens, and the monotonic time in seconds.
    plate
        Called with the non-uniformity that it was asked for.
    judged
        Called with how it is locked, when it has been found so.
    lost
        Called with a reason and a sentence when it can no longer see; once for each worker, since
        the first reason is the one that stands.

    Attributes
    ----------
    words
        The kind of sensor, in words.
    slot
        Its place.
    camera
        The filter before a real camera.
    admitted
        Whether the register admitted the sensor of this worker.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        config: StationConfig,
        scenarios: Scenarios,
        vetting: Vetting,
        *,
        locked: bool,
        show_picture: Callable[[int], None],
        opened: Callable[[Opened], None],
        said: Callable[[Said, float], None],
        plate: Callable[[PlateSeen], None],
        judged: Callable[[LockReport], None],
        lost: Callable[[Reason, str], None],
    ) -> None:
        self._config, self._scenarios, self._vetting = config, scenarios, vetting
        self._to_be_locked = locked
        self._show_picture, self._opened, self._said = show_picture, opened, said
        self._plate, self._lost = plate, lost
        self.words = "sensor" if config.simulated else driver(config.sensor).words
        self.slot = ChildSlot(
            "worker",
            selector,
            hear=self._hear,
            ended=lambda why: self._over(Reason.WORKER_LOST, why),
            judged=judged,
            refused=lambda sentence: self._over(Reason.NOT_LOCKED, sentence),
        )
        self.camera = CameraAccess(selector, self.slot, self.restart)
        self._place: CameraPlace | None = None  # of a real camera
        self._hearing = Hearing(time.monotonic())
        self._patience = Patience(time.monotonic())
        self._explained = False  # whether it was said why this one sees no more
        self.admitted = False

    @property
    def usb_port(self) -> str | None:
        """The USB port of the camera that was to be opened; None when it is on none."""
        return self._place.usb.port if self._place and self._place.usb else None

    def start(self, scenario: str) -> bool:
        """Start one; False, and it is lost, when that cannot be.

        Parameters
        ----------
        scenario
            What a simulated sensor shows.
        """
        self._explained = self.admitted = False
        self._hearing.begins(time.monotonic())
        try:
            self.slot.keep(
                self._new(scenario), waits_for_camera=bool(self._place and self._place.video)
            )
        except (SandboxError, SensorNotFound, OSError) as error:  # no memory, no descriptor left
            self.camera.end()
            self.slot.delay()
            self.lose(_why_no_start(error), str(error))
            return False
        return True

    def _new(self, scenario: str) -> Child:
        """Start a worker, and the filter before its camera."""
        config = self._config
        with ExitStack() as passed_on:
            camera: tuple[CameraPlace, int] | None = None
            if not config.simulated:
                self._place = place = locate(
                    driver(config.sensor), config.sensor_port, self._vetting.sys_root
                )
                ours, filters = map(passed_on.enter_context, line_of(place))
                self.camera.begin(place, start_filter(config, place, filters.fileno()))
                camera = place, ours.fileno()
            writable, readable = create_memory()
            passed_on.callback(os.close, writable)
            self._show_picture(readable)
            return start_worker(
                config,
                scenario=self._scenarios.place(scenario),
                own=self._scenarios.file(scenario),
                preview=writable,
                camera=camera,
                locked=self._to_be_locked,
            )

    def ask(self, message: Message) -> None:
        """Send a message, when there is one."""
        self.slot.ask(message)

    def ask_for_plate(self, message: Message) -> None:
        """Ask for the non-uniformity; one answer may come."""
        self._hearing.asked_for_plate()
        self.ask(message)

    def admit(self) -> None:
        """Let it screen: the register admits its sensor."""
        self.admitted = True
        self.ask(Admitted())

    # ---- what it says

    def _hear(self, packet: bytes) -> None:
        now = time.monotonic()
        if self._patience.slept(now):
            self._patience.turn(now)
            self._hearing.slept(now)
        match self._hearing.record(packet, now):
            case Status() | Seen() | Instruments() | SpotSeen() as said:
                if not self.admitted:
                    raise ChannelError("The worker screens with a sensor that was not admitted.")
                self._said(said, now)
            case Opened() as opened:
                if self._to_be_locked and not self.slot.locked:
                    raise ChannelError("The worker has a sensor before it is locked.")
                self._opened(opened)
            case PlateSeen() as plate:
                self._plate(plate)
            case GaveUp(reason=reason, fault=fault):
                self.lose(reason, self.sentence(fault))

    def sentence(self, fault: Fault) -> str:
        """Return why one gave up, and what to do."""
        return sentence(fault, self.words, self._vetting)

    # ---- its end

    def turn(self) -> None:
        """Open what may be opened now."""
        self.camera.turn(admitted=self.admitted)

    def look_for_silence(self, heard_at: float | None) -> None:
        """Replace one that has used up its time.

        Parameters
        ----------
        heard_at
            When it screened last, in monotonic seconds; None: not yet.
        """
        child = self.slot.child
        self._patience.turn(time.monotonic(), ran_s(child.pid) if child is not None else None)
        if child is None or not self._patience.over(child.started_at, heard_at):
            return
        if heard_at is not None:
            self.restart(Reason.SILENT, "The worker fell silent.")
        else:
            self.restart(Reason.WORKER_LOST, "The worker did not start.")

    def restart(self, reason: Reason, what: str) -> None:
        """End it, when there is one; the next may start after a delay."""
        if self.slot.child is not None:
            self.lose(reason, what)
            self.slot.end()
        self.camera.end()

    def _over(self, reason: Reason, what: str) -> None:
        """Note that it has ended."""
        self.camera.end()
        self.lose(reason, what)

    def lose(self, reason: Reason, what: str) -> None:
        """Say once why it sees no more; the first reason is the one that stands."""
        if not self._explained:
            self._explained = True
            self._lost(reason, what)
