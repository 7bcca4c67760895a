"""A digital calibration certificate is read for a few fields, and believed in nothing else."""

import hashlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.acceptance.dcc import MAX_BYTES, MAX_DEPTH, Point, read
from service.acceptance.errors import DccError
from tests.service.acceptance.dcc_file import (
    ADMINISTRATION,
    HEAD,
    LIST,
    NEW,
    certificate,
    quantity,
)


def test_the_few_fields_are_read() -> None:
    data = certificate()
    paper = read(data)
    assert paper.laboratory == "Example Metrology"
    assert paper.number == "LAB-2026-0815"
    assert paper.item == "Flat-plate blackbody"
    assert (paper.model, paper.serial) == ("BB-60", "SN 4711")
    assert (paper.calibrated, paper.issued) == (date(2026, 3, 3), date(2026, 3, 5))
    # the temperature of the laboratory's room is none of the results
    assert paper.points == (Point("Surface temperature", 36.03, 0.15, 2.0),)
    assert paper.sha256 == hashlib.sha256(data).hexdigest()
    assert not paper.signed


def test_both_ways_to_write_an_uncertainty_and_lists_are_read() -> None:
    points = read(certificate(quantity("309.18", "\\kelvin"), NEW, LIST)).points
    assert [round(p.value_c, 2) for p in points] == [36.03, 39.02, 34.01, 37.02]
    assert [p.expanded_c for p in points] == [0.15, 0.12, 0.10, 0.11]
    assert [p.k for p in points] == [2.0, 2.1, 2.0, 2.0]


def test_a_difference_or_another_quantity_is_no_temperature() -> None:
    paper = read(certificate(quantity("0.03", "\\kelvin"), quantity("5", "\\ohm"), quantity()))
    assert len(paper.points) == 1


def test_a_signature_is_seen_and_not_checked() -> None:
    more = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    assert read(certificate(more=more)).signed


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no whole XML"),
        (b"<html/>", "its root is 'html'"),
        (b"\xff\xfe<\x00", "not UTF-8"),
        (b" " * (MAX_BYTES + 1), "at most"),
        (certificate()[:-20], "no whole XML"),
        (certificate(quantity("5", "\\ohm")), "no temperature with an expanded uncertainty"),
        (certificate(quantity(u="0")), "no calibration has"),
        (certificate(quantity(u="50")), "no calibration has"),
        (certificate(quantity(k="0.5")), "no calibration has"),
        (certificate(quantity("nan")), "is no number"),
        (certificate(quantity("1e999")), "is no number"),
        (certificate(*[quantity()] * 201), "more than 200"),
        (certificate(administration=""), "when was calibrated"),
        (
            certificate(administration=ADMINISTRATION.replace("2026-03-03", "yesterday")),
            "is no date",
        ),
        (certificate(more="<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH), "too deeply"),
        (certificate(more="<a/>" * 20_001), "too many"),
    ],
)
def test_what_is_no_certificate_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(DccError, match=why):
        read(data)


BOMB = """<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>"""


@pytest.mark.parametrize(
    "declared",
    [
        BOMB,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!doctype a [<!ENTITY x SYSTEM "http://example.org/">]>',
        "<! ENTITY x 'y'>",
    ],
)
def test_document_types_and_entities_never_reach_a_parser(declared: str) -> None:
    data = certificate().decode().replace(HEAD, HEAD + declared).encode()
    with pytest.raises(DccError, match="document type or entities"):
        read(data)


def test_another_encoding_cannot_smuggle_anything() -> None:
    for encoding in ("utf-16", "utf-7", "iso-8859-1"):
        text = certificate().decode().replace('encoding="utf-8"', f'encoding="{encoding}"')
        with pytest.raises(DccError, match="only UTF-8"):
            read(text.encode())
    with pytest.raises(DccError):
        read(certificate().decode().encode("utf-16"))


def test_text_is_short_and_printable() -> None:
    long = ADMINISTRATION.replace("Example Metrology", "x\u202e\u2028\ny" + "z" * 500)
    name = read(certificate(administration=long)).laboratory
    assert name.startswith("x y")
    assert len(name) == 120
    assert name.isprintable()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 3000), st.binary(max_size=6))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(at: int, noise: bytes) -> None:
    whole = certificate(quantity(), NEW, LIST)
    data = whole[:at] + noise + whole[at + len(noise) :]
    try:
        read(data)
    except DccError as refused:
        assert str(refused)  # noqa: PT017


def test_a_file_of_two_items_is_refused_because_nothing_tells_them_apart() -> None:
    item = ADMINISTRATION[ADMINISTRATION.index("<dcc:item>") : ADMINISTRATION.index("</dcc:items>")]
    two = ADMINISTRATION.replace(item, item + item.replace("SN 4711", "SN 4712"))
    with pytest.raises(DccError, match="2 items"):
        read(certificate(administration=two))


@pytest.mark.parametrize("written", ["36,03", "36.03 C", "0x24", "36.03.1", "1e9999"])
def test_a_number_is_written_in_one_way(written: str) -> None:
    with pytest.raises(DccError):
        read(certificate(quantity(written)))


def test_an_uncertainty_is_kept_with_the_factor_it_was_given_for() -> None:
    (point,) = read(certificate(quantity(u="0.075", k="1"))).points
    assert (point.expanded_c, point.k) == (0.075, 1.0)
