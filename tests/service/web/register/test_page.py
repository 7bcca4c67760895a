"""The register's pages: what they answer, and that they hold and load nothing foreign."""

import ast
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import hardware
from hardware.errors import DossierError
from hardware.register import documents
from hardware.register.memory import Memory
from hardware.vetting.station import Here, Unit
from service.web.register.page import Pages, register_page
from service.web.register.routes import register_router
from service.web.register.wording import LANGUAGES, wording
from tests.hardware.institution import KEY, TODAY, Institution, fitted, told
from tests.narrow import some

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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KNOWN.keys)
def test_a_page_stands_alone_and_runs_nothing(key: str, language: str) -> None:
    elements = Elements(register_page(KNOWN, key, words=wording(language))).found
    tags = {tag for tag, _ in elements}
    assert not tags & {"script", "iframe", "img", "object", "form", "input", "link"}
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
        assert (attributes.get("href") or "#").startswith("#")
        assert "src" not in attributes


def first_screen(page: str) -> str:
    text = text_of(page)
    return text[: text.index("What the owner must supply") if "What the owner" in text else None]


def test_the_page_of_the_boson_answers_a_reader_in_a_hurry() -> None:
    head = first_screen(register_page(KNOWN, "boson-plus-640"))
    for answer in (
        "✘ Not yet approved for use",
        "Who made it? Maker Teledyne FLIR ◐ declared",
        "Who owns them? Ultimate owner ○ not known needed: annual report",
        "Where was it made? Country of the factory ○ not known needed: certificate of origin",
        "Is it connected? Network or radio ○ not known Ethernet, Wi-Fi, Bluetooth, Mobile network",
        "Does it record? A memory for pictures ○ not known needed: teardown report",
        "Signed by nobody",
        "Holds until it does not hold",
        "Documents read none: nothing in it is verified",
        "Exclusion lists compared none of 5",
        "things have to be supplied before it can be approved",
        "0 are verified",
        "This page was not made by a station",
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
    assert "Signed by Anna (procurement), Bert (procurement)" in text
    assert "Documents read 1, by Anna, last on 2026-11-28" in text
    assert "Exclusion lists compared 5 of 7, by Bert, last on 2026-11-30" in text
    assert "Network or radio no ● verified" in text
    assert "Not met" not in text
    assert "What the owner must supply" not in text
    assert "Nothing that the policy insists on." in text
    assert "Bert on 2026-11-30, with the list as of" in text
    assert "read by Anna on 2026-11-28" in text


def test_the_page_of_a_station_says_which_unit_hangs_on_the_wall(
    institution: Institution,
) -> None:
    known = institution.register()
    unit = Unit(KEY, "93588", "4.0.27648", "1-2", "2026-12-01", "Ada")
    text = text_of(register_page(known, KEY, Here(units=(unit,))))
    assert "Serial number 93588, firmware 4.0.27648, at USB port 1-2; enrolled on" in text
    assert "2026-12-01 by Ada" in text
    other = replace(unit, dossier="another")
    assert "None of this kind is enrolled" in text_of(
        register_page(known, KEY, Here(units=(other,)))
    )
    bad = replace(unit, problem="It is not the last one in the audit trail.")
    assert "✘ It is not the last one" in text_of(register_page(known, KEY, Here(units=(bad,))))


def test_each_part_says_how_critical_it_is_and_what_is_done(institution: Institution) -> None:
    flags = dict.fromkeys(("sees_pixels", "usb_role", "stores", "single_supplier"), False)
    lens = fitted(country="JP") | {name: told(value) for name, value in flags.items()}
    board = fitted() | {"sees_pixels": told(value=True)}
    institution.write_dossier(components__lens=lens, components__interface_board=board)
    text = text_of(register_page(institution.register(), KEY))
    part = text[text.index("Its parts") : text.index("Everything that is stated")]
    assert "Lens low JP ● verified sealed ● verified" in part
    assert "Interface board high US ● verified sealed ● verified" in part
    assert "1 (front screw)" in part


def test_conditions_are_told_in_the_first_box(institution: Institution) -> None:
    institution.write_dossier(tamper__seals={"unknown": "photographs of the seals"})
    text = text_of(register_page(institution.register(), KEY))
    box = text[: text.index("Who made it?")]
    assert "✔ Approved for use, with conditions, until 2027-11-24" in box
    assert "1 conditions of the policy are not met" in box


def test_a_network_that_is_there_is_named(institution: Institution) -> None:
    text = text_of(register_page(KNOWN, "hikvision-ds-2td2636b"))
    assert "✘ Refused" in text
    assert "Network or radio yes: Ethernet ◐ declared" in text
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


def test_every_status_is_told_by_shape_and_word_too(institution: Institution) -> None:
    known = institution.register()
    page = register_page(KNOWN, "boson-plus-640") + register_page(known, KEY)
    for status, mark in (("declared", "◐"), ("unknown", "○"), ("verified", "●")):
        assert f'{status}"><span aria-hidden="true">{mark}</span>' in page


def test_the_index_names_every_dossier_rule_and_key(institution: Institution) -> None:
    text = text_of(some(Pages(institution.register()).get("en")))
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
    pages = Pages(known, stylesheet="/x.css")
    assert pages.get("en", KEY) is None
    assert "our-boson ✘ Cannot be relied on" in text_of(some(pages.get("en")))


def test_all_is_read_before_a_process_is_locked_and_written_from_memory(
    institution: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = institution.register()
    pages = Pages(known, Here(), stylesheet="/x.css")
    keys = known.keys
    whole = [register_page(known, key, Here(), stylesheet="/x.css") for key in keys]
    with monkeypatch.context() as locked:
        for name in ("open", "read_bytes", "read_text", "glob", "iterdir", "stat"):
            locked.setattr(Path, name, pytest.fail)
        written = [pages.get("en", key) for key in keys]
        for code in LANGUAGES:
            assert f'lang="{code}"' in some(pages.get(code))
            assert f'lang="{code}"' in some(pages.get(code, KEY))
    assert written == whole
    assert pages.get("xx") is None
    assert pages.get("en", "nothing") is None


@pytest.fixture
def client(institution: Institution) -> TestClient:
    app = FastAPI()
    app.include_router(register_router(institution.own, language="de"))
    return TestClient(app)


def test_the_routes_serve_pages_that_need_no_inline_style(client: TestClient) -> None:
    index = client.get("/register")
    assert index.status_code == 200
    links = [a["href"] for tag, a in Elements(index.text).found if tag == "a" and a.get("href")]
    assert f"/register/de/{KEY}" in links
    for address in links:
        if address == "/":
            continue  # the alert screen
        page = client.get(str(address))
        assert page.status_code == 200
        elements = Elements(page.text).found
        assert "style" not in {tag for tag, _ in elements}
        assert ("link", {"rel": "stylesheet", "href": "/register.css"}) in elements
    style = client.get("/register.css")
    assert style.headers["content-type"].startswith("text/css")
    assert "@media print" in style.text
    for nothing in ("/register/nothing", "/register/xx", f"/register/xx/{KEY}", "/register/fr/no"):
        assert client.get(nothing).status_code == 404


def test_a_page_speaks_the_station_s_language_and_leads_to_the_others(client: TestClient) -> None:
    assert 'lang="de"' in client.get(f"/register/{KEY}").text
    for code in LANGUAGES:
        page = client.get(f"/register/{code}/{KEY}").text
        assert f'<html lang="{code}">' in page
        for other in LANGUAGES:
            assert f'href="/register/{other}/{KEY}"' in page


# ---- the words


CATALOGUES = {code: wording(code).catalogue for code in LANGUAGES}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_catalogue_has_the_same_keys_with_the_same_gaps(code: str) -> None:
    def gaps(catalogue: dict[str, dict[str, str]]) -> dict[tuple[str, str], list[str]]:
        return {
            (section, key): sorted(re.findall(r"\{(\w+)\}", sentence))
            for section, sentences in catalogue.items()
            for key, sentence in sentences.items()
            if section != "sentences"  # their English stands in the rules
        }

    assert gaps(CATALOGUES[code]) == gaps(CATALOGUES["en"])
    assert all(text.strip() for keys in CATALOGUES[code].values() for text in keys.values())


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_sentence_is_translated(code: str) -> None:
    same = [
        (section, key)
        for section, sentences in CATALOGUES[code].items()
        if section != "sentences"
        for key, sentence in sentences.items()
        if sentence == CATALOGUES["en"][section][key] and " " in sentence
    ]
    assert same == []


# ---- what the rules found, in the reader's language


def _english() -> dict[str, str]:
    """Return the sentences of the rules by their codes, as they stand in the rules."""
    found: dict[str, str] = {}
    for path in (Path(hardware.__file__).parent).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence":
                code, text = (ast.literal_eval(argument) for argument in node.args)
                assert found.setdefault(code, text) == text, code
    return found


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_every_sentence_of_a_rule_has_its_translation_with_the_same_gaps(code: str) -> None:
    def gaps(sentences: dict[str, str]) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{(\w+)", text)) for key, text in sentences.items()}

    english = _english()
    assert len(english) > 50
    assert gaps(CATALOGUES[code]["sentences"]) == gaps(english)
    same = [key for key, text in english.items() if CATALOGUES[code]["sentences"][key] == text]
    assert [key for key in same if re.search("[a-z]", re.sub(r"\{.*?\}", "", english[key]))] == []


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("en", ("Its approval expired on 2026-11-30.", "of Bert was revoked on 2026-12-01: lost")),
        (
            "de",
            (
                "Die Freigabe ist am 2026-11-30 abgelaufen.",
                "von Bert wurde am 2026-12-01 widerrufen: lost",
                "Identität: Land des Werks: nicht bekannt, nicht geprüft; nötig: a paper.",
                "Die Kritikalität des Teils „Objektiv“ ist hoch, und niemand weiß",
                "Nötige Unterschriften: 2 Personen; unterschrieben hat: Anna.",
            ),
        ),
        ("fr", ("Son approbation a expiré le 2026-11-30.", "Signatures nécessaires : 2 personnes")),
        ("nl", ("De goedkeuring is op 2026-11-30 verlopen.", "Nodige handtekeningen: 2 personen")),
    ],
)
def test_what_the_rules_found_is_said_in_the_language_of_the_page(
    institution: Institution, code: str, says: tuple[str, ...]
) -> None:
    lens = fitted() | {"country": {"unknown": "whoever made it"}}
    ruling = {
        "verdict": "approved",
        "why": "w",
        "on": date(2026, 1, 1),
        "expires": date(2026, 11, 30),
    }
    paper = {"unknown": "a paper"}
    institution.write_dossier(
        components__lens=lens, decision=ruling, identity__factory_country=paper
    )
    lost = f'[[revoked]]\nid = "{institution.bert.key_id}"\non = 2026-12-01\nreason = "lost"\n'
    institution.trust(institution.anna.entry() + institution.bert.entry() + lost)
    page = register_page(institution.register(), KEY, words=wording(code))
    text = text_of(page).replace("&#39;", "'")
    for sentence in says:
        assert sentence in text, sentence
    if code != "en":
        for english in ("did not sign", "must sign it", "not verified", "is missing", "expired on"):
            assert english not in text


# ---- names


def test_every_statement_section_and_part_has_its_name() -> None:
    for code in LANGUAGES:
        words = wording(code)
        for key in KNOWN.keys:
            dossier, _ = KNOWN.dossier(key)
            for path, _statement in dossier.statements():
                assert words.field(path)
                assert words.say(f"sections.{path.partition('.')[0]}")


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


def test_a_register_that_is_older_than_the_station_remembers_is_not_shown(
    institution: Institution,
) -> None:
    """The page of yesterday would say *approved* of what was refused today."""
    known = documents.load(institution.own, today=TODAY, memory=Memory())
    seen = known.remembered()
    for memory, status in ((seen, 200), (replace(seen, index=seen.index + 1), 503)):
        app = FastAPI()
        app.include_router(register_router(institution.own, Here(memory).to_json()))
        assert TestClient(app).get("/register").status_code == status
    app = FastAPI()
    app.include_router(
        register_router(institution.own, Here(trouble="The trail is cut.").to_json())
    )
    for code in LANGUAGES:
        page = TestClient(app).get(f"/register/{code}")
        assert page.status_code == 503
        assert "The trail is cut." in page.text
        assert wording(code).say("page.trouble") in page.text
