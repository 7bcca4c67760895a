"""A process that dies and is started again may say no more than one that lives."""

from collections import Counter

import pytest

from screening.result import Reason, State
from service.ipc.messages import MESSAGES
from service.ipc.rate import OF_WEB
from service.ipc.records import RATES, Fault, GaveUp, Instruments, Opened, Record, Status, pack
from service.ipc.replies import Done, Refused, Why
from service.ipc.requests import Duty, NoteDuty, SaveWelcome
from service.ipc.visitor_window import Welcome
from service.ipc.vocabulary import ChannelError
from service.supervisor.hearing import Hearing
from service.supervisor.main import Supervisor
from tests.service.supervisor.conftest import Fake

OPENED = Opened(simulated=True, width=320, height=256, frame_rate_hz=9.0, identity=(0, 0, 0, 0))


def taken(hearing: Hearing, record: Record, now_s: float) -> int:
    """Say a record until it comes too often; return how many were heard."""
    for number in range(1000):
        try:
            hearing.record(pack(record), now_s)
        except ChannelError:
            return number
    raise AssertionError("it never came too often")


def test_a_worker_that_dies_every_few_seconds_is_heard_no_more_than_one_that_lives() -> None:
    hearing = Hearing(0.0)
    status, instruments = Status(State.NOT_SCREENING), Instruments(None, None, None, 9.0, 1.0, 0.0)
    heard: Counter[type] = Counter()
    for life in range(100):
        now_s = 3.0 * life
        hearing.begins(now_s)
        heard[Opened] += taken(hearing, OPENED, now_s)
        for record in (status, instruments):
            heard[type(record)] += taken(hearing, record, now_s)
        heard[GaveUp] += taken(hearing, GaveUp(Reason.SILENT, Fault.LOST), now_s)
    for kind in (Status, Instruments):
        rate = RATES[kind]
        assert heard[kind] <= rate.per_s * 297.0 + rate.waiting
        assert heard[kind] > 0.9 * rate.per_s * 297.0
    assert heard[Opened] == heard[GaveUp] == 100  # once in each life


def test_a_web_process_that_dies_is_granted_no_more_than_one_that_lives(
    station: Supervisor,
) -> None:
    request = NoteDuty(1, Duty.BEGUN, well=True)
    welcome = SaveWelcome(1, "", Welcome())
    answers: list[object] = []
    for _life in range(5):
        station._web.slot._due = 0.0
        station._web.turn()
        child: object = station._web.slot.child
        assert isinstance(child, Fake)
        for asked in (request, welcome):
            for _ in range(OF_WEB[type(asked)].waiting):
                station._web.hear(MESSAGES.encode(asked))
        answers += child.said
        station._web.slot.end()
    done = [one for one in answers if isinstance(one, Done)]
    refused = [one for one in answers if isinstance(one, Refused)]
    assert OF_WEB[NoteDuty].waiting <= len(done) <= OF_WEB[NoteDuty].waiting + 1
    soon = [one for one in refused if one.why is Why.TOO_SOON]
    assert len(soon) >= 4 * (OF_WEB[NoteDuty].waiting + OF_WEB[SaveWelcome].waiting) - 1
    assert all(one.retry_after_s > 0.0 for one in soon)


def test_one_web_process_that_asks_too_often_is_ended(station: Supervisor) -> None:
    station._web.turn()
    asked = MESSAGES.encode(SaveWelcome(1, "", Welcome()))
    for _ in range(OF_WEB[SaveWelcome].waiting):
        station._web.hear(asked)
    with pytest.raises(ChannelError, match="too often"):
        station._web.hear(asked)
