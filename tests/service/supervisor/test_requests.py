"""Requests of guards and admins: an admin's only with a session, and each recorded."""

import time
from datetime import date
from pathlib import Path

import pytest

from screening.result import State, Verdict
from screening.settings import Uniformity
from service.ipc.messages import (
    Acknowledge,
    AskFfc,
    AskShape,
    ChangeSettings,
    ChooseScenario,
    Login,
    Logout,
    Outcome,
    ReadSettings,
    Reply,
    SecondCheck,
    ShapeLearnt,
    Stepped,
)
from service.ipc.settings import DecisionSettings, SettingsStore, StationSettings
from service.state.admin_password import AdminDoor, set_password
from service.state.audit import read
from service.state.audit_events import LoginTried, ScenarioChosen, SettingChanged
from service.state.recorder import Recorder
from service.supervisor.guard_view import Station
from service.supervisor.non_uniformity import ShapeLearning
from service.supervisor.requests import NO_SENSOR, NO_SESSION, Desk
from tests.service.ipc.test_messages import RESULT
from tests.service.stage import SENSOR, visitor

PASSWORD = "correct horse"
TODAY = date(2026, 5, 4)
WARMER = StationSettings(decision=DecisionSettings(threshold_c=38.0))


class Office:
    """A desk with everything real around it, and what it asked the supervisor to do."""

    def __init__(self, folder: Path) -> None:
        set_password(folder, PASSWORD)
        self.folder = folder
        self.scenario, self.scenarios = "empty", ("empty", "one-fever")
        self.done: list[object] = []
        self.station = Station()
        self.store = SettingsStore(folder, StationSettings)
        door = AdminDoor(folder, clock=time.monotonic, wall_clock=time.time)
        self.recorder = Recorder(folder, time.time)
        self.shape = ShapeLearning()
        self.desk = Desk(self.station, self.store, door, self, self.recorder, self.shape)

    def apply(self, settings: StationSettings) -> None:
        self.done.append(settings)

    def ask_for_ffc(self) -> None:
        self.done.append("ffc")

    def learn_shape(self) -> None:
        self.done.append("shape")

    def play(self, scenario: str) -> None:
        self.done.append(scenario)

    def login(self) -> str:
        return self.desk.answer(Login(1, PASSWORD)).session

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
        lambda session: AskShape(1, session),
        lambda session: ChooseScenario(1, session, "one-fever"),
    ],
)
@pytest.mark.parametrize("session", ["", "made up"])
def test_nothing_is_changed_without_a_session(
    office: Office, request_of: object, session: str
) -> None:
    answer = office.desk.answer(request_of(session))
    assert (answer.ok, answer.error) == (False, NO_SESSION)
    assert office.done == []
    assert office.store.load() == StationSettings()


def test_settings_are_saved_recorded_and_put_in_force(office: Office) -> None:
    assert office.desk.answer(ChangeSettings(1, office.login(), WARMER)).ok
    assert office.store.load() == WARMER
    assert office.done == [WARMER]
    assert SettingChanged("decision.threshold_c", 37.5, 38.0) in office.trail()


def test_settings_that_cannot_be_saved_are_not_put_in_force(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    session = office.login()
    monkeypatch.setattr("service.ipc.settings.write_atomically", full)
    answer = office.desk.answer(ChangeSettings(1, session, WARMER))
    assert not answer.ok
    assert "could not be saved" in answer.error
    assert office.done == []


def test_a_shape_is_learnt_saved_recorded_and_put_in_force(office: Office) -> None:
    session = office.login()
    office.shape.opened(SENSOR)
    assert office.desk.answer(AskShape(1, session)).ok
    assert office.done == ["shape"]
    assert office.desk.answer(ReadSettings(2, session)).shape_learning
    office.desk.shape_learnt(ShapeLearnt(Uniformity(xx_c=-0.2)), TODAY)
    said = office.desk.answer(ReadSettings(3, session))
    assert (said.shape_learning, said.shape_problem, said.shape_holds) == (False, "", True)
    saved = office.store.load()
    assert office.done == ["shape", saved]
    assert saved.plain().uniformity == Uniformity(xx_c=-0.2)
    assert SettingChanged("uniformity.xx_c", None, -0.2) in office.trail()


def test_a_shape_that_was_not_learnt_changes_nothing_and_says_why(office: Office) -> None:
    session = office.login()
    office.shape.opened(SENSOR)
    office.desk.answer(AskShape(1, session))
    office.desk.shape_learnt(ShapeLearnt(None, "It is no plate."), TODAY)
    said = office.desk.answer(ReadSettings(2, session))
    assert (said.shape_learning, said.shape_problem) == (False, "It is no plate.")
    assert office.store.load() == StationSettings()


def test_a_shape_that_nobody_waits_for_is_not_saved(office: Office) -> None:
    office.shape.opened(SENSOR)
    office.desk.shape_learnt(ShapeLearnt(Uniformity(xx_c=-0.2)), TODAY)
    assert office.store.load() == StationSettings()


def test_without_a_sensor_no_shape_is_learnt(office: Office) -> None:
    answer = office.desk.answer(AskShape(1, office.login()))
    assert (answer.ok, answer.error) == (False, NO_SENSOR)
    assert office.done == []


def test_a_scenario_that_does_not_exist_is_not_played(office: Office) -> None:
    session = office.login()
    assert not office.desk.answer(ChooseScenario(1, session, "no-such")).ok
    assert office.desk.answer(ChooseScenario(2, session, "one-fever")).ok
    assert office.done == ["one-fever"]
    assert ScenarioChosen("one-fever") in office.trail()


def test_every_login_is_recorded_and_a_logout_ends_the_session(office: Office) -> None:
    assert not office.desk.answer(Login(1, "wrong password")).ok
    session = office.login()
    office.desk.answer(Logout(2, session))
    assert office.desk.answer(AskFfc(3, session)).error == NO_SESSION
    assert [e for e in office.trail() if isinstance(e, LoginTried)] == [
        LoginTried(granted=False),
        LoginTried(granted=True),
    ]


def test_without_a_session_no_setting_is_told(office: Office) -> None:
    answer = office.desk.answer(ReadSettings(1, "made up"))
    assert answer == Reply(1, ok=False, error=NO_SESSION, password_set=True)


def test_damaged_settings_are_told_with_the_sentence_and_can_be_replaced(office: Office) -> None:
    session = office.login()
    (office.folder / "settings.json").write_text("damaged")
    told = office.desk.answer(ReadSettings(1, session))
    assert told.ok
    assert told.settings is None
    assert "damaged" in told.error
    assert office.desk.answer(ChangeSettings(2, session, WARMER)).ok
    assert office.store.load() == WARMER


def test_a_guards_answers_reach_the_station_and_a_wrong_number_is_said(office: Office) -> None:
    from dataclasses import replace

    office.station.started(SENSOR, locked=True)
    result = replace(
        RESULT, state=State.ELEVATED, visitors=(visitor(1, Verdict.ELEVATED),), departed=()
    )
    office.station.stepped(Stepped(result, 5.0, 0), 10.0)
    assert not office.desk.answer(Acknowledge(1, 2)).ok
    assert office.desk.answer(Acknowledge(2, 1)).ok
    assert office.desk.answer(SecondCheck(3, 1, Outcome.CONFIRMED)).ok
    assert not office.desk.answer(SecondCheck(4, 1, Outcome.CONFIRMED)).ok
    assert office.station.view(10.0).alarms == ()


def test_the_trail_never_says_a_word_about_a_visitor(office: Office) -> None:
    test_a_guards_answers_reach_the_station_and_a_wrong_number_is_said(office)
    assert not any("alarm" in str(event) or "visitor" in str(event) for event in office.trail())
