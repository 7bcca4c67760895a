"""The training has twenty-one situations that a guard can meet, each with one right answer."""

from device.simulator.scenario.schema import load
from screening.result import State
from service.ipc.view import Advice
from service.supervisor.cards import WAITING
from service.supervisor.guard_view import OF_REASON, PAUSES
from service.web.i18n import catalogues
from service.web.training import SITUATIONS, situations


def test_there_are_as_many_as_are_promised_of_different_scenarios() -> None:
    assert len({one.scenario for one in situations()}) == len(situations()) == SITUATIONS


def test_every_situation_is_one_that_its_scenario_announces() -> None:
    for one in situations():
        shows = load(one.scenario).shows
        assert one.state in shows, one.scenario
        assert one.reason is None or one.reason in shows, one.scenario


def test_every_situation_is_advised_as_the_station_does() -> None:
    for one in situations():
        expected = {
            State.LOOK_AT_CAMERA: OF_REASON.get(one.reason) if one.reason else None,
            State.RECHECK: Advice.WAIT if one.reason in WAITING else None,
            State.NOT_SCREENING: Advice.MOMENT if one.reason in PAUSES else None,
        }
        assert one.advice is expected.get(one.state), one.scenario


def test_every_answer_has_its_words_and_the_right_one_is_among_them_once() -> None:
    for one in situations():
        answers = (one.right, *one.wrong)
        assert len(set(answers)) == 3
        for words in catalogues().values():
            assert all(f"do_{answer}" in words["training"] for answer in answers)


def test_nobody_is_taught_to_let_pass_whom_the_station_did_not_clear() -> None:
    for one in situations():
        assert ("pass" in one.right) == (one.state is State.CLEAR), one.scenario
