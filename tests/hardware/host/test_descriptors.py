"""The descriptor parser: what it reads, and that no bytes bring it down."""

import contextlib
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import DescriptorError
from hardware.host.descriptors import Code, parse
from hardware.host.functions import ALLOWED, FORBIDDEN, VENDOR, findings, name_of
from tests.fuzz.descriptors import SEEDS, mutate
from tests.hardware.trees import (
    ACM,
    CDC_DATA,
    SENSOR_CONFIGURATION,
    Association,
    Setting,
    configuration,
    device_bytes,
    functional,
)

codes = st.builds(Code, *[st.integers(0, 255)] * 3)


def test_reads_what_a_sensor_says_of_itself() -> None:
    device = parse(device_bytes(SENSOR_CONFIGURATION, vid=0x09CB, pid=0x4007, release=0x0210))
    assert (device.vid, device.pid, device.device_version) == (0x09CB, 0x4007, 0x0210)
    assert device.configurations == 1
    assert [(i.number, i.alternate) for i in device.interfaces if not i.association] == [
        (0, 0),
        (1, 0),
        (1, 1),
        (2, 0),
        (3, 0),
    ]
    assert findings(device) == ()


def test_reads_every_configuration_and_every_alternate_setting() -> None:
    second = configuration(Setting(ACM, 0), Setting(CDC_DATA, 0, alternate=3), value=2)
    device = parse(device_bytes(SENSOR_CONFIGURATION, second))
    assert device.configurations == 2
    assert device.interfaces[-1].configuration == 2
    assert device.interfaces[-1].alternate == 3


def test_keeps_functional_descriptors_with_the_interface_they_follow() -> None:
    parts = (Setting(ACM, 0, extra=functional(0x0F) + functional(0x06)), Setting(CDC_DATA, 1))
    first, second = parse(device_bytes(configuration(*parts))).interfaces
    assert first.cdc == {0x0F, 0x06}
    assert second.cdc == frozenset()


@given(st.lists(st.tuples(codes, st.integers(0, 3)), min_size=1, max_size=12))
def test_reads_back_whatever_a_well_formed_device_says(parts: list[tuple[Code, int]]) -> None:
    settings = [Setting(code, n, endpoints=eps) for n, (code, eps) in enumerate(parts)]
    device = parse(device_bytes(configuration(*settings)))
    assert [(i.number, i.code) for i in device.interfaces] == [(s.number, s.code) for s in settings]


@given(codes)
def test_every_code_is_allowed_or_found_and_named(code: Code) -> None:
    device = parse(device_bytes(configuration(Setting(code))))
    is_allowed = any(kind.covers(code) for kind in ALLOWED)
    found = findings(device)
    assert bool(found) is not is_allowed
    assert name_of(code)
    if found:
        assert found[0].vendor is VENDOR.covers(code)
        assert str(code) in str(found[0])


def test_no_kind_is_both_allowed_and_forbidden_by_the_same_code() -> None:
    exact = [(k.klass, k.subclass, k.protocol) for k in (*ALLOWED, *FORBIDDEN)]
    assert len(exact) == len(set(exact))


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (device_bytes(SENSOR_CONFIGURATION)[:17], "must be 18 bytes"),
        (device_bytes(), "announces 0 configurations"),
        (device_bytes(SENSOR_CONFIGURATION)[:-1], "claims"),
        (device_bytes(SENSOR_CONFIGURATION) + b"\x09\x02", "No configuration descriptor"),
        (device_bytes(SENSOR_CONFIGURATION)[:17] + b"\x02" + SENSOR_CONFIGURATION, "announces 2"),
        (device_bytes(SENSOR_CONFIGURATION, SENSOR_CONFIGURATION), "Two configurations"),
        (device_bytes(configuration(Setting(ACM), Setting(ACM))), "interface twice"),
        (device_bytes(configuration(Setting(ACM, extra=b"\x00\x24"))), "claims 0 bytes"),
        (device_bytes(configuration(Setting(ACM, extra=b"\x01\x24"))), "claims 1 bytes"),
        (device_bytes(configuration(Setting(ACM, extra=b"\x04\x04\x01\x00"))), "shorter than 9"),
        (device_bytes(configuration(Setting(ACM, extra=b"\x03\x0b\x00"))), "shorter than 8"),
        (device_bytes(configuration(Setting(ACM, extra=b"\x12\x01" + bytes(16)))), "type 1 stands"),
        (bytes(65 * 1024), "is the limit"),
    ],
)
def test_says_what_does_not_add_up(raw: bytes, says: str) -> None:
    with pytest.raises(DescriptorError, match=says):
        parse(raw)


def test_a_configuration_that_hides_an_interface_from_the_count_is_refused() -> None:
    hidden = bytearray(configuration(Setting(ACM, 0), Setting(Code(8, 6, 0x50), 1)))
    hidden[4] = 1  # bNumInterfaces
    with pytest.raises(DescriptorError, match="announces 1 interfaces and describes 2"):
        parse(device_bytes(bytes(hidden)))


@given(st.binary(max_size=300))
def test_no_bytes_raise_another_error(raw: bytes) -> None:
    with contextlib.suppress(DescriptorError):
        parse(raw)


@given(st.binary(max_size=300))
def test_no_bytes_after_a_valid_start_raise_another_error(raw: bytes) -> None:
    with contextlib.suppress(DescriptorError):
        parse(device_bytes() + raw)


def test_mutations_of_real_devices_raise_no_other_error() -> None:
    """The full run of a million is tests/fuzz/descriptors.py; this is a sample of it."""
    rng = random.Random(7)  # noqa: S311 - repeatable, no secret
    refused = 0
    for _ in range(20_000):
        try:
            findings(parse(mutate(rng.choice(SEEDS), rng)))
        except DescriptorError:
            refused += 1
    assert 0 < refused < 20_000  # some mutations must still parse, or nothing was explored


@given(st.integers(0, 0xFFFF))
def test_a_total_length_that_lies_is_refused(total: int) -> None:
    raw = bytearray(device_bytes(SENSOR_CONFIGURATION))
    struct.pack_into("<H", raw, 20, total)
    if total == len(SENSOR_CONFIGURATION):
        parse(bytes(raw))
        return
    with pytest.raises(DescriptorError):
        parse(bytes(raw))


def test_an_association_is_a_function_of_its_own() -> None:
    rndis = Association(Code(0xEF, 0x04, 0x01))
    device = parse(device_bytes(configuration(rndis, Setting(ACM, 0), Setting(CDC_DATA, 1))))
    assert [found.name for found in findings(device)] == ["network adapter (RNDIS)"]


def test_a_code_reads_back_and_says_what_it_is_not() -> None:
    assert Code.parse("02/0d/00") == Code(2, 13, 0)
    for wrong in ("02/0d", "x/y/z"):
        with pytest.raises(DescriptorError):
            Code.parse(wrong)
