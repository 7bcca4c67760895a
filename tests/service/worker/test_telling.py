"""The worker tells everything that matters, and no more often than it may."""

from dataclasses import replace
from typing import TypeVar

import pytest

from screening.result import Reason, ReferenceStatus, ScreeningResult, State, Verdict, Visitor
from service.ipc.expiry import BELIEVED_S
from service.ipc.records import RATES, Instruments, Presence, Record, Seen, Status, pack, unpack
from service.ipc.vocabulary import ChannelError
from service.supervisor.guard_view import GuardView
from service.supervisor.hearing import Hearing
from service.worker.telling import Telling
from tests.service.stage import ACCEPTED

T = TypeVar("T")
BOX = (1.0, 2.0, 3.0, 4.0)
FRAME_S = 1 / 60
STEP_S = 0.03  # what the screener takes for a frame


class Heard:
    """A worker that tells, and a supervisor that hears it by its own clock."""

    def __init__(self) -> None:
        self.now = 50.0
        self.said: list[Record] = []
        self.telling = Telling(self._send, self.now)
        self.hearing = Hearing(self.now)
        self.view = GuardView()
        self.view.stands(ACCEPTED)

    def _send(self, record: Record) -> None:
        heard = self.hearing.record(pack(record), self.now)
        self.said.append(heard)
        if isinstance(heard, Seen):
            self.view.seen(heard, self.now)
        elif isinstance(heard, Status):
            self.view.status(heard, self.now)

    def frame(
        self,
        state: State = State.READY,
        visitors: tuple[Visitor, ...] = (),
        departed: tuple[Visitor, ...] = (),
        reasons: tuple[Reason, ...] = (),
    ) -> None:
        self.now += FRAME_S
        result = ScreeningResult(
            1, self.now, state, reasons, ReferenceStatus(found=True), (), visitors, departed
        )
        self.telling.tell(result, self.now, exposed_s=self.now - STEP_S)
        self.telling.instruments(result, fpa_temp_c=30.0, step_ms=4.0, now_s=self.now)

    def of(self, kind: type[T]) -> list[T]:
        return [record for record in self.said if isinstance(record, kind)]


@pytest.fixture
def heard() -> Heard:
    return Heard()


def visitor(number: int, verdict: Verdict | None = None, skin_c: float = 35.5) -> Visitor:
    return Visitor(number, 1, 2, BOX, verdict, (), skin_c, 0.4)


@pytest.mark.parametrize("reason", Reason)
def test_a_visitor_is_told_with_whatever_reason_the_screener_gives(
    heard: Heard, reason: Reason
) -> None:
    stopped = replace(visitor(1), reasons=(reason,))
    heard.frame(State.NOT_SCREENING, visitors=(stopped,), reasons=(reason,))
    heard.now += 1.0
    heard.frame(State.NOT_SCREENING, departed=(stopped,), reasons=(reason,))
    assert {record.reason for record in heard.of(Seen)} == {reason}
    assert {record.reason for record in heard.of(Status)} == {reason}


def test_a_quiet_minute_at_60_hz_is_ten_states_a_second_and_the_instruments(heard: Heard) -> None:
    for _ in range(3600):
        heard.frame()
    assert 500 <= len(heard.of(Status)) <= 640
    assert 50 <= len(heard.of(Instruments)) <= 60
    assert not heard.of(Seen)
    last = heard.of(Instruments)[-1]
    assert last.frame_rate_hz == pytest.approx(60.0, abs=1.0)


def test_a_state_that_changes_is_told_at_once(heard: Heard) -> None:
    for _ in range(60):
        heard.frame()
    before = len(heard.of(Status))
    heard.frame(State.NOT_SCREENING, reasons=(Reason.FFC,))
    (said,) = heard.of(Status)[before:]
    assert (said.state, said.reason) == (State.NOT_SCREENING, Reason.FFC)


def test_a_state_is_as_old_as_its_frame_wherever_it_lay_on_the_way(heard: Heard) -> None:
    heard.frame()
    exposed_s = heard.now - STEP_S
    assert heard.view.view(heard.now).until_s == pytest.approx(exposed_s + BELIEVED_S, abs=0.011)
    packet = pack(heard.of(Status)[-1])
    heard.now += 0.3  # it is read again, as if it had waited to be
    heard.view.status(unpack(packet), heard.now)  # type: ignore[arg-type]
    assert heard.view.view(heard.now).until_s == pytest.approx(exposed_s + BELIEVED_S, abs=0.011)
    heard.now = exposed_s + BELIEVED_S
    assert heard.view.view(heard.now).reasons == (Reason.SILENT,)


@pytest.mark.slow
def test_a_worker_that_never_rests_stays_inside_what_the_supervisor_allows(heard: Heard) -> None:
    """Everything changes with every frame, for ten minutes: the supervisor would raise."""
    states = [State.READY, State.HOLD_STILL, State.COME_CLOSER]
    verdicts = [None, Verdict.RECHECK, Verdict.CLEAR, Verdict.ELEVATED]
    for number in range(36_000):
        here = tuple(
            visitor(
                1 + number // 300 * 6 + place, verdicts[(number + place) % 4], 30.0 + number % 9
            )
            for place in range(6)
        )
        gone = tuple(replace(one, verdict=Verdict.NO_RESULT) for one in here)
        ends = number % 300 == 299
        heard.frame(states[number % 3], () if ends else here, gone if ends else ())


def test_an_alarm_comes_before_everything_else(heard: Heard) -> None:
    crowd = tuple(visitor(number) for number in range(1, 60))
    heard.frame(visitors=(*crowd, visitor(60, Verdict.ELEVATED)))
    assert heard.of(Seen)[0].verdict is Verdict.ELEVATED


def test_whoever_was_in_view_has_a_last_word_however_many_there_were(heard: Heard) -> None:
    crowd = tuple(visitor(number, Verdict.RECHECK) for number in range(1, 60))
    heard.frame(visitors=crowd)
    heard.frame(departed=crowd)
    for _ in range(60 * 20):
        heard.frame()
    gone = [record.mark for record in heard.of(Seen) if record.presence is Presence.DEPARTED]
    assert sorted(gone) == list(range(1, 60))
    assert heard.view.view(heard.now).visitors == ()


def test_a_face_missed_in_one_frame_is_still_there_and_after_a_while_is_not(heard: Heard) -> None:
    heard.frame(visitors=(visitor(1),))
    for _ in range(12):  # 0.2 s
        heard.frame()
    assert [one.id for one in heard.view.view(heard.now).visitors] == [1]
    for _ in range(24):
        heard.frame()
    assert heard.view.view(heard.now).visitors == ()
    heard.frame(visitors=(visitor(1),))
    assert [one.id for one in heard.view.view(heard.now).visitors] == [1]


def test_better_numbers_come_a_few_times_a_second_and_a_new_verdict_at_once(heard: Heard) -> None:
    for number in range(60):
        heard.frame(visitors=(visitor(1, None, 35.0 + number / 50),))
    assert len(heard.of(Seen)) <= 6
    before = len(heard.of(Seen))
    heard.frame(visitors=(visitor(1, Verdict.CLEAR, 36.2),))
    assert heard.of(Seen)[before].verdict is Verdict.CLEAR


def test_a_worker_that_talks_more_than_it_may_is_not_heard() -> None:
    hearing = Hearing(0.0)
    packet = pack(Status(State.READY))
    for number in range(RATES[Status].waiting):
        hearing.record(packet, number / 1000)
    with pytest.raises(ChannelError, match="too often"):
        hearing.record(packet, 0.04)
