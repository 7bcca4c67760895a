"""An oracle of the screen, written from the documents alone; it knows none of the station's code.

It is told what really happened (when the station could not know what stands before the camera) and
what a screen showed from moment to moment, in the words of `GET /api/state`. Its rules:

1. *Nobody is told clear by a blind station.* From a documented time after blindness begins until it
   ends, the screen is in a state in which nobody is screened, and shows no visitor.
2. *An alarm stays.* An alarm that was shown is shown until a guard answers it.
3. *Nobody with a fever is cleared.*
4. *Blindness ends.* A documented time after the last fault, the station screens again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

NOT_SCREENING: Final = frozenset({"not_screening", "starting", "warming_up", "self_test"})
SHOWN_WITHIN_S: Final = 0.6  # docs: "every screen says not screening within 0.6 s"
BACK_WITHIN_S: Final = 10.0  # the picture lives for 2 s, the reference is found within seconds


@dataclass(frozen=True)
class Blindness:
    """A time in which the station cannot know what stands before the camera.

    Attributes
    ----------
    why
        For the reader.
    begins_s, ends_s
        On the clock of the moments.
    notice_s
        How long the documents allow until it is noticed, before it is shown.
    no_frames
        No frame came meanwhile: what is noticed by frames is noticed by those after it.
    """

    why: str
    begins_s: float
    ends_s: float
    notice_s: float = 0.0
    no_frames: bool = False


@dataclass(frozen=True)
class Moment:
    """What a screen shows at a time, as in `GET /api/state`."""

    at_s: float
    shown: dict[str, Any]

    @property
    def screens(self) -> bool:
        """Whether it looks as if somebody were screened."""
        shown = self.shown
        return shown["state"] not in NOT_SCREENING or bool(shown["visitors"])


@dataclass(frozen=True)
class Wrong:
    """A rule that was broken, when, and by what."""

    rule: str
    at_s: float
    what: str


def judge(
    moments: Sequence[Moment], blind: Sequence[Blindness], *, fever: bool = False
) -> Iterator[Wrong]:
    """Yield what is wrong with what was shown.

    Parameters
    ----------
    moments
        In order of time.
    blind
        When the station was blind; they may overlap.
    fever
        Whether everybody who came has a fever.
    """
    yield from _clear_while_blind(moments, blind)
    yield from _alarms_lost(moments)
    if fever:
        yield from _cleared_with_fever(moments)
    yield from _never_back(moments, blind)


def _clear_while_blind(moments: Iterable[Moment], blind: Sequence[Blindness]) -> Iterator[Wrong]:
    for moment in moments:
        for one in blind:
            begins_s = _unmasked_s(one, blind) + one.notice_s + SHOWN_WITHIN_S
            if begins_s < moment.at_s < one.ends_s and moment.screens:
                shown = moment.shown
                yield Wrong("shown while blind", moment.at_s, f"{one.why}: {shown['state']}")


def _unmasked_s(one: Blindness, blind: Sequence[Blindness]) -> float:
    """Return from when on a blindness is the only one: before, the station was blind anyway."""
    ends = [o.ends_s for o in blind if o is not one and o.begins_s <= one.begins_s < o.ends_s]
    begins_s = max([one.begins_s, *ends])
    for other in sorted(blind, key=lambda o: o.begins_s):
        if other.no_frames and begins_s <= other.begins_s < begins_s + one.notice_s:
            begins_s = max(begins_s, other.ends_s)
    return begins_s


def _alarms_lost(moments: Iterable[Moment]) -> Iterator[Wrong]:
    waiting: set[int] = set()
    for moment in moments:
        cards = moment.shown["alarms"]
        now = {card["number"] for card in cards if card["need"] == "elevated"}
        if waiting - now:
            yield Wrong("an alarm is gone", moment.at_s, str(sorted(waiting - now)))
        waiting |= now


def _cleared_with_fever(moments: Iterable[Moment]) -> Iterator[Wrong]:
    for moment in moments:
        verdicts = {visitor["verdict"] for visitor in moment.shown["visitors"]}
        if moment.shown["state"] == "clear" or "clear" in verdicts:
            yield Wrong("a fever is cleared", moment.at_s, str(verdicts))


def _never_back(moments: Sequence[Moment], blind: Sequence[Blindness]) -> Iterator[Wrong]:
    ended_s = max((one.ends_s for one in blind), default=0.0)
    after = [moment for moment in moments if moment.at_s > ended_s]
    if after and after[-1].at_s - ended_s > BACK_WITHIN_S and not any(m.screens for m in after):
        yield Wrong("never back", after[-1].at_s, after[-1].shown["state"])


def shown_after_s(moments: Iterable[Moment], one: Blindness) -> float | None:
    """Return how long after it began a blindness was shown; None when it was over before."""
    inside = [m for m in moments if one.begins_s <= m.at_s < one.ends_s]
    if not inside or inside[-1].screens:
        return None
    last = max((m.at_s for m in inside if m.screens), default=one.begins_s)
    return last - one.begins_s


def back_after_s(moments: Iterable[Moment], ended_s: float) -> float | None:
    """Return how long after a time the station screened again; None when it did not."""
    return next((m.at_s - ended_s for m in moments if m.at_s >= ended_s and m.screens), None)
