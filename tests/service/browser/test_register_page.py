"""The register page in a real Chromium: an auditor's four questions, from the alert screen on."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hardware.vetting.station import Here, Unit
from screening.result import State
from service.web.register.page import register_page
from service.web.register.wording import LANGUAGES, wording
from tests.hardware.institution import KEY, Institution
from tests.service.browser.axe import AXE
from tests.service.browser.conftest import Screen
from tests.service.stage import SENSOR, Stage, view

pytestmark = pytest.mark.slow
RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
UNIT = Unit("boson-plus-640", "93588", "4.0.27648", "1-2", "2026-12-01", "Ada")
CAMERA = replace(SENSOR, dossier="boson-plus-640", model="Boson+ 640", simulated=False)
ANSWER_WITHIN_S = 15.0
# What an auditor asks, and where the page answers.
QUESTIONS = {
    "who made it": ("who_made", "Teledyne FLIR"),
    "is it connected": ("connected", "Ethernet, Wi-Fi, Bluetooth"),
    "does it record": ("records", "A memory for pictures"),
    "who says so": ("who_says", "Signed by"),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Return a station with an enrolled Boson; what ships speaks for it."""
    staged = Stage("--here", Here(units=(UNIT,)).to_json())
    yield staged
    staged.close()


@pytest.fixture
def screen(stage: Stage, new_screen: Callable[..., Screen]) -> Iterator[Screen]:
    stage.reset()
    stage.shown = view(State.READY, sensor=CAMERA)
    shown = new_screen().open(f"{stage.address}/")
    shown.wait("ready")
    shown.until_text("sensor", "Boson+ 640")
    yield shown
    assert shown.errors == []


def in_sight(screen: Screen, answer: str) -> bool:
    """Whether the whole of an answer is on the screen without scrolling."""
    box = screen.page.locator(f"#answer-{answer}").bounding_box()
    size = screen.page.viewport_size
    assert box
    assert size
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_auditor_s_question_is_answered_from_the_alert_screen(
    screen: Screen, question: str
) -> None:
    answer, says = QUESTIONS[question]
    began = time.monotonic()
    screen.page.get_by_text("Who made it?").click()
    screen.page.wait_for_selector(f"#answer-{answer}")
    took = time.monotonic() - began
    assert says in screen.page.locator(f"#answer-{answer}").inner_text()
    assert in_sight(screen, answer)
    assert took < ANSWER_WITHIN_S


def test_the_whole_first_screen_answers_without_scrolling(screen: Screen) -> None:
    screen.page.get_by_text("Who made it?").click()
    screen.page.wait_for_selector("#answer-which_unit")
    keys = ("who_made", "who_owns", "where", "connected", "records", "who_says", "not_known")
    hidden = [key for key in (*keys, "which_unit") if not in_sight(screen, key)]
    assert hidden == []
    assert "Serial number 93588" in screen.page.locator("#answer-which_unit").inner_text()


def test_the_page_speaks_the_guard_s_language_and_leads_back(screen: Screen) -> None:
    for language in LANGUAGES:
        screen.page.locator(f"[data-language={language}]").click()
        screen.page.locator("#fact-sensor").click()
        screen.page.wait_for_selector(f"html[lang={language}] #answer-who_made")
        words = wording(language)
        assert words.say("answers.who_made") in screen.page.locator("#answer-who_made").inner_text()
        other = "nl" if language != "nl" else "en"
        screen.page.locator(f".languages [lang={other}]").click()
        screen.page.wait_for_selector(f"html[lang={other}]")
        screen.page.get_by_role("link", name=wording(other).say("page.screen"), exact=True).click()
        screen.wait("ready")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_approved_page_fits_and_axe_finds_nothing(
    tmp_path: Path, new_screen: Callable[..., Screen], language: str
) -> None:
    known = Institution(tmp_path).register()
    unit = replace(UNIT, dossier=KEY)
    shown = new_screen()
    shown.page.set_content(register_page(known, KEY, Here(units=(unit,)), words=wording(language)))
    shown.page.evaluate(AXE)
    for width in (1280, 1024):
        shown.page.set_viewport_size({"width": width, "height": 800})
        for key in ("who_made", "connected", "records", "who_says"):
            assert in_sight(shown, key), (width, key)
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
        fits_and_is_read(shown)


def fits_and_is_read(shown: Screen) -> None:
    found = shown.page.evaluate(RULES)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_the_page_prints_black_on_white_without_its_links(
    tmp_path: Path, new_screen: Callable[..., Screen]
) -> None:
    known = Institution(tmp_path).register()
    shown = new_screen()
    shown.page.set_content(register_page(known, KEY))
    shown.page.emulate_media(media="print")
    assert shown.page.locator("nav").count() == 0
    pdf = shown.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    pages = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")
    assert pages <= 12
