"""What is covered, sounded and lit, from what the station answers and when."""

from collections.abc import Iterator
from dataclasses import replace

from service.kiosk.judgement import (
    COVER_AFTER_S,
    LIFT_AFTER_S,
    RESTART_AFTER_S,
    SOUND_AFTER_S,
    START_S,
    Answer,
    Judgement,
    Orders,
)
from service.kiosk.wires import Wires

GOOD = Answer(painted_age_s=0.05, alert_age_s=0.05, screening=True)
FROZEN = replace(GOOD, painted_age_s=9.0, alert_age_s=9.0)
STEP_S = 0.05


def times(begin: float, length_s: float) -> Iterator[float]:
    steps = round(length_s / STEP_S)
    return (begin + step * STEP_S for step in range(1, steps + 1))


class Kiosk:
    """A judgement, and its time."""

    def __init__(self) -> None:
        self.judgement, self.now = Judgement(0.0), 0.0

    def runs(self, length_s: float, answer: Answer | None) -> list[Orders]:
        """Let it run with the same answer, or none, all the time."""
        said = []
        for at in times(self.now, length_s):
            if answer is not None:
                self.judgement.answered(answer, at)
            said.append(self.judgement.orders(at))
            self.now = at
        return said


def healthy() -> Kiosk:
    kiosk = Kiosk()
    kiosk.runs(3.0, GOOD)
    return kiosk


def test_the_cover_is_there_until_a_page_paints() -> None:
    kiosk = Kiosk()
    assert all(orders.cover for orders in kiosk.runs(2.0, replace(GOOD, painted_age_s=None)))
    said = kiosk.runs(1.0, GOOD)
    assert said[0].cover
    assert not said[-1].cover
    assert sum(orders.cover for orders in said) * STEP_S <= LIFT_AFTER_S + 2 * STEP_S


def test_a_page_that_paints_no_more_is_covered_in_time() -> None:
    said = healthy().runs(1.0, FROZEN)
    assert said[0].cover


def test_a_station_that_does_not_answer_is_covered_in_time() -> None:
    said = healthy().runs(1.0, None)
    uncovered = [orders for orders in said if not orders.cover]
    assert len(uncovered) * STEP_S <= COVER_AFTER_S
    assert said[-1].cover
    assert not any(orders.wires.screening for orders in said if orders.cover)


def test_one_painted_picture_lifts_nothing() -> None:
    kiosk = healthy()
    kiosk.runs(1.0, FROZEN)
    assert kiosk.runs(STEP_S, GOOD)[-1].cover
    assert all(orders.cover for orders in kiosk.runs(1.0, FROZEN))
    assert not kiosk.runs(1.0, GOOD)[-1].cover


def test_the_machine_sounds_while_nothing_is_painted_and_is_silent_when_it_is_again() -> None:
    kiosk = healthy()
    said = kiosk.runs(5.0, FROZEN)
    assert not any(orders.sound for orders in said[: round(SOUND_AFTER_S / STEP_S) - 1])
    assert all(orders.sound for orders in said[round(SOUND_AFTER_S / STEP_S) + 1 :])
    assert not kiosk.runs(1.0, GOOD)[-1].sound


def test_a_start_is_silent_for_a_while_and_no_longer() -> None:
    said = Kiosk().runs(START_S + 5.0, None)
    assert not any(orders.sound for orders in said[: round(START_S / STEP_S) - 2])
    assert said[-1].sound


def test_the_lamp_says_screening_only_while_a_guards_screen_shows_it() -> None:
    kiosk = healthy()
    assert kiosk.runs(0.1, GOOD)[-1].wires == Wires(screening=True)
    assert not kiosk.runs(0.1, replace(GOOD, screening=False))[-1].wires.screening
    # A page is painted, but another than the alert screen.
    other = kiosk.runs(0.1, replace(GOOD, alert_age_s=None))[-1]
    assert not other.cover
    assert not other.wires.screening
    assert kiosk.runs(0.1, replace(GOOD, alarm=True))[-1].wires == Wires(screening=True, alarm=True)


def test_an_alarm_is_lit_on_a_covered_screen_too() -> None:
    assert healthy().runs(1.0, replace(FROZEN, alarm=True))[-1].wires == Wires(alarm=True)


def test_a_browser_that_paints_nothing_for_long_is_started_again() -> None:
    kiosk = healthy()
    said = kiosk.runs(RESTART_AFTER_S + 1.0, FROZEN)
    assert not any(orders.restart_browser for orders in said[: round(RESTART_AFTER_S / STEP_S) - 2])
    assert said[-1].restart_browser
    kiosk.judgement.browser_started(kiosk.now)
    said = kiosk.runs(RESTART_AFTER_S - 1.0, replace(GOOD, painted_age_s=None))
    assert not any(orders.restart_browser for orders in said)  # it has its time again


def test_a_browser_is_not_started_again_for_what_the_station_does() -> None:
    said = healthy().runs(RESTART_AFTER_S + 5.0, None)
    assert not any(orders.restart_browser for orders in said)


def test_a_test_of_the_lamp_shows_the_worst_of_both() -> None:
    kiosk = healthy()
    tried = kiosk.runs(0.1, replace(GOOD, lamp_test=True))[-1]
    assert tried.wires == Wires(screening=False, alarm=True)
    assert tried.sound
    assert not tried.cover
    assert kiosk.runs(0.1, GOOD)[-1].wires == Wires(screening=True)
