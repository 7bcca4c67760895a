"""Every path ends: what is asked of a guard about a visitor stays until somebody has answered."""

import pytest

from screening.result import Reason, Verdict
from service.ipc.records import Presence
from service.ipc.view import Advice, Alarm, Need, Outcome, ShownVisitor
from service.state.counters import Counted
from service.supervisor.cards import (
    MAX_OPEN,
    MAX_SHOWN,
    RETURNS_S,
    STANDS_S,
    UNDO_S,
    WAITS_S,
    Cards,
)
from tests.narrow import some

NEAR = (Reason.NEAR_THRESHOLD,)


class Desk:
    """Cards with a clock."""

    def __init__(self) -> None:
        self.cards = Cards()
        self.now = 100.0
        self.counts: list[Counted] = []
        self._marks = 0

    def comes(
        self, verdict: Verdict | None = None, *reasons: Reason, screening: bool = True
    ) -> ShownVisitor:
        """Begin with a visitor."""
        self._marks += 1
        begun = ShownVisitor(self.cards.number(), self._marks, verdict, reasons, 37.4, 0.4)
        return self.says(begun, verdict, *reasons, screening=screening)

    def says(
        self,
        visitor: ShownVisitor,
        verdict: Verdict | None,
        *reasons: Reason,
        presence: Presence = Presence.IN_VIEW,
        screening: bool = True,
    ) -> ShownVisitor:
        self.now += 0.1
        said = ShownVisitor(visitor.id, visitor.mark, verdict, reasons, 37.4, 0.4)
        return self.cards.heard(said, presence, screening=screening, now=self.now)

    def goes(self, visitor: ShownVisitor, verdict: Verdict | None = None) -> None:
        """End with a visitor as they were, or with another verdict."""
        word = verdict or visitor.verdict or Verdict.NO_RESULT
        self.says(visitor, word, *visitor.reasons, presence=Presence.DEPARTED)

    def passes(self, verdict: Verdict, *reasons: Reason) -> ShownVisitor:
        visitor = self.comes(verdict, *reasons)
        self.goes(visitor)
        return visitor

    def wait(self, seconds: float) -> list[int]:
        self.now += seconds
        told = self.cards.turn(self.now)
        self.counts += self.cards.counted()
        return told

    @property
    def shown(self) -> tuple[Alarm, ...]:
        return self.cards.shown(self.now)

    @property
    def needs(self) -> list[tuple[int, Need]]:
        """Visitor and need of the open cards."""
        return [(one.visitor.id, one.need) for one in self.shown if one.outcome is None]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_any_number_of_alarms_stay_and_the_oldest_are_shown(desk: Desk) -> None:
    for _ in range(100):
        desk.passes(Verdict.ELEVATED)
    desk.wait(8 * 3600.0)
    assert desk.cards.waiting == 100
    assert [alarm.number for alarm in desk.shown] == list(range(1, MAX_SHOWN + 1))
    for number in range(1, 101):
        assert desk.cards.acknowledge(number)
        assert desk.cards.end(number, Outcome.NOT_CONFIRMED, desk.now)
    desk.wait(UNDO_S)
    assert desk.shown == ()
    assert desk.counts == [Counted.NOT_CONFIRMED] * 100


def test_an_alarm_is_on_the_screen_however_many_other_cards_wait(desk: Desk) -> None:
    for _ in range(3 * MAX_SHOWN):
        desk.passes(Verdict.RECHECK, Reason.TOO_COLD)
    desk.wait(WAITS_S)
    number = desk.passes(Verdict.ELEVATED).id
    calls = [one for one in desk.shown if not one.acknowledged]
    assert [(one.visitor.id, one.need) for one in calls] == [(number, Need.ELEVATED)]
    assert len(desk.shown) == MAX_SHOWN
    card = calls[0].number
    desk.cards.acknowledge(card)
    assert desk.shown[-1].number == card  # still there, to be answered
    desk.cards.end(card, Outcome.CONFIRMED, desk.now)
    assert desk.shown[-1].undo_s == UNDO_S  # and to be undone
    assert [one.number for one in desk.shown[:-1]] == list(range(1, MAX_SHOWN))


def test_there_is_an_end_to_cards_that_nobody_answers(desk: Desk) -> None:
    for _ in range(MAX_OPEN + 1):
        desk.passes(Verdict.ELEVATED)
    assert desk.cards.waiting == MAX_OPEN


def test_whoever_is_not_clear_and_comes_back_clear_needs_nobody(desk: Desk) -> None:
    first = desk.passes(Verdict.RECHECK, *NEAR)
    assert desk.needs == [(first.id, Need.AGAIN)]
    again = desk.comes()
    assert again.id == first.id  # one number for one person, as far as anybody knows
    desk.says(again, Verdict.CLEAR)
    assert desk.needs == []
    (ended,) = desk.shown
    assert (ended.outcome, ended.undo_s) == (Outcome.CLEARED, UNDO_S)
    desk.wait(UNDO_S)
    assert desk.shown == ()
    assert desk.counts == [Counted.AGAIN, Counted.CLEARED]


def test_a_visitor_is_measured_again_at_most_twice(desk: Desk) -> None:
    number = desk.passes(Verdict.RECHECK, *NEAR).id
    assert desk.passes(Verdict.RECHECK, *NEAR).id == number
    assert desk.needs == [(number, Need.AGAIN)]
    third = desk.comes(Verdict.RECHECK, *NEAR)
    assert third.id == number
    assert desk.needs == [(number, Need.THERMOMETER)]
    assert desk.cards.advice(third) is Advice.THERMOMETER
    desk.goes(third)
    desk.wait(3600.0)
    assert desk.needs == [(number, Need.THERMOMETER)]
    assert desk.counts == [Counted.AGAIN, Counted.AGAIN, Counted.THERMOMETER]
    assert desk.comes().id != number  # nobody is called back any more


def test_whoever_stays_standing_is_told_twice_and_then_sent_to_the_thermometer(
    desk: Desk,
) -> None:
    stands = desk.comes(Verdict.RECHECK, *NEAR)
    assert [desk.wait(STANDS_S), desk.needs] == [[stands.id], []]
    assert [desk.wait(STANDS_S), desk.needs] == [
        [stands.id],
        [(stands.id, Need.THERMOMETER)],
    ]
    assert desk.wait(STANDS_S) == []
    cleared = desk.says(stands, Verdict.CLEAR)  # the fourth measurement is one too many
    assert cleared.verdict is Verdict.RECHECK
    assert desk.counts == [Counted.AGAIN, Counted.AGAIN, Counted.THERMOMETER]


def test_whoever_does_not_come_back_is_sent_to_the_thermometer(desk: Desk) -> None:
    gone = desk.passes(Verdict.RECHECK, *NEAR)
    desk.wait(RETURNS_S - 1.0)
    assert desk.needs == [(gone.id, Need.AGAIN)]
    desk.wait(1.0)
    assert desk.needs == [(gone.id, Need.THERMOMETER)]
    assert desk.shown[0].age_s == 0.0


@pytest.mark.parametrize("reason", [Reason.TOO_COLD, Reason.NOT_ACCLIMATISED])
def test_whoever_waits_indoors_is_not_taken_for_the_next_in_the_queue(
    desk: Desk, reason: Reason
) -> None:
    cold = desk.passes(Verdict.RECHECK, reason)
    assert desk.cards.advice(cold) is Advice.WAIT
    assert desk.comes(Verdict.CLEAR).id != cold.id
    desk.wait(WAITS_S - 1.0)
    assert desk.needs == [(cold.id, Need.WAIT)]
    assert desk.cards.end(1, Outcome.CLEARED, desk.now)  # a guard saw them come back
    desk.wait(UNDO_S)
    assert desk.counts[-1] is Counted.CLEARED


def test_whoever_comes_from_the_sun_is_let_wait_though_they_have_no_result(desk: Desk) -> None:
    warm = desk.passes(Verdict.NO_RESULT, Reason.SUN_WARMED)
    assert desk.cards.advice(warm) is Advice.WAIT
    desk.wait(WAITS_S - 1.0)
    assert desk.needs == [(warm.id, Need.WAIT)]
    desk.wait(2.0)
    assert desk.needs == [(warm.id, Need.THERMOMETER)]


def test_a_wait_indoors_has_an_end(desk: Desk) -> None:
    cold = desk.passes(Verdict.RECHECK, Reason.TOO_COLD)
    desk.wait(WAITS_S + 1.0)
    assert desk.needs == [(cold.id, Need.THERMOMETER)]


def test_no_result_is_called_back_while_the_station_screens(desk: Desk) -> None:
    nobody = desk.comes()
    desk.goes(nobody, Verdict.NO_RESULT)
    assert desk.needs == [(nobody.id, Need.AGAIN)]
    assert desk.comes(Verdict.CLEAR).id == nobody.id


def test_no_result_of_a_blind_station_makes_no_card_for_everybody_has_the_thermometer(
    desk: Desk,
) -> None:
    visitor = desk.comes(screening=False)
    desk.says(visitor, Verdict.NO_RESULT, presence=Presence.DEPARTED, screening=False)
    assert desk.needs == []


def test_whoever_comes_back_elevated_is_an_alarm_with_the_same_number(desk: Desk) -> None:
    number = desk.passes(Verdict.RECHECK, *NEAR).id
    assert desk.comes(Verdict.ELEVATED).id == number
    assert desk.needs == [(number, Need.ELEVATED)]
    assert not desk.shown[0].acknowledged
    assert some(desk.cards.unacknowledged()).id == number


def test_an_answer_to_measure_again_does_not_end_the_alarm_that_came_meanwhile(
    desk: Desk,
) -> None:
    number = desk.passes(Verdict.RECHECK, *NEAR).id
    desk.comes(Verdict.ELEVATED)
    assert not desk.cards.end(1, Outcome.DECLINED, desk.now)  # sent before the guard saw it
    assert desk.needs == [(number, Need.ELEVATED)]
    desk.cards.acknowledge(1)
    assert desk.cards.end(1, Outcome.DECLINED, desk.now)


def test_only_the_elevated_have_to_be_acknowledged(desk: Desk) -> None:
    desk.passes(Verdict.RECHECK, *NEAR)
    desk.wait(RETURNS_S)
    assert [one.acknowledged for one in desk.shown] == [True]
    assert desk.cards.unacknowledged() is None


def test_an_outcome_can_be_undone_for_ten_seconds_and_is_counted_then(desk: Desk) -> None:
    desk.passes(Verdict.ELEVATED)
    desk.cards.acknowledge(1)
    assert desk.cards.end(1, Outcome.CONFIRMED, desk.now)
    assert not desk.cards.end(1, Outcome.DECLINED, desk.now)
    desk.wait(UNDO_S - 0.1)
    assert desk.cards.undo(1, desk.now)
    assert not desk.cards.undo(1, desk.now)
    (card,) = desk.shown
    assert (card.outcome, card.undo_s, card.acknowledged) == (None, None, True)
    desk.cards.end(1, Outcome.DECLINED, desk.now)
    desk.wait(UNDO_S)
    assert not desk.cards.undo(1, desk.now)
    assert desk.counts == [Counted.DECLINED]


def test_a_clear_of_somebody_else_can_be_undone_and_leaves_the_thermometer(desk: Desk) -> None:
    number = desk.passes(Verdict.RECHECK, *NEAR).id
    desk.passes(Verdict.CLEAR)  # the next in the queue, who stepped up first
    assert desk.cards.undo(1, desk.now)
    assert desk.needs == [(number, Need.THERMOMETER)]
    desk.wait(UNDO_S)
    assert Counted.CLEARED not in desk.counts


def test_only_what_was_to_be_measured_again_can_end_as_clear(desk: Desk) -> None:
    desk.passes(Verdict.ELEVATED)
    desk.cards.acknowledge(1)
    assert not desk.cards.end(1, Outcome.CLEARED, desk.now)
    assert desk.needs == [(1, Need.ELEVATED)]


def test_what_can_still_be_undone_is_counted_when_the_station_stops(desk: Desk) -> None:
    desk.passes(Verdict.ELEVATED)
    desk.cards.acknowledge(1)
    desk.cards.end(1, Outcome.CONFIRMED, desk.now)
    desk.cards.close()
    assert desk.cards.counted() == [Counted.CONFIRMED]


def test_whoever_is_called_back_is_not_taken_for_somebody_who_was_there_before(
    desk: Desk,
) -> None:
    first, second = desk.comes(Verdict.RECHECK, *NEAR), desk.comes()
    assert first.id != second.id
    desk.goes(first)
    desk.says(second, Verdict.CLEAR)
    assert desk.needs == [(first.id, Need.AGAIN)]


def test_a_face_that_is_lost_and_found_as_another_is_one_person(desk: Desk) -> None:
    before = desk.passes(Verdict.RECHECK, *NEAR)
    again = desk.comes()
    desk.says(again, None, presence=Presence.MISSED)
    found = desk.comes()  # the same person, by another mark, before the old one has gone
    assert found.id == before.id
    desk.goes(again, Verdict.NO_RESULT)
    desk.wait(0.0)
    assert desk.needs == [(before.id, Need.AGAIN)]
    assert desk.counts == [Counted.AGAIN]  # not asked once more for what the old mark said
    desk.says(found, Verdict.CLEAR)
    assert desk.needs == []
