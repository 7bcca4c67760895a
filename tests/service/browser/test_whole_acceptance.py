"""An admin at a bare station: eleven steps and nine chapters by clicks, to a signed record.

It takes about ten minutes, in two sittings, because the film is watched: `LIMEN_EVERY=1`; with
`LIMEN_KEEP=FOLDER` what comes of it stays there. In the two long chapters 20 seconds pass in each
second, for the camera's own drift as for the station. Whoever does the work of hands is the film:
another one is put in where a source is set or carried, where a reference is covered, where somebody
steps up.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Page
from typer.testing import CliRunner

from device.simulator.camera.camera import optics_of
from device.simulator.scenario.schema import Camera, Person, Reference, Scenario
from device.simulator.scenario.schema import Step as Doing
from service.acceptance.words import Chapter, Place
from service.cli.main import app
from service.ipc.calibration import Step
from service.state.admin_password import set_password
from service.web.i18n import catalogues
from tests.hardware import institution
from tests.hardware.institution import Institution
from tests.service.acceptance.dcc_file import ADMINISTRATION, certificate, quantity
from tests.service.browser.conftest import Screen
from tests.service.running import RunningStation
from tests.service.supervisor.accepting.filmed import (
    AWAY_M,
    MIDDLE_C,
    PLACES,
    SET_POINTS,
    VISITS,
)

pytestmark = [
    pytest.mark.alone,
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.environ.get("LIMEN_EVERY") != "1", reason="ten minutes: LIMEN_EVERY=1"),
]
PASSWORD = "correct horse"
WORDS = catalogues()["en"]["calibration"]
LAPSE = 20.0  # twenty readings in ten minutes, and one of them each second: not faster
CAMERA = Camera(time_lapse=LAPSE, ffc_settle_s=24.0 / LAPSE)
OPTICS = optics_of(CAMERA)
TODAY = datetime.now(UTC).date()
VISITOR_S = 14.0  # long enough for two operators at a slow page
PEOPLE = 10
DONE_AT_S = 25.0  # of a film in which a fault is made


def visitors() -> Scenario:
    """Return a film in which ten people come one after the other."""
    steps = (
        Doing(walk_to=(0.0, AWAY_M)),
        Doing(stand_s=10.5),
        Doing(walk_to=(1.6, 1.2), look="ahead"),
    )
    return Scenario(
        title="Ten people, one after the other",
        duration_s=VISITOR_S * PEOPLE,
        camera=CAMERA,
        people=tuple(
            Person(
                canthus_c=35.5 + 0.03 * n,
                hot_spot_k=1.5,
                left_right_k=0.0,
                height_m=1.7,
                at_s=VISITOR_S * n,
                start=(0.3, 2.2),
                steps=steps,
            )
            for n in range(PEOPLE)
        ),
    )


def standing() -> Scenario:
    """Return a film in which somebody stands at the mark."""
    one = Person(
        canthus_c=35.6,
        hot_spot_k=1.5,
        height_m=1.7,
        start=(0.3, 2.2),
        steps=(Doing(walk_to=(0.0, AWAY_M)), Doing(stand_s=100.0)),
    )
    return Scenario(
        title="Somebody stands at the mark", duration_s=100.0, camera=CAMERA, people=(one,)
    )


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {toml(v)}" for k, v in value.items() if v is not None) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value)


def resting() -> Scenario:
    """Return a film in which nobody comes: reference and room."""
    return Scenario(title="Nobody comes", duration_s=60.0, camera=CAMERA)


def unplugged() -> Scenario:
    """Return a film whose camera is unplugged after a while."""
    fails = CAMERA.model_copy(update={"fails": "lost", "fails_at_s": DONE_AT_S})
    return Scenario(title="The camera is unplugged", duration_s=60.0, camera=fails)


def taken_away() -> Scenario:
    """Return a film whose reference is taken away after a while."""
    gone = Reference(removed_at_s=DONE_AT_S)
    return Scenario(
        title="The reference is gone", duration_s=200.0, camera=CAMERA, references=(gone,)
    )


def source(set_c: float, place: Place = Place.MIDDLE) -> Scenario:
    """Return a film in which an admin has brought an adjustable source."""
    x, y = PLACES[place]
    at = (x, CAMERA.height_m + y, AWAY_M)
    brought = Reference(brought=True, temp_c=set_c, at=at, housing=False, stability_k=0.0)
    return Scenario(
        title="An adjustable source",
        duration_s=60.0,
        camera=CAMERA,
        references=(Reference(), brought),
    )


class Admin:
    """Somebody at the page *Calibration and acceptance*, who can have another film put in."""

    def __init__(self, screen: Screen, station: RunningStation, own: Path) -> None:
        self.screen, self.page, self.station, self.own = screen, screen.page, station, own
        self.stuck: list[str] = []
        self.began_s = time.monotonic()
        self.waited_s = 0.0
        self.seen_s = 0.0  # since when the film that was put in last is seen

    def log_in(self) -> None:
        self.screen.open(f"{self.station.address}/admin")
        self.page.fill("#password", PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.locator("#admin").wait_for()
        self.other: Page = self.page.context.new_page()
        self.other.goto(f"{self.station.address}/admin")
        self.other.locator("#play").wait_for()
        self.screen.open(f"{self.station.address}/admin/calibration")
        self.page.wait_for_selector("body[data-page=wizard]")

    def put_in(self, what: Scenario | str, *, sees: bool = True) -> None:
        """Play another film, by its name or written to the station's own file."""
        name = what if isinstance(what, str) else self.own.stem
        if isinstance(what, Scenario):
            plain = what.model_dump(exclude={"name"}, exclude_defaults=True, mode="json")
            self.own.write_text("\n".join(f"{k} = {toml(v)}" for k, v in plain.items()))
        self.other.select_option("#scenario", name)
        self.other.click("#play")
        if sees:
            self.station.wait_for(
                lambda view: view["state"] == "starting" or view["sensor"] is None
            )
            self.station.wait_for(lambda view: view["sensor"] is not None)
            self.seen_s = time.monotonic()
            self.station.screening()

    def wait(self, seconds: float) -> None:
        self.waited_s += seconds
        self.page.wait_for_timeout(seconds * 1e3)

    def at(self, step: Step) -> None:
        assert self.page.evaluate("document.body.dataset.step") == step.value

    def until(self, right: Callable[[], bool], within_s: float = 60.0) -> None:
        began = time.monotonic()
        try:
            self.screen.until(right, within_s=within_s)
        except AssertionError:
            said = {
                i: self.screen.text(i)
                for i in ("title", "refused", "needs", "progress", "verdict", "findings")
            }
            if folder := os.environ.get("LIMEN_KEEP"):
                self.page.screenshot(path=f"{folder}/stuck.png", full_page=True)
            raise AssertionError(f"stuck: {said}") from None
        self.waited_s += time.monotonic() - began

    def go_on(self, within_s: float = 60.0) -> None:
        """Press *Continue* as soon as the step is done."""
        self.until(lambda: self.page.locator("#forward").is_enabled(), within_s)
        self.page.click("#forward")

    def save(self, form: str) -> None:
        self.page.click(f"form[data-steps={form}] button[type=submit]")
        self.until(lambda: self.screen.text("saved") != "" or self.screen.text("refused") != "")
        assert self.screen.text("refused") == ""

    def click_picture(self, x: float, y: float) -> None:
        box = self.page.locator("#picture").bounding_box()
        assert box is not None
        scale = min(box["width"] / OPTICS.width, box["height"] / OPTICS.height)
        left = (box["width"] - scale * OPTICS.width) / 2.0
        upper = (box["height"] - scale * OPTICS.height) / 2.0
        self.page.locator("#picture").click(
            position={"x": left + x * scale, "y": upper + y * scale}
        )

    def click_place(self, place: Place) -> None:
        x, y = PLACES[place]
        u, v, _ = OPTICS.project(x, CAMERA.height_m + y, AWAY_M)
        self.click_picture(u, v)

    def begin(self) -> None:
        self.until(lambda: self.page.locator("#begin").is_enabled())
        self.page.click("#begin")
        self.until(
            lambda: "Measuring" in self.screen.text("progress") or self.screen.text("refused") != ""
        )
        assert self.screen.text("refused") == ""

    def ended(self, within_s: float = 60.0) -> None:
        self.until(lambda: "Not running" in self.screen.text("progress"), within_s)

    def chapter(self, name: Chapter) -> None:
        self.page.click(f"#chapters [data-chapter={name}]")
        self.until(lambda: self.screen.text("chapter-title") == WORDS[f"ch_{name}"])

    def has(self, name: Chapter) -> bool:
        """Whether a chapter of the battery conforms; what conforms is not measured again."""
        return "conforms" in self.page.locator(f"#chapters [data-chapter={name}]").inner_text()

    def conforms(self, name: Chapter) -> None:
        self.until(lambda: self.has(name))

    def last_row(self) -> list[str]:
        return self.page.locator("#table-body tr").last.locator("td").all_text_contents()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the station's state is, from one sitting to the next."""
    kept = os.environ.get("LIMEN_KEEP")
    return Path(kept) if kept else tmp_path_factory.mktemp("bare")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Institution:
    """Return the same institution each time: a kept station would refuse another one's register."""
    keys = (Ed25519PrivateKey.from_private_bytes(sha256(b"%d" % n).digest()) for n in range(100))
    with patch.object(institution, "Ed25519PrivateKey") as key:
        key.generate = partial(next, keys)
        made = Institution(tmp_path_factory.mktemp("house"))
    made.trust("".join(one.entry(signs=("acceptance",)) for one in made.people))
    return made


@pytest.fixture
def admin(new_screen: Callable[..., Screen], folder: Path, house: Institution) -> Iterator[Admin]:
    state, own = folder / "state", folder / "our-bench.toml"
    set_password(state, PASSWORD)
    plain = resting().model_dump(exclude={"name"}, exclude_defaults=True, mode="json")
    own.write_text("\n".join(f"{k} = {toml(v)}" for k, v in plain.items()))
    station = RunningStation(
        state, "--scenario", str(own), "--register", str(house.own), altered=f"hurried:{LAPSE:g}"
    )
    try:
        station.screening()
        somebody = Admin(new_screen(1300, 1000), station, own)
        somebody.log_in()
        yield somebody
        worked_s = time.monotonic() - somebody.began_s - somebody.waited_s
        print(f"without waiting {worked_s:.0f} s, waiting {somebody.waited_s:.0f} s")
        assert somebody.screen.errors == []
    finally:
        station.close()


def test_a_bare_station_is_set_up_step_by_step(admin: Admin) -> None:
    steps(admin)


def test_the_next_day_it_is_tried_and_signed(
    admin: Admin, house: Institution, folder: Path
) -> None:
    battery(admin)
    sign_and_print(admin, house, folder, figures_of(admin))


def steps(admin: Admin) -> None:
    page = admin.page
    admin.at(Step.UNPACK)
    page.check("#unpacked")
    admin.go_on()

    admin.at(Step.PLACE)
    page.fill("#place-name", "By the lift")
    page.fill("#distance", "1.0")
    admin.save("place")
    page.check("#placed")
    admin.go_on()

    admin.at(Step.WARM_UP)
    admin.begin()
    admin.until(lambda: page.locator("#forward").is_enabled(), 150.0)
    page.click("#pause")
    admin.ended()
    admin.go_on()

    of_the_reference(admin)
    of_the_picture(admin)


def of_the_reference(admin: Admin) -> None:
    page = admin.page
    admin.at(Step.REFERENCE)
    administration = ADMINISTRATION.replace("2026-03", "2025-12")
    paper = certificate(quantity("36.0", u="0.1"), administration=administration)
    page.set_input_files("#dcc", {"name": "dcc.xml", "mimeType": "text/xml", "buffer": paper})
    admin.until(lambda: page.input_value("#number") == "LAB-2026-0815")
    page.fill("#emissivity", "0.97")
    page.fill("#due", (TODAY + timedelta(days=200)).isoformat())
    u, v, _ = OPTICS.project(-0.26, 1.74, 1.2)
    admin.click_picture(u, v)
    admin.save("reference")
    admin.put_in("reference-hidden")
    page.click("#challenge")
    admin.until(lambda: "Passed" in admin.screen.text("challenge-stands"), 70.0)
    admin.go_on()


def of_the_picture(admin: Admin) -> None:
    page = admin.page
    admin.at(Step.SHAPE)
    admin.put_in("even-plate", sees=False)
    admin.wait(6.0)
    page.click("#learn")
    admin.go_on()

    admin.at(Step.SWEEP)
    page.fill("#target-emissivity", "0.97")
    page.fill("#target-expanded", "0.1")
    for set_c in SET_POINTS:
        page.fill("#set-now", f"{set_c}")
        admin.put_in(source(set_c))
        admin.click_place(Place.MIDDLE)
        admin.begin()
        admin.ended()
    admin.go_on()

    admin.at(Step.SURROUNDINGS)
    for field, value in (("ambient", "22"), ("humidity", "0.5"), ("reflected", "22")):
        page.fill(f"#{field}", value)
    admin.save("surroundings")
    page.check("#surroundings")
    admin.go_on()

    admin.at(Step.THRESHOLD)
    page.fill("#review-until", (TODAY + timedelta(days=100)).isoformat())
    page.click("#keep-review")
    admin.put_in(standing())
    for _ in range(2):
        admin.until(lambda: page.locator("#readings li").count() == 4)
        admin.begin()
        admin.ended(100.0)
    admin.go_on()


def differs(admin: Admin, before: str) -> bool:
    return admin.screen.text("operator") != before


def battery(admin: Admin) -> None:
    admin.at(Step.BATTERY)  # where one was
    for chapter, act in (
        (Chapter.UNIFORMITY, uniformity),
        (Chapter.STABILITY, stability),
        (Chapter.RESOLUTION, resolution),
        (Chapter.ALARM, alarm),
        (Chapter.PEOPLE, people),
        (Chapter.NOT_FUNCTIONING, not_functioning),
    ):
        admin.chapter(chapter)
        if not admin.has(chapter):
            act(admin)
            admin.conforms(chapter)
    admin.put_in(visitors())
    admin.go_on()


def uniformity(admin: Admin) -> None:
    for place in VISITS:
        admin.page.select_option("#at-place", place.value)
        admin.put_in(source(MIDDLE_C, place))
        admin.click_place(place)
        admin.begin()
        admin.ended()


def stability(admin: Admin) -> None:
    admin.begin()
    admin.until(lambda: "conforms" in admin.screen.text("verdict"), 240.0)
    admin.page.click("#pause")
    admin.ended()


def resolution(admin: Admin) -> None:
    admin.begin()
    admin.ended()


def alarm(admin: Admin) -> None:
    admin.put_in(visitors())
    for _ in range(3):
        admin.station.wait_for(lambda view: not view["visitors"])
        admin.begin()
        admin.station.wait_for(
            lambda view: any(one["verdict"] == "elevated" for one in view["visitors"])
        )
        admin.page.click("#heard")
        admin.ended()


def people(admin: Admin) -> None:
    for _ in range(PEOPLE):
        admin.station.wait_for(lambda view: not view["visitors"])
        admin.station.wait_for(
            lambda view: any(one["verdict"] == "clear" for one in view["visitors"])
        )
        for _ in range(2):
            before = admin.screen.text("operator")
            admin.page.fill("#clinical", "36.6")
            admin.page.click("#add-person")
            admin.until(partial(differs, admin, before))


def not_functioning(admin: Admin) -> None:
    admin.page.select_option("#trial", "lens_covered")
    admin.put_in(visitors())
    admin.begin()
    admin.put_in("even-plate", sees=False)
    admin.ended()
    for trial, film in (("reference_covered", taken_away()), ("sensor_unplugged", unplugged())):
        admin.page.select_option("#trial", trial)
        just_before(admin, film)


def just_before(admin: Admin, film: Scenario) -> None:
    """Press *Begin* just before the fault is made; who was too early or too late does it again."""
    before_s = 1.0
    for _ in range(6):
        admin.put_in(film)
        admin.wait(max(0.0, admin.seen_s + DONE_AT_S - before_s - time.monotonic()))
        admin.page.click("#begin")
        admin.until(
            lambda: (
                "Measuring" in admin.screen.text("progress") or admin.screen.text("refused") != ""
            )
        )
        if admin.screen.text("refused") != "":
            before_s += 1.0
            continue
        admin.ended()
        admin.wait(2.0)  # until the page has asked again
        after_s = float(admin.last_row()[1].replace("\u2013", "99"))
        if after_s < 3.0:
            return
        before_s -= min(after_s - 1.0, 10.0)


FIGURE = re.compile(r"^(?P<name>.*): (?P<value>[-\u2212]?[0-9.,]+)")


def figures_of(admin: Admin) -> dict[Chapter, dict[str, str]]:
    """Return what the page states, chapter by chapter."""
    page, found = admin.page, {}
    where = {
        Chapter.WARM_UP: Step.WARM_UP,
        Chapter.ACCURACY: Step.SWEEP,
        Chapter.THRESHOLD: Step.THRESHOLD,
    }
    for name in Chapter:
        page.click(f"#steps [data-step={where.get(name, Step.BATTERY)}]")
        if name not in where:
            admin.chapter(name)
        admin.until(lambda: page.locator("#figures li").count() > 0)
        admin.wait(1.2)  # until the page has asked again
        said = [FIGURE.match(line) for line in page.locator("#figures li").all_inner_texts()]
        found[name] = {one["name"]: one["value"] for one in said if one}
    page.click("#steps [data-step=sign]")
    return found


def sign_and_print(
    admin: Admin, house: Institution, folder: Path, figures: dict[Chapter, dict[str, str]]
) -> None:
    page = admin.page
    page.select_option("#first-signer", label="Anna")
    page.select_option("#second-signer", label="Bert")
    page.click("#close")
    page.locator("#record").wait_for()
    record = folder / "state" / "acceptance" / "record-1.json"
    assert str(record) in admin.screen.text("command")
    for person in house.people:
        key = folder / f"{person.name}.pem"
        key.write_bytes(
            person.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        signed = CliRunner().invoke(
            app, ["acceptance", "sign", str(record), "--key", str(key)], input="\n"
        )
        assert signed.exit_code == 0, signed.output
    admin.go_on()
    page.click("#put-in-force")
    admin.station.wait_for(lambda view: view["acceptance"]["causes"] == [])
    made = json.loads(record.read_text())
    from service.acceptance.catalogue import words

    names = words("en")["figure"]
    for chapter in made["chapters"]:
        stated = figures[Chapter(chapter["chapter"])]
        for one in chapter["figures"]:
            if one["value"] is not None:
                shown = float(stated[names[one["name"]]].replace(",", "").replace("\u2212", "-"))
                assert shown == pytest.approx(one["value"], abs=6e-4), one
    for language in ("en", "fr", "de", "nl"):
        out = folder / f"record-{language}.pdf"
        printed = CliRunner().invoke(
            app,
            [
                *("acceptance", "print", str(record), str(out)),
                *("--language", language, "--register", str(house.own)),
            ],
        )
        assert printed.exit_code == 0, printed.output
    verified = CliRunner().invoke(
        app, ["acceptance", "verify", str(record), "--register", str(house.own)]
    )
    assert verified.exit_code == 0, verified.output
