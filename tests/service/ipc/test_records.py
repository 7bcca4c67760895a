"""Records: as wide as their tables say, and nothing else comes through."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.result import Reason, State, Verdict
from screening.settings import Site
from service.ipc.bucket import Bucket
from service.ipc.records import (
    RATES,
    RECORDS,
    Choice,
    Fault,
    GaveUp,
    Instruments,
    Opened,
    Plate,
    PlateSeen,
    Presence,
    Rate,
    Record,
    RecordError,
    Seen,
    SpotSeen,
    Status,
    Steps,
    bits,
    pack,
    payload_bits,
    size,
    unpack,
)
from tests.narrow import of

BEGINS = True
EVERY: list[Record] = [
    Opened(simulated=False, width=640, height=512, frame_rate_hz=30.0, identity=(1, 2, 3, 65535)),
    Status(State.NOT_SCREENING, Reason.FFC, None, reference_found=True),
    Seen(63, BEGINS, Presence.DEPARTED, Verdict.ELEVATED, Reason.ABOVE_THRESHOLD, None, 38.6, 0.45,
         38.0, 38.25, Site.CANTHUS, 1.2),
    Seen(0, not BEGINS, Presence.IN_VIEW),
    Instruments(35.71, -0.19, 31.2, 30.0, 6.5, 0.05),
    Instruments(None, None, None, 0.0, 0.0, 0.0),
    PlateSeen(Plate.LEARNT, 0.05, 0.0, -0.2, -0.2, 0.0, 0.02),
    SpotSeen(15, 35.62, 36.01, 0.021, 22.05, 0.9, 0.92),
    SpotSeen(0, 35.62, None, 0.0, 22.05, None, 1.0),
    GaveUp(Reason.SENSOR_LOST, Fault.LOST),
]  # fmt: skip


@pytest.mark.parametrize("record", EVERY, ids=lambda record: type(record).__name__)
def test_a_record_arrives_as_it_was_sent(record: Record) -> None:
    packet = pack(record)
    assert unpack(packet) == record
    assert len(packet) == size(type(record))


def test_every_kind_of_record_is_tried_and_has_a_rate() -> None:
    assert {type(record) for record in EVERY} == set(RECORDS) == set(RATES)


def test_no_field_holds_text_or_a_list_without_a_bound() -> None:
    for kind in RECORDS:
        for field in kind.TABLE.values():
            parts = field if isinstance(field, tuple) else (field,)
            assert all(isinstance(part, Choice | Steps) for part in parts)
            assert all(bits(part) <= 16 for part in parts)
        assert payload_bits(kind) <= 100
        assert {field.name for field in fields(kind)} == set(kind.TABLE)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_record_that_packs_to_the_same_bytes_or_an_error(packet: bytes) -> None:
    try:
        record = unpack(packet)
    except RecordError:
        return
    assert pack(record) == packet


@given(st.sampled_from(RECORDS), st.data())
def test_bits_that_are_no_value_are_told_by_field_and_never_by_value(
    kind: type[Record], data: st.DataObject
) -> None:
    packet = bytes((kind.CODE,)) + data.draw(
        st.binary(min_size=size(kind) - 1, max_size=size(kind) - 1)
    )
    said: Record | str
    try:
        said = unpack(packet)
    except RecordError as error:
        said = str(error)
    if isinstance(said, str):
        assert said.startswith(kind.__name__)
        assert not any(character.isdigit() for character in said)
    else:
        assert isinstance(said, kind)


@pytest.mark.parametrize("kind", RECORDS)
def test_a_byte_more_or_less_is_refused(kind: type[Record]) -> None:
    packet = pack(next(record for record in EVERY if type(record) is kind))
    for wrong in (packet[:-1], packet + bytes(1), packet[:1], b"", bytes(1), b"\xff" + packet[1:]):
        with pytest.raises(RecordError):
            unpack(wrong)


def test_a_number_past_the_end_is_held_at_the_end() -> None:
    low, high = (
        of(Seen, unpack(pack(Seen(0, not BEGINS, Presence.IN_VIEW, skin_temp_c=c))))
        for c in (-300.0, 1e9)
    )
    assert (low.skin_temp_c, high.skin_temp_c) == (20.0, 45.0)


def test_what_is_no_number_and_what_is_not_in_the_list_cannot_be_packed() -> None:
    with pytest.raises(RecordError):
        pack(Seen(0, not BEGINS, Presence.IN_VIEW, skin_temp_c=float("nan")))
    with pytest.raises(RecordError):
        pack(Status("a frame"))  # type: ignore[arg-type]
    with pytest.raises(RecordError):
        pack(Instruments(None, None, None, None, 0.0, 0.0))  # type: ignore[arg-type]


def test_a_bucket_gives_its_rate_and_no_more() -> None:
    bucket = Bucket(Rate(10.0, 5), 0.0)
    taken = sum(bucket.take(at / 1000) for at in range(10_000))
    assert taken == 5 + 99
    quiet = Bucket(Rate(10.0, 5), 0.0)
    assert [quiet.take(100.0) for _ in range(6)] == [True] * 5 + [False]


def test_a_bucket_without_a_rate_gives_what_was_asked_for() -> None:
    bucket = Bucket(Rate(0.0, 0), 0.0)
    assert not bucket.take(1e6)
    bucket.give()
    assert bucket.take(1e6)
    assert not bucket.take(1e6)
