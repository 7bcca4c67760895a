"""The register's pages: what they answer, and that they hold and load nothing foreign."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hardware.errors import DossierError
from hardware.register import documents
from service.web.register.page import all_pages, index_page, register_page
from service.web.register.routes import register_router
from tests.hardware.institution import KEY, TODAY, Institution, told

KNOWN = documents.load(today=TODAY)


@pytest.fixture
def institution(tmp_path: Path) -> Institution:
    return Institution(tmp_path)


class Elements(HTMLParser):
    """Collects the elements of a page, and checks that they are closed."""

    VOID = ("meta", "link", "br")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL).split())


@pytest.mark.parametrize("key", KNOWN.keys)
def test_a_page_stands_alone_and_runs_nothing(key: str) -> None:
    elements = Elements(register_page(KNOWN, key)).found
    tags = {tag for tag, _ in elements}
    assert not tags & {"script", "iframe", "img", "object", "form", "input", "link"}
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert (attributes.get("href") or "#").startswith("#")
        assert "src" not in attributes


def test_the_page_of_the_boson_answers_a_reader_in_a_hurry() -> None:
    text = text_of(register_page(KNOWN, "boson-plus-640"))
    head = text[: text.index("What the owner must supply")]
    for answer in (
        "✘ Not yet approved for use",
        "Who made it? Teledyne FLIR ◐ declared",
        "Where was it made? not known. Needed: certificate of origin",
        "Has it a network or a radio? not known.",
        "Who signed for it? nobody",
        "Until when does it hold? it does not hold",
        "● 0 verified",
    ):
        assert answer in head, answer


def test_the_page_says_what_the_owner_must_supply_before_it_can_pass() -> None:
    text = text_of(register_page(KNOWN, "boson-plus-640"))
    part = text[text.index("What the owner must supply") : text.index("What stands against it")]
    for path in (
        "identity: factory country",
        "connectivity: silence test",
        "units: serials",
        "units: firmware",
        "usb: functions",
        "FCC Covered List",
    ):
        assert path in part, path


def test_a_page_of_an_approved_sensor_says_who_and_until_when(institution: Institution) -> None:
    text = text_of(register_page(institution.register(), KEY))
    assert "✔ Approved for use, until 2027-11-24" in text
    assert "Who signed for it? Anna (procurement), Bert (procurement)" in text
    assert "Has it a network or a radio? no ● verified" in text
    assert "Not met" not in text
    assert "What the owner must supply" not in text
    assert "Bert on 2026-11-30, with the list as of" in text
    assert "verified — we hold the proof, 1 document in all" in text


def test_conditions_are_told_in_the_first_box(institution: Institution) -> None:
    institution.write_dossier(tamper__seals={"unknown": "photographs of the seals"})
    text = text_of(register_page(institution.register(), KEY))
    box = text[: text.index("In a minute")]
    assert "✔ Approved for use, with conditions, until 2027-11-24" in box
    assert "1 condition under 1 paragraph of the policy" in box


def test_a_network_that_is_there_is_named(institution: Institution) -> None:
    text = text_of(register_page(KNOWN, "hikvision-ds-2td2636b"))
    assert "✘ Refused" in text
    assert "Has it a network or a radio? yes: Ethernet ◐ declared" in text
    assert "3.5 No name in the dossier is on a list" in text


def test_a_page_of_a_dossier_that_one_person_signed_says_so(institution: Institution) -> None:
    institution.write_dossier(institution.anna)
    text = text_of(register_page(institution.register(), KEY))
    assert "✘ Not approved for use" in text
    assert "2 people must sign it; Anna did." in text


def test_words_of_a_dossier_cannot_become_elements(institution: Institution) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y>\" & '"
    institution.write_dossier(identity__revision=told(evil), name=evil, summary=evil)
    page = register_page(institution.register(), KEY)
    assert {"script", "img"} & {tag for tag, _ in Elements(page).found} == set()
    assert "&lt;script&gt;" in page


def test_every_status_is_told_by_shape_and_word_too() -> None:
    page = register_page(KNOWN, "boson-plus-640")
    for status, mark in (("declared", "◐"), ("unknown", "○"), ("verified", "●")):
        assert f'{status}"><span aria-hidden="true">{mark}</span>' in page


def test_the_index_names_every_dossier_rule_and_key(institution: Institution) -> None:
    text = text_of(index_page(institution.register()))
    assert "Our Boson ✔ Approved for use, until 2027-11-24" in text
    assert "Simulated sensor ◇ Simulated" in text
    assert "Hikvision DS-2TD2636B-13/P ✘ Refused" in text
    for paragraph in KNOWN.policy.paragraph:
        assert f"{paragraph.number} {paragraph.title}" in text
    assert institution.anna.key_id in text
    assert institution.register().trust.fingerprint in text


def test_a_broken_dossier_has_no_page_and_the_index_says_so(institution: Institution) -> None:
    (institution.own / "dossiers" / f"{KEY}.toml").write_text("key = 1")
    known = institution.register()
    with pytest.raises(DossierError):
        register_page(known, KEY)
    pages = all_pages(known, stylesheet="/x.css")
    assert KEY not in pages
    assert "our-boson ✘ Cannot be relied on" in text_of(pages[""])


def test_the_routes_serve_pages_that_need_no_inline_style(institution: Institution) -> None:
    app = FastAPI()
    app.include_router(register_router(institution.own))
    client = TestClient(app)
    index = client.get("/register")
    assert index.status_code == 200
    links = [a["href"] for tag, a in Elements(index.text).found if tag == "a" and a.get("href")]
    assert f"/register/{KEY}" in links
    for address in links:
        page = client.get(str(address))
        assert page.status_code == 200
        elements = Elements(page.text).found
        assert "style" not in {tag for tag, _ in elements}
        assert ("link", {"rel": "stylesheet", "href": "/register.css"}) in elements
    style = client.get("/register.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "@media print" in style.text
    assert client.get("/register/nothing").status_code == 404


def test_a_register_that_cannot_be_relied_on_says_so_and_lets_the_screens_live(
    institution: Institution,
) -> None:
    (institution.own / "trust.toml").write_text("?")
    app = FastAPI()
    app.include_router(register_router(institution.own))
    client = TestClient(app)
    answer = client.get("/register")
    assert answer.status_code == 503
    assert "The trust file is no TOML" in text_of(answer.text)
    assert client.get(f"/register/{KEY}").status_code == 404
