"""The printed record: tagged, titled, in its language, with its data inside, and the same again."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pytest

from service.acceptance.catalogue import LANGUAGES, words
from service.acceptance.errors import RecordError
from service.acceptance.record import to_bytes
from service.acceptance.words import Chapter
from service.offline.report.layout import MAX_ROWS, digits_of, layout, plain, sample, unit_of
from service.offline.report.printing import ReportError, print_record
from tests.service.acceptance.records import record
from tests.service.acceptance.villains import Station

RECORD = record(simulated=True)
DATA = to_bytes(RECORD)


@pytest.fixture(scope="module", params=LANGUAGES)
def printed(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    return request.param, print_record(DATA, request.param)


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Yield every structure element of a document."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        one = waiting.pop()
        kids = one.get("/K")
        if kids is None:
            continue
        several = isinstance(kids, pikepdf.Array)
        for kid in list(kids) if several else [kids]:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield kid
                waiting.append(kid)


def test_it_is_tagged_titled_and_in_its_language(printed: tuple[str, bytes]) -> None:
    language, data = printed
    with pikepdf.open(BytesIO(data)) as pdf:
        root, said = pdf.Root, words(language)["record"]
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang).startswith(language)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        with pdf.open_metadata() as meta:
            assert meta["pdfuaid:part"] == "1"
            assert (meta["pdfaid:part"], meta["pdfaid:conformance"]) == ("3", "A")
            assert said["title"] in str(meta["dc:title"])
            assert "Entrée nord" in str(meta["dc:title"])
        kinds = [str(one.S) for one in elements(pdf)]
        assert kinds.count("/H1") == 1 or "/Title" in kinds
        assert kinds.count("/H2") >= 14  # summary, three chapters, nine tests, four more
        assert {"/Table", "/TH", "/TD", "/P", "/L"} <= set(kinds)
        figures = [one for one in elements(pdf) if str(one.S) == "/Figure"]
        assert len(figures) >= 4
        assert all(len(str(one.get("/Alt", ""))) > 20 for one in figures)
        # all that is drawn is tagged, or said to be no content
        for page in pdf.pages:
            assert page.get("/StructParents") is not None
            depth = 0
            for step in pikepdf.parse_content_stream(page):
                operator = str(step.operator)
                depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
                assert depth > 0 or operator not in {"Tj", "TJ", "S", "f", "f*", "B"}
        fonts = {str(font.BaseFont) for font in fonts_of(pdf)}
        assert fonts
        assert all("Inter" in name and "+" in name for name in fonts)  # its own, and inside


def fonts_of(pdf: pikepdf.Pdf) -> Iterator[Any]:
    for page in pdf.pages:
        yield from page.Resources.get("/Font", {}).values()


def test_the_record_is_inside_as_it_was(printed: tuple[str, bytes]) -> None:
    with pikepdf.open(BytesIO(printed[1])) as pdf:
        assert list(pdf.attachments) == ["acceptance.json"]
        assert pdf.attachments["acceptance.json"].get_file().read_bytes() == DATA


def test_the_same_record_prints_the_same_bytes() -> None:
    assert print_record(DATA, "en") == print_record(DATA, "en")


def texts(block: Any) -> Iterator[str]:
    if isinstance(block, str):
        yield block
    elif isinstance(block, dict):
        for each in block.values():
            yield from texts(each)
    elif isinstance(block, list | tuple):
        for each in block:
            yield from texts(each)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_is_the_one_of_the_data(language: str) -> None:
    """What is printed for reading is what the attached JSON holds, rounded."""
    plan = layout(RECORD, DATA, language)
    tables = [block for block in plan["blocks"] if block["kind"] == "table"]
    rows = [[str(cell) for cell in row] for table in tables for row in table["rows"]]
    stored = json.loads(DATA)
    seen = 0
    for chapter, kept in zip(RECORD.chapters, stored["chapters"], strict=True):
        for figure, raw in zip(chapter.figures, kept["figures"], strict=True):
            name = words(language)["figure"][figure.name]
            row = next(row for row in rows if row[0] == name and len(row) == 6)
            number = row[1].removesuffix(unit_of(figure.name)).strip()
            shown = float(number.replace("\N{MINUS SIGN}", "-").replace(",", "."))
            assert shown == pytest.approx(raw["value"], abs=0.51 * 10 ** -digits_of(figure))
            seen += 1
    assert seen > 25
    for line in stored["budget"]["lines"]:
        name = words(language)["source"][line["source"]["name"]]
        row = next(row for row in rows if row[0] == name)
        assert float(row[7].replace(",", ".")) == pytest.approx(line["contribution_c"], abs=6e-5)
    digest = hashlib.sha256(DATA).hexdigest()
    assert any(digest in text.replace(" ", "") for text in texts(plan))
    assert any(words(language)["record"]["simulated"] == text for text in texts(plan))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_never_called_a_certificate(language: str) -> None:
    """The one that is cited is the laboratory's, by its number and by its file."""
    said = words(language)["record"]
    pattern = re.compile(r"certificat|zertifikat|certificaat|kalibrierschein", re.IGNORECASE)
    plan = layout(RECORD, DATA, language)
    found = {text for text in texts(plan) if pattern.search(text)}
    assert found <= {said["paper_number"], said["dcc"]}
    assert not pattern.search(plan["title"])


def test_a_colon_is_set_as_each_language_sets_it() -> None:
    for language in LANGUAGES:
        plan = layout(RECORD, DATA, language)
        said = [text for text in texts(plan) if ": Entrée" in text or text.endswith(":")]
        assert len(said) > 10
        french = ["\u00a0:" in text for text in said]
        assert set(french) == {language == "fr"}, said


@pytest.mark.parametrize(
    ("name", "place", "header"),
    [
        ("Entrée nord", "Hall", "Verification record: Entrée nord"),
        ("", "Hall", "Verification record: Hall"),
        ("", "", "Verification record"),
    ],
)
def test_a_station_without_a_name_is_called_by_its_place(
    name: str, place: str, header: str
) -> None:
    nameless = replace(RECORD, station=replace(RECORD.station, name=name, place=place))
    assert layout(nameless, to_bytes(nameless), "en")["header"] == header


def test_a_threshold_that_was_tried_is_among_the_rows_that_are_shown() -> None:
    (chapter,) = [one for one in RECORD.chapters if one.chapter is Chapter.THRESHOLD]
    tried = [row for row in chapter.rows if None not in row]
    assert len(chapter.rows) > MAX_ROWS
    assert len(tried) == 4
    assert [row for row in sample(chapter.rows) if None not in row] == tried


def test_a_record_of_a_station_that_failed_prints_too() -> None:
    from tests.service.acceptance import villains

    bad = to_bytes(record(Station(transfer=villains.normalising)))
    plan = layout(record(Station(transfer=villains.normalising)), bad, "en")
    assert words("en")["finding"]["normalises"] in set(texts(plan))
    assert print_record(bad, "de").startswith(b"%PDF-1.7")


def test_letters_that_the_font_lacks_are_written_by_others() -> None:
    assert plain(["Łódź", "a\u200bb", "Ωmega", "naïve œuvre"]) == [
        "?ódz",
        "a?b",
        "?mega",
        "naïve œuvre",
    ]


def test_user_text_is_never_code() -> None:
    odd = '#panic("x") $x$ *bold* <a> @ref // ` \\ #read("/etc/passwd")'
    data = to_bytes(replace(RECORD, station=replace(RECORD.station, name=odd, place=odd)))
    assert print_record(data, "fr").startswith(b"%PDF-")


def test_without_typst_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ReportError, match=r"requirements/report\.txt"):
        print_record(DATA, "en")


def test_only_a_record_is_printed() -> None:
    with pytest.raises(RecordError):
        print_record(b"{}", "en")


ATTACK = """
import sys
from service.offline.report import press
press.lock()
import socket, subprocess, tempfile
def denied(what, act):
    try:
        act()
    except OSError:
        return
    print("got through:", what)
denied("a network", lambda: socket.socket())
denied("a unix socket", lambda: socket.socketpair())
denied("a program", lambda: subprocess.run(["/bin/true"], check=True))
denied("a file to write", lambda: open("/tmp/limen-press", "w"))
denied("a file of others", lambda: open("/etc/passwd"))
denied("a home", lambda: __import__("os").listdir("/home"))
print("tried")
"""


def test_the_process_that_prints_is_locked() -> None:
    found = subprocess.run(
        [sys.executable, "-B", "-c", ATTACK],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"PYTHONPATH": "."},
    )
    assert found.stdout.split("\n") == ["tried", ""]
