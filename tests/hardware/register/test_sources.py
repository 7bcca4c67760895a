"""Lists made from the files that authorities publish."""

from datetime import date

import pytest

from hardware.errors import ListError
from hardware.register import lists, sources
from hardware.register.lists import match_name
from tests.hardware.institution import TODAY

EU = (
    "\ufefffileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;"
    "Entity_SubjectType_ClassificationCode;NameAlias_WholeName\r\n"
    '27/11/2026;1;EU.1.1;E;"Verboten ""Works"" GmbH"\r\n'
    "27/11/2026;1;EU.1.1;E;Верботен\r\n"
    "27/11/2026;1;EU.1.1;E;\r\n"
    "27/11/2026;1;EU.1.1;E;VW\r\n"
    "27/11/2026;2;EU.2.1;P;A Person\r\n"
    "27/11/2026;3;EU.3.1;E;禁业\r\n"
    "27/11/2026;4;EU.4.1;E;\r\n"
).encode()
CSL = (
    b"_id,source,entity_number,type,programs,name,alt_names\n"
    b'a,Entity List (EL) - Bureau of Industry and Security,,,,"Verboten Co., Ltd.",'
    b'"Verboten Works; VW; Verboten Optics"\n'
    b"b,Denied Persons List (DPL) - Bureau of Industry and Security,,,,Somebody,\n"
)
LABOUR = b"area,product,severity\nCN-XJ,cotton,high\nZZ,glass,\n"


def test_the_union_s_sanctions_become_a_list() -> None:
    data = sources.snapshot("eu-sanctions", EU, TODAY)
    made = lists.read(data, "eu-sanctions")
    content = made.content
    assert content.complete_to == content.published == date(2026, 11, 27)
    assert content.copied == TODAY
    assert [(e.name, e.aliases) for e in content.entry] == [
        ('Verboten "Works" GmbH', ("Верботен",)),
        ("禁业", ()),
    ]
    assert content.count == 2
    assert "Persons" in content.omits
    assert [m.entry for m in match_name("VERBOTEN WORKS", made)] == ['Verboten "Works" GmbH']
    assert [m.certain for m in match_name("禁业有限公司", made)] == [True]
    assert data == sources.snapshot("eu-sanctions", EU, TODAY)


def test_the_entity_list_is_taken_out_of_the_screening_list() -> None:
    made = lists.read(
        sources.snapshot("us-bis-entities", CSL, TODAY, date(2026, 11, 30)), "us-bis-entities"
    )
    (entry,) = made.content.entry
    assert (entry.name, entry.aliases) == (
        "Verboten Co., Ltd.",
        ("Verboten Works", "Verboten Optics"),
    )
    assert made.content.complete_to == date(2026, 11, 30)


def test_the_database_of_forced_labour_names_areas_and_products() -> None:
    made = lists.read(
        sources.snapshot("eu-forced-labour", LABOUR, TODAY, TODAY), "eu-forced-labour"
    )
    assert [(r.area, r.product, r.severity) for r in made.content.risk] == [
        ("CN-XJ", "cotton", "high"),
        ("ZZ", "glass", ""),
    ]
    assert made.content.count == 2
    assert made.content.entry == ()


BAD = {
    "another file": ("eu-sanctions", CSL, "has no column Entity_LogicalId, Entity_SubjectType"),
    "commas for semicolons": ("eu-sanctions", EU.replace(b";", b","), "has no column"),
    "another alphabet": ("eu-sanctions", b"\xff\xfe" + EU, "no CSV in UTF-8"),
    "an empty file": ("us-bis-entities", b"", "has no column"),
    "nobody": ("eu-sanctions", EU.split(b"\r\n")[0], "names nobody"),
    "only persons": ("eu-sanctions", EU.replace(b";E;", b";P;"), "names nobody"),
    "two days": (
        "eu-sanctions",
        EU.replace(b"27/11/2026;3", b"28/11/2026;3"),
        "bears 2 dates: 27/11/2026, 28/11/2026",
    ),
    "no day": ("eu-sanctions", EU.replace(b"27/11/2026", b""), "bears no date. Say to which"),
    "no day of its own": ("us-bis-entities", CSL, "bears no date"),
    "another form of day": (
        "eu-sanctions",
        EU.replace(b"27/11/2026", b"Nov 27"),
        "bears the date 'Nov 27'; expected is DD/MM/YYYY",
    ),
    "a quote without an end": ("eu-sanctions", EU + b'27/11/2026;5;x;E;"Ver', "no CSV"),
    "a day to come": ("eu-sanctions", EU.replace(b"2026", b"2027"), "after it was copied"),
    "a country by its name": (
        "eu-forced-labour",
        LABOUR.replace(b"CN-XJ", b"China"),
        "A row for eu-forced-labour is none",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_is_another_one_says_what_was_expected(case: str) -> None:
    key, data, says = BAD[case]
    with pytest.raises(ListError, match=says):
        sources.snapshot(key, data, TODAY)


def test_what_steers_a_terminal_or_a_file_does_not_get_through() -> None:
    evil = EU.replace("Верботен".encode(), 'Evil\x1b[2J\x7f\u202eFirm\\"]'.encode())
    made = lists.read(sources.snapshot("eu-sanctions", evil, TODAY), "eu-sanctions")
    assert all(name.isprintable() for e in made.content.entry for name in (e.name, *e.aliases))
