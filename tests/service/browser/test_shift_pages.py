"""The shift, the training and the visitor's window in a real browser, in four languages."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Page, WebSocketRoute

from screening.result import Reason, State, Verdict
from service.ipc.requests import Acknowledge, Duty, NoteDuty
from service.ipc.view import KEPT_DAYS, Lane
from service.ipc.visitor_window import Welcome, Welcoming
from service.web.i18n import catalogues
from service.web.training import SITUATIONS
from tests.service.browser.axe import AXE
from tests.service.browser.conftest import Screen
from tests.service.stage import Stage, elevated, view, visitor

RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"


@pytest.fixture
def shown(stage: Stage, new_screen: Callable[..., Screen]) -> Iterator[Callable[[str], Screen]]:
    """Return a function that opens a page, on which no script may fail."""
    stage.reset()
    opened = []

    def show(path: str) -> Screen:
        opened.append(new_screen().open(f"{stage.address}{path}"))
        return opened[-1]

    yield show
    for one in opened:
        assert one.errors == []


def check(screen: Screen) -> None:
    """Check that axe finds nothing and nothing is cut, in every language, on a small screen too."""
    page = screen.page
    page.evaluate(AXE)
    for width, height in ((1280, 800), (640, 400)):
        page.set_viewport_size({"width": width, "height": height})
        for language in catalogues():
            page.evaluate(
                "(code) => import('/static/words.js').then((words) => words.speak(code))", language
            )
            found = page.evaluate(RULES)
            assert [one["id"] for one in found["violations"]] == []
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, (language, width)
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate("import('/static/words.js').then((words) => words.speak('en'))")


def duties(stage: Stage) -> list[tuple[Duty, bool]]:
    return [(said.duty, said.well) for said in stage.asked if isinstance(said, NoteDuty)]


def test_a_shift_begins_in_four_clicks(shown: Callable[[str], Screen], stage: Stage) -> None:
    screen = shown("/shift")
    page = screen.page
    screen.until_text("lane", "The lane is paused")
    screen.until_text("reference", "In view")
    check(screen)
    page.evaluate("import('/static/words.js').then((words) => words.speak('en'))")
    assert page.locator("#begin").is_disabled()
    peak, _ = screen.listen(2.0, page.locator("#try").click)
    assert peak > 0.05
    page.locator("[data-trial=sound] [data-well=true]").click()
    page.locator("[data-trial=lamp] [data-well=false]").click()
    asked = page.locator("#shape-question").inner_text()
    stage.show(elevated())
    screen.wait("elevated")  # an alarm takes the guard away, and not what has been tried
    stage.show(view(State.READY))
    screen.open(f"{stage.address}/shift")
    pressed = page.locator("[data-trial] [aria-pressed=true]")
    assert pressed.all_inner_texts() == [
        catalogues()["en"]["shift"][said] for said in ("yes", "no")
    ]
    assert page.locator("#shape-question").inner_text() == asked
    assert page.locator("#begin").is_disabled()
    titles = catalogues()["en"]["titles"]
    (wanted,) = (
        state
        for state in ("clear", "recheck", "elevated", "not_screening")
        if titles[state] in asked
    )
    page.locator(f"[data-shape={wanted}]").click()
    page.locator("#begin").click()
    screen.until(lambda: duties(stage) == [(Duty.BEGUN, False)])  # the lamp was not well
    screen.until(lambda: "tell the admin" in screen.text("said"))
    page.locator("[data-trial=lamp] [data-word='shift.no_lamp']").click()
    page.locator("#begin").click()
    screen.wait("ready")  # the alert screen
    assert duties(stage)[-1] == (Duty.BEGUN, True)
    screen.open(f"{stage.address}/shift")
    assert pressed.count() == 0, "the next shift tries anew"
    page.locator("[data-trial=sound] [data-well=true]").click()
    later = (
        "{ at: Date.now() - 600e3, wanted: 'clear', found: { sound: { well: true, button: 0 } } }"
    )
    page.evaluate(f"sessionStorage.setItem('limen.trials', JSON.stringify({later}))")
    page.reload()
    assert pressed.count() == 0, "whoever comes ten minutes later tries anew"


def test_the_lane_the_look_and_the_sums(shown: Callable[[str], Screen], stage: Stage) -> None:
    screen = shown("/shift")
    page = screen.page
    page.locator("[data-duty=closed]").click()
    screen.until(lambda: duties(stage) == [(Duty.CLOSED, True)])
    lane = page.locator("section:has(#lanes)")  # what came of it is said beside its button
    assert screen.text("lane") in lane.inner_text()
    assert "measures nobody" in page.inner_text(".words"), "what to say while it is out of order"
    page.locator("button[data-look=night]").click()
    page.locator("#volume").fill("40")
    assert page.locator("#still-waiting").is_hidden()
    screen.until(lambda: "There is no network" in page.inner_text("body"))
    stage.show(view(State.READY, network=("eth0",), lane=Lane.CLOSED))
    screen.until(lambda: "There is no network" not in page.inner_text("body"))
    screen.until_text("station", "Lane closed")
    stage.show(elevated(3, acknowledged=True))
    screen.until(lambda: "1 still wait" in screen.text("still-waiting"))
    assert f"for {KEPT_DAYS} days" in page.inner_text("body")
    page.locator("#end").click()
    page.wait_for_selector("#sums:not([hidden])")
    assert "The shift has ended." in page.locator("section:has(#end)").inner_text()
    assert screen.text("said") == ""
    assert screen.text("since") == "The shift began 60 minutes ago."
    assert screen.text("sums").split()[-1] == "21"
    assert "few" in screen.text("sums")
    assert "2 minutes ago · The lane was paused." in screen.text("log")
    assert "began" in screen.text("log") or "begun" in screen.text("log")
    assert page.evaluate("localStorage.getItem('limen.volume')") == "40"
    page.evaluate("localStorage.setItem('limen.volume', '0')")  # there is a floor
    stage.show(view(State.READY, lane=Lane.CLOSED))
    screen.open(f"{stage.address}/").wait("ready")
    screen.until_text("lane", "The lane is closed")
    screen.until_text("title", "Lane closed")  # and not: the next visitor may step up
    far = view(State.COME_CLOSER, Reason.TOO_FAR, step_m=0.6, lane=Lane.CLOSED)
    stage.show(far)
    screen.wait("come_closer")
    assert screen.text("title") == "Lane closed"  # nor is whoever waits before it called up
    assert screen.text("reason") == ""
    stage.show(view(State.CLEAR, visitor=visitor(1, Verdict.CLEAR), lane=Lane.CLOSED))
    screen.until_text("title", "Clear")  # who came all the same is told what came of it
    assert page.evaluate("document.documentElement.dataset.look") == "night"
    assert page.evaluate("import('/static/look.js').then((look) => look.volume())") == 40
    stage.show(elevated())
    screen.wait("elevated")
    page.keyboard.press("l")
    peak, _ = screen.listen(2.5)
    assert peak > 0.05


def test_what_the_station_said_is_not_believed_for_longer_than_it_holds(
    shown: Callable[[str], Screen], stage: Stage
) -> None:
    screen = shown("/shift")
    screen.until_text("station", "Ready")
    screen.until_text("reference", "In view")
    os.kill(stage.web.pid, signal.SIGSTOP)
    try:
        screen.until_text("station", "Out of order")
        assert screen.text("reference") == "\N{EN DASH}"
        assert screen.page.locator("#ask_network").is_hidden()
    finally:
        os.kill(stage.web.pid, signal.SIGCONT)
    screen.until_text("station", "Ready")


def focus(page: Page) -> str:
    """Return the id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def test_a_training_of_twenty_ends_with_a_score_that_nobody_keeps(
    shown: Callable[[str], Screen], stage: Stage
) -> None:
    screen = shown("/training")
    page = screen.page
    check(screen)
    known = json.loads(page.locator("#situations").evaluate("(e) => e.textContent"))
    right_of = {frozenset((one["right"], *one["wrong"])): one["right"] for one in known}
    taught = set()
    for at in range(SITUATIONS):
        taught.add(screen.text("title"))
        answers = page.locator("#answers button")
        keys = answers.evaluate_all("(all) => all.map((one) => one.dataset.key)")
        right = right_of[frozenset(keys)]
        wrong = next(key for key in keys if key != right)
        page.locator(f"#answers [data-key={wrong if at == 0 else right}]").click()
        page.locator("#next").click()
        assert focus(page) == ("title" if at + 1 < SITUATIONS else "score")  # keys go on from there
    words = catalogues()["en"]["advice"]  # as the alert screen says it, not the bare state
    assert {words["back"], words["wait"], words["moment"]} <= taught
    screen.until_text("score", f"{SITUATIONS - 1} of {SITUATIONS} right")
    screen.until(lambda: duties(stage) == [(Duty.TRAINED, True)])  # that somebody did, not how well
    page.locator("#again").click()
    assert focus(page) == "title"
    assert (
        page.evaluate(
            "Object.keys(localStorage).filter((key) => !/language|look|volume/.test(key))"
        )
        == []
    )
    stage.show(view(State.NOT_SCREENING))
    screen.wait("not_screening")  # no green panel of a training while the station is blind
    cut: list[WebSocketRoute] = []

    def join(line: WebSocketRoute) -> None:
        line.connect_to_server()
        cut.append(line)

    page.route_web_socket("**/api/pulse", join)
    screen.open(f"{stage.address}/training")
    screen.until(page.locator("#panel").is_visible)
    screen.until(lambda: bool(cut))
    page.route_web_socket("**/api/pulse", WebSocketRoute.close)
    cut[0].close()
    screen.until(page.locator("#panel").is_hidden)  # who cannot be heard may be blind
    page.route_web_socket("**/api/pulse", join)
    screen.until(page.locator("#panel").is_visible)
    stage.show(elevated())
    screen.wait("elevated")  # an alarm ends whatever is read, and says so
    screen.until_text("card-note", catalogues()["en"]["ui"]["acknowledge_first"])


def test_the_visitors_window_shows_how_to_stand_and_no_number(
    shown: Callable[[str], Screen], stage: Stage
) -> None:
    screen = shown("/visitor")
    page = screen.page

    def guide(name: str) -> None:
        page.wait_for_selector(f"body[data-guide={name}]")

    def steps(metres: float) -> bool:
        return page.locator("#steps").text_content() == f"{metres} m"

    guide("welcome")
    page.evaluate(AXE)
    for state, name, reasons in (
        (State.COME_CLOSER, "closer", ()),
        (State.HOLD_STILL, "still", ()),
        (State.ONE_AT_A_TIME, "alone", ()),
        (State.LOOK_AT_CAMERA, "shade", (Reason.SUN_WARMED,)),
        (State.LOOK_AT_CAMERA, "uncover", (Reason.COVERED,)),
    ):
        stage.show(view(state, *reasons))
        guide(name)
        assert [one["id"] for one in page.evaluate(RULES)["violations"]] == []
        assert (
            page.locator("svg.stage g").evaluate_all(
                "(all) => all.filter((one) => getComputedStyle(one).display !== 'none').length"
            )
            == 3  # the figure, its outline, and what to do
        )
    who = visitor(1, Verdict.ELEVATED, skin_c=38.9)
    stage.show(view(State.ELEVATED, visitor=who, visitors=(who,)))
    guide("thanks")
    assert not any(character.isdigit() for character in page.inner_text("body"))
    guide("moment")
    for step_m, name, reason in ((0.6, "closer", Reason.TOO_FAR), (-0.3, "back", Reason.TOO_CLOSE)):
        stage.show(view(State.COME_CLOSER, reason, step_m=step_m))
        guide(name)
        screen.until(partial(steps, abs(step_m)))
        assert page.locator("#steps").is_visible()
    size = "getComputedStyle(document.querySelector('.figure')).transform"
    sizes = set()
    for step_m in (0.4, 0.8, 1.2):  # the nearer, the larger: it grows into its outline
        stage.show(view(State.COME_CLOSER, Reason.TOO_FAR, step_m=step_m))
        screen.until(partial(steps, step_m))
        page.wait_for_timeout(400)
        sizes.add(page.evaluate(size))
    assert len(sizes) == 3
    stage.web.channel.send(Welcoming(Welcome(en="<b>Welcome</b> to the town hall")))
    stage.show(view(State.READY))
    guide("welcome")
    screen.until(lambda: page.inner_text("#words") == "<b>Welcome</b> to the town hall")
    assert page.locator("#steps").is_hidden()
    stage.web.channel.send(Welcoming(Welcome()))
    stage.silent = True
    guide("moment")
    stage.silent = False


def test_two_monitors_in_one_window_are_the_guards_and_the_visitors(
    stage: Stage, new_screen: Callable[..., Screen]
) -> None:
    stage.reset()
    screen = new_screen(width=2560, height=720).open(f"{stage.address}/beside#1280")
    page = screen.page
    guard, visitors = (page.frame_locator(f"#{name}") for name in ("guard", "visitor"))
    guard.locator("body[data-state=ready]").wait_for()
    visitors.locator("body[data-guide=welcome]").wait_for()
    places = [page.locator(f"#{name}").bounding_box() for name in ("guard", "visitor")]
    assert [(at["x"], at["width"]) for at in places if at] == [(0, 1280), (1280, 1280)]
    stage.show(elevated(3))
    guard.locator("body[data-state=elevated]").wait_for()
    page.wait_for_timeout(800)  # a card that has just come takes no answer
    page.mouse.click(1900, 300)  # wherever somebody has clicked, a key is the guard's
    page.keyboard.press("Space")
    screen.until(lambda: any(isinstance(said, Acknowledge) for said in stage.asked))
    stage.show(view(State.READY))
    guard.locator("a[href='/shift']").click()
    guard.locator("#begin").wait_for()
    page.mouse.click(1900, 300)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "guard"
    assert visitors.locator("body[data-guide=welcome]").count() == 1, "the visitor's window stays"
    alone = new_screen().open(f"{stage.address}/beside")  # nobody said how wide: one monitor
    alone.page.frame_locator("#guard").locator("body[data-state=ready]").wait_for()
    assert alone.page.locator("#visitor").is_hidden()
    assert [screen.errors, alone.errors] == [[], []]
