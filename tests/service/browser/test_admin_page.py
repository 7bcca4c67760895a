"""The admin's page in a real browser, on a running station."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator
from playwright.sync_api import TimeoutError as InVain

from service.ipc.attestation import AttestationState, Part, ShownPart
from service.ipc.preview_memory import PER_PIXEL, PLACES, PLACES_AT
from service.ipc.requests import AskAttestation
from service.state.admin_password import set_password
from service.web.i18n import catalogues
from tests.service.browser.axe import AXE
from tests.service.browser.conftest import Screen
from tests.service.running import RunningStation
from tests.service.stage import ATTESTED, UNATTESTED, Stage

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("admin") / "state"


@pytest.fixture(scope="module")
def station(state: Path) -> Iterator[RunningStation]:
    set_password(state, PASSWORD)
    running = RunningStation(state, "--scenario", "one-healthy")
    running.screening()
    yield running
    running.close()


@pytest.fixture
def desk(station: RunningStation, new_screen: Callable[..., Screen]) -> Screen:
    screen = new_screen(1400, 1000).open(f"{station.address}/admin")
    log_in(screen)
    return screen


def log_in(screen: Screen) -> None:
    """Log in, again after a while when there were too many logins: each test here makes one."""
    for _ in range(6):
        screen.page.fill("#password", PASSWORD)
        screen.page.keyboard.press("Enter")
        with suppress(InVain):
            screen.page.locator("#admin").wait_for(timeout=10_000)
            return
    raise AssertionError(f"no login: {screen.text('login-error')}")


def save(screen: Screen) -> None:
    """Save the form, and confirm what is shown."""
    screen.page.click("#save")
    screen.page.locator("#review").wait_for()
    screen.page.click("#confirm")
    screen.until(lambda: "in force" in screen.text("saved"))


def fill_password(screen: Screen, current: str, new: str) -> None:
    """Type a new password twice."""
    screen.page.fill("#password-current", current)
    screen.page.fill("#password-new", new)
    screen.page.fill("#password-again", new)


def field(screen: Screen, path: str) -> Locator:
    return screen.page.locator(f"[id='field-{path}']")


def test_without_a_password_the_page_says_how_to_set_one(
    tmp_path: Path, new_screen: Callable[..., Screen]
) -> None:
    running = RunningStation(tmp_path / "state", "--scenario", "empty")
    try:
        screen = new_screen().open(f"{running.address}/admin")
        screen.page.locator("#no-password").wait_for()
        assert "limen admin password" in screen.text("no-password")
        assert screen.page.locator("#login").is_hidden()
    finally:
        running.close()


def test_the_wrong_password_is_said_and_opens_nothing(
    station: RunningStation, new_screen: Callable[..., Screen]
) -> None:
    screen = new_screen().open(f"{station.address}/admin")
    screen.page.fill("#password", "wrong password")
    screen.page.keyboard.press("Enter")
    screen.until(lambda: "not the password" in screen.text("login-error"))
    assert screen.page.locator("#admin").is_hidden()
    assert screen.page.input_value("#password") == ""


def test_a_threshold_is_saved_applied_and_recorded(
    desk: Screen, station: RunningStation, state: Path
) -> None:
    head = station.view()["audit_head"]
    field(desk, "decision.threshold_c").fill("39")
    desk.page.click("#save")
    desk.page.locator("#review").wait_for()
    assert "39.0" in desk.text("review-changes")
    assert "Of 1,000 visitors" in desk.text("forecast")
    assert "more than a quarter" in desk.text("forecast-warning")
    desk.page.keyboard.press("Enter")  # what is warned of is not saved by a key
    assert station.view()["threshold_c"] != 39.0
    field(desk, "decision.threshold_c").fill("37.8")
    save(desk)
    station.wait_for(lambda view: view["threshold_c"] == 37.8)
    saved = json.loads((state / "settings.json").read_text())
    assert saved["settings"]["decision"]["threshold_c"] == 37.8
    station.wait_for(lambda view: view["audit_head"] != head)


def test_a_change_stands_in_the_history_and_is_undone(
    desk: Screen, station: RunningStation
) -> None:
    before = station.view()["threshold_c"]
    field(desk, "decision.threshold_c").fill("36.4")
    assert desk.page.locator("[data-differs=true]").count() == 1
    desk.page.check("#only-changed")
    assert desk.page.locator("#sections .field:visible").count() == 1
    save(desk)
    station.wait_for(lambda view: view["threshold_c"] == 36.4)
    row = desk.page.locator("#history tr").first
    desk.until(lambda: "36.4" in row.inner_text())
    assert "admin" in row.inner_text()
    desk.page.uncheck("#only-changed")
    field(desk, "scene.reflected_temp_c").fill("22.04")
    row.locator("button").click()
    desk.page.locator("#review").wait_for()
    assert "22.04" in desk.text("review-changes")  # what was typed before stays, and is said whole
    desk.page.click("#back")
    desk.until(lambda: "holds the earlier values" in desk.text("undone"))
    assert field(desk, "scene.reflected_temp_c").input_value() == "22.04"
    desk.page.click("#revert")
    row.locator("button").click()
    desk.page.locator("#review").wait_for()
    assert "22.04" not in desk.text("review-changes")
    desk.page.click("#confirm")
    station.wait_for(lambda view: view["threshold_c"] == before)
    desk.until(lambda: "in force" in desk.text("undone"))  # said where the button is
    wait = {"retry-after": "1"}
    desk.page.route(
        "**/api/admin/history", lambda asked: asked.fulfill(status=429, body="{}", headers=wait)
    )
    desk.page.reload()
    desk.page.locator("#admin").wait_for()
    assert desk.page.locator("#history-none").is_hidden()  # what is not known is not said
    desk.page.unroute("**/api/admin/history")
    row.wait_for()  # asked for again by itself


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(
    desk: Screen, station: RunningStation
) -> None:
    field(desk, "decision.threshold_c").fill("36.9")
    elsewhere = """
        fetch('/api/admin/overview').then((answer) => answer.json()).then(({settings}) =>
        fetch('/api/admin/settings', {method: 'PUT', headers: {'content-type': 'application/json'},
        body: JSON.stringify({...settings, limits: {...settings.limits, warm_up_s: 7}})}))
        .then((answer) => answer.status)"""
    assert desk.page.evaluate(elsewhere) == 200
    desk.page.click("#save")
    desk.page.click("#confirm")
    desk.until(lambda: "somebody else" in desk.text("problem"))
    assert field(desk, "decision.threshold_c").input_value() == "36.9"
    assert station.view()["threshold_c"] != 36.9
    desk.page.click("#save")
    desk.page.locator("#review").wait_for()
    assert "36.9" in desk.text("review-changes")
    assert "Warm-up" not in desk.text("review-changes")  # theirs is in the form, and stays
    assert field(desk, "limits.warm_up_s").input_value() == "7"


def test_a_session_that_ends_in_the_middle_of_a_form_is_said_and_loses_nothing_typed(
    desk: Screen,
) -> None:
    threshold = field(desk, "decision.threshold_c")
    threshold.fill("36.7")
    desk.page.click("#play")
    desk.until(lambda: "A scenario" in desk.text("history"))
    assert threshold.input_value() == "36.7"
    desk.page.fill("#welcome-en", "Hello")
    desk.page.context.clear_cookies()
    desk.until(lambda: "has ended" in desk.text("login-error"))
    log_in(desk)
    assert threshold.input_value() == "36.7"
    assert desk.page.input_value("#welcome-en") == "Hello"
    desk.page.click("#logout")
    desk.page.locator("#login").wait_for()
    log_in(desk)
    assert threshold.input_value() != "36.7"  # whoever logs out takes it along
    assert desk.page.input_value("#welcome-en") != "Hello"


def test_a_console_that_nobody_touches_logs_out_and_gives_the_screen_back(
    station: RunningStation, new_screen: Callable[..., Screen]
) -> None:
    screen = new_screen(1400, 1000)
    screen.page.clock.install()
    screen.open(f"{station.address}/admin")
    screen.page.fill("#password", PASSWORD)
    screen.page.keyboard.press("Enter")
    screen.page.locator("#admin").wait_for()
    screen.page.clock.fast_forward(290_000)
    screen.until(lambda: "touch" in screen.text("returns"))
    screen.page.clock.fast_forward(12_000)
    screen.page.wait_for_url(f"{station.address}/")
    answer = screen.page.evaluate("fetch('/api/admin/overview').then((answer) => answer.json())")
    assert not answer["logged_in"]


def test_an_attestation_is_asked_for_followed_and_read_in_every_language(
    stage: Stage, new_screen: Callable[..., Screen]
) -> None:
    screen = new_screen(1400, 1000).open(f"{stage.address}/admin")
    screen.page.fill("#password", PASSWORD)
    screen.page.keyboard.press("Enter")
    screen.page.locator("#attest-none").wait_for()
    under_way = AttestationState(None, holds=False, still=False, running_s=7.0, failed=False)
    stage.attestation = under_way
    screen.page.focus("#attest")
    screen.page.keyboard.press("Enter")
    screen.until(lambda: "about a minute" in screen.text("attest-status"))
    assert [said for said in stage.asked if isinstance(said, AskAttestation)]
    assert screen.page.locator("#attest-progress").is_visible()
    assert screen.page.locator("#attest").is_disabled()
    stage.attestation = AttestationState(
        ATTESTED, holds=True, still=True, running_s=None, failed=False
    )
    screen.page.locator("#attested").wait_for()
    assert screen.text("attest-result").startswith("Holds.")
    assert screen.page.locator("#attest-parts tr[data-holds=true]").count() == len(Part)
    assert "worker" not in screen.text("attest-processes")  # a word of ours, none of the page's
    assert "screening process 101" in screen.text("attest-processes")
    for language, words in catalogues().items():
        screen.page.click(f"[data-language={language}]")
        screen.until(lambda: words["attestation"]["part_holds"] in screen.text("attest-parts"))  # noqa: B023 - awaited in this turn
    screen.page.click("[data-language=en]")
    screen.page.click("#attest-attacks-summary")
    assert complaints(screen) == {}
    stage.attestation = replace(stage.attestation, holds=False, still=False)
    screen.page.reload()
    screen.page.locator("#attest-other").wait_for()
    assert "earlier processes" in screen.text("attest-result")
    code = ShownPart(Part.CODE, 9, ("numpy was changed.",))
    worse = replace(ATTESTED, holds=False, parts=(*ATTESTED.parts[:2], code, *ATTESTED.parts[3:]))
    stage.attestation = replace(stage.attestation, shown=worse, still=True)
    screen.page.reload()
    screen.until(lambda: screen.text("attest-result").startswith("Does not hold."))
    assert "does not hold (9)" in screen.text("attest-parts")
    assert "+ 8" in screen.text("attest-parts")
    stage.attestation = replace(UNATTESTED, failed=True)
    screen.page.reload()
    screen.until(lambda: "limen attest" in screen.text("attest-problem"))


GREETING = "Welcome <i>Ada</i> \N{EN DASH} 8 o\N{RIGHT SINGLE QUOTATION MARK}clock"


def test_the_words_of_welcome_are_typed_here_and_said_to_visitors(
    desk: Screen, station: RunningStation, new_screen: Callable[..., Screen], state: Path
) -> None:
    window = new_screen().open(f"{station.address}/visitor")
    desk.page.fill("#welcome-en", GREETING)
    desk.page.fill("#welcome-fr", "\N{RIGHT-TO-LEFT OVERRIDE}")
    desk.page.locator("#welcome button").click()
    desk.until(lambda: "letters" in desk.text("welcome-problem"))
    assert desk.page.locator("#welcome-fr").get_attribute("aria-invalid") == "true"
    desk.page.fill("#welcome-fr", "")
    refused = json.dumps({"error": "No room.", "retry_after_s": 7})
    desk.page.route("**/api/admin/welcome", lambda asked: asked.fulfill(status=429, body=refused))
    desk.page.locator("#welcome button").click()
    desk.until(lambda: "again in 7 s" in desk.text("welcome-problem"))
    assert "No room" not in desk.text("welcome-problem")  # which is English in every language
    desk.page.unroute("**/api/admin/welcome")
    desk.page.locator("#welcome button").click()
    desk.until(lambda: "in force" in desk.text("welcome-saved"))
    desk.until(lambda: "words of welcome were changed" in desk.text("history"))
    desk.page.locator("#seen summary").click()  # the visitor's window, without leaving the console
    seen = desk.page.frame_locator("#seen iframe")
    seen.locator("#words p").first.wait_for()
    desk.page.locator("#seen summary").click()
    desk.page.locator("#seen iframe").wait_for(state="detached")
    window.page.wait_for_selector("body[data-guide=welcome]", timeout=60_000)
    window.until(lambda: window.text("words") == GREETING)
    assert "Ada" not in (state / "audit.jsonl").read_text()
    desk.page.reload()
    desk.until(lambda: desk.page.input_value("#welcome-en").startswith("Welcome <i>"))


def test_every_fault_is_a_row_that_goes_when_it_is_mended(
    desk: Screen, station: RunningStation
) -> None:
    row = desk.page.locator("#repairs [data-code=no_auditor]")
    row.wait_for()
    row.locator("a").click()
    fill_password(desk, PASSWORD, "reads everything")
    desk.page.select_option("#password-role", "auditor")
    desk.page.click("text=Change the password")
    desk.until(lambda: "was changed" in desk.text("password-changed"))
    row.wait_for(state="detached")
    assert "no_auditor" not in {
        one["code"] for one in station.view()["repairs"] if not one["until_s"]
    }


def test_an_auditor_reads_and_has_nothing_to_change(
    station: RunningStation, state: Path, new_screen: Callable[..., Screen]
) -> None:
    screen = new_screen(1400, 1000).open(f"{station.address}/admin")
    screen.page.locator("#open-register").wait_for()
    screen.page.select_option("#role", "auditor")
    screen.page.fill("#password", "reads everything")
    screen.page.keyboard.press("Enter")
    screen.page.locator("#admin").wait_for()
    assert screen.page.locator(".changes:visible").count() == 0
    assert field(screen, "decision.threshold_c").is_disabled()
    assert "auditor" in screen.text("reading-only")
    screen.page.locator("#history tr").first.wait_for()
    answer = screen.page.evaluate(
        "fetch('/api/admin/ffc', {method: 'POST', headers: {'content-type': 'application/json'},"
        " body: '{}'}).then((answer) => answer.status)"
    )
    assert answer == 403


def test_the_console_is_reached_from_the_alert_screen_by_a_held_key(
    station: RunningStation, new_screen: Callable[..., Screen]
) -> None:
    screen = new_screen().open(f"{station.address}/")
    screen.page.locator("#brand").wait_for()
    screen.page.keyboard.press("Home")
    screen.page.wait_for_timeout(300)
    assert screen.page.url == f"{station.address}/"
    screen.page.keyboard.down("Home")
    screen.page.wait_for_url("**/admin")
    screen.page.keyboard.up("Home")


def test_the_whole_console_speaks_every_language(desk: Screen) -> None:
    desk.page.locator("#chart canvas").wait_for()
    for language in ("fr", "de", "nl"):
        desk.page.click(f"[data-language={language}]")
        speaks_nothing_else(desk, language)


def speaks_nothing_else(desk: Screen, language: str) -> None:
    words = catalogues()[language]
    english = set(catalogues()["en"]["admin"].values()) - set(words["admin"].values())
    said = desk.page.locator("#admin").inner_text
    desk.until(lambda: words["admin"]["repairs"] in said())
    assert words["help"]["decision_threshold_c"] in said()
    desk.until(lambda: not {line.strip() for line in said().splitlines()} & english)


def test_a_wrong_value_is_said_beside_its_field_and_changes_nothing(
    desk: Screen, station: RunningStation
) -> None:
    before = station.view()["threshold_c"]
    threshold = field(desk, "decision.threshold_c")
    for value, said in (
        ("37.55", "multiple of 0.1"),
        ("60", "from 34.0 to 39.0"),
        ("", "from 34.0 to 39.0"),
    ):
        threshold.fill(value)
        desk.page.click("#save")
        error = desk.page.locator("[id='error-decision.threshold_c']")
        desk.until(lambda: said in error.inner_text())  # noqa: B023 - awaited in this turn
        assert threshold.get_attribute("aria-invalid") == "true"
    desk.page.click("[data-language=de]")
    desk.until(
        lambda: "von 34,0 bis 39,0" in desk.page.inner_text("[id='error-decision.threshold_c']")
    )
    desk.page.click("#revert")
    field(desk, "references.0.mark.0").fill("100")
    desk.page.click("#save")
    desk.until(lambda: "Muss eine Zahl" in desk.page.inner_text("[id='error-references.0.mark.1']"))
    assert station.view()["threshold_c"] == before


def test_the_reference_is_marked_by_a_click_in_the_thermal_view(
    desk: Screen, station: RunningStation
) -> None:
    station.wait_for(lambda view: view["reference"]["found"])
    desk.until(lambda: desk.page.locator("#apparent").inner_text().endswith("°C"))
    canvas = desk.page.locator("#picture")
    box = canvas.bounding_box()
    assert box is not None
    desk.page.wait_for_timeout(1000)
    x, y, _ = PLACES.unpack_from(station.preview_memory(), PLACES_AT)
    reference = x / PER_PIXEL, y / PER_PIXEL
    scale = box["width"] / 640
    across, down = (field(desk, f"references.0.mark.{i}") for i in (0, 1))

    def click() -> bool:  # a page that is late has no picture at times
        canvas.click(position={"x": reference[0] * scale, "y": reference[1] * scale})
        return bool(across.input_value())

    desk.until(click)
    marked = [float(one.input_value()) for one in (across, down)]
    assert abs(marked[0] - reference[0]) < 4
    assert abs(marked[1] - reference[1]) < 4


def test_the_drift_of_the_reference_is_drawn(desk: Screen) -> None:
    desk.page.locator("#chart canvas").wait_for(timeout=60_000)
    desk.until(lambda: "°C" in desk.text("offset"))


def test_the_drift_survives_a_page_that_is_loaded_again(desk: Screen) -> None:
    kept = "Number(document.getElementById('chart').dataset.points)"
    desk.until(
        lambda: bool(
            desk.page.evaluate(
                "fetch('/api/admin/trend').then((a) => a.json()).then((all) => all.length > 1)"
            )
        )
    )
    desk.page.reload()
    desk.page.locator("#admin").wait_for()
    desk.until(lambda: desk.page.evaluate(f"{kept} > 1"))
    desk.page.click("a[href='#go-drift']")  # on a tall page it is below the first screen
    desk.until(
        lambda: bool(
            desk.page.evaluate(
                "document.getElementById('chart').getBoundingClientRect().bottom < innerHeight"
            )
        )
    )


def test_the_locks_are_said_anew_after_a_worker_has_started_again(
    desk: Screen, station: RunningStation
) -> None:
    desk.until(lambda: "attacks denied" in desk.text("locks"))
    station.kill("worker")
    station.screening()
    desk.until(lambda: "NOT LOCKED" not in desk.text("locks"))
    assert desk.text("locks").count("attacks denied") == 2


def test_another_scenario_is_played_where_the_sensor_is_simulated(
    desk: Screen, station: RunningStation
) -> None:
    assert desk.page.locator("#simulation").is_visible()
    desk.page.select_option("#scenario", "empty")
    desk.page.click("#play")
    station.wait_for(lambda view: (view["sensor"] or {}).get("port") == "empty")
    station.screening()


def test_the_shape_of_the_picture_is_learnt_from_a_plate_kept_and_forgotten(
    desk: Screen, station: RunningStation, state: Path
) -> None:
    desk.page.select_option("#scenario", "even-plate")
    desk.page.click("#play")
    station.wait_for(lambda view: (view["sensor"] or {}).get("port") == "even-plate")
    assert "Not learnt" in desk.text("non-uniformity")
    head = station.view()["audit_head"]
    desk.page.click("#learn-non-uniformity")
    edges = re.compile("the edges read \u22120[.](1[7-9]|2[0-3])")
    desk.until(lambda: edges.search(desk.text("non-uniformity")) is not None)
    station.wait_for(lambda view: view["audit_head"] != head)

    def saved() -> dict[str, float] | None:
        read: dict[str, Any] = json.loads((state / "settings.json").read_text())
        uniformity: dict[str, float] | None = read["settings"]["uniformity"]
        return uniformity

    learnt = saved()
    assert learnt is not None
    assert abs(learnt["xx_c"] + 0.2) < 0.03
    save(desk)
    assert saved() == learnt
    desk.page.route("**/api/admin/settings", lambda asked: asked.fulfill(status=429, body="{}"))
    desk.page.click("#forget-non-uniformity")
    desk.until(lambda: "too many" in desk.text("non-uniformity-problem"))
    desk.page.unroute("**/api/admin/settings")
    desk.page.click("#forget-non-uniformity")
    desk.until(lambda: "Not learnt" in desk.text("non-uniformity"))
    assert saved() is None


def test_what_is_no_plate_is_said_and_not_learnt(desk: Screen, station: RunningStation) -> None:
    desk.page.select_option("#scenario", "empty")
    desk.page.click("#play")
    station.wait_for(lambda view: (view["sensor"] or {}).get("port") == "empty")
    before = desk.text("non-uniformity")
    desk.page.click("#learn-non-uniformity")
    desk.until(lambda: "was not learnt" in desk.text("non-uniformity-problem"))
    assert desk.text("non-uniformity") == before


def test_nobody_is_in_after_logging_out(desk: Screen) -> None:
    desk.page.click("#logout")
    desk.page.locator("#login").wait_for()
    assert desk.page.evaluate("document.cookie") == ""
    answer = desk.page.evaluate("fetch('/api/admin/overview').then((answer) => answer.json())")
    assert answer["logged_in"] is False
    assert answer["settings"] is None


def complaints(screen: Screen) -> dict[str, list[str]]:
    """Return what axe has against a page, by its rules."""
    screen.page.evaluate(AXE)
    found = screen.page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})")
    return {rule["id"]: [n["html"][:150] for n in rule["nodes"]] for rule in found["violations"]}


def test_axe_finds_nothing_to_complain_about(desk: Screen) -> None:
    desk.page.wait_for_timeout(1500)
    assert complaints(desk) == {}
    assert desk.errors == []
