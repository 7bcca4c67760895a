"""The admin's page in a real browser, on a running station."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from service.ipc.preview_memory import PER_PIXEL, PLACES, PLACES_AT
from service.state.admin_password import set_password
from tests.service.browser.axe import AXE
from tests.service.browser.conftest import Screen
from tests.service.running import RunningStation

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
    screen.page.fill("#password", PASSWORD)
    screen.page.keyboard.press("Enter")
    screen.page.locator("#admin").wait_for()
    return screen


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
    field(desk, "decision.threshold_c").fill("37.8")
    desk.page.click("text=Save and apply")
    desk.until(lambda: "in force" in desk.text("saved"))
    station.wait_for(lambda view: view["threshold_c"] == 37.8)
    saved = json.loads((state / "settings.json").read_text())
    assert saved["settings"]["decision"]["threshold_c"] == 37.8
    station.wait_for(lambda view: view["audit_head"] != head)


def test_a_wrong_value_is_said_beside_its_field_and_changes_nothing(
    desk: Screen, station: RunningStation
) -> None:
    before = station.view()["threshold_c"]
    threshold = field(desk, "decision.threshold_c")
    for value, said in (("37.55", "multiple of 0.1"), ("60", "less than or equal"), ("", "valid")):
        threshold.fill(value)
        desk.page.click("text=Save and apply")
        error = desk.page.locator("[id='error-decision.threshold_c']")
        desk.until(lambda: said in error.inner_text())  # noqa: B023 - awaited in this turn
        assert threshold.get_attribute("aria-invalid") == "true"
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
    canvas.click(position={"x": reference[0] * scale, "y": reference[1] * scale})
    marked = [float(field(desk, f"references.0.mark.{i}").input_value()) for i in (0, 1)]
    assert abs(marked[0] - reference[0]) < 4
    assert abs(marked[1] - reference[1]) < 4


def test_the_drift_of_the_reference_is_drawn(desk: Screen) -> None:
    desk.page.locator("#chart canvas").wait_for(timeout=60_000)
    desk.until(lambda: "°C" in desk.text("offset"))


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
    desk.page.click("text=Save and apply")
    desk.until(lambda: "in force" in desk.text("saved"))
    assert saved() == learnt
    desk.page.click("#forget-non-uniformity")
    desk.until(lambda: "Not learnt" in desk.text("non-uniformity"))
    assert saved() is None


def test_what_is_no_plate_is_said_and_not_learnt(desk: Screen, station: RunningStation) -> None:
    desk.page.select_option("#scenario", "empty")
    desk.page.click("#play")
    station.wait_for(lambda view: (view["sensor"] or {}).get("port") == "empty")
    before = desk.text("non-uniformity")
    desk.page.click("#learn-non-uniformity")
    desk.until(lambda: "plate of even" in desk.text("non-uniformity-problem"))
    assert desk.text("non-uniformity") == before


def test_nobody_is_in_after_logging_out(desk: Screen) -> None:
    desk.page.click("#logout")
    desk.page.locator("#login").wait_for()
    assert desk.page.evaluate("document.cookie") == ""
    answer = desk.page.evaluate("fetch('/api/admin/overview').then((answer) => answer.json())")
    assert answer["logged_in"] is False
    assert answer["settings"] is None


def test_axe_finds_nothing_to_complain_about(desk: Screen) -> None:
    desk.page.wait_for_timeout(1500)
    desk.page.evaluate(AXE)
    found = desk.page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa']})")
    complaints = {
        rule["id"]: [n["html"][:150] for n in rule["nodes"]] for rule in found["violations"]
    }
    assert complaints == {}
    assert desk.errors == []
