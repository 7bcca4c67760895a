"""The alert screen in a real browser: what a guard sees, hears and does."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from screening.result import Reason, State
from service.ipc.requests import Acknowledge, Screens, SecondCheck, UndoOutcome
from service.ipc.view import Advice, Outcome, ShownReference
from service.web.i18n import catalogues
from tests.service.browser.conftest import Screen
from tests.service.browser.situations import SITUATIONS, STATES, cards, two_alarms, unmeasured
from tests.service.stage import Stage, elevated, view, visitor

WORDS = catalogues()
BLIND_WITHIN_S = 1.0


VIEWS = STATES


# ---- what is seen


# In one look: between two the page may have gone dark on a busy machine.
LOOK = """() => {
  const style = getComputedStyle(document.querySelector(".headline"));
  const text = (id) => document.getElementById(id).innerText;
  const shape = document.getElementById("shape").getAttribute("href");
  const colours = style.backgroundColor + style.borderStyle;
  return [document.body.dataset.state, text("title"), text("instruction"), shape, colours];
}"""


def test_every_state_has_its_own_words_shape_and_colour(screen: Screen, stage: Stage) -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for state, shown in VIEWS.items():
        stage.show(shown)

        def is_its_own(state: str = state) -> bool:
            now, *look = screen.page.evaluate(LOOK)
            seen[state] = tuple(look)
            before = [told[1] for other, told in seen.items() if other != state]
            return bool(now == state and look[1] not in before)

        screen.until(is_its_own)
    titles, instructions, shapes, looks = zip(*seen.values(), strict=True)
    assert len(set(titles)) == len(set(instructions)) == len(set(shapes)) == len(State)
    assert all(screen.page.locator(str(shape)).count() == 1 for shape in shapes)
    # Colour tells the kinds apart; within a kind (guidance, preparation) the shape does.
    assert len(set(looks)) == 7


def test_the_reason_is_on_the_screen(screen: Screen, stage: Stage) -> None:
    for reason in Reason:
        stage.show(view(State.NOT_SCREENING, reason))
        screen.until_text("reason", WORDS["en"]["reasons"][reason])


def test_a_temperature_is_a_skin_temperature_with_its_uncertainty(
    screen: Screen, stage: Stage
) -> None:
    stage.show(elevated())
    screen.wait("elevated")
    reading = screen.text("reading")
    assert "Skin temperature" in reading
    assert "38.6" in reading
    assert "38.2 to 39.0 °C with 95 % confidence" in reading
    assert "clinical thermometer" in screen.text("instruction")
    assert " body" not in screen.page.locator("body").inner_text().lower()


def test_simulated_and_not_locked_are_said_whatever_happens_and_no_promise_is_made(
    screen: Screen, stage: Stage
) -> None:
    unlocked = screen.page.locator("#flag-unlocked")
    for state, shown in VIEWS.items():
        stage.show(shown)
        screen.wait(state)
        screen.until(lambda: not unlocked.is_visible())
        assert screen.page.locator("#flag-simulated").is_visible(), state
        stage.show(replace(shown, locked=False))
        screen.until(unlocked.is_visible)
        screen.wait(state)
        assert screen.page.locator("#flag-simulated").is_visible(), state
        for fact in ("fact-network", "fact-recording"):
            assert screen.page.locator(f"#{fact}").get_attribute("data-held") == "false", state


def test_the_footer_says_no_network_no_recording_and_the_audit_head(screen: Screen) -> None:
    footer = screen.page.locator("footer").inner_text().replace("\N{NO-BREAK SPACE}", " ")
    for fact in ("No network", "No recording", "3fa2c1d0", "37.5 °C"):
        assert fact in footer


@pytest.mark.parametrize(
    ("network", "said"),
    [(("eth0",), "Network: eth0"), (None, "Network not checked")],
)
def test_the_footer_says_what_network_was_found(
    screen: Screen, stage: Stage, network: tuple[str, ...] | None, said: str
) -> None:
    stage.show(replace(VIEWS[State.READY], network=network))
    screen.until(lambda: said in screen.page.locator("footer").inner_text())
    assert screen.page.locator("#fact-network").get_attribute("data-held") == "found"


def test_the_picture_is_drawn_on_a_canvas_and_never_fetched(screen: Screen, stage: Stage) -> None:
    writer = stage.picture()
    screen.until(lambda: stage.watching() == 1)
    grey = np.tile(np.arange(320, dtype=np.uint32) * 255 // 319, (256, 1)).astype(np.uint8)
    stage.show(view(State.HOLD_STILL, visitors=(visitor(1, None),)))
    drawn = """() => {
      const canvas = document.getElementById("picture");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const row = Math.round(canvas.height * 0.8) * canvas.width * 4;
      const at = (share) => data.slice(row + Math.round(share * canvas.width) * 4).slice(0, 3);
      return [0.3, 0.5, 0.7].map((share) => at(share).reduce((sum, value) => sum + value));
    }"""
    number = 0

    def bright_to_the_right() -> bool:
        nonlocal number
        number += 1
        writer.write(grey, number)
        left, middle, right = screen.page.evaluate(drawn)
        return bool(left < middle < right and right > 300)

    screen.until(bright_to_the_right)
    assert screen.sockets == [f"ws://{stage.authority}/api/picture"]
    assert screen.fetched_images() == []
    assert {kind for kind, _ in screen.requested} <= {
        "document", "stylesheet", "script", "font", "eventsource", "fetch", "image"
    }  # fmt: skip


@pytest.mark.alone
def test_a_picture_that_does_not_go_on_disappears(screen: Screen, stage: Stage) -> None:
    writer = stage.picture()
    screen.until(lambda: stage.watching() == 1)
    writer.write(np.full((256, 320), 200, np.uint8), 1)
    no_picture = screen.page.locator("#no-picture")
    screen.until(no_picture.is_hidden)
    assert screen.page.locator("#live").is_visible()
    screen.until(no_picture.is_visible, within_s=2.0)
    assert screen.page.locator("#live").is_hidden()  # nothing is live


def test_nothing_moves_when_the_words_change(screen: Screen, stage: Stage) -> None:
    places = """() => [
      ".bar", ".headline", ".thermal", ".visitors", ".card", ".queue", "footer"
    ].map((part) => JSON.stringify(document.querySelector(part).getBoundingClientRect()))"""
    before = screen.page.evaluate(places)
    screen.page.keyboard.press("Shift")
    screen.page.wait_for_timeout(700)
    for state, shown in VIEWS.items():
        stage.show(shown)
        screen.wait(state)
        assert screen.page.evaluate(places) == before, state


def test_every_language_is_a_click_away(screen: Screen, stage: Stage) -> None:
    stage.show(VIEWS["take_off_glasses"])
    screen.wait("take_off_glasses")
    for language, words in WORDS.items():
        screen.page.click(f"[data-language={language}]")
        screen.until_text("instruction", words["instructions"]["take_off_glasses"])
        pressed = screen.page.locator("[data-language][aria-pressed=true]")
        assert pressed.all_inner_texts() == [language.upper()]
        assert screen.page.evaluate("document.documentElement.lang") == language


def test_the_language_is_kept_when_the_page_is_loaded_again(screen: Screen) -> None:
    screen.page.click("[data-language=nl]")
    screen.page.reload()
    screen.until(lambda: screen.text("title") == WORDS["nl"]["titles"]["ready"])


def test_who_sees_nothing_does_not_say_that_nobody_is_there(screen: Screen, stage: Stage) -> None:
    assert WORDS["en"]["ui"]["nobody"] in screen.page.inner_text("body")
    stage.show(replace(view(State.NOT_SCREENING, Reason.SILENT), reference=ShownReference()))
    screen.wait("not_screening")
    said = screen.page.inner_text("body")
    assert WORDS["en"]["ui"]["nobody"] not in said
    assert screen.text("reference") == "\N{EN DASH}"
    hidden = view(State.NOT_SCREENING, Reason.REFERENCE_HIDDEN)
    stage.show(replace(hidden, reference=ShownReference()))
    screen.until_text("reference", WORDS["en"]["ui"]["reference_lost"])


# ---- what is heard


def test_sound_is_called_off_until_a_key_is_pressed(
    stage: Stage, new_screen: Callable[..., Screen]
) -> None:
    # Playwright asks a page as if a person had touched it, which is what unlocks sound.
    stage.reset()
    page = new_screen().open(f"{stage.address}/").page
    untouched = page.context.new_cdp_session(page)

    def ask(what: str) -> Any:
        answer = untouched.send("Runtime.evaluate", {"expression": what, "returnByValue": True})
        return answer["result"].get("value")

    def shows(sound: str, words: str) -> bool:
        said = ask('[document.body.dataset.sound, document.getElementById("sound-word").innerText]')
        return bool(said == [sound, words])

    deadline = time.monotonic() + 30.0
    while ask("document.body.dataset.state") != "ready":
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)
    page.wait_for_timeout(1200)  # the page tries again every half second
    assert shows("off", "Sound is off: press any key")
    page.keyboard.press("a")
    while not shows("on", "Sound is on"):
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


def test_elevated_recheck_and_not_screening_sound_different(screen: Screen, stage: Stage) -> None:
    screen.page.keyboard.press("Shift")
    screen.until(lambda: screen.data("sound") == "on")
    assert screen.listen(0.5) == (0, set())
    heard = {}
    for state in ("elevated", "recheck", "not_screening"):
        stage.show(VIEWS["ready"])
        screen.wait("ready")
        screen.until(lambda: screen.data("tone") == "")
        screen.page.wait_for_timeout(1500)
        peak, heard[state] = screen.listen(3.0, partial(stage.show, VIEWS[state]))
        assert peak > 0.1, state
    notes = {"elevated": (660, 880), "recheck": (523, 784), "not_screening": (392, 294, 196)}
    for state, pitches in notes.items():
        for pitch in pitches:
            assert any(abs(one - pitch) < 15 for one in heard[state]), (state, pitch, heard)


def test_an_alarm_goes_on_until_it_is_acknowledged(screen: Screen, stage: Stage) -> None:
    screen.page.keyboard.press("Shift")
    stage.show(elevated())
    screen.wait("elevated")
    screen.page.wait_for_timeout(3500)
    assert screen.listen(2.0)[0] > 0.1
    stage.show(elevated(acknowledged=True))
    screen.until(lambda: screen.data("tone") == "")
    screen.until(lambda: screen.listen(1.0)[0] == 0)  # on a busy machine sound lags behind
    assert screen.listen(2.0)[0] == 0


def test_the_short_pauses_of_a_healthy_station_make_no_noise(screen: Screen, stage: Stage) -> None:
    for reason in (Reason.FFC, Reason.SETTLING):
        stage.show(replace(SITUATIONS["moment"], reasons=(reason,)))
        screen.until_text("title", WORDS["en"]["advice"]["moment"])
        assert "about 8 s" in screen.text("instruction")
        assert screen.data("tone") == ""
    stage.show(view(State.NOT_SCREENING, Reason.SETTLING))  # it took too long
    screen.until(lambda: screen.data("tone") == "not_screening")


def test_the_not_screening_tone_can_be_silenced_for_this_time_only(
    screen: Screen, stage: Stage
) -> None:
    screen.page.keyboard.press("Shift")
    for _ in range(2):
        stage.show(VIEWS["not_screening"])
        screen.until(lambda: screen.data("tone") == "not_screening")
        screen.page.keyboard.press("Space")
        screen.until(lambda: screen.data("tone") == "")
        assert screen.state == "not_screening"
        stage.show(VIEWS["ready"])
        screen.wait("ready")


# ---- what a guard does


def answers(stage: Stage) -> list[tuple[int, Outcome | None]]:
    return [
        (said.alarm, getattr(said, "outcome", None))
        for said in stage.asked
        if isinstance(said, Acknowledge | SecondCheck | UndoOutcome)
    ]


def test_an_alarm_is_acknowledged_with_the_mouse(screen: Screen, stage: Stage) -> None:
    stage.show(elevated(7))
    screen.page.locator("#acknowledge").click()
    screen.until(lambda: answers(stage) == [(7, None)])


@pytest.mark.parametrize("key", ["Space", "Enter"])
def test_an_alarm_is_acknowledged_with_a_key(screen: Screen, stage: Stage, key: str) -> None:
    stage.show(elevated(7))
    screen.wait("elevated")
    screen.page.keyboard.press(key)
    screen.until(lambda: answers(stage) == [(7, None)])
    screen.page.wait_for_timeout(200)
    assert answers(stage) == [(7, None)]


def test_the_space_bar_means_the_alarm_wherever_the_focus_is(screen: Screen, stage: Stage) -> None:
    stage.show(elevated(7))
    screen.wait("elevated")
    screen.page.focus("[data-language=fr]")
    screen.page.keyboard.press("Space")
    screen.until(lambda: answers(stage) == [(7, None)])


def test_a_new_alarm_takes_the_focus_where_it_can_be_seen(screen: Screen, stage: Stage) -> None:
    stage.show(elevated(7))
    screen.wait("elevated")
    focus = "[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]"
    screen.until(lambda: screen.page.evaluate(focus) == ["acknowledge", "solid"])


KEYS = {"1": Outcome.CONFIRMED, "2": Outcome.NOT_CONFIRMED, "3": Outcome.DECLINED}


@pytest.mark.parametrize(("key", "outcome"), list(KEYS.items()))
def test_a_second_check_is_answered_with_a_key(
    screen: Screen, stage: Stage, key: str, outcome: Outcome
) -> None:
    stage.show(elevated(7))
    screen.wait("elevated")
    screen.page.keyboard.press("Space")
    stage.show(elevated(7, acknowledged=True))
    screen.page.locator("[data-outcome=declined]").wait_for()
    assert screen.page.evaluate("document.activeElement.id") == "card"
    screen.page.keyboard.press(key)  # a second press of the same button, by a shaking hand
    screen.page.locator("#card[data-is-new=false]").wait_for()
    assert answers(stage) == [(7, None)]
    screen.page.keyboard.press(key)
    screen.until(lambda: answers(stage) == [(7, None), (7, outcome)])


@pytest.mark.parametrize("outcome", KEYS.values())
def test_a_second_check_is_answered_with_the_mouse(
    screen: Screen, stage: Stage, outcome: Outcome
) -> None:
    stage.show(elevated(7, acknowledged=True))
    screen.page.locator(f"[data-outcome={outcome}]").click()
    screen.until(lambda: answers(stage) == [(7, outcome)])


def test_a_second_check_cannot_be_answered_before_the_alarm_is_acknowledged(
    screen: Screen, stage: Stage
) -> None:
    stage.show(elevated(7))
    screen.wait("elevated")
    screen.page.keyboard.press("1")
    screen.page.wait_for_timeout(300)
    assert answers(stage) == []


def test_a_single_character_acts_only_on_the_card_that_has_the_focus(
    screen: Screen, stage: Stage
) -> None:
    stage.show(elevated(7, acknowledged=True))
    screen.page.locator("[data-outcome=declined]").wait_for()
    screen.page.focus("[data-language=fr]")
    for key in "123456789abcdefghijklmnopqrstuvwxyz,.-":
        screen.page.keyboard.press(key)
    screen.page.wait_for_timeout(300)
    assert answers(stage) == []
    assert screen.page.evaluate("document.documentElement.lang") == "en"
    screen.page.focus("#card")
    screen.page.keyboard.press("2")
    screen.until(lambda: answers(stage) == [(7, Outcome.NOT_CONFIRMED)])


def test_everything_can_be_reached_with_the_tab_key(screen: Screen, stage: Stage) -> None:
    stage.show(cards(4))
    screen.page.locator("[data-outcome=declined]").wait_for()
    reached = set()
    for _ in range(18):
        screen.page.keyboard.press("Tab")
        reached.add(screen.page.evaluate("document.activeElement.innerText.trim().split('\\n')[0]"))
    assert {"EN", "FR", "DE", "NL", "Confirmed", "Not confirmed", "Undo"} <= reached
    assert any(one.startswith("Visitor 2") for one in reached)


# ---- cards: one truth, and a choice


def said_of(screen: Screen) -> dict[str, str]:
    """Return whom each part of the screen is about."""
    return dict(
        screen.page.evaluate(
            """() => ({
              headline: document.getElementById("reading-visitor").innerText,
              card: document.getElementById("card-title").innerText.split(" ·")[0],
              caption: document.getElementById("caption").innerText,
              queue: [...document.querySelectorAll(".queue .who")].map((e) => e.innerText).join()
            })"""
        )
    )


def test_of_two_alarms_everything_is_about_the_chosen_one(screen: Screen, stage: Stage) -> None:
    stage.show(two_alarms())
    writer = stage.picture()
    screen.until(lambda: stage.watching() == 1)
    frames = iter(range(1, 10_000))

    def shows(number: int) -> bool:
        writer.write(np.full((256, 320), 90, np.uint8), next(frames))
        said = said_of(screen)
        return said["headline"] == said["card"] == f"Visitor {number}"

    screen.until(lambda: shows(3))
    screen.until(lambda: shows(3) and said_of(screen)["caption"].startswith("Visitor 3 is not"))
    assert said_of(screen)["queue"].startswith("Visitor 12")
    screen.page.locator("[data-card='4']").click()
    screen.until(lambda: shows(12) and said_of(screen)["caption"] == "Thermal view")
    assert said_of(screen)["queue"].startswith("Visitor 3")
    pedal = (
        "(key) => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))"
    )
    screen.page.evaluate(pedal, "F13")  # the next one
    screen.until(lambda: shows(3))
    screen.page.evaluate(pedal, "F14")  # seen
    screen.until(lambda: answers(stage) == [(3, None)])


@pytest.mark.parametrize("need", ["thermometer", "wait"])
def test_the_list_says_of_a_visitor_what_the_headline_says(
    screen: Screen, stage: Stage, need: str
) -> None:
    words = catalogues()["en"]
    stage.show(SITUATIONS[need])
    screen.until_text("title", words["advice"][need])
    assert words["advice"][need] in screen.text("visitors")
    assert words["verdicts"]["recheck"] not in screen.text("visitors")


def test_the_headline_of_who_left_unmeasured_names_them_and_not_who_stands_there_now(
    screen: Screen, stage: Stage
) -> None:
    gone = unmeasured(7, Reason.SUN_WARMED)
    shown = view(State.RECHECK, visitor=gone, visitors=(unmeasured(8),), advice=Advice.WAIT)
    stage.show(shown)
    screen.until_text("title", "Let them wait")
    reason = WORDS["en"]["reasons"]["sun_warmed"]
    assert screen.text("reason") == f"Visitor 7. {reason}"


def test_of_two_alarms_it_is_told_who_was_first(screen: Screen, stage: Stage) -> None:
    shown = two_alarms()
    first, second = shown.alarms
    alarms = (replace(first, age_s=57.0), replace(second, age_s=28.0))
    stage.show(replace(shown, alarms=alarms))
    screen.until(lambda: screen.text("card-note").endswith("50 s ago"))
    assert screen.text("queue").endswith("20 s ago")


def test_the_outcome_goes_to_the_card_that_is_chosen(screen: Screen, stage: Stage) -> None:
    stage.show(cards(4))
    screen.page.locator("[data-card='3']").focus()
    screen.page.keyboard.press("Enter")
    screen.until(lambda: screen.page.locator("[data-card='1']").count() == 1)
    screen.page.keyboard.press("1")
    screen.until(lambda: answers(stage) == [(3, Outcome.CONFIRMED)])


def test_a_choice_made_by_hand_stays_until_an_alarm_calls(screen: Screen, stage: Stage) -> None:
    stage.show(cards(5))
    screen.page.locator("[data-card='3']").click()
    screen.until(lambda: said_of(screen)["card"] == "Visitor 3")
    screen.page.wait_for_timeout(400)
    assert said_of(screen)["card"] == "Visitor 3"
    stage.show(cards(5, calling=True))
    screen.until(lambda: said_of(screen)["card"] == said_of(screen)["headline"] == "Visitor 1")
    screen.page.keyboard.press("1")
    screen.page.wait_for_timeout(300)
    assert answers(stage) == []


def test_an_answer_that_was_meant_for_one_card_does_not_end_the_next(
    screen: Screen, stage: Stage
) -> None:
    four = cards(4)
    stage.show(four)
    screen.until(lambda: said_of(screen)["card"] == "Visitor 1")
    stage.show(replace(four, alarms=four.alarms[1:]))  # another guard was faster
    screen.until(lambda: said_of(screen)["card"] == "Visitor 2")
    screen.page.locator("#card [data-outcome=confirmed]").click()
    screen.until(lambda: screen.text("card-note") == WORDS["en"]["ui"]["changed_under_you"])
    assert answers(stage) == []
    screen.page.locator("#card[data-is-new=false]").wait_for()
    screen.page.locator("#card [data-outcome=confirmed]").click()
    screen.until(lambda: answers(stage) == [(2, Outcome.CONFIRMED)])


def test_while_an_alarm_calls_another_card_is_not_chosen_and_the_screen_says_why(
    screen: Screen, stage: Stage
) -> None:
    stage.show(cards(5, calling=True))
    screen.until(lambda: said_of(screen)["card"] == "Visitor 1")
    screen.page.locator("[data-card='3']").click()
    screen.until(lambda: screen.text("card-note") == WORDS["en"]["ui"]["acknowledge_first"])
    assert said_of(screen)["card"] == "Visitor 1"


def test_an_undo_that_comes_too_late_is_said(screen: Screen, stage: Stage) -> None:
    gone = {"error": "There is no such alarm.", "fields": {}, "retry_after_s": 0}
    screen.page.route("**/undo", lambda asked: asked.fulfill(status=404, json=gone))
    stage.show(cards(4))
    screen.page.locator(".queue .ended button").click()
    screen.until(lambda: screen.text("card-note") == WORDS["en"]["ui"]["too_late"])


def test_an_answer_that_another_screen_gave_first_is_said_unless_it_is_ones_own(
    screen: Screen, stage: Stage
) -> None:
    gone = {"error": "There is no such alarm.", "fields": {}, "retry_after_s": 0}
    stage.show(elevated(7, acknowledged=True))
    screen.page.locator("[data-outcome=confirmed]").click()
    screen.until(lambda: answers(stage) == [(7, Outcome.CONFIRMED)])
    screen.page.route("**/second-check", lambda asked: asked.fulfill(status=404, json=gone))
    with screen.page.expect_response("**/second-check"):
        screen.page.locator("[data-outcome=confirmed]").click()  # a shaking hand
    elsewhere = WORDS["en"]["ui"]["answered_elsewhere"]
    assert screen.text("card-note") not in {"", elsewhere}
    stage.show(elevated(8))
    screen.until(lambda: said_of(screen)["card"] == "Visitor 8")
    screen.page.locator("#card[data-is-new=false]").wait_for()
    screen.page.locator("#acknowledge").click()
    screen.until(lambda: answers(stage)[-1] == (8, None))
    stage.show(elevated(8, acknowledged=True))
    screen.page.locator("[data-outcome=declined]").wait_for()
    screen.page.locator("#card[data-is-new=false]").wait_for()
    screen.page.locator("[data-outcome=declined]").click()
    screen.until(lambda: screen.text("card-note") == elsewhere)


def test_at_200_percent_the_headline_comes_back_when_nobody_is_screened_or_no_card_waits(
    stage: Stage, new_screen: Callable[..., Screen]
) -> None:
    stage.reset()
    screen = new_screen(640, 400).open(f"{stage.address}/")  # 1280 x 800 at 200 %

    def title_is_seen() -> bool:
        top, bottom = screen.page.evaluate(
            "(({top, bottom}) => [top, bottom])(document.getElementById('title')"
            ".getBoundingClientRect())"
        )
        return bool(0 <= top < bottom <= 400)

    stage.show(elevated(3))
    screen.until(lambda: not title_is_seen())  # the button has the focus, and is in sight
    stage.show(view(State.NOT_SCREENING, Reason.FFC, alarms=elevated(3, acknowledged=True).alarms))
    screen.until(title_is_seen)
    stage.show(elevated(4))
    screen.until(lambda: not title_is_seen())
    stage.show(VIEWS[State.READY])
    screen.until(title_is_seen)
    assert screen.errors == []


def test_the_key_undoes_what_was_answered_last_and_not_the_highest_number(
    screen: Screen, stage: Stage
) -> None:
    shown = cards(4)
    first, *others = shown.alarms
    first = replace(first, outcome=Outcome.CONFIRMED, undo_s=9.8)  # after the fourth, with 7.2 s
    stage.show(replace(shown, alarms=(first, *others)))
    row = screen.page.locator(".queue .ended", has_text="Visitor 1")
    row.locator("kbd").wait_for()
    assert screen.page.locator(".queue kbd").count() == 1
    screen.page.keyboard.press("Backspace")
    screen.until(lambda: answers(stage) == [(1, None)])


@pytest.mark.parametrize("how", ["click", "Control+z", "Backspace"])
def test_an_outcome_is_undone(screen: Screen, stage: Stage, how: str) -> None:
    stage.show(cards(4))
    row = screen.page.locator(".queue .ended")
    row.wait_for()
    assert "Visitor 4 · Not raised" in row.inner_text()
    assert "8 s" in row.inner_text()
    if how == "click":
        row.locator("button").click()
    else:
        screen.page.keyboard.press(how)
    screen.until(lambda: UndoOutcome in map(type, stage.asked))
    assert answers(stage) == [(4, None)]


def test_only_whoever_waited_indoors_can_end_as_clear(screen: Screen, stage: Stage) -> None:
    offered = {}
    for name in ("wait", "recheck", "thermometer", "second-check"):
        stage.show(SITUATIONS[name])
        screen.page.wait_for_timeout(300)
        offered[name] = screen.page.locator("[data-outcome=cleared]").is_visible()
    assert offered == {"wait": True, "recheck": False, "thermometer": False, "second-check": False}


def test_how_many_wait_is_said_on_every_screen_and_in_the_title(
    screen: Screen, stage: Stage, new_screen: Callable[..., Screen]
) -> None:
    other = new_screen(1024, 600).open(f"{stage.address}/")
    stage.show(cards(9))
    for one in (screen, other):
        one.until_text("count", "13 waiting")
        assert one.page.title().startswith("(13) ")
    assert "and 5 more" in screen.text("queue")
    stage.show(VIEWS["ready"])
    screen.until(screen.page.locator("#count").is_hidden)


def test_a_card_shows_where_somebody_stood_and_came_from(screen: Screen, stage: Stage) -> None:
    stage.show(elevated(7))
    screen.wait("elevated")
    place = screen.page.locator("#place")
    assert place.get_attribute("aria-label") == "Stood on the left, came from the right."
    assert "38.2 to 39.0 °C" in screen.text("card-note")
    assert screen.text("card-title") == "Visitor 7 · 38.6\N{NO-BREAK SPACE}°C"


# ---- what a screen reader hears


def test_an_alarm_is_announced_at_once_and_guidance_only_when_it_lasts(
    screen: Screen, stage: Stage
) -> None:
    now, later = "say-now", "say"
    read = "(id) => document.getElementById(id).textContent"
    stage.show(elevated(7))
    screen.until(lambda: "Visitor 7" in screen.page.evaluate(read, now))
    stage.show(two_alarms())  # a second one, while the first still calls
    screen.until(lambda: "2 waiting" in screen.page.evaluate(read, now))
    for state in ("come_closer", "hold_still", "look_at_camera"):
        stage.show(VIEWS[state])
        screen.wait(state)
        assert WORDS["en"]["titles"][state] not in screen.page.evaluate(read, now)
    title = WORDS["en"]["titles"]["look_at_camera"]
    screen.until(lambda: title in screen.page.evaluate(read, later))
    assert screen.page.locator(".headline [role=alert], .headline[role=alert]").count() == 0


def test_an_answer_that_the_station_does_not_take_is_said(screen: Screen, stage: Stage) -> None:
    stage.answers = False
    stage.show(elevated(7))
    screen.wait("elevated")
    screen.page.keyboard.press("Space")
    screen.until(lambda: "did not take that" in screen.text("card-note"))
    assert screen.state == "elevated"


# ---- silence


@pytest.mark.alone
def test_a_silent_supervisor_blinds_the_screen(screen: Screen, stage: Stage) -> None:
    began = time.time()
    stage.silent = True
    screen.wait("not_screening")
    assert screen.seconds_until("not_screening", began) < BLIND_WITHIN_S
    assert screen.text("reason") == WORDS["en"]["reasons"]["silent"]
    stage.silent = False
    screen.wait("ready")


@pytest.mark.alone
def test_a_frozen_web_process_blinds_the_screen_and_keeps_the_alarm(
    screen: Screen, stage: Stage
) -> None:
    stage.show(elevated(7))
    screen.wait("elevated")
    began = time.time()
    os.kill(stage.web.pid, signal.SIGSTOP)
    try:
        screen.wait("not_screening")
        assert screen.seconds_until("not_screening", began) < BLIND_WITHIN_S
        assert screen.page.locator("#acknowledge").is_visible()
        assert screen.data("tone") == "elevated"
        assert screen.page.locator(".visitors .who").count() == 0
    finally:
        os.kill(stage.web.pid, signal.SIGCONT)
    screen.wait("elevated")


def test_a_page_that_froze_is_noticed_by_the_station(screen: Screen, stage: Stage) -> None:
    screen.until(lambda: stage.watching() == 1)
    frozen = Screens(watching=1, frozen=1)
    assert frozen not in stage.asked
    screen.page.evaluate("{ const end = Date.now() + 2500; while (Date.now() < end); }")
    screen.until(lambda: frozen in stage.asked)
    screen.until(lambda: stage.asked[-1] == Screens(watching=1, frozen=0))


def test_another_screen_that_froze_is_said_on_this_one(screen: Screen, stage: Stage) -> None:
    stage.show(view(State.READY))
    assert screen.page.locator("#flag-frozen").is_hidden()
    with stage.another_screen():  # it never paints
        screen.until(screen.page.locator("#flag-frozen").is_visible)
    screen.until(screen.page.locator("#flag-frozen").is_hidden)


def test_a_view_that_changes_nothing_lays_nothing_out_and_hardly_paints(screen: Screen) -> None:
    page = screen.page
    page.evaluate("""() => {
      window.__draws = 0;
      const fill = CanvasRenderingContext2D.prototype.fillRect;
      CanvasRenderingContext2D.prototype.fillRect = function (...box) {
        window.__draws += 1;
        return fill.apply(this, box);
      };
    }""")
    inspector = page.context.new_cdp_session(page)
    inspector.send("Performance.enable")

    def done() -> tuple[float, int]:
        metrics = inspector.send("Performance.getMetrics")["metrics"]
        layouts = next(one["value"] for one in metrics if one["name"] == "LayoutCount")
        return layouts, page.evaluate("window.__draws")

    def still() -> bool:
        before = done()
        page.wait_for_timeout(1000)
        after = done()
        return after[0] == before[0] and 0 < after[1] - before[1] < 30  # views, and no 60 a second

    screen.until(still)
