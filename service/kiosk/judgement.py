"""What the kiosk shows, sounds and lights, from what the station answers and when.

Pure: answers and times go in, what is to be done comes out.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from service.kiosk.wires import Wires

COVER_AFTER_S: Final = 0.4
"""Without a page that paints, or without an answer. Screens acknowledge every 0.1 s."""

LIFT_AFTER_S: Final = 0.5  # of painting without a gap
SOUND_AFTER_S: Final = 1.0
START_S: Final = 30.0  # a station and a browser may take so long to start, in silence
RESTART_AFTER_S: Final = 15.0
"""A browser that paints nothing for so long, while the station answers, is started again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the station says of itself and its pages, 20 times a second.

    Attributes
    ----------
    painted_age_s
        How long ago a page that can be seen has painted; None: none is open.
    alert_age_s
        The same of the alert screen alone.
    screening
        Whether somebody who steps up is screened.
    alarm
        Whether an alarm waits for a guard.
    lamp_test
        Whether a guard tries lamp and sound just now.
    language
        Of the station.
    """

    painted_age_s: float | None = None
    alert_age_s: float | None = None
    screening: bool = False
    alarm: bool = False
    lamp_test: bool = False
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Orders:
    """What is to be done now."""

    cover: bool = True
    sound: bool = False
    wires: Wires = field(default_factory=Wires)
    restart_browser: bool = False


class Judgement:
    """Decides from one answer to the next.

    Parameters
    ----------
    now_s
        Monotonic time in seconds, here and below.
    """

    def __init__(self, now_s: float) -> None:
        self._answer = Answer()
        self._answered_at: float | None = None
        self._dark_since: float | None = now_s  # since when nothing was painted
        self._painting_since: float | None = None
        self._browser_at = now_s
        self._quiet_until = now_s + START_S
        self._covered = True

    def answered(self, answer: Answer, now_s: float) -> None:
        """Take in an answer."""
        self._answer, self._answered_at = answer, now_s

    def browser_started(self, now_s: float) -> None:
        """Note that the browser starts: it paints nothing yet."""
        self._browser_at = now_s

    @property
    def language(self) -> str:
        """The station's language."""
        return self._answer.language

    def orders(self, now_s: float) -> Orders:
        """Return what is to be done at this moment."""
        answer, heard = self._heard(now_s)
        painted = heard and _fresh(answer.painted_age_s)
        if painted:
            self._dark_since = None
            self._painting_since = now_s if self._painting_since is None else self._painting_since
            if not self._covered or now_s - self._painting_since >= LIFT_AFTER_S:
                self._covered = False
                self._quiet_until = now_s
        else:
            self._painting_since = None
            self._dark_since = now_s if self._dark_since is None else self._dark_since
            self._covered = True
        dark_s = 0.0 if self._dark_since is None else now_s - self._dark_since
        shown = not self._covered and _fresh(answer.alert_age_s)
        sound = dark_s >= SOUND_AFTER_S and now_s >= self._quiet_until
        alive_s = now_s - max(self._browser_at, self._dark_since or now_s)
        orders = Orders(
            cover=self._covered,
            sound=sound,
            wires=Wires(screening=shown and answer.screening, alarm=heard and answer.alarm),
            restart_browser=heard and not painted and alive_s >= RESTART_AFTER_S,
        )
        if answer.lamp_test and heard:
            return replace(orders, sound=True, wires=Wires(screening=False, alarm=True))
        return orders

    def _heard(self, now_s: float) -> tuple[Answer, bool]:
        """Return the last answer, aged until now, and whether it still counts."""
        if self._answered_at is None:
            return self._answer, False
        age_s = now_s - self._answered_at
        aged = replace(
            self._answer,
            painted_age_s=_older(self._answer.painted_age_s, age_s),
            alert_age_s=_older(self._answer.alert_age_s, age_s),
        )
        return aged, age_s <= COVER_AFTER_S


def _older(age_s: float | None, by_s: float) -> float | None:
    return None if age_s is None else age_s + by_s


def _fresh(age_s: float | None) -> bool:
    return age_s is not None and age_s <= COVER_AFTER_S
