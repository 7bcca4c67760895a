"""What waits for a guard: one card for a person, until somebody has said how it ended.

Pure: what is said of visitors and times go in, cards and what is to be counted come out.

    elevated       until it is acknowledged and the second check is done
    measure again  until they come back and are clear, or do not come back in time
    wait           until a guard says that they are clear, or for a quarter of an hour
    thermometer    what *measure again* ends with: after the second time, or when nobody comes back

Who stands before the camera next is taken for whoever was called back: nobody is identified. So
they have the same number on the screen, where the guard sees whether it is the same person.
"""

from dataclasses import dataclass, replace
from typing import Final

from screening.result import Reason, Verdict
from service.ipc.records import Presence
from service.ipc.view import Advice, Alarm, Need, Outcome, ShownVisitor
from service.state.counters import Counted

MAX_AGAIN: Final = 2  # times that somebody is asked to be measured again
STANDS_S: Final = 10.0  # who stands there for so long without a *clear* is being measured again
RETURNS_S: Final = 60.0  # a visitor who was called back comes, or is past
WAITS_S: Final = 900.0  # who was asked to wait indoors
UNDO_S: Final = 10.0
MAX_OPEN: Final = 1000  # more than anybody answers; then nobody is screened
MAX_SHOWN: Final = 20  # a view has to stay small: alarms first, then the oldest
WAITING: Final = frozenset({Reason.TOO_COLD, Reason.NOT_ACCLIMATISED, Reason.SUN_WARMED})
_ENDED_AS: Final = {outcome: Counted(outcome.value) for outcome in Outcome}


@dataclass(slots=True)
class _Card:
    alarm: Alarm
    since: float
    ended_at: float | None = None
    settled: bool = False  # its end can no longer be undone

    @property
    def open(self) -> bool:
        return self.ended_at is None

    @property
    def rank(self) -> int:
        """How soon it must be on the screen: what calls, what can be undone, alarms, the rest."""
        if self.open and not self.alarm.acknowledged:
            return 0
        if not self.open:
            return 1
        return 2 if self.alarm.need is Need.ELEVATED else 3

    def asks(self, need: Need, now: float) -> None:
        self.alarm = replace(self.alarm, need=need, acknowledged=need is not Need.ELEVATED)
        self.since, self.ended_at = now, None


@dataclass(slots=True)
class _Person:
    """Somebody who came to be screened, over every time that they stand before the camera."""

    visitor: ShownVisitor
    in_view: bool = True
    departed: bool = False
    screening: bool = False  # the station screened while they were there
    asked: int = 0
    asked_at: float | None = None  # while they stand there and are not clear
    card: _Card | None = None

    @property
    def waits(self) -> bool:
        return not WAITING.isdisjoint(self.visitor.reasons)

    def has(self, need: Need) -> bool:
        return self.card is not None and self.card.open and self.card.alarm.need is need

    @property
    def called_back(self) -> bool:
        return not self.in_view and self.has(Need.AGAIN)

    @property
    def returns(self) -> bool:
        return self.has(Need.AGAIN) or self.has(Need.WAIT)


class Cards:
    """The open cards of a station, and the people whom they are about."""

    def __init__(self) -> None:
        self._cards: dict[int, _Card] = {}
        self._people: dict[int, _Person] = {}
        self._counted: list[Counted] = []
        self._next_card = self._next_visitor = 1

    # ---- what is said of visitors

    def number(self) -> int:
        """Return the number of who begins to stand there: of who was called back, or a new one."""
        for number, person in self._people.items():
            if person.called_back:
                return number
        self._next_visitor += 1
        return self._next_visitor - 1

    def heard(
        self, visitor: ShownVisitor, presence: Presence, *, screening: bool, now: float
    ) -> ShownVisitor:
        """Take in what is said of a visitor.

        Parameters
        ----------
        screening
            Whether people are screened, or will be in a moment.
        now
            Monotonic time in seconds, here and below.

        Returns
        -------
        ShownVisitor
            As they are shown: nobody is clear any more whom the thermometer waits for.
        """
        person = self._people.setdefault(visitor.id, _Person(visitor))
        if presence is not Presence.IN_VIEW and person.visitor.mark != visitor.mark:
            return visitor  # somebody else stands for them now
        if person.has(Need.THERMOMETER) and visitor.verdict is Verdict.CLEAR:
            visitor = replace(visitor, verdict=Verdict.RECHECK)
        person.visitor = visitor
        person.in_view = presence is Presence.IN_VIEW
        person.departed = presence is Presence.DEPARTED
        person.screening |= screening
        if visitor.verdict is Verdict.ELEVATED:
            self._elevated(person, now)
        elif visitor.verdict is Verdict.CLEAR and person.returns:
            self._end(person.card, Outcome.CLEARED, now)
        if visitor.verdict is not Verdict.RECHECK:
            person.asked_at = None
        elif person.asked_at is None:
            self._ask(person, now)
        if person.departed:
            self._departed(person, now)
        return replace(visitor, asked=person.asked)

    def screening(self) -> None:
        """Note that the station screens while those are there who are."""
        for person in self._people.values():
            person.screening |= not person.departed

    def lost(self, now: float) -> tuple[ShownVisitor, ...]:
        """Note that nothing sees anybody any more; return who stood there without a last word."""
        seen = [person for person in self._people.values() if not person.departed]
        for person in seen:
            person.departed, person.in_view, person.asked_at = True, False, None
            unsure = person.visitor.verdict not in {Verdict.CLEAR, Verdict.ELEVATED}
            if unsure and person.screening:
                self._thermometer(person, now)
        self._forget()
        return tuple(_with_last_word(person.visitor) for person in seen)

    def _elevated(self, person: _Person, now: float) -> None:
        card = person.card
        if card is None or not (card.open or card.alarm.need is Need.ELEVATED):
            card = self._open(person, Need.ELEVATED, now)
        elif card.open and card.alarm.need is not Need.ELEVATED:
            card.asks(Need.ELEVATED, now)
        if card is not None and card.open:  # not yet answered: its numbers may have become better
            card.alarm = replace(card.alarm, visitor=person.visitor)

    def _ask(self, person: _Person, now: float) -> None:
        """Ask somebody to be measured again, or say that this was often enough."""
        if person.asked == MAX_AGAIN:
            self._thermometer(person, now)
            return
        person.asked += 1
        person.asked_at = now
        self._counted.append(Counted.AGAIN)

    def _departed(self, person: _Person, now: float) -> None:
        verdict = person.visitor.verdict
        if verdict in {None, Verdict.NO_RESULT} and person.screening:
            self._ask(person, now)
        unsure = verdict not in {Verdict.CLEAR, Verdict.ELEVATED} and person.asked > 0
        if unsure and (person.card is None or person.returns):
            self._open(person, Need.WAIT if person.waits else Need.AGAIN, now)
        person.asked_at = None
        self._forget()

    def _thermometer(self, person: _Person, now: float) -> None:
        if person.has(Need.ELEVATED) or person.has(Need.THERMOMETER):
            return
        self._open(person, Need.THERMOMETER, now)
        self._counted.append(Counted.THERMOMETER)

    def _open(self, person: _Person, need: Need, now: float) -> _Card | None:
        """Open the card of a person, or let the open one ask for something else."""
        visitor = replace(person.visitor, asked=person.asked)
        if person.card is not None and person.card.open:
            person.card.alarm = replace(person.card.alarm, visitor=visitor)
            person.card.asks(need, now)
        elif self.waiting < MAX_OPEN:
            alarm = Alarm(self._next_card, visitor)
            self._next_card += 1
            person.card = self._cards[alarm.number] = _Card(alarm, now)
            person.card.asks(need, now)
        return person.card

    def _forget(self) -> None:
        """Keep nobody who is gone and about whom there is no card."""
        self._people = {
            number: person
            for number, person in self._people.items()
            if not person.departed or (person.card is not None and not person.card.settled)
        }

    # ---- what time does

    def turn(self, now: float) -> list[int]:
        """Let time pass; return the numbers of those in view who are told anew what to do."""
        told = []
        for person in list(self._people.values()):
            if person.returns and not person.in_view:
                assert person.card is not None  # noqa: S101 - it has one
                if now - person.card.since >= (WAITS_S if person.waits else RETURNS_S):
                    self._thermometer(person, now)
            elif (
                person.in_view
                and person.asked_at is not None
                and now - person.asked_at >= STANDS_S
                and not person.waits
                and not person.has(Need.THERMOMETER)
            ):
                self._ask(person, now)
                told.append(person.visitor.id)
        for number, card in list(self._cards.items()):
            if card.ended_at is not None and now - card.ended_at >= UNDO_S:
                self._settle(number)
        return told

    def _settle(self, number: int) -> None:
        card = self._cards.pop(number)
        card.settled = True
        assert card.alarm.outcome is not None  # noqa: S101 - it has ended
        self._counted.append(_ENDED_AS[card.alarm.outcome])
        self._forget()

    def counted(self) -> list[Counted]:
        """Return what is to be counted since the last time."""
        counted, self._counted = self._counted, []
        return counted

    def close(self) -> None:
        """Take what can still be undone as final: the station stops."""
        for number in [number for number, card in self._cards.items() if not card.open]:
            self._settle(number)

    # ---- what guards do

    def acknowledge(self, number: int) -> bool:
        """Note that a guard has seen an alarm; False when there is no such one that is open."""
        card = self._cards.get(number)
        if card is None or not card.open:
            return False
        card.alarm = replace(card.alarm, acknowledged=True)
        return True

    def end(self, number: int, outcome: Outcome, now: float) -> bool:
        """Note how an alarm ended; False when there is no such one, or it cannot end so.

        What calls cannot: the answer was given to what the card asked for a moment before.
        """
        card = self._cards.get(number)
        if card is None or not card.open or not card.alarm.acknowledged:
            return False
        if outcome is Outcome.CLEARED and card.alarm.need not in {Need.AGAIN, Need.WAIT}:
            return False
        self._end(card, outcome, now)
        return True

    def _end(self, card: _Card | None, outcome: Outcome, now: float) -> None:
        assert card is not None  # noqa: S101 - it is open
        card.alarm = replace(card.alarm, outcome=outcome, acknowledged=True)
        card.ended_at = now

    def undo(self, number: int, now: float) -> bool:
        """Open an alarm again that ended a moment ago; False when there is no such one.

        Somebody else was taken for whoever was called back: then the thermometer is what is left.
        """
        card = self._cards.get(number)
        if card is None or card.open:
            return False
        cleared = card.alarm.outcome is Outcome.CLEARED
        card.alarm = replace(card.alarm, outcome=None)
        card.ended_at = None
        if cleared:
            card.asks(Need.THERMOMETER, now)
            self._counted.append(Counted.THERMOMETER)
        return True

    # ---- what is shown

    @property
    def waiting(self) -> int:
        """How many cards are open."""
        return sum(card.open for card in self._cards.values())

    @property
    def answered(self) -> bool:
        """Whether alarms ended a moment ago, and none is open."""
        alarms = [card for card in self._cards.values() if card.alarm.need is Need.ELEVATED]
        return bool(alarms) and not any(card.open for card in alarms)

    def shown(self, now: float) -> tuple[Alarm, ...]:
        """Return the cards that fit on a screen, the oldest first; one that calls is among them."""
        first = sorted(self._cards.values(), key=lambda card: card.rank)[:MAX_SHOWN]
        return tuple(
            replace(
                card.alarm,
                age_s=now - card.since,
                undo_s=None if card.ended_at is None else UNDO_S - (now - card.ended_at),
            )
            for card in sorted(first, key=lambda card: card.alarm.number)
        )

    def unacknowledged(self) -> ShownVisitor | None:
        """Return the visitor of the oldest alarm that no guard has seen."""
        for card in self._cards.values():
            if card.open and not card.alarm.acknowledged:
                return card.alarm.visitor
        return None

    def advice(self, visitor: ShownVisitor) -> Advice:
        """Return what to do about a visitor who is not clear."""
        person = self._people.get(visitor.id)
        if person is not None and person.has(Need.THERMOMETER):
            return Advice.THERMOMETER
        return Advice.AGAIN if WAITING.isdisjoint(visitor.reasons) else Advice.WAIT


def _with_last_word(visitor: ShownVisitor) -> ShownVisitor:
    return replace(visitor, verdict=visitor.verdict or Verdict.NO_RESULT)
