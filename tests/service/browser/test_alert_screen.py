"""The alert screen in a real browser: what a guard sees, hears and does."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from screening.result import Reason, State, Verdict
from service.ipc.messages import Acknowledge, Outcome, Screens, SecondCheck, ShownVisitor, View
from service.web.i18n import catalogues
from tests.service.browser.conftest import Screen
from tests.service.stage import Stage, elevated, view, visitor

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WORDS = catalogues()
SIZES = [(1280, 800), (1920, 1080), (1024, 768)]
BLIND_WITHIN_S = 1.0


def unmeasured(number: int, *reasons: Reason) -> ShownVisitor:
    return replace(visitor(number, None, *reasons), skin_temp_c=None, expanded_uncertainty_c=None)


def every_view() -> dict[str, View]:
    """Return a view for every state, as full as it gets."""
    cleared = visitor(1, Verdict.CLEAR)
    again = visitor(2, Verdict.RECHECK, Reason.NEAR_THRESHOLD, Reason.UNCERTAIN, skin_c=37.4)
    crowd = tuple(unmeasured(number, Reason.SEVERAL_PEOPLE) for number in (1, 2, 3))
    reasons = {
        State.WARMING_UP: (Reason.WARMING_UP,),
        State.COME_CLOSER: (Reason.TOO_FAR,),
        State.LOOK_AT_CAMERA: (Reason.COVERED,),
        State.ONE_AT_A_TIME: (Reason.SEVERAL_PEOPLE,),
        State.TAKE_OFF_GLASSES: (Reason.GLASSES,),
        State.HOLD_STILL: (Reason.BLURRED, Reason.TOO_FEW_FRAMES),
        State.NOT_SCREENING: (Reason.CONFIGURATION,),
    }
    views = {state.value: view(state, *reasons.get(state, ()), visitors=crowd) for state in State}
    views["clear"] = view(State.CLEAR, visitor=cleared, visitors=(cleared,), fading=0.6)
    views["recheck"] = view(
        State.RECHECK, *again.reasons, visitor=again, visitors=(again,), fading=0.4
    )
    views["elevated"] = elevated(3)
    return views


VIEWS = every_view()


# ---- what is seen


def test_every_state_has_its_own_words_shape_and_colour(screen: Screen, stage: Stage) -> None:
    seen = []
    for state, shown in VIEWS.items():
        stage.show(shown)
        screen.wait(state)
        style = "getComputedStyle(document.querySelector('.headline'))"
        look = screen.page.evaluate(f"{style}.backgroundColor + {style}.borderStyle")
        shape = screen.page.locator("#shape").get_attribute("href")
        seen.append((screen.text("title"), screen.text("instruction"), shape, look))
    titles, instructions, shapes, looks = zip(*seen, strict=True)
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


@pytest.mark.parametrize("state", VIEWS)
def test_simulated_is_said_whatever_happens(screen: Screen, stage: Stage, state: str) -> None:
    stage.show(VIEWS[state])
    screen.wait(state)
    assert screen.page.locator("#flag-simulated").is_visible()
    assert not screen.page.locator("#flag-unlocked").is_visible()


@pytest.mark.parametrize("state", VIEWS)
def test_not_locked_is_said_whatever_happens_and_no_promise_is_made(
    screen: Screen, stage: Stage, state: str
) -> None:
    stage.show(replace(VIEWS[state], locked=False))
    screen.wait(state)
    screen.until(lambda: screen.page.locator("#flag-unlocked").is_visible())
    for fact in ("fact-network", "fact-recording"):
        assert screen.page.locator(f"#{fact}").get_attribute("data-held") == "false"


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
      return [0.1, 0.5, 0.9].map((share) => at(share).reduce((sum, value) => sum + value));
    }"""
    number = 0

    def bright_to_the_right() -> bool:
        nonlocal number
        number += 1
        writer.write(grey, number)
        left, middle, right = screen.page.evaluate(drawn)
        return bool(left < middle < right and right > 500)

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


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", WORDS)
def test_every_word_fits_in_every_language(
    stage: Stage, new_screen: Callable[..., Screen], size: tuple[int, int], language: str
) -> None:
    stage.reset()
    screen = new_screen(*size).open(f"{stage.address}/")
    screen.page.click(f"[data-language={language}]")
    too_large = """() => {
      const inside = (inner, outer) =>
        inner.left >= outer.left - 1 && inner.right <= outer.right + 1 &&
        inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
      const window = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
      const fitting = "#title, .dock-actions, .controls, footer, button:not([hidden])";
      const rect = (selector) => document.querySelector(selector).getBoundingClientRect();
      const wrong = [];
      for (const id of ["#title", "#instruction", "#reason"]) {
        if (!inside(rect(id), rect(".headline"))) wrong.push(id);
      }
      const reading = document.getElementById("reading");
      if (!reading.hidden) {
        if (!inside(rect("#reading"), rect(".headline"))) wrong.push("#reading");
        if (rect(".message").bottom > rect("#reading").top + 1) wrong.push("message on reading");
      }
      for (const part of [".bar", "main", "footer", ".dock", ".thermal"]) {
        if (!inside(rect(part), window)) wrong.push(part);
      }
      for (const one of document.querySelectorAll(fitting)) {
        if (one.scrollWidth > one.clientWidth + 2) wrong.push(one.id || one.className);
      }
      for (const one of document.querySelectorAll(".dock, .headline, .visitors li")) {
        if (one.scrollHeight > one.clientHeight + 2) wrong.push(`${one.className} is too full`);
      }
      const flags = rect(".flags");
      for (const flag of document.querySelectorAll(".flag:not([hidden])")) {
        if (!inside(flag.getBoundingClientRect(), flags)) wrong.push(flag.id);
      }
      return wrong;
    }"""
    shown = {**VIEWS, "check": elevated(3, acknowledged=True)}
    shown["unlocked"] = replace(VIEWS["not_screening"], locked=False, alarms=elevated().alarms)
    for name, one in shown.items():
        stage.show(one)
        screen.wait(one.state)
        screen.page.wait_for_timeout(60)
        assert screen.page.evaluate(too_large) == [], f"{name} in {language} at {size}"


def test_nothing_moves_when_the_words_change(screen: Screen, stage: Stage) -> None:
    places = """() => [".bar", ".headline", ".thermal", ".visitors", ".dock", "footer"].map(
      (part) => JSON.stringify(document.querySelector(part).getBoundingClientRect()))"""
    before = screen.page.evaluate(places)
    screen.page.keyboard.press("Shift")
    screen.page.wait_for_timeout(700)
    for state, shown in VIEWS.items():
        stage.show(shown)
        screen.wait(state)
        assert screen.page.evaluate(places) == before, state


@pytest.mark.parametrize("state", [*VIEWS, "check", "unlocked"])
def test_axe_finds_nothing_to_complain_about(screen: Screen, stage: Stage, state: str) -> None:
    views = {
        **VIEWS,
        "check": elevated(3, acknowledged=True),
        "unlocked": replace(VIEWS["ready"], locked=False, relative=True, frozen_screens=1),
    }
    stage.show(views[state])
    screen.wait(views[state].state)
    screen.page.evaluate(AXE)
    found = screen.page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    complaints = {
        rule["id"]: [node["html"][:120] for node in rule["nodes"]] for rule in found["violations"]
    }
    assert complaints == {}
    assert len(found["passes"]) > 10


def test_every_language_is_a_click_and_a_key_away(screen: Screen, stage: Stage) -> None:
    stage.show(VIEWS["take_off_glasses"])
    screen.wait("take_off_glasses")
    for language in ("fr", "de", "nl", "en"):
        screen.page.keyboard.press("l")
        assert screen.text("title") == WORDS[language]["titles"]["take_off_glasses"]
        assert screen.page.evaluate("document.documentElement.lang") == language
    for language, words in WORDS.items():
        screen.page.click(f"[data-language={language}]")
        assert screen.text("instruction") == words["instructions"]["take_off_glasses"]
        pressed = screen.page.locator("[data-language][aria-pressed=true]")
        assert pressed.all_inner_texts() == [language.upper()]


def test_the_language_is_kept_when_the_page_is_loaded_again(screen: Screen) -> None:
    screen.page.click("[data-language=nl]")
    screen.page.reload()
    screen.until(lambda: screen.text("title") == WORDS["nl"]["titles"]["ready"])


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
    screen.page.wait_for_timeout(1200)
    assert screen.listen(2.0)[0] == 0


def test_the_short_pauses_of_a_healthy_station_make_no_noise(screen: Screen, stage: Stage) -> None:
    for reason in (Reason.FFC, Reason.SETTLING):
        stage.show(view(State.NOT_SCREENING, reason))
        screen.until_text("reason", WORDS["en"]["reasons"][reason])
        assert screen.data("tone") == ""


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
        if isinstance(said, Acknowledge | SecondCheck)
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


@pytest.mark.parametrize(("key", "outcome"), list(zip("123", Outcome, strict=True)))
def test_a_second_check_is_answered_with_a_key(
    screen: Screen, stage: Stage, key: str, outcome: Outcome
) -> None:
    stage.show(elevated(7, acknowledged=True))
    screen.page.locator("[data-outcome=declined]").wait_for()
    screen.page.keyboard.press(key)
    screen.until(lambda: answers(stage) == [(7, outcome)])


@pytest.mark.parametrize("outcome", Outcome)
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


def test_everything_can_be_reached_with_the_tab_key(screen: Screen, stage: Stage) -> None:
    stage.show(elevated(7, acknowledged=True))
    screen.page.locator("[data-outcome=declined]").wait_for()
    reached = set()
    for _ in range(12):
        screen.page.keyboard.press("Tab")
        reached.add(screen.page.evaluate("document.activeElement.innerText.trim().split('\\n')[0]"))
    assert {"EN", "FR", "DE", "NL", "Confirmed", "Not confirmed", "Declined"} <= reached


def test_an_answer_that_the_station_does_not_take_is_said(screen: Screen, stage: Stage) -> None:
    stage.answers = False
    stage.show(elevated(7))
    screen.wait("elevated")
    screen.page.keyboard.press("Space")
    screen.until(lambda: "did not take that" in screen.text("dock-note"))
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
