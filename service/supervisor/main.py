"""The supervisor: starts the worker and the web process, watches them, and alone writes state.

It sees numbers and words, never a pixel: it makes the memory of the thermal view, gives one end
to each child, and closes its own copies. When a child dies or falls silent the screens say so at
once, and it is started again, for ever. When the supervisor dies, its children die with it.
"""

import os
import selectors
import signal
import time
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version

import structlog

from device.drivers import driver
from device.simulator.scenario.schema import scenario_names
from hardware.errors import HardwareError
from hardware.vetting.station import Vetting
from screening.result import Reason
from service.checkcode.key import StationKeyError
from service.checkcode.statement import Fact
from service.ipc.messages import (
    AdminRequest,
    ChannelClosed,
    ChannelError,
    Configure,
    GuardRequest,
    LearnNonUniformity,
    Picture,
    RequestFfc,
    Screens,
    Watch,
    WebLocked,
    WorkerLocked,
    decode,
    decode_exactly,
)
from service.ipc.preview_memory import create_memory
from service.ipc.rate import Buckets
from service.ipc.records import Fault, GaveUp, Instruments, Opened, PlateSeen, Seen, Status
from service.ipc.settings import SettingsError, StationSettings
from service.sandbox import SINGLE_THREADED, LockReport
from service.state.admin_password import AdminDoor
from service.state.audit_events import ScreenFrozen, StationStarted, StationStopped
from service.state.audit_trail import AuditError
from service.state.claim import claim_state
from service.state.defaults import default_settings
from service.state.errors import StationError
from service.state.recorder import Recorder
from service.state.settings import SettingsStore
from service.supervisor.check_code import CheckCodes
from service.supervisor.child import Child
from service.supervisor.child_slot import ChildSlot
from service.supervisor.config import StationConfig
from service.supervisor.faults import sentence
from service.supervisor.guard_view import GuardView
from service.supervisor.hardware_watch import HardwareWatch
from service.supervisor.hearing import Hearing
from service.supervisor.known_sensor import known_sensor
from service.supervisor.listener import HOST, bind
from service.supervisor.non_uniformity import NonUniformityLearning
from service.supervisor.requests import Requests
from service.supervisor.systemd import Watchdog
from service.supervisor.trail_memory import TrailMemory
from service.supervisor.warm_up import WarmUp

_TURN_S = 0.05  # how often silence is looked for
_VIEW_S = 0.1  # how often screens hear from us although nothing happens
_WORKER_SILENT_S = 2.0  # then it is ended and started again
_WORKER_STARTS_WITHIN_S = 30.0
_STOP_WITHIN_S = 1.5


def worker_locked(packet: bytes) -> WorkerLocked:
    """Return what the worker says of its lock; ChannelError when it says something else."""
    message = decode(packet)
    if not isinstance(message, WorkerLocked):
        raise ChannelError(f"The worker sent a {message.kind}.")
    return message


class Supervisor:
    """One station, from its first process to its last.

    Parameters
    ----------
    config
        How to start.

    Raises
    ------
    StationError
        When the port or the state folder cannot be had.
    """

    def __init__(self, config: StationConfig) -> None:
        self._config = config
        self._log = structlog.get_logger("limen")
        self.scenario = config.scenario
        self.scenarios = scenario_names() if config.simulated else ()
        if config.simulated and self.scenario not in self.scenarios:
            known = ", ".join(self.scenarios)
            raise StationError(f"There is no scenario {self.scenario}. There are: {known}.")
        self._listener = bind(config.port)
        self._lock = claim_state(config.state)
        self._recorder = Recorder(config.state, time.time, config.hardware_register)
        self._recorder.told = lambda event: self._log.warning("written", **asdict(event))
        self._guard_view = GuardView(allow_unlocked=config.allow_unsandboxed)
        self._store = SettingsStore(
            config.state, lambda: default_settings(config.sensor, self.scenario)
        )
        door = AdminDoor(config.state, clock=time.monotonic, wall_clock=time.time)
        self._non_uniformity = NonUniformityLearning()
        self._requests = Requests(
            self._guard_view, self._store, door, self, self._recorder, self._non_uniformity
        )
        self._selector = selectors.DefaultSelector()
        self._worker = ChildSlot(self._selector, self._hear_worker, self._worker_ended)
        self._web = ChildSlot(self._selector, self._hear_web, self._web_ended)
        self._warm_up = WarmUp(time.monotonic)
        memory = TrailMemory(config.state, self._recorder.write)
        self._vetting = Vetting(config.hardware_register, config.state, memory=memory)
        self._watch = HardwareWatch(self._vetting)
        try:
            self._check_codes = CheckCodes(config.state, config.hardware_register)
        except StationKeyError as error:
            raise StationError(str(error)) from error
        self._web_locked = False
        self._words = "sensor" if config.simulated else driver(config.sensor).words
        self._hearing: Hearing | None = None  # of this worker, once it is locked
        self._worker_lock: LockReport | None = None
        self._admitted = False
        self._settings: StationSettings | None = None
        self._explained = False  # whether the worker said why it ends
        self._trouble = ""  # why nothing can be recorded, as the screens were told
        self._screens = Screens(0, 0)
        self._web_heard, self._web_room = False, Buckets(0.0)
        self._shown_at = 0.0
        self._watchdog = Watchdog()
        self._stopping = False
        self._load_settings()
        # From here on, before anybody is told the address, Ctrl-C ends everything in order.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda _number, _frame: self.stop())

    @property
    def address(self) -> str:
        """Where the alert screen is."""
        return f"http://{HOST}:{self._listener.getsockname()[1]}/"

    def run(self) -> None:
        """Run until SIGTERM or Ctrl-C, then end every process."""
        config = self._config
        try:
            self._recorder.note(
                StationStarted(version("limen"), config.sensor, config.allow_unsandboxed)
            )
            while not self._stopping:
                self._turn()
            self._recorder.note(StationStopped())
            self._recorder.close()
        except (AuditError, OSError) as error:
            raise StationError(f"The station has stopped, not as it should: {error}") from error
        finally:
            self._end_all()

    def stop(self) -> None:
        """End the station at the next turn."""
        self._stopping = True

    def _turn(self) -> None:
        self._watchdog.alive(time.monotonic())
        if self._web.wants_start:
            self._start_web()
        web = self._web.child
        settings = None if self._recorder.trouble else self._settings
        if self._worker.wants_start and web is not None and settings is not None:
            self._start_worker(web, settings)
        for key, _ in self._selector.select(_TURN_S):
            key.data()
        self._look_for_silence()
        self._look_at_hardware()
        if time.monotonic() - self._shown_at >= _VIEW_S:
            self._look_at_records()
            self._show()

    def _show(self) -> None:
        self._shown_at = time.monotonic()
        view = self._guard_view.view(self._shown_at)
        network = self._watch.network(self._shown_at).names
        self._web.ask(replace(view, audit_head=self._recorder.head, network=network))
        self._show_check_code(no_network=network == ())

    def _show_check_code(self, *, no_network: bool) -> None:
        so = {
            Fact.WORKER_LOCKED: self._worker_lock is not None,
            Fact.WEB_LOCKED: self._web_locked,
            Fact.NO_NETWORK: no_network,
            Fact.HARDWARE_ADMITTED: self._admitted,
            Fact.SIMULATED: self._config.simulated,
        }
        facts = frozenset(fact for fact, holds in so.items() if holds)
        code = self._check_codes.due(self._shown_at, self._recorder.head, facts)
        if code is not None:
            self._web.ask(code)

    def _end_all(self) -> None:
        children = [keeper.child for keeper in (self._worker, self._web)]
        deadline = time.monotonic() + _STOP_WITHIN_S
        for child in children:
            if child is not None:
                child.ask_to_stop()
        for child in children:
            if child is not None:
                child.end(deadline)
        self._check_codes.end()
        self._listener.close()
        self._selector.close()
        os.close(self._lock)

    # ---- the web process

    def _start_web(self) -> None:
        config, listener = self._config, self._listener.fileno()
        arguments = ["--listen", str(listener), "--language", config.language]
        arguments += ["--name", config.name]
        if config.hardware_register is not None:
            arguments += ["--register", str(config.hardware_register)]
        arguments += ["--here", self._vetting.here().to_json()]
        if config.allow_unsandboxed:
            arguments += ["--allow-unsandboxed"]
        self._web_heard, self._web_room = False, Buckets(time.monotonic())
        self._web.keep(
            Child("service.web", arguments, pass_fds=[listener], environment=SINGLE_THREADED)
        )

    def _hear_web(self, packet: bytes) -> None:
        if not self._web_heard:  # the only message with a report, and the first
            self._web_heard = True
            if isinstance(locked := decode(packet), WebLocked):
                self._recorder.locked("web", locked.lock)
                self._web_locked = locked.lock is not None
                self._check_codes.again()
                return
        message = decode_exactly(packet)
        if not self._web_room.take(message, time.monotonic()):
            raise ChannelError(f"A {message.kind} comes too often.")
        if isinstance(message, Screens):
            self._take_screens(message)
        elif isinstance(message, GuardRequest | AdminRequest):
            self._web.ask(self._requests.answer(message))
            self._show()
        else:
            raise ChannelError(f"The web process sent a {message.kind}.")

    def _take_screens(self, screens: Screens) -> None:
        if screens.frozen > self._screens.frozen:
            self._recorder.note_of_child(ScreenFrozen())
        if (screens.watching > 0) != (self._screens.watching > 0):
            self._worker.ask(Watch(screens.watching > 0))
        self._screens = screens

    def _web_ended(self) -> None:
        self._screens, self._web_locked = Screens(0, 0), False
        self._recorder.lost("web", Reason.WORKER_LOST)
        # Its copy of the thermal view cannot be given again, since nobody else holds one:
        # the worker starts afresh with new memory.
        self._restart_worker(Reason.WORKER_LOST, "The web process ended.")

    # ---- the worker

    def _start_worker(self, web: Child, settings: StationSettings) -> None:
        config = self._config
        writable, readable = create_memory()
        arguments = ["--preview", str(writable), "--sensor", config.sensor]
        arguments += ["--state", str(config.state)]
        if config.hardware_register is not None:
            arguments += ["--register", str(config.hardware_register)]
        if config.simulated:
            arguments += ["--scenario", self.scenario]
        if config.sensor_port is not None:
            arguments += ["--sensor-port", config.sensor_port]
        if config.allow_unsandboxed:
            arguments += ["--allow-unsandboxed"]
        try:
            self._worker.keep(
                Child(
                    "service.worker.main",
                    arguments,
                    pass_fds=[writable],
                    environment=SINGLE_THREADED,
                )
            )
            with suppress(ChannelClosed):
                web.channel.send(Picture(present=True), fd=readable)
        finally:
            os.close(writable)
            os.close(readable)
        self._explained = self._admitted = False
        self._hearing = self._worker_lock = None
        self._configure(settings)  # the shape follows when it is known whose it is
        self._worker.ask(Watch(self._screens.watching > 0))

    def _hear_worker(self, packet: bytes) -> None:
        now = time.monotonic()
        if self._hearing is None:
            self._hearing = Hearing(now)
            if packet.startswith(b"{"):  # the only message, and the first
                self._worker_lock = worker_locked(packet).lock
                return
        match self._hearing.record(packet, now):
            case Status() | Seen() | Instruments() as said:
                if not self._admitted:
                    raise ChannelError("The worker screens with a sensor that was not admitted.")
                self._take(said, now)
            case Opened() as opened:
                self._sensor_opened(opened)
            case PlateSeen() as plate:
                self._requests.plate_seen(plate, datetime.now(UTC).date())
            case GaveUp(reason=reason, fault=fault):
                what = sentence(fault, self._words, self._vetting)
                self._lose(reason, what)

    def _take(self, said: Status | Seen | Instruments, now: float) -> None:
        """Show what the worker says while it screens."""
        if isinstance(said, Instruments):
            self._guard_view.instruments(said)
            return
        if isinstance(said, Status):
            self._warm_up.seen()
            self._guard_view.status(said, now)
        else:
            _, departed = self._guard_view.seen(said, now)
            if departed is not None:
                self._recorder.departed((departed,))
        self._show()

    def _sensor_opened(self, opened: Opened) -> None:
        """Look up which sensor it is, and let it screen only when the register admits it."""
        config = self._config
        try:
            sensor = known_sensor(
                opened,
                self._vetting,
                words=self._words,
                scenario=self.scenario if config.simulated else "",
                simulator=config.simulated,
            )
        except HardwareError as error:
            self._restart_worker(Reason.SENSOR_REFUSED, str(error))
            return
        if sensor is None:
            what = sentence(Fault.REFUSED, self._words, self._vetting)
            self._restart_worker(Reason.SENSOR_REFUSED, what)
            return
        locked = self._worker_lock is not None
        self._warm_up.opened(sensor)
        self._non_uniformity.opened(sensor)
        if self._settings is not None and self._non_uniformity.holds(self._settings):
            self._configure(self._settings)
        self._guard_view.started(sensor, locked=locked)
        self._recorder.sensor_opened(sensor)
        self._recorder.locked("worker", self._worker_lock)
        decision = self._watch.admit(sensor, time.monotonic())
        if decision.passes:
            self._admitted = True
        else:
            self._restart_worker(Reason.SENSOR_REFUSED, str(decision))

    def _worker_ended(self) -> None:
        self._lose(Reason.WORKER_LOST, "")

    def _restart_worker(self, reason: Reason, what: str) -> None:
        if self._worker.child is not None:
            self._lose(reason, what)
            self._worker.end()

    def _lose(self, reason: Reason, what: str) -> None:
        """Turn the screens blind; the first reason for it is the one that stands."""
        if not self._explained:
            self._explained = True
            self._watch.leave()
            self._non_uniformity.lost()
            self._guard_view.lost(reason, what)
            self._recorder.lost("worker", reason)
            self._web.ask(Picture(present=False))
        self._show()

    def _look_for_silence(self) -> None:
        worker, now = self._worker.child, time.monotonic()
        if worker is None:
            return
        heard = self._guard_view.heard_at
        if heard is not None and now - heard > _WORKER_SILENT_S:
            self._restart_worker(Reason.SILENT, "The worker fell silent.")
        elif heard is None and now - worker.started_at > _WORKER_STARTS_WITHIN_S:
            self._restart_worker(Reason.WORKER_LOST, "The worker did not start.")

    def _look_at_hardware(self) -> None:
        """Stop what may not be used, or not on this computer; a new worker asks again."""
        stop = self._watch.stop(time.monotonic())
        if stop is not None:
            reason, decision = stop
            self._log.error("hardware refused", reason=reason, what=str(decision))
            self._restart_worker(reason, str(decision))

    def _look_at_records(self) -> None:
        """Screen nothing while nothing can be recorded; the worker starts again when it can."""
        self._recorder.tick()
        before, trouble = self._trouble, self._recorder.trouble
        self._trouble = trouble
        if trouble and (trouble != before or self._worker.child is not None):
            self._log.error("nothing can be recorded", what=trouble)
            self._restart_worker(Reason.CONFIGURATION, trouble)
            self._guard_view.lost(Reason.CONFIGURATION, trouble)
        elif before and not trouble:
            self._load_settings()

    # ---- settings, and what else the desk asks for

    def _load_settings(self) -> None:
        try:
            self._put_in_force(self._store.load())
        except SettingsError as error:
            self._log.error("settings damaged", what=str(error))  # nothing starts until mended
            self._guard_view.lost(Reason.CONFIGURATION, str(error))

    def _put_in_force(self, settings: StationSettings) -> None:
        self._settings = settings
        self._guard_view.configured(settings.plain())

    def apply(self, settings: StationSettings) -> None:
        """Put settings in force."""
        self._put_in_force(settings)
        self._configure(settings)

    def _configure(self, settings: StationSettings) -> None:
        self._worker.ask(Configure(self._warm_up.credited(self._non_uniformity.in_force(settings))))

    def learn_non_uniformity(self) -> None:
        """Let the worker learn the sensor's non-uniformity."""
        if self._hearing is not None:
            self._hearing.asked_for_plate()
        self._worker.ask(LearnNonUniformity())

    def ask_for_ffc(self) -> None:
        """Ask the sensor for a flat-field correction."""
        self._worker.ask(RequestFfc())

    def play(self, scenario: str) -> None:
        """Restart the simulated sensor with a scenario."""
        self.scenario = scenario
        self._load_settings()
        self._restart_worker(Reason.WORKER_LOST, "Another scenario was chosen.")
