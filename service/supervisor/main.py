"""The supervisor: starts the worker and the web process, watches them, and alone writes state.

It sees numbers and words, never a pixel: it makes the memory of the thermal view, gives one end
to each child, and closes its own copies. When a child dies or falls silent the screens say so at
once, and it is started again, for ever. When the supervisor dies, its children die with it.
"""

import os
import selectors
import signal
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version

import structlog

from device.info import SensorInfo
from hardware.errors import HardwareError
from hardware.vetting.station import Vetting
from screening.result import Reason
from service.checkcode.statement import Fact
from service.ipc.attestation import AttestationState
from service.ipc.calibration import ShownReading
from service.ipc.orders import Configure, LearnNonUniformity, Look, RequestFfc, Watch
from service.ipc.records import (
    Fault,
    Instruments,
    Opened,
    SpotSeen,
    Status,
)
from service.ipc.replies import Reply
from service.ipc.requests import CalibrationRequest
from service.ipc.settings import SettingsError, StationSettings
from service.ipc.view import Picture, ShownVisitor, View
from service.ipc.visitor_window import Welcome
from service.sandbox import confine, landlock
from service.sandbox.errors import SandboxError
from service.state.admin_password import AdminDoor
from service.state.audit_events import Event, StationStarted, StationStopped
from service.state.audit_trail import AuditError
from service.state.claim import claim_state
from service.state.defaults import default_settings
from service.state.errors import StationError
from service.state.recorder import Recorder
from service.state.settings import SettingsStore
from service.state.station_key import StationKeyError
from service.state.welcome import WelcomeStore
from service.supervisor.accepting.papers import hashes_of
from service.supervisor.answerable import Answerable
from service.supervisor.attesting import Attesting
from service.supervisor.calibrator_access import CalibratorAccess
from service.supervisor.check_code import CheckCodes
from service.supervisor.child import Child
from service.supervisor.config import StationConfig
from service.supervisor.guard_view import GuardView
from service.supervisor.hardware_watch import HardwareWatch
from service.supervisor.known_sensor import known_sensor
from service.supervisor.listener import HOST, bind
from service.supervisor.non_uniformity import NonUniformityLearning
from service.supervisor.programs import start_web
from service.supervisor.repairs import Facts, Repairs, faults
from service.supervisor.requests import Requests
from service.supervisor.scenarios import Scenarios
from service.supervisor.systemd import Watchdog
from service.supervisor.tidying import Tidying
from service.supervisor.trail_memory import TrailMemory
from service.supervisor.warm_up import WarmUp
from service.supervisor.web_process import Request, WebProcess
from service.supervisor.worker_process import Said, WorkerProcess

_TURN_S = 0.05  # how often silence is looked for
_LOOK_S = 0.5  # how often the judge looks at a locked process
_VIEW_S = 0.1  # how often screens hear from us although nothing happens
_STOP_WITHIN_S = 1.5


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
        self._scenarios = Scenarios.of(config.scenario) if config.simulated else Scenarios("")
        self.scenario, self.scenarios = self._scenarios.first, self._scenarios.names
        self._listener = bind(config.port)
        self._lock = claim_state(config.state)
        self._recorder = Recorder(config.state, time.time, config.hardware_register)
        self._recorder.told = self._tell_log
        self._guard_view = GuardView(allow_unlocked=config.allow_unsandboxed)
        self._store = SettingsStore(
            config.state,
            lambda: default_settings(config.sensor, self._scenarios.place(self.scenario)),
        )
        self._door = AdminDoor(config.state, clock=time.monotonic, wall_clock=time.time)
        self._non_uniformity = NonUniformityLearning()
        self._answerable = Answerable(config, self._door, self._recorder, self)
        self._trial_c: float | None = None  # threshold of a trial
        self._requests = Requests(
            self._guard_view, self._store, self._door, self, self._recorder, self._non_uniformity
        )
        self._selector = selectors.DefaultSelector()
        self._calibrator = CalibratorAccess(self._selector, config)
        self._warm_up = WarmUp(time.monotonic)
        self._repairs = Repairs()
        memory = TrailMemory(config.state, self._recorder.write)
        self._vetting = Vetting(config.hardware_register, config.state, memory=memory)
        self._watch = HardwareWatch(self._vetting)
        self._locked = self._can_lock()
        try:
            self._check_codes = CheckCodes(config.state, config.hardware_register)
        except StationKeyError as error:
            raise StationError(str(error)) from error
        self._web = WebProcess(
            self._selector,
            self._new_web,
            self._recorder,
            WelcomeStore(config.state),
            locked=self._locked,
            answer=self._answer,
            answered=self._show,
            watched=lambda anybody: self._worker.ask(Watch(anybody)),
            judged=self._check_codes.again,
            ended=self._web_ended,
        )
        self._worker = WorkerProcess(
            self._selector,
            config,
            self._scenarios,
            self._vetting,
            locked=self._locked,
            show_picture=self._web.show_picture,
            opened=self._sensor_opened,
            said=self._take,
            plate=lambda plate: self._requests.plate_seen(plate, datetime.now(UTC).date()),
            judged=lambda report: self._recorder.locked("worker", report),
            lost=self._lost,
        )
        self._looked_at = 0.0
        self._settings: StationSettings | None = None
        self._trouble = ""  # why nothing can be recorded, as the screens were told
        self._shown_at = 0.0
        self._watchdog = Watchdog()
        self._attesting = Attesting(
            config.state, config.hardware_register, of_root=self._watchdog.systemd
        )
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
            tidying = Tidying(time.monotonic())
            while not self._stopping:
                self._turn()
                tidying.turn(time.monotonic())
            self._recorder.count(self._guard_view.close())
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
        self._web.turn()
        settings = None if self._recorder.trouble else self._settings
        if (
            self._worker.slot.wants_start
            and self._web.slot.child is not None
            and settings is not None
        ):
            self._start_worker(settings)
        for key, _ in self._selector.select(_TURN_S):
            key.data()
        self._worker.look_for_silence(self._guard_view.heard_at)
        self._look_at_locks()
        self._worker.turn()
        self._calibrator.turn()
        self._look_at_hardware()
        if time.monotonic() - self._shown_at >= _VIEW_S:
            self._look_at_records()
            self._show()

    def _show(self) -> None:
        self._shown_at = time.monotonic()
        self._recorder.count(self._guard_view.turn(self._shown_at))
        if not self._web.ready:
            return
        self._web.give()
        standing, trial = self._answerable.stands()
        self._guard_view.stands(standing, trial=trial)
        self._web.ask(self._view())
        self._show_check_code(no_network=self._watch.network(self._shown_at).names == ())

    def _view(self) -> View:
        """Return what screens show, with the faults of this moment in their rows."""
        now = self._shown_at
        view = replace(
            self._guard_view.view(now),
            audit_head=self._recorder.head,
            network=self._watch.network(now).names,
            frozen_screens=self._web.screens.frozen,
            lane=self._requests.shift.lane,
        )
        settings = self._settings
        learnt = settings is not None and settings.uniformity is not None
        facts = Facts(
            watching=self._web.screens.watching,
            shape=self._non_uniformity.holds(settings) if settings and learnt else None,
            auditor=self._door.auditor_known,
            welcome=not self._web.welcome_damaged,
        )
        self._repairs.look(faults(view, facts), now, time.time())
        return replace(view, repairs=self._repairs.rows())

    def _show_check_code(self, *, no_network: bool) -> None:
        so = {
            Fact.WORKER_LOCKED: self._worker.slot.locked,
            Fact.WEB_LOCKED: self._web.slot.locked,
            Fact.NO_NETWORK: no_network,
            Fact.HARDWARE_ADMITTED: self._worker.admitted,
            Fact.SIMULATED: self._config.simulated,
        }
        facts = frozenset(fact for fact, holds in so.items() if holds)
        code = self._check_codes.due(self._shown_at, self._recorder.head, facts)
        if code is not None:
            self._web.ask(code)

    def _end_all(self) -> None:
        children = [slot.child for slot in (self._worker.slot, self._web.slot)]
        self._worker.camera.end()
        self._calibrator.end()
        deadline = time.monotonic() + _STOP_WITHIN_S
        for child in children:
            if child is not None:
                child.ask_to_stop()
        for child in children:
            if child is not None:
                child.end(deadline)
        self._check_codes.end()
        self._attesting.end()
        self._listener.close()
        self._selector.close()
        os.close(self._lock)

    def _tell_log(self, event: Event) -> None:
        """Let the log say what the trail was told; `event` is the logger's own word."""
        fields = asdict(event)
        self._log.warning("written", **{"of" if n == "event" else n: v for n, v in fields.items()})

    # ---- the web process

    def _can_lock(self) -> bool:
        """Whether this computer can lock processes; StationError when it must and cannot."""
        try:
            landlock.require()
            confine.require_lockable_memory()
        except SandboxError as error:
            if self._config.allow_unsandboxed:
                self._log.error("processes are not locked", what=str(error))
                return False
            raise StationError(str(error)) from error
        return True

    def _new_web(self) -> Child:
        return start_web(
            self._config,
            self._listener.fileno(),
            here=self._vetting.here().to_json(),
            locked=self._locked,
        )

    def _answer(self, asked: Request) -> Reply:
        if isinstance(asked, CalibrationRequest):
            return self._answerable.answer(asked)
        return self._requests.answer(asked)

    def _web_ended(self, why: str) -> None:
        self._recorder.lost("web", Reason.WORKER_LOST)
        # Its copy of the thermal view cannot be given again, since nobody else holds one:
        # the worker starts afresh with new memory.
        self._worker.restart(Reason.WORKER_LOST, why or "The web process ended.")

    # ---- the worker

    def _start_worker(self, settings: StationSettings) -> None:
        if not self._worker.start(self.scenario):
            return
        self._web.give()
        if not self._locked:
            self._recorder.locked("worker", None)
        self._configure(settings)  # the non-uniformity follows when it is known whose it is
        self._worker.ask(Watch(self._web.screens.watching > 0))

    def _take(self, said: Said, now: float) -> None:
        """Show what the worker says while it screens."""
        self._answerable.hear(said)
        if isinstance(said, Instruments):
            self._guard_view.instruments(said)
            return
        if isinstance(said, SpotSeen):
            return
        if isinstance(said, Status):
            self._warm_up.seen()
            self._guard_view.status(said, now)
        else:
            departed = self._guard_view.seen(said, now)
            if departed is not None and self._guard_view.counts:
                self._recorder.departed((departed,))
                self._answerable.drift.visitor(departed.skin_temp_c)
        self._show()

    def _sensor_opened(self, opened: Opened) -> None:
        """Look up which sensor it is, and let it screen only when the register admits it."""
        config = self._config
        try:
            sensor = known_sensor(
                opened,
                self._vetting,
                words=self._worker.words,
                scenario=self.scenario if config.simulated else "",
                simulator=config.simulated,
                port=self._worker.usb_port,
            )
            if sensor is not None:
                self._answerable.opened(sensor, self._vetting)
        except HardwareError as error:
            self._worker.restart(Reason.SENSOR_REFUSED, str(error))
            return
        if sensor is None:
            self._worker.restart(Reason.SENSOR_REFUSED, self._worker.sentence(Fault.REFUSED))
            return
        self._warm_up.opened(sensor)
        self._non_uniformity.opened(sensor)
        if self._settings is not None and self._non_uniformity.holds(self._settings):
            self._configure(self._settings)
        self._recorder.sensor_opened(sensor)
        decision = self._watch.admit(sensor, time.monotonic())
        if decision.passes:
            self._guard_view.started(sensor, locked=self._worker.slot.locked)
            self._answerable.admitted(sensor, locked=self._worker.slot.locked)
            self._worker.admit()
        else:
            self._worker.restart(Reason.SENSOR_REFUSED, str(decision))

    def _lost(self, reason: Reason, what: str) -> None:
        """Turn the screens blind."""
        self._watch.leave()
        self._non_uniformity.lost()
        self._answerable.lost()
        self._gone(self._guard_view.lost(reason, what))
        self._recorder.lost("worker", reason)
        self._web.ask(Picture(present=False))
        self._show()

    def _gone(self, visitors: tuple[ShownVisitor, ...]) -> None:
        """Count who was there when nothing could see them any more."""
        if self._guard_view.counts:
            self._recorder.departed(visitors)

    def _look_at_locks(self) -> None:
        """Let the judge look again at what runs."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK_S:
            self._looked_at = now
            self._worker.slot.look_again()
            self._web.slot.look_again()

    def _look_at_hardware(self) -> None:
        """Stop what may not be used, or not on this computer; a new worker asks again."""
        stop = self._watch.stop(time.monotonic())
        if stop is not None:
            reason, decision = stop
            self._log.error("hardware refused", reason=reason, what=str(decision))
            self._worker.restart(reason, str(decision))

    def _look_at_records(self) -> None:
        """Screen nothing while nothing can be recorded; the worker starts again when it can."""
        self._recorder.tick()
        if why := self._answerable.turn():
            self._log.warning("the drift watch cannot be kept", what=why)
        before, trouble = self._trouble, self._recorder.trouble
        self._trouble = trouble
        if trouble and (trouble != before or self._worker.slot.child is not None):
            self._log.error("nothing can be recorded", what=trouble)
            self._worker.restart(Reason.CONFIGURATION, trouble)
            self._gone(self._guard_view.lost(Reason.CONFIGURATION, trouble))
        elif before and not trouble:
            self._load_settings()

    # ---- settings, and what else an admin asks for

    def _load_settings(self) -> None:
        try:
            self._put_in_force(self._store.load())
        except SettingsError as error:
            self._log.error("settings damaged", what=str(error))  # nothing starts until mended
            self._gone(self._guard_view.lost(Reason.CONFIGURATION, str(error)))

    def _put_in_force(self, settings: StationSettings) -> None:
        self._settings = settings
        self._answerable.configured(settings)
        self._guard_view.configured(settings.plain())

    def apply(self, settings: StationSettings) -> None:
        """Put settings in force."""
        self._put_in_force(settings)
        self._configure(settings)

    def _configure(self, settings: StationSettings) -> None:
        plain = self._warm_up.credited(self._non_uniformity.in_force(settings))
        if self._trial_c is not None:
            plain = replace(plain, decision=replace(plain.decision, threshold_c=self._trial_c))
        self._worker.ask(Configure(plain))

    def learn_non_uniformity(self) -> None:
        """Let the worker learn the sensor's non-uniformity."""
        self._worker.ask_for_plate(LearnNonUniformity())

    def ask_for_ffc(self) -> None:
        """Ask the sensor for a flat-field correction."""
        self._worker.ask(RequestFfc())

    def play(self, scenario: str) -> None:
        """Restart the simulated sensor with a scenario."""
        self.scenario = scenario
        self._load_settings()
        self._worker.restart(Reason.WORKER_LOST, "Another scenario was chosen.")

    def attest(self) -> bool:
        """Have the station attested."""
        return self._attesting.begin()

    def attestation(self) -> AttestationState:
        """Return the last attestation, and whether one is being made."""
        worker = self._worker
        slots = (worker.slot, self._web.slot, worker.camera.filter, self._calibrator.slot)
        children = (slot.child for slot in slots)
        pids = {child.pid for child in children if child is not None}
        return self._attesting.stands(frozenset({os.getpid(), *pids}))

    def welcome(self, welcome: Welcome) -> None:
        """Save the words of welcome, and let the visitor's window say them."""
        self._web.welcome(welcome)

    # ---- what a calibration asks for

    def look(self, number: int, at: tuple[float, float] | None, emissivity: float) -> None:
        """Let the worker look at a place, or at the reference again."""
        self._worker.ask(Look(number, at, emissivity))

    def try_threshold(self, threshold_c: float | None) -> None:
        """Screen with another threshold for a trial, or with the one that is set."""
        self._trial_c = threshold_c
        if self._settings is not None:
            self._configure(self._settings)

    def warm_for_s(self) -> float:
        """Return for how long the sensor has been on, in seconds."""
        return self._warm_up.warm_for_s

    def readings(self) -> tuple[ShownReading, ...]:
        """Return what visitors in view read, accepted or not."""
        return self._guard_view.readings()

    def dossier(self, sensor: SensorInfo) -> tuple[str, str]:
        """Return the hashes of a sensor's dossier and list of parts; empty where there is none."""
        return hashes_of(sensor.dossier, self._config.hardware_register)

    def settings(self) -> StationSettings | None:
        """Return the settings in force."""
        return self._settings

    def calibrator(self) -> CalibratorAccess | None:
        """Return the calibrator that may be set by serial; None: there is none."""
        return self._calibrator if self._config.calibrator else None

    def shape_holds(self) -> bool:
        """Whether the learnt shape of the picture is that of the open sensor."""
        return self._settings is not None and self._non_uniformity.holds(self._settings)
