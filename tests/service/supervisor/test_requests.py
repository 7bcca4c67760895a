"""Requests of guards and admins: an admin's only with a session, and each recorded."""

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from screening.result import State, Verdict
from screening.settings import Uniformity
from service.acceptance.words import Chapter
from service.ipc.attestation import AttestationState
from service.ipc.calibration import Act, Decision, Doing, Notes, Span, Ticks
from service.ipc.records import Plate, PlateSeen, Presence, Seen, Status
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
    CalibrationRequest,
    ChangePassword,
    ChangeSettings,
    ChooseScenario,
    DecideAcceptance,
    DoChapter,
    Login,
    Logout,
    ReadAttestation,
    ReadCalibration,
    ReadDrift,
    ReadHistory,
    ReadRecords,
    ReadSettings,
    Role,
    SaveNotes,
    SaveTicks,
    SaveWelcome,
    SecondCheck,
    UndoOutcome,
)
from service.ipc.settings import DecisionSettings, StationSettings, UniformitySettings
from service.ipc.view import Outcome
from service.ipc.visitor_window import Welcome
from service.state.admin_password import AdminDoor, set_password
from service.state.audit_events import (
    LoginTried,
    PasswordSet,
    ScenarioChosen,
    SettingChanged,
    WelcomeChanged,
)
from service.state.audit_trail import TRAIL, read
from service.state.budget import PASSWORDS_PER_HOUR, SAVES_PER_HOUR
from service.state.drift import DriftWatch
from service.state.recorder import Recorder
from service.state.settings import SettingsStore
from service.supervisor.accepting.calibration_requests import CalibrationRequests
from service.supervisor.guard_view import GuardView
from service.supervisor.non_uniformity import NonUniformityLearning
from service.supervisor.requests import Requests
from tests.narrow import of
from tests.service.stage import ACCEPTED, SENSOR, UNATTESTED
from tests.service.supervisor.accepting.calibrating import Station

PASSWORD = "correct horse"
TODAY = date(2026, 5, 4)
WARMER = StationSettings(decision=DecisionSettings(threshold_c=38.0))


class Office:
    """A desk with everything real around it, and what it asked the supervisor to do."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        set_password(folder, PASSWORD)
        self.folder = folder
        self.scenario = "empty"
        self.scenarios: tuple[str, ...] = ("empty", "one-fever")
        self.done: list[object] = []
        self.station = GuardView()
        self.station.stands(ACCEPTED)
        self.store = SettingsStore(folder, StationSettings)
        self.door = AdminDoor(folder, clock=time.monotonic, wall_clock=time.time)
        self.recorder = Recorder(folder, time.time)
        self.non_uniformity = NonUniformityLearning()
        self.requests = Requests(
            self.station, self.store, self.door, self, self.recorder, self.non_uniformity, clock
        )

    def apply(self, settings: StationSettings) -> None:
        self.done.append(settings)

    def ask_for_ffc(self) -> None:
        self.done.append("ffc")

    def learn_non_uniformity(self) -> None:
        self.done.append("non-uniformity")

    def welcome(self, welcome: Welcome) -> None:
        self.done.append(welcome)

    def play(self, scenario: str) -> None:
        self.done.append(scenario)

    def attest(self) -> bool:
        self.done.append("attest")
        return self.done.count("attest") == 1

    def attestation(self) -> AttestationState:
        return UNATTESTED

    def login(self) -> str:
        return of(LoggedIn, self.requests.answer(Login(1, PASSWORD))).session

    def trail(self) -> list[object]:
        return [entry.event for entry in read(self.folder)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.mark.parametrize(
    "request_of",
    [
        lambda session: ChangeSettings(1, session, WARMER),
        lambda session: AskFfc(1, session),
        lambda session: AskNonUniformity(1, session),
        lambda session: ChooseScenario(1, session, "one-fever"),
        lambda session: SaveWelcome(1, session, Welcome(en="Hello")),
    ],
)
@pytest.mark.parametrize("session", ["", "made up"])
def test_nothing_is_changed_without_a_session(
    office: Office, request_of: Callable[[str], AdminRequest], session: str
) -> None:
    answer = of(Refused, office.requests.answer(request_of(session)))
    assert answer == Refused(1, Why.NO_SESSION, answer.sentence)
    assert office.done == []
    assert office.store.load() == StationSettings()


def test_settings_are_saved_recorded_and_put_in_force(office: Office) -> None:
    assert isinstance(office.requests.answer(ChangeSettings(1, office.login(), WARMER)), Done)
    assert office.store.load() == WARMER
    assert office.done == [WARMER]
    assert SettingChanged("decision.threshold_c", 37.5, 38.0) in office.trail()


def test_settings_that_somebody_else_has_saved_since_are_not_overwritten(office: Office) -> None:
    session, other = office.login(), office.login()
    read = of(SettingsRead, office.requests.answer(ReadSettings(1, session)))
    first = ChangeSettings(2, other, WARMER, read.version)
    assert isinstance(office.requests.answer(first), Done)
    second = ChangeSettings(3, session, StationSettings(), read.version)
    assert of(Refused, office.requests.answer(second)).why is Why.CHANGED
    assert office.store.load() == WARMER
    again = of(SettingsRead, office.requests.answer(ReadSettings(4, session)))
    assert again.version != read.version
    assert isinstance(office.requests.answer(replace(second, since=again.version)), Done)


def test_settings_that_cannot_be_saved_are_not_put_in_force(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    session = office.login()
    monkeypatch.setattr("service.state.settings.write_atomically", full)
    answer = of(Refused, office.requests.answer(ChangeSettings(1, session, WARMER)))
    assert answer.why is Why.NOT_SAVED
    assert "could not be saved" in answer.sentence
    assert office.done == []


@pytest.fixture
def full(office: Office) -> Iterator[str]:
    """Yield a session at an office whose trail may not grow, as on a full disk."""
    session = office.login()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, ((office.folder / TRAIL).stat().st_size, hard))
    yield session
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_cannot_be_recorded_is_refused_with_the_remedy_and_does_not_happen(
    office: Office, full: str
) -> None:
    for request in (
        ChangeSettings(1, full, WARMER),
        ChooseScenario(1, full, "one-fever"),
        Login(1, PASSWORD),
    ):
        answer = of(Refused, office.requests.answer(request))
        assert answer == Refused(1, Why.NOT_SAVED, answer.sentence)
        assert "Let the station's files grow" in answer.sentence
    assert office.done == []
    assert office.store.load() == StationSettings()
    assert len(office.door._sessions) == 1


def test_a_change_that_was_recorded_and_not_saved_is_taken_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    session = office.login()
    monkeypatch.setattr("service.state.settings.write_atomically", full)
    answer = of(Refused, office.requests.answer(ChangeSettings(1, session, WARMER)))
    assert "Make room on the disk." in answer.sentence
    assert office.trail()[-2:] == [
        SettingChanged("decision.threshold_c", 37.5, 38.0),
        SettingChanged("decision.threshold_c", 38.0, 37.5),
    ]


def test_a_shape_is_learnt_saved_recorded_and_put_in_force(office: Office) -> None:
    session = office.login()
    office.non_uniformity.opened(SENSOR)
    assert isinstance(office.requests.answer(AskNonUniformity(1, session)), Done)
    assert office.done == ["non-uniformity"]
    assert of(SettingsRead, office.requests.answer(ReadSettings(2, session))).learning
    learnt = PlateSeen(Plate.LEARNT, xx_c=-0.2, residual_c=0.03)
    office.requests.plate_seen(learnt, TODAY)
    said = of(SettingsRead, office.requests.answer(ReadSettings(3, session)))
    assert (said.learning, said.learning_problem, said.holds) == (False, "", True)
    saved = office.store.load()
    assert office.done == ["non-uniformity", saved]
    assert saved.plain().uniformity == Uniformity(xx_c=-0.2, residual_c=0.03)
    assert SettingChanged("uniformity.xx_c", None, -0.2) in office.trail()


def test_a_shape_that_was_not_learnt_changes_nothing_and_says_why(office: Office) -> None:
    session = office.login()
    office.non_uniformity.opened(SENSOR)
    office.requests.answer(AskNonUniformity(1, session))
    office.requests.plate_seen(PlateSeen(Plate.UNEVEN), TODAY)
    said = of(SettingsRead, office.requests.answer(ReadSettings(2, session)))
    assert not said.learning
    assert "fill all of it" in said.learning_problem
    assert office.store.load() == StationSettings()


def test_a_shape_that_nobody_waits_for_is_not_saved(office: Office) -> None:
    office.non_uniformity.opened(SENSOR)
    office.requests.plate_seen(PlateSeen(Plate.LEARNT, xx_c=-0.2, residual_c=0.03), TODAY)
    assert office.store.load() == StationSettings()


def test_without_a_sensor_no_shape_is_learnt(office: Office) -> None:
    answer = of(Refused, office.requests.answer(AskNonUniformity(1, office.login())))
    assert answer.why is Why.NO_SENSOR
    assert office.done == []


def test_no_page_sets_a_non_uniformity_that_was_not_learnt(office: Office) -> None:
    session = office.login()
    made_up = UniformitySettings(
        **dict.fromkeys(("x_c", "y_c", "xx_c", "yy_c", "xy_c"), 0.1),
        residual_c=0.01,
        learnt_on=TODAY,
        sensor_sha256="0" * 64,
    )
    changed = StationSettings(uniformity=made_up)
    refused = of(Refused, office.requests.answer(ChangeSettings(1, session, changed)))
    assert refused.why is Why.NOT_SAVED
    assert "learnt from a plate" in refused.sentence
    assert office.store.load().uniformity is None


def test_settings_are_saved_so_many_times_an_hour_and_no_more(tmp_path: Path) -> None:
    now = [0.0]
    office = Office(tmp_path, clock=lambda: now[0])
    session = office.login()
    for number in range(SAVES_PER_HOUR):
        changed = StationSettings(decision=DecisionSettings(threshold_c=36.0 + number % 20 / 10))
        assert isinstance(office.requests.answer(ChangeSettings(1, session, changed)), Done)
    refused = of(Refused, office.requests.answer(ChangeSettings(1, session, WARMER)))
    assert refused.why is Why.TOO_SOON
    assert refused.retry_after_s == pytest.approx(60.0)
    assert "within an hour" in refused.sentence
    assert office.store.load() != WARMER
    plate = of(Refused, office.requests.answer(AskNonUniformity(1, session)))
    assert "within an hour" in plate.sentence  # what is learnt is saved, too
    now[0] += 3600.0 / SAVES_PER_HOUR
    assert isinstance(office.requests.answer(ChangeSettings(1, session, WARMER)), Done)


def test_a_scenario_that_does_not_exist_is_not_played(office: Office) -> None:
    session = office.login()
    assert isinstance(office.requests.answer(ChooseScenario(1, session, "no-such")), Refused)
    assert isinstance(office.requests.answer(ChooseScenario(2, session, "one-fever")), Done)
    assert office.done == ["one-fever"]
    assert ScenarioChosen("one-fever") in office.trail()


def test_every_login_is_recorded_and_a_logout_ends_the_session(office: Office) -> None:
    assert isinstance(office.requests.answer(Login(1, "wrong password")), Refused)
    session = office.login()
    office.requests.answer(Logout(2, session))
    assert of(Refused, office.requests.answer(AskFfc(3, session))).why is Why.NO_SESSION
    office.recorder.close()
    assert [e for e in office.trail() if isinstance(e, LoginTried)] == [
        LoginTried(granted=True),
        LoginTried(granted=False),  # what anybody can bring about is written later
    ]


def test_without_a_password_that_is_what_is_told(tmp_path: Path) -> None:
    office = Office(tmp_path)
    (tmp_path / "admin.json").unlink()
    requests: list[AdminRequest] = [ReadSettings(1, ""), Login(1, PASSWORD), AskFfc(1, "")]
    for request in requests:
        assert of(Refused, office.requests.answer(request)).why is Why.NO_PASSWORD


def test_without_a_session_no_setting_is_told(office: Office) -> None:
    answer = of(Refused, office.requests.answer(ReadSettings(1, "made up")))
    assert answer.why is Why.NO_SESSION


def test_damaged_settings_are_told_with_the_sentence_and_can_be_replaced(office: Office) -> None:
    session = office.login()
    (office.folder / "settings.json").write_text("damaged")
    told = of(SettingsRead, office.requests.answer(ReadSettings(1, session)))
    assert told.settings is None
    assert "damaged" in told.problem
    assert isinstance(office.requests.answer(ChangeSettings(2, session, WARMER)), Done)
    assert office.store.load() == WARMER


def test_a_guards_answers_reach_the_station_and_a_wrong_number_is_said(office: Office) -> None:
    office.station.started(SENSOR, locked=True)
    office.station.status(Status(State.ELEVATED), 10.0)
    office.station.seen(Seen(1, True, Presence.IN_VIEW, Verdict.ELEVATED), 10.0)  # noqa: FBT003
    assert isinstance(office.requests.answer(Acknowledge(1, 2)), Refused)
    assert isinstance(office.requests.answer(Acknowledge(2, 1)), Done)
    assert isinstance(office.requests.answer(SecondCheck(3, 1, Outcome.CONFIRMED)), Done)
    assert isinstance(office.requests.answer(SecondCheck(4, 1, Outcome.CONFIRMED)), Refused)
    assert isinstance(office.requests.answer(UndoOutcome(5, 1)), Done)
    assert isinstance(office.requests.answer(UndoOutcome(6, 1)), Refused)
    assert isinstance(office.requests.answer(SecondCheck(7, 1, Outcome.CLEARED)), Refused)
    assert [alarm.outcome for alarm in office.station.view(10.0).alarms] == [None]


def test_the_trail_never_says_a_word_about_a_visitor(office: Office) -> None:
    test_a_guards_answers_reach_the_station_and_a_wrong_number_is_said(office)
    assert not any("alarm" in str(event) or "visitor" in str(event) for event in office.trail())


AUDITORS = "reads everything"


@pytest.fixture
def auditor(office: Office) -> str:
    """Return an auditor's session."""
    set_password(office.folder, AUDITORS, Role.AUDITOR)
    login = Login(1, AUDITORS, Role.AUDITOR)
    told = of(LoggedIn, office.requests.answer(login))
    assert told.role is Role.AUDITOR
    return told.session


def test_an_auditor_reads_everything_and_changes_nothing(office: Office, auditor: str) -> None:
    read = of(SettingsRead, office.requests.answer(ReadSettings(1, auditor)))
    assert (read.role, read.settings) == (Role.AUDITOR, StationSettings())
    assert isinstance(office.requests.answer(ReadRecords(2, auditor)), RecordsRead)
    assert isinstance(office.requests.answer(ReadHistory(3, auditor)), HistoryRead)
    for request in (
        ChangeSettings(4, auditor, WARMER),
        AskFfc(5, auditor),
        AskNonUniformity(6, auditor),
        ChooseScenario(7, auditor, "one-fever"),
        SaveWelcome(9, auditor, Welcome(en="Hello")),
        ChangePassword(8, auditor, Role.ADMIN, AUDITORS, "mine from now on"),
    ):
        assert of(Refused, office.requests.answer(request)).why is Why.NOT_ALLOWED
    assert office.done == []
    assert office.store.load() == StationSettings()
    assert office.login()


ANYBODY = {Login, Logout, ReadSettings}  # the last says without a session only what is set up
READ: dict[type, Callable[[str], AdminRequest | CalibrationRequest]] = {
    ReadRecords: lambda session: ReadRecords(1, session),
    ReadHistory: lambda session: ReadHistory(1, session),
    ReadAttestation: lambda session: ReadAttestation(1, session),
    AskAttestation: lambda session: AskAttestation(1, session),
    ReadCalibration: lambda session: ReadCalibration(1, session, Chapter.ACCURACY),
    ReadDrift: lambda session: ReadDrift(1, session, Span.DAY),
}
CHANGE: dict[type, Callable[[str], AdminRequest | CalibrationRequest]] = {
    ChangeSettings: lambda session: ChangeSettings(1, session, WARMER),
    AskFfc: lambda session: AskFfc(1, session),
    AskNonUniformity: lambda session: AskNonUniformity(1, session),
    ChooseScenario: lambda session: ChooseScenario(1, session, "one-fever"),
    SaveWelcome: lambda session: SaveWelcome(1, session, Welcome()),
    ChangePassword: lambda session: ChangePassword(1, session, Role.ADMIN, AUDITORS, "another one"),
    SaveNotes: lambda session: SaveNotes(1, session, Notes()),
    SaveTicks: lambda session: SaveTicks(1, session, Ticks()),
    DoChapter: lambda session: DoChapter(1, session, Doing(Chapter.ACCURACY, Act.BEGIN)),
    DecideAcceptance: lambda session: DecideAcceptance(1, session, Decision.END),
}


def answered(office: Office, request: AdminRequest | CalibrationRequest) -> Reply:
    """Let the room answer whose request it is."""
    if isinstance(request, CalibrationRequest):
        station = Station(office.folder / "calibrated")
        drift = DriftWatch(office.folder)
        room = CalibrationRequests(office.door, station.calibration, station.acceptance, drift)
        return room.answer(request)
    return office.requests.answer(request)


def test_every_request_there_is_is_anybodys_or_a_readers_or_an_admins() -> None:
    kinds = {*get_args(AdminRequest), *get_args(CalibrationRequest)}
    assert kinds == ANYBODY | set(READ) | set(CHANGE)


@pytest.mark.parametrize("kind", [*READ, *CHANGE], ids=lambda kind: kind.__name__)
def test_nothing_is_answered_without_a_session(office: Office, kind: type) -> None:
    request = (READ | CHANGE)[kind]
    for session in ("", "a-session-of-22-digits"):
        assert of(Refused, answered(office, request(session))).why is Why.NO_SESSION
    assert office.done == []


@pytest.mark.parametrize("kind", [*READ, *CHANGE], ids=lambda kind: kind.__name__)
def test_what_reads_is_answered_to_an_auditor_and_what_changes_is_not(
    office: Office, auditor: str, kind: type
) -> None:
    reply = answered(office, (READ | CHANGE)[kind](auditor))
    refused = isinstance(reply, Refused) and reply.why is Why.NOT_ALLOWED
    assert refused == (kind in CHANGE)


def test_an_admin_and_an_auditor_have_the_station_attested_and_nobody_else(
    office: Office, auditor: str
) -> None:
    for request in (ReadAttestation(1, ""), AskAttestation(2, "")):
        assert of(Refused, office.requests.answer(request)).why is Why.NO_SESSION
    assert office.done == []
    assert isinstance(office.requests.answer(AskAttestation(3, auditor)), Done)
    refused = of(Refused, office.requests.answer(AskAttestation(4, office.login())))
    assert refused.why is Why.NOT_NOW
    read = of(AttestationRead, office.requests.answer(ReadAttestation(5, auditor)))
    assert read.state == UNATTESTED


def test_each_password_opens_its_own_role_only(office: Office, auditor: str) -> None:
    assert auditor
    assert isinstance(office.requests.answer(Login(1, AUDITORS)), Refused)
    assert isinstance(office.requests.answer(Login(2, PASSWORD, Role.AUDITOR)), Refused)


def test_a_role_without_a_password_is_told_so(office: Office) -> None:
    refused = of(Refused, office.requests.answer(Login(1, "", Role.AUDITOR)))
    assert refused.why is Why.NO_PASSWORD


def test_a_password_is_changed_in_place_with_the_own_one_and_recorded(office: Office) -> None:
    session, other = office.login(), office.login()
    changed = ChangePassword(1, session, Role.ADMIN, PASSWORD, "battery staple")
    assert isinstance(office.requests.answer(changed), Done)
    assert PasswordSet("admin", "admin") in office.trail()
    assert isinstance(office.requests.answer(ReadSettings(2, session)), SettingsRead)
    assert of(Refused, office.requests.answer(ReadSettings(3, other))).why is Why.NO_SESSION
    assert isinstance(office.requests.answer(Login(4, PASSWORD)), Refused)
    assert isinstance(office.requests.answer(Login(5, "battery staple")), LoggedIn)


def test_an_open_session_alone_changes_no_password(office: Office) -> None:
    session = office.login()
    for current in ("", "wrong password"):
        changed = ChangePassword(1, session, Role.AUDITOR, current, "battery staple")
        refused = of(Refused, office.requests.answer(changed))
        assert refused.why in {Why.WRONG_PASSWORD, Why.TOO_SOON}
    assert not office.door.has_password(Role.AUDITOR)
    assert not [event for event in office.trail() if isinstance(event, PasswordSet)]


def test_the_admin_gives_the_auditor_a_password(office: Office) -> None:
    session = office.login()
    given = ChangePassword(1, session, Role.AUDITOR, PASSWORD, AUDITORS)
    assert isinstance(office.requests.answer(given), Done)
    assert office.door.auditor_known
    assert isinstance(office.requests.answer(Login(2, AUDITORS, Role.AUDITOR)), LoggedIn)


def test_a_new_password_that_is_too_short_is_refused(office: Office) -> None:
    changed = ChangePassword(1, office.login(), Role.ADMIN, PASSWORD, "short")
    assert "at least 8" in of(Refused, office.requests.answer(changed)).sentence
    assert office.login()


def test_passwords_are_changed_so_many_times_an_hour_and_no_more(office: Office) -> None:
    session = office.login()
    for number in range(PASSWORDS_PER_HOUR):
        changed = ChangePassword(1, session, Role.AUDITOR, PASSWORD, f"password {number}")
        assert isinstance(office.requests.answer(changed), Done)
    refused = of(Refused, office.requests.answer(changed))
    assert "within an hour" in refused.sentence
    assert refused.why is Why.TOO_SOON


def test_what_was_mistyped_is_no_change_of_the_hour(office: Office) -> None:
    session = office.login()
    for new in ("short",) * (PASSWORDS_PER_HOUR + 1):
        office.requests.answer(ChangePassword(1, session, Role.ADMIN, PASSWORD, new))
    office.requests.answer(ChangePassword(1, session, Role.ADMIN, "wrong", "battery staple"))
    right = ChangePassword(1, session, Role.ADMIN, PASSWORD, "battery staple")
    assert isinstance(office.requests.answer(right), Done)


def test_an_auditors_logins_give_nobody_fresh_attempts_at_the_admins_password(
    office: Office, auditor: str
) -> None:
    assert auditor
    for number in range(4):
        office.requests.answer(Login(number, "wrong password"))
        office.requests.answer(Login(number, AUDITORS, Role.AUDITOR))
    refused = of(Refused, office.requests.answer(Login(9, PASSWORD)))
    assert refused.why is Why.TOO_SOON  # the right one; nobody says that it is wrong
    assert "not tried" in refused.sentence


def test_that_the_words_of_welcome_were_changed_is_recorded_and_not_what_they_say(
    office: Office,
) -> None:
    wanted = Welcome(en="Ada, come in")
    assert office.requests.answer(SaveWelcome(1, office.login(), wanted)) == Done(1)
    assert office.done == [wanted]
    assert office.trail()[-1] == WelcomeChanged()
    assert "Ada" not in (office.folder / TRAIL).read_text()
