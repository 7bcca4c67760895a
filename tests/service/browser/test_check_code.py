"""The check code, from the station's screen to a stranger's page, in a real browser."""

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from screening.result import State
from scripts import verify_page
from service.checkcode.statement import NEEDED, Fact, Statement, read, write
from service.ipc.view import CheckCode
from service.web.i18n import catalogues
from tests.service.browser.axe import AXE
from tests.service.browser.conftest import Screen
from tests.service.stage import Stage, elevated, view

pytestmark = pytest.mark.slow  # many pages

PAGE = Path(__file__).parents[3] / "docs/verify/limen-check.html"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SAID = Statement("0.1.0", "ab" * 32, "cd" * 32, "ef" * 16, 0, NEEDED | {Fact.SIMULATED})
WORDS = verify_page.words(PAGE.parent)


def code(seconds_ago: float = 2.0, key: Ed25519PrivateKey = KEY, **more: object) -> str:
    """Return a code as the station would have made it."""
    at_s = int(time.time() - seconds_ago)
    return write(replace(SAID, at_s=at_s, **more), key)  # type: ignore[arg-type]


@pytest.fixture
def check(stage: Stage, new_screen: Callable[..., Screen]) -> Iterator[Screen]:
    """Return the station's page, on which no script may fail."""
    stage.reset()
    stage.web.channel.send(CheckCode(code(), time.monotonic()))
    shown = new_screen().open(f"{stage.address}/check")
    shown.page.wait_for_selector("#qr:not([hidden])")
    yield shown
    assert shown.errors == []


@pytest.fixture
def phone(new_screen: Callable[..., Screen]) -> Iterator[Screen]:
    """Return the checking page from its file."""
    shown = new_screen(420, 900).open(PAGE.as_uri())
    yield shown
    assert shown.errors == []
    assert {url.partition(":")[0] for _, url in shown.requested} <= {"file", "blob"}


def photograph(screen: Screen) -> "np.ndarray":
    """Return what the screen shows, as grey values."""
    encoded = np.frombuffer(screen.page.screenshot(), np.uint8)
    picture = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return picture


def told(phone: Screen, text: str) -> list[str]:
    """Return which sentences the page says of a text, and check that they are there."""
    phone.page.fill("#text", text)
    phone.page.wait_for_function("document.querySelector('#told').childElementCount > 0")
    phone.page.wait_for_timeout(150)
    found = phone.page.locator("[data-told]")
    keys = [str(found.nth(at).get_attribute("data-told")) for at in range(found.count())]
    assert all(len(found.nth(at).inner_text()) > 20 for at in range(found.count()))
    return keys


def level(phone: Screen) -> str:
    return str(phone.page.locator("#answer").get_attribute("data-level"))


# ---- on the station's screen


def test_a_reader_of_another_make_reads_the_screen(check: Screen) -> None:
    # that reader misses one code in ten even of perfect pictures: it may come nearer or step back
    shown = photograph(check)
    pictures = (cv2.resize(shown, None, fx=f, fy=f) for f in (1.0, 2.0, 0.7, 1.5, 3.0))
    texts = (cv2.QRCodeDetector().detectAndDecode(picture)[0] for picture in pictures)
    text = next(filter(None, texts), "")
    assert text == check.text("code-text")
    assert read(text)[1].version == "0.1.0"


def test_the_facts_on_the_alert_screen_lead_there(screen: Screen) -> None:
    screen.page.click("#fact-recording")
    screen.page.wait_for_url("**/check")
    screen.page.click("#back")
    screen.wait("ready")


def test_an_alarm_takes_the_guard_back_at_once(check: Screen, stage: Stage) -> None:
    stage.show(elevated(3))
    check.wait("elevated", within_s=5.0)  # by the view or by the pulse, whichever comes first
    assert check.page.url.removesuffix("#alarm") == f"{stage.address}/"


def test_so_does_somebody_who_steps_up(check: Screen, stage: Stage) -> None:
    stage.show(view(State.HOLD_STILL))
    check.wait("hold_still", within_s=5.0)


def test_an_old_code_is_taken_off_the_screen_and_its_age_said(check: Screen) -> None:
    check.page.clock.install()
    check.page.reload()
    check.page.wait_for_selector("#qr:not([hidden])", timeout=10_000)
    check.page.route("**/api/check", lambda route: route.abort())
    check.page.clock.run_for(70_000)
    assert check.page.locator("#qr").is_hidden()
    assert re.search(r"\d+ s old", check.text("age"))
    assert check.text("code-text") == ""


def test_of_a_station_that_says_nothing_no_network_is_not_said(check: Screen, stage: Stage) -> None:
    stage.show(view(State.READY, network=()))
    check.page.wait_for_selector("#ask_network:not([hidden])")
    os.kill(stage.web.pid, signal.SIGSTOP)
    try:
        check.page.wait_for_selector("#ask_network", state="hidden")
    finally:
        os.kill(stage.web.pid, signal.SIGCONT)
    check.page.wait_for_selector("#ask_network:not([hidden])")
    stage.show(view(State.READY, network=("eth0",)))
    check.page.wait_for_selector("#ask_network", state="hidden")
    assert "found no network" not in check.page.inner_text("main")  # nor of what the code proves


def test_a_code_that_waited_to_be_shown_is_as_old_as_it_is(
    stage: Stage, new_screen: Callable[..., Screen]
) -> None:
    stage.reset()
    stage.web.channel.send(CheckCode(code(), time.monotonic() - 300.0))
    shown = new_screen().open(f"{stage.address}/check")
    shown.until(lambda: re.search(r"\b3\d\d s old", shown.text("age")) is not None)
    assert shown.page.locator("#qr").is_hidden()


def test_what_it_proves_and_what_not_stands_beside_it(check: Screen) -> None:
    for language, words in catalogues().items():
        check.page.click(f"[data-language={language}]")
        said = check.page.locator("main").inner_text()
        for key, sentence in words["check"].items():
            assert sentence in said or key in {"title", "back", "made", "old", "none"}


def test_anybody_can_read_it(check: Screen) -> None:
    check.page.evaluate(AXE)
    found = check.page.evaluate("axe.run().then(done => done.violations.map(v => v.id))")
    assert found == []


# ---- on the stranger's page


def test_the_picture_of_a_screen_is_read(check: Screen, phone: Screen, tmp_path: Path) -> None:
    picture = tmp_path / "photograph.jpg"
    # as a hand holds it: turned a little, not even, blurred
    shown = photograph(check)
    height, width = shown.shape
    turned = cv2.warpAffine(
        shown, cv2.getRotationMatrix2D((width / 2, height / 2), 7.0, 0.9), (width, height)
    )
    lit = cv2.GaussianBlur(turned, (3, 3), 0.8).astype(np.float32)
    lit *= np.linspace(0.6, 1.0, width, dtype=np.float32)
    cv2.imwrite(str(picture), lit.astype(np.uint8))
    phone.page.set_input_files("#picture", picture)
    phone.page.wait_for_selector("[data-told=signed]", timeout=15_000)
    assert level(phone) == "new"


def test_a_picture_without_a_code_is_said_to_be_one(phone: Screen, tmp_path: Path) -> None:
    picture = tmp_path / "wall.png"
    cv2.imwrite(str(picture), np.full((300, 400), 128, np.uint8))
    phone.page.set_input_files("#picture", picture)
    phone.until_text("problem", WORDS["en"]["no_qr"])
    (tmp_path / "no.png").write_text("no picture")
    phone.page.set_input_files("#picture", tmp_path / "no.png")
    phone.until_text("problem", WORDS["en"]["no_picture"])


def test_a_station_that_was_compared_with_paper_is_known_again(phone: Screen) -> None:
    assert told(phone, code(5.0)) == ["signed", "simulated", "unknown_station"]
    phone.page.click("#keep")
    phone.page.wait_for_selector("[data-told=good]")
    phone.page.reload()
    assert told(phone, code(1.0)) == ["good", "simulated"]
    assert level(phone) == "good"


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (lambda: "hello", "no_code"),
        (lambda: code().replace("/F:", "/F:W"), "changed"),
        (lambda: code()[:-1] + ("0" if code()[-1] != "0" else "1"), "changed"),
        (lambda: code().replace("AB" * 32, "AA" * 32), "changed"),
        (lambda: code(key=Ed25519PrivateKey.generate()), "other_station"),
        (lambda: code(3 * 60), "older_than_seen"),
        (lambda: code(-10 * 60), "ahead"),
        (lambda: code(code_sha256="11" * 32), "other_code"),
        (lambda: code(register_sha256="11" * 32), "other_register"),
        (lambda: code(facts=frozenset(Fact) - {Fact.WORKER_LOCKED}), "not_worker"),
        (lambda: code(facts=frozenset(Fact) - {Fact.WEB_LOCKED}), "not_web"),
        (lambda: code(facts=frozenset(Fact) - {Fact.NO_NETWORK}), "not_network"),
        (lambda: code(facts=frozenset(Fact) - {Fact.HARDWARE_ADMITTED}), "not_hardware"),
    ],
)
def test_what_is_not_as_it_was_kept_is_refused_with_a_sentence(
    phone: Screen, refused: Callable[[], str], reason: str
) -> None:
    told(phone, code(60.0))
    phone.page.click("#keep")
    phone.page.wait_for_selector("[data-told=good]")
    assert told(phone, refused())[0] == reason
    assert level(phone) == "bad"


def test_an_old_code_is_refused_by_a_phone_that_has_seen_none(phone: Screen) -> None:
    assert told(phone, code(180.0))[0] == "old"
    assert level(phone) == "bad"
    assert "3 minutes" in phone.text("told")


def test_without_ed25519_in_the_browser_it_decides_the_same(
    new_screen: Callable[..., Screen],
) -> None:
    phone = new_screen()
    phone.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    phone.open(PAGE.as_uri())
    assert told(phone, code())[0] == "signed"
    assert told(phone, code().replace("/F:", "/F:W")) == ["changed"]


def test_a_browser_that_keeps_nothing_says_so(new_screen: Callable[..., Screen]) -> None:
    phone = new_screen()
    phone.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error(); } })"
    )
    phone.open(PAGE.as_uri())
    assert told(phone, code())[0] == "signed"
    assert phone.page.locator("#not-kept").is_visible()


def test_it_speaks_four_languages(phone: Screen) -> None:
    assert len(WORDS) == 4
    for language, words in WORDS.items():
        phone.page.click(f"[data-language={language}]")
        said = phone.page.locator("main").inner_text()
        for key in ("intro", "proves_1", "proves_2", "not_1", "not_2", "not_3", "not_4"):
            assert words[key] in said


def test_its_policy_lets_no_request_out(new_screen: Callable[..., Screen]) -> None:
    phone = new_screen().open(PAGE.as_uri())
    refused = phone.page.evaluate(
        """async () => {
          const failed = async (what) => { try { await what(); return false; } catch { return true; } };
          const image = new Image();
          const loaded = new Promise((ok) => { image.onload = () => ok(false); image.onerror = () => ok(true); });
          image.src = "https://example.org/a.png";
          return [
            await failed(() => fetch("https://example.org/")),
            await failed(() => new Promise((ok, no) => { const s = new WebSocket("wss://example.org"); s.onopen = ok; s.onerror = no; })),
            await loaded,
          ];
        }"""  # noqa: E501
    )
    assert refused == [True] * 3


def test_anybody_can_read_the_page(phone: Screen) -> None:
    told(phone, code())
    phone.page.evaluate(AXE)
    assert phone.page.evaluate("axe.run().then(done => done.violations.map(v => v.id))") == []
