"""The wizard in a real browser, on a running station: seen, measured, signed, obeyed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from typer.testing import CliRunner

from service.cli.main import app
from service.ipc.calibration import Step
from service.state.admin_password import set_password
from service.state.defaults import default_settings
from service.state.settings import SettingsStore
from service.supervisor.accepting.wizard import OF_BATTERY
from service.supervisor.non_uniformity import fingerprint
from tests.hardware.institution import Institution
from tests.service.acceptance.dcc_file import ADMINISTRATION, certificate, quantity
from tests.service.browser.axe import AXE
from tests.service.browser.conftest import Screen
from tests.service.running import RunningStation
from tests.service.stage import SENSOR
from tests.service.supervisor.accepting.calibrating import SHAPE, Station

PASSWORD = "correct horse"
SIMULATED = replace(SENSOR, model="SIMULATED sensor")  # as the supervisor calls it
FORBIDDEN = "certificate"  # of what this station makes: a laboratory has one


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    made = Institution(tmp_path_factory.mktemp("house"))
    made.trust("".join(one.entry(signs=("acceptance",)) for one in made.people))
    return made


WITHOUT_WORDS = """[...document.querySelectorAll("button, summary")]
    .some((one) => one.offsetParent !== null && one.innerText.trim() === "")"""


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStation]:
    state = tmp_path_factory.mktemp("calibration") / "state"
    set_password(state, PASSWORD)
    running = RunningStation(state, "--scenario", "one-healthy", altered="hurried")
    running.screening()
    yield running
    running.close()


@pytest.fixture
def wizard(station: RunningStation, new_screen: Callable[..., Screen]) -> Screen:
    screen = new_screen(1300, 1000).open(f"{station.address}/admin")
    screen.page.fill("#password", PASSWORD)
    screen.page.keyboard.press("Enter")
    screen.page.locator("#admin").wait_for()
    screen.open(f"{station.address}/admin/calibration")
    screen.page.wait_for_selector("body[data-page=wizard]")
    return screen


def at(wizard: Screen, step: Step) -> None:
    wizard.page.click(f"#steps [data-step={step}]")
    wizard.page.wait_for_selector(f"body[data-step={step}]")


def test_each_step_says_what_to_do_and_why_it_may_not_go_on(wizard: Screen) -> None:
    for step in Step:
        at(wizard, step)
        assert wizard.text("do")
        assert wizard.page.locator("#drawing g").count() == 1
        wizard.until(lambda: wizard.page.locator("#needs li").count() > 0)
        assert wizard.page.locator("#forward").is_disabled()
        assert FORBIDDEN not in wizard.page.inner_text("body").lower()
    assert wizard.errors == []


def test_each_test_of_the_battery_has_its_method_and_its_drawing(wizard: Screen) -> None:
    at(wizard, Step.BATTERY)
    drawn = set()
    for chapter in OF_BATTERY:
        wizard.page.click(f"#chapters [data-chapter={chapter}]")
        wizard.page.wait_for_selector(f"#chapters [data-chapter={chapter}][aria-pressed=true]")
        assert wizard.text("method")
        drawn.add(wizard.page.locator("#drawing").inner_html())
    assert len(drawn) == len(OF_BATTERY)


def test_the_page_can_be_used_by_everybody(wizard: Screen) -> None:
    for look, steps in (("normal", (Step.REFERENCE, Step.BATTERY)), ("bright", (Step.BATTERY,))):
        wizard.page.evaluate(f"localStorage.setItem('limen.look', '{look}')")
        wizard.page.reload()
        wizard.page.wait_for_selector("body[data-page=wizard]")
        assert wizard.page.evaluate("document.documentElement.dataset.look") == look
        wizard.page.evaluate(AXE)
        for step in steps:
            at(wizard, step)
            wizard.until(
                lambda: not wizard.page.evaluate(WITHOUT_WORDS)
            )  # they come with the state
            found = wizard.page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa']})")
            assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


def test_what_was_ticked_is_there_again_and_the_page_opens_where_one_was(
    wizard: Screen, station: RunningStation
) -> None:
    at(wizard, Step.UNPACK)
    wizard.page.check("#unpacked")
    wizard.until(lambda: wizard.page.locator("#forward").is_enabled())
    wizard.page.click("#forward")
    wizard.page.wait_for_selector("body[data-step=place]")
    wizard.page.reload()
    wizard.page.wait_for_selector("body[data-step=place]")
    wizard.open(f"{station.address}/admin/calibration")
    wizard.page.wait_for_selector("body[data-step=place]")


ANOTHER_TAB_SAVES = """async () => {
  const { settings, version } = await (await fetch("/api/admin/overview")).json();
  settings.scene.ambient_temp_c += 1;
  const headers = { "content-type": "application/json", "if-match": version };
  const body = JSON.stringify(settings);
  return (await fetch("/api/admin/settings", { method: "PUT", headers, body })).status;
}"""


def test_what_was_typed_and_not_saved_is_saved_by_going_on(wizard: Screen) -> None:
    at(wizard, Step.PLACE)
    wizard.page.check("#placed")
    wizard.until(lambda: wizard.page.locator("#forward").is_enabled(), within_s=60.0)
    before = wizard.page.input_value("#distance")
    for typed in ("1.15", before):
        wizard.page.fill("#distance", "99")
        wizard.page.click("#forward")
        assert wizard.page.evaluate("document.body.dataset.step") == Step.PLACE, "not in its range"
        wizard.page.fill("#distance", typed)
        wizard.until(lambda: wizard.page.locator("#forward").is_enabled(), within_s=60.0)
        if typed != before:
            assert wizard.page.evaluate(ANOTHER_TAB_SAVES) == 200
            wizard.page.click("#forward")
            wizard.until(lambda: "somebody else" in wizard.text("refused"))
            wizard.until(lambda: wizard.page.locator("#forward").is_enabled(), within_s=60.0)
        wizard.page.click("#forward")
        wizard.page.wait_for_selector(f"body[data-step={Step.WARM_UP}]")
        at(wizard, Step.PLACE)
        wizard.page.reload()
        wizard.page.wait_for_selector(f"body[data-step={Step.PLACE}]")
        wizard.until(lambda: float(wizard.page.input_value("#distance") or 0) == float(typed))  # noqa: B023 - at once
        wizard.until(lambda: wizard.page.locator("#forward").is_enabled(), within_s=60.0)


def test_a_comma_is_the_point_of_a_number_and_is_not_dropped(wizard: Screen) -> None:
    at(wizard, Step.REFERENCE)
    for typed, value in (("0,15", "0.15"), ("0.2", "0.2")):
        wizard.page.click("#expanded")
        wizard.page.keyboard.press("Control+A")
        wizard.page.keyboard.type(typed)
        assert wizard.page.input_value("#expanded") == value


def test_a_laboratorys_file_fills_the_fields_at_a_locked_station(wizard: Screen) -> None:
    at(wizard, Step.REFERENCE)
    laboratory = "A laboratory with a name that is longer than a record takes"
    administration = ADMINISTRATION.replace("Example Metrology", laboratory)
    paper = certificate(quantity("36.01", u="0.075", k="1"), administration=administration)
    wizard.page.set_input_files(
        "#dcc", {"name": "dcc.xml", "mimeType": "text/xml", "buffer": b"\xef\xbb\xbf" + paper}
    )
    wizard.until(lambda: wizard.page.input_value("#number") == "LAB-2026-0815")
    for field, value in (
        ("laboratory", laboratory[:40]),
        ("paper-serial", "SN 4711"),
        ("set-point", "36.01"),
        ("expanded", "0.075"),
        ("coverage", "1"),
        ("issued", "2026-03-03"),
    ):
        assert wizard.page.input_value(f"#{field}") == value, field
    assert "not checked" in wizard.text("dcc-note")
    assert wizard.text("refused") == ""


@pytest.mark.alone
def test_a_warm_up_is_measured_live_with_plot_and_the_same_numbers_in_a_table(
    wizard: Screen,
) -> None:
    at(wizard, Step.WARM_UP)
    wizard.page.click("#begin")
    rows = wizard.page.locator("#table-body tr")
    wizard.until(lambda: rows.count() >= 5, within_s=90.0)
    assert wizard.page.locator("#plot canvas").count() == 1
    assert "Measuring" in wizard.text("progress")
    wizard.page.click("#pause")
    wizard.until(lambda: "Not running" in wizard.text("progress"))
    kept = rows.count()
    wizard.page.reload()
    wizard.page.wait_for_selector("body[data-step=warm_up]")
    wizard.until(lambda: rows.count() == kept)


def test_the_steps_from_camera_to_number_are_told_in_words(wizard: Screen) -> None:
    at(wizard, Step.PLACE)
    wizard.until(lambda: wizard.page.locator("#readings li").count() == 4, within_s=60.0)
    raw, offset, skin, _ = wizard.page.locator("#readings li").all_inner_texts()
    assert "The camera says" in raw
    assert "the camera is off" in offset
    assert "mirrors the room" in skin


def test_the_setting_is_changed_on_the_last_step_and_obeyed(
    wizard: Screen, station: RunningStation
) -> None:
    at(wizard, Step.VALID)
    assert station.view()["acceptance"]["causes"] == ["never"]
    wizard.until(lambda: wizard.text("let") != "")
    offered = wizard.text("let")
    wizard.page.click("#let")
    view = station.wait_for(lambda view: "not_accepted" in view["reasons"])
    assert view["state"] == "not_screening"
    wizard.until(lambda: wizard.text("let") != offered)  # what it offers now is the way back
    wizard.page.click("#let")
    station.wait_for(lambda view: view["state"] != "not_screening")


def test_a_whole_calibration_is_signed_and_in_force_until_something_changes(
    new_screen: Callable[..., Screen], house: Institution, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    prepare(state)
    running = RunningStation(state, "--scenario", "one-healthy", "--register", str(house.own))
    try:
        running.screening()
        screen = new_screen(1300, 1000).open(f"{running.address}/admin")
        screen.page.fill("#password", PASSWORD)
        screen.page.keyboard.press("Enter")
        screen.page.locator("#admin").wait_for()
        screen.open(f"{running.address}/admin/calibration#sign")
        # Until the reference is seen the record cannot be closed, and the page says so.
        size = screen.page.locator("#mm-per-px")
        screen.until(lambda: "mm" in (size.text_content() or ""))
        screen.page.click("#close")
        screen.page.locator("#record").wait_for()
        record = state / "acceptance" / "record-1.json"
        for person in house.people:
            key = tmp_path / f"{person.name}.pem"
            key.write_bytes(
                person.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            )
            signed = CliRunner().invoke(
                app, ["acceptance", "sign", str(record), "--key", str(key)], input="\n"
            )
            assert signed.exit_code == 0, signed.output
        screen.until(lambda: screen.page.locator("#needs li").count() == 0)
        screen.page.click("#forward")
        screen.page.click("#put-in-force")
        running.wait_for(lambda view: view["acceptance"]["causes"] == [])
        alert = new_screen().open(f"{running.address}/")
        alert.until(lambda: alert.state not in {"starting", "not_screening"}, within_s=60.0)
        assert alert.page.locator("#flag-unaccepted").is_hidden()
    finally:
        running.close()


def prepare(state: Path) -> None:
    """Make a state in which everything was measured on this simulated sensor."""
    set_up = default_settings("simulated", "one-healthy")
    shape = SHAPE.model_copy(update={"sensor_sha256": fingerprint(SIMULATED)})
    marked = (set_up.references[0].model_copy(update={"mark": (78.0, 125.0)}),)
    settings = set_up.model_copy(update={"references": marked, "uniformity": shape})
    Station(state, settings=settings, sensor=SIMULATED, part_number="").everything()
    SettingsStore(state, lambda: set_up).save(settings)
    set_password(state, PASSWORD)
