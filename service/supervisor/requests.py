"""Where requests of guards and admins are answered; the web process only carries them here."""

import time
from collections.abc import Callable
from datetime import date
from typing import Protocol

from service.ipc.attestation import AttestationState
from service.ipc.bucket import Bucket
from service.ipc.records import PlateSeen, Rate
from service.ipc.replies import (
    AttestationRead,
    Done,
    HistoryRead,
    LoggedIn,
    RecordsRead,
    Refused,
    Reply,
    SettingsRead,
    Why,
)
from service.ipc.requests import (
    Acknowledge,
    AdminRequest,
    AskAttestation,
    AskFfc,
    AskNonUniformity,
    ChangePassword,
    ChangeSettings,
    ChooseScenario,
    GuardRequest,
    Login,
    Logout,
    NoteDuty,
    ReadAttestation,
    ReadHistory,
    ReadRecords,
    ReadSettings,
    ReadShift,
    Role,
    SaveWelcome,
    SecondCheck,
    UndoOutcome,
)
from service.ipc.settings import SettingsError, StationSettings
from service.ipc.visitor_window import Welcome
from service.state.admin_password import AdminDoor, AdminError, LoginResult, require_fit
from service.state.audit_events import (
    DutyNoted,
    LoginTried,
    PasswordSet,
    ScenarioChosen,
    WelcomeChanged,
)
from service.state.audit_trail import AuditError
from service.state.budget import PASSWORDS_PER_HOUR, SAVES_PER_HOUR
from service.state.files import cause
from service.state.recorder import Recorder
from service.state.settings import SettingsStore, version
from service.supervisor.guard_view import GuardView
from service.supervisor.non_uniformity import NonUniformityLearning
from service.supervisor.shift import Shift

HOURS_SHOWN = 48


OfSession = (
    ReadRecords
    | ReadHistory
    | ReadAttestation
    | AskAttestation
    | ChangePassword
    | ChangeSettings
    | SaveWelcome
    | AskFfc
    | AskNonUniformity
    | ChooseScenario
)


class Actions(Protocol):
    """What the supervisor does on an admin's word."""

    scenario: str
    scenarios: tuple[str, ...]

    def apply(self, settings: StationSettings) -> None:
        """Put settings in force."""

    def ask_for_ffc(self) -> None:
        """Ask the sensor for a flat-field correction."""

    def learn_non_uniformity(self) -> None:
        """Let the worker learn the sensor's non-uniformity."""

    def play(self, scenario: str) -> None:
        """Restart the simulated sensor with a scenario."""

    def attest(self) -> bool:
        """Have the station attested; False when that is under way. OSError when it cannot be."""

    def attestation(self) -> AttestationState:
        """Return the last attestation, and whether one is being made."""

    def welcome(self, welcome: Welcome) -> None:
        """Save the words of welcome, and let the visitor's window say them."""


class Requests:
    """Answers every request with a `Reply`; an admin's and an auditor's only with a session.

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
    non_uniformity
        How learning the sensor's non-uniformity stands.
    clock
        Monotonic time in seconds.

    Attributes
    ----------
    shift
        That of the guards.
    """

    def __init__(
        self,
        station: GuardView,
        store: SettingsStore,
        door: AdminDoor,
        actions: Actions,
        recorder: Recorder,
        non_uniformity: NonUniformityLearning,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._station = station
        self._store = store
        self._door = door
        self._actions = actions
        self._recorder = recorder
        self._non_uniformity = non_uniformity
        self.shift = Shift(recorder.total())
        self._clock = clock
        self._saves = Bucket(Rate(SAVES_PER_HOUR / 3600.0, SAVES_PER_HOUR), clock())
        self._passwords = Bucket(Rate(PASSWORDS_PER_HOUR / 3600.0, PASSWORDS_PER_HOUR), clock())

    def plate_seen(self, plate: PlateSeen, today: date) -> None:
        """Save the non-uniformity that the worker has learnt, or keep the sentence why not."""
        if not self._non_uniformity.running:
            return  # nobody waits for it
        try:
            learnt = self._non_uniformity.learnt(plate, today)
            self._save(self._store.load().model_copy(update={"uniformity": learnt}))
            self._non_uniformity.ended()
        except (SettingsError, AuditError) as error:
            self._non_uniformity.ended(str(error))

    def answer(self, request: GuardRequest | AdminRequest) -> Reply:
        """Do what is asked for, and say whether it was done."""
        try:
            if isinstance(request, ReadShift | NoteDuty):
                return self._answer_shift(request)
            if isinstance(request, Acknowledge | SecondCheck | UndoOutcome):
                return self._answer_guard(request)
            return self._answer_admin(request)
        except (AdminError, SettingsError, AuditError) as error:
            return Refused(request.request, Why.NOT_SAVED, str(error))

    def _answer_shift(self, request: ReadShift | NoteDuty) -> Reply:
        if isinstance(request, ReadShift):
            return self.shift.read(request.request, self._clock())
        self._recorder.note_of_child(DutyNoted(request.duty.value, request.well))
        total = self._recorder.total()
        self.shift.note(request.duty, self._clock(), total, well=request.well)
        return Done(request.request)

    def _answer_guard(self, request: Acknowledge | SecondCheck | UndoOutcome) -> Reply:
        match request:
            case Acknowledge(alarm=alarm):
                done = self._station.acknowledge(alarm)
            case SecondCheck(alarm=alarm, outcome=outcome):
                done = self._station.second_check(alarm, outcome, self._clock())
            case UndoOutcome(alarm=alarm):
                done = self._station.undo(alarm, self._clock())
        if done:
            return Done(request.request)
        return Refused(request.request, Why.NO_SUCH_ALARM, "There is no such alarm.")

    def _answer_admin(self, request: AdminRequest) -> Reply:
        match request:
            case Login():
                return self._login(request)
            case ReadSettings(session=session):
                return self._read(request.request, session)
            case Logout(session=session):
                self._door.logout(session)
                return Done(request.request)
        return self._answer_session(request)

    def _answer_session(self, request: OfSession) -> Reply:
        """Answer what needs a session: an auditor's reads, an admin's also changes."""
        role = self._door.role_of(request.session)
        if role is None:
            return self._no_session(request.request)
        if isinstance(request, ReadRecords | ReadHistory):
            return self._read_recorded(request)
        if isinstance(request, ReadAttestation | AskAttestation):
            return self._attest(request)
        if isinstance(request, ChangePassword):
            return self._change_password(request, role)
        if role is not Role.ADMIN:
            return Refused(
                request.request, Why.NOT_ALLOWED, "An auditor reads and changes nothing."
            )
        return self._change(request)

    def _read_recorded(self, request: ReadRecords | ReadHistory) -> Reply:
        recorder = self._recorder
        if isinstance(request, ReadRecords):
            hours = recorder.hours()[:HOURS_SHOWN]
            return RecordsRead(request.request, recorder.locks, hours)
        history = recorder.history
        return HistoryRead(request.request, history.changes(), history.troubles())

    def _attest(self, request: ReadAttestation | AskAttestation) -> Reply:
        """Answer of attestations: an auditor may ask for one, for it changes nothing."""
        number = request.request
        if isinstance(request, ReadAttestation):
            return AttestationRead(number, self._actions.attestation())
        try:
            begun = self._actions.attest()
        except OSError as error:
            return Refused(number, Why.NOT_SAVED, f"It cannot be asked for {cause(error)}")
        if not begun:
            return Refused(number, Why.NOT_NOW, "An attestation is being made already.")
        return Done(number)

    def _change_password(self, request: ChangePassword, asks: Role) -> Reply:
        """Set a password, recorded beforehand: an admin any, an auditor their own."""
        number = request.request
        if asks is not Role.ADMIN and request.role is not asks:
            return Refused(number, Why.NOT_ALLOWED, "An auditor sets no password but their own.")
        require_fit(request.new)
        wrong = self._door.doubts(request.session, request.current)
        if wrong is not None:
            return self._wrong_password(number, wrong)
        if not self._passwords.take(self._clock()):
            return Refused(
                number,
                Why.TOO_SOON,
                f"Passwords were changed {PASSWORDS_PER_HOUR} times within an hour: wait, then try "
                "again. Nothing was changed.",
                self._passwords.wait_s(),
            )
        self._recorder.write(PasswordSet(request.role.value, asks.value))
        self._door.change_password(request.session, request.role, request.new)
        return Done(number)

    @staticmethod
    def _wrong_password(number: int, wrong: LoginResult) -> Refused:
        if wrong.tried:
            said = "This is not the password."
            return Refused(number, Why.WRONG_PASSWORD, said, wrong.retry_after_s)
        said = "The password was not tried: wrong ones came before it. Wait, then try again."
        return Refused(number, Why.TOO_SOON, said, wrong.retry_after_s)

    def _no_session(self, number: int) -> Refused:
        if not self._door.password_set:
            return Refused(number, Why.NO_PASSWORD, "No password is set.")
        return Refused(number, Why.NO_SESSION, "Log in first: the session has ended.")

    def _login(self, attempt: Login) -> Reply:
        number, role = attempt.request, attempt.role
        if not self._door.has_password(role):
            return Refused(number, Why.NO_PASSWORD, f"No password is set for the {role.value}.")
        result = self._door.login(attempt.password, role)
        try:
            if result.session:
                self._recorder.write(LoginTried(granted=True, role=role.value))
            else:
                self._recorder.note_of_child(LoginTried(granted=False, role=role.value))
        except AuditError:
            self._door.logout(result.session)
            raise
        if result.session:
            return LoggedIn(number, result.session, role)
        return self._wrong_password(number, result)

    def _read(self, number: int, session: str) -> Reply:
        role = self._door.role_of(session)
        if role is None:
            return self._no_session(number)
        try:
            settings, problem = self._store.load(), ""
        except SettingsError as damaged:
            settings, problem = None, str(damaged)
        return SettingsRead(
            number,
            settings,
            problem,
            learning=self._non_uniformity.running,
            learning_problem=self._non_uniformity.problem,
            holds=settings is not None and self._non_uniformity.holds(settings),
            scenario=self._actions.scenario,
            scenarios=self._actions.scenarios,
            defaults=self._store.defaults(),
            role=role,
            auditor=self._door.has_password(Role.AUDITOR),
            version="" if settings is None else version(settings),
        )

    def _change(
        self, request: ChangeSettings | SaveWelcome | AskFfc | AskNonUniformity | ChooseScenario
    ) -> Reply:
        number = request.request
        saves = isinstance(request, ChangeSettings | AskNonUniformity)
        if saves and not self._saves.take(self._clock()):
            return Refused(
                number,
                Why.TOO_SOON,
                f"Settings were saved {SAVES_PER_HOUR} times within an hour: wait, then save "
                "again. Nothing was changed.",
                self._saves.wait_s(),
            )
        match request:
            case ChangeSettings(settings=settings, since=since):
                if since and since != self._version():
                    return Refused(
                        number, Why.CHANGED, "Somebody else has saved settings since you read them."
                    )
                self._save(self._with_saved_uniformity(settings))
            case SaveWelcome(welcome=welcome):
                self._recorder.write(WelcomeChanged())
                self._actions.welcome(welcome)
            case AskFfc():
                self._actions.ask_for_ffc()
            case AskNonUniformity():
                if not self._non_uniformity.begin():
                    return Refused(
                        number, Why.NO_SENSOR, "No sensor is open: wait until the station sees."
                    )
                self._actions.learn_non_uniformity()
            case ChooseScenario(scenario=scenario):
                if scenario not in self._actions.scenarios:
                    return Refused(number, Why.NO_SUCH_SCENARIO, "There is no such scenario.")
                self._recorder.write(ScenarioChosen(scenario))
                self._actions.play(scenario)
        return Done(number)

    def _version(self) -> str:
        """Return what names the saved settings; empty when they are damaged."""
        try:
            return version(self._store.load())
        except SettingsError:
            return ""

    def _with_saved_uniformity(self, settings: StationSettings) -> StationSettings:
        """Return what a page wants, with the learnt non-uniformity as it is saved, or without it.

        Raises
        ------
        SettingsError
            When it is another than the one that was learnt: no page can set one.
        """
        wanted = settings.uniformity
        if wanted is not None and wanted != self._store.load().uniformity:
            raise SettingsError(
                "The non-uniformity is learnt from a plate, not typed in: read the settings again."
            )
        return settings

    def _save(self, settings: StationSettings) -> None:
        try:
            before = self._store.load().plain()
        except SettingsError:  # damaged: there is nothing to compare with
            before = None
        after = settings.plain()
        self._recorder.settings_change(before, after)
        try:
            self._store.save(settings)
        except SettingsError:
            self._recorder.settings_kept(before, after)
            raise
        self._actions.apply(settings)
