"""Where requests of guards and admins are answered; the web process only carries them here."""

from datetime import date
from typing import Protocol

from service.ipc.messages import (
    Acknowledge,
    AdminRequest,
    AskFfc,
    AskShape,
    ChangeSettings,
    ChooseScenario,
    GuardRequest,
    Login,
    Logout,
    ReadRecords,
    ReadSettings,
    Reply,
    SecondCheck,
    ShapeLearnt,
)
from service.ipc.settings import SettingsError, SettingsStore, StationSettings
from service.state.admin_password import AdminDoor, AdminError
from service.state.audit_events import LoginTried, ScenarioChosen
from service.state.recorder import Recorder
from service.supervisor.guard_view import Station
from service.supervisor.non_uniformity import ShapeLearning

HOURS_SHOWN = 48
NO_SENSOR = "No sensor is open: wait until the station sees again."
NO_SESSION = "Log in first: the session has ended."


class Actions(Protocol):
    """What the supervisor does on an admin's word."""

    scenario: str
    scenarios: tuple[str, ...]

    def apply(self, settings: StationSettings) -> None:
        """Put settings in force."""

    def ask_for_ffc(self) -> None:
        """Ask the sensor for a flat-field correction."""

    def learn_shape(self) -> None:
        """Let the worker learn the shape of the picture."""

    def play(self, scenario: str) -> None:
        """Restart the simulated sensor with a scenario."""


class Desk:
    """Answers every request with a `Reply`; an admin's only with a valid session.

    Parameters
    ----------
    station
        Holds the alarms.
    store
        Holds the settings.
    door
        Knows the sessions.
    actions
        The supervisor.
    recorder
        Keeps what an admin changed and how second checks ended.
    shape
        How learning the shape of the picture stands.
    """

    def __init__(
        self,
        station: Station,
        store: SettingsStore,
        door: AdminDoor,
        actions: Actions,
        recorder: Recorder,
        shape: ShapeLearning,
    ) -> None:
        self._station = station
        self._store = store
        self._door = door
        self._actions = actions
        self._recorder = recorder
        self._shape = shape

    def shape_learnt(self, message: ShapeLearnt, today: date) -> None:
        """Save the shape that the worker has learnt, or keep the sentence why it has none."""
        if not self._shape.running:
            return  # nobody waits for it
        if message.uniformity is None:
            self._shape.ended(message.why)
            return
        try:
            learnt = self._shape.learnt(message.uniformity, today)
            self._save(self._store.load().model_copy(update={"uniformity": learnt}))
            self._shape.ended()
        except SettingsError as error:
            self._shape.ended(str(error))

    def answer(self, request: GuardRequest | AdminRequest) -> Reply:
        """Do what is asked for, and say whether it was done."""
        try:
            if isinstance(request, Acknowledge | SecondCheck):
                return self._answer_guard(request)
            return self._answer_admin(request)
        except (AdminError, SettingsError) as error:
            return Reply(request.request, ok=False, error=str(error))

    def _answer_guard(self, request: GuardRequest) -> Reply:
        match request:
            case Acknowledge(alarm=alarm):
                done = self._station.acknowledge(alarm)
            case SecondCheck(alarm=alarm, outcome=outcome):
                done = self._station.second_check(alarm)
                if done:
                    self._recorder.second_check(outcome.value)
        return Reply(request.request, ok=done, error="" if done else "There is no such alarm.")

    def _answer_admin(self, request: AdminRequest) -> Reply:
        match request:
            case Login(password=password):
                return self._login(request.request, password)
            case ReadSettings(session=session):
                return self._read(request.request, session)
            case Logout(session=session):
                self._door.logout(session)
                return Reply(request.request, ok=True)
        if not self._door.admits(request.session):
            return Reply(request.request, ok=False, error=NO_SESSION)
        if isinstance(request, ReadRecords):
            recorder = self._recorder
            hours = recorder.hours()[:HOURS_SHOWN]
            return Reply(request.request, ok=True, locks=recorder.locks, hours=hours)
        return self._change(request)

    def _login(self, number: int, password: str) -> Reply:
        if not self._door.password_set:
            return Reply(number, ok=False, error="No password is set.", password_set=False)
        result = self._door.login(password)
        self._recorder.write(LoginTried(bool(result.session)))
        if result.session:
            return Reply(number, ok=True, session=result.session, password_set=True)
        return Reply(
            number,
            ok=False,
            error="This is not the password.",
            retry_after_s=result.retry_after_s,
            password_set=True,
        )

    def _read(self, number: int, session: str) -> Reply:
        if not self._door.admits(session):
            return Reply(number, ok=False, error=NO_SESSION, password_set=self._door.password_set)
        try:
            settings, error = self._store.load(), ""
        except SettingsError as damaged:
            settings, error = None, str(damaged)
        return Reply(
            number,
            ok=True,
            error=error,
            password_set=True,
            settings=settings,
            shape_learning=self._shape.running,
            shape_problem=self._shape.problem,
            shape_holds=settings is not None and self._shape.holds(settings),
            scenario=self._actions.scenario,
            scenarios=self._actions.scenarios,
        )

    def _change(self, request: ChangeSettings | AskFfc | AskShape | ChooseScenario) -> Reply:
        number = request.request
        match request:
            case ChangeSettings(settings=settings):
                self._save(settings)
                return Reply(number, ok=True, settings=settings)
            case AskFfc():
                self._actions.ask_for_ffc()
                return Reply(number, ok=True)
            case AskShape():
                if not self._shape.begin():
                    return Reply(number, ok=False, error=NO_SENSOR)
                self._actions.learn_shape()
                return Reply(number, ok=True)
            case ChooseScenario(scenario=scenario):
                if scenario not in self._actions.scenarios:
                    return Reply(number, ok=False, error="There is no such scenario.")
                self._actions.play(scenario)
                self._recorder.write(ScenarioChosen(scenario))
                return Reply(number, ok=True, scenario=scenario)

    def _save(self, settings: StationSettings) -> None:
        try:
            before = self._store.load().plain()
        except SettingsError:  # damaged: there is nothing to compare with
            before = None
        self._store.save(settings)
        self._recorder.settings_changed(before, settings.plain())
        self._actions.apply(settings)
