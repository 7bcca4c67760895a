"""A record has one form, and says what was accepted, on what grounds, by whom, until when."""

import json
from dataclasses import replace

import pytest

from service.acceptance.errors import RecordError
from service.acceptance.record import MAX_BYTES, from_bytes, to_bytes
from tests.service.acceptance.records import record
from tests.service.acceptance.villains import Station


def test_a_record_is_read_as_it_was_written() -> None:
    written = record()
    data = to_bytes(written)
    assert from_bytes(data) == written
    assert to_bytes(from_bytes(data)) == data
    assert to_bytes(record(Station(offset_c=1.0))) != data


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace('"number": 3', '"number": 4 '),
        lambda text: text.replace('"number": 3', '"more": 1,\n "number": 3'),
        lambda text: text.replace('"format": 1', '"format": 2'),
        lambda text: text.replace("2026-11-28", "20261128"),
        lambda text: text.replace('"conforms"', '"shines"'),
        lambda text: text.strip(),
        lambda text: text[:-200],
        lambda _: "[]",
        lambda text: json.dumps(json.loads(text)),
        lambda _: " " * (MAX_BYTES + 1),
    ],
)
def test_another_form_is_refused(change: object) -> None:
    text = to_bytes(record()).decode()
    altered = change(text)  # type: ignore[operator]
    assert altered != text
    with pytest.raises(RecordError):
        from_bytes(altered.encode())


def test_what_no_record_can_hold_is_not_written() -> None:
    good = record()
    for station in (
        replace(good.station, name="x" * 121),
        replace(good.station, place="two\nlines"),
        replace(good.station, serial_sha256="abc"),
        replace(good.station, dossier="No Key"),
    ):
        with pytest.raises(RecordError):
            to_bytes(replace(good, station=station))
    with pytest.raises(RecordError):
        to_bytes(replace(good, threshold_c=float("nan")))
