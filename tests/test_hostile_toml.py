"""TOML that no reader can hold is refused by its reader's own error, whoever reads it."""

from collections.abc import Callable

import pytest

from device.errors import SensorError
from device.simulator.scenario import schema
from hardware.errors import HardwareError
from hardware.register import dossier, lists, policy, trust

READERS: dict[str, Callable[[bytes], object]] = {
    "dossier": lambda data: dossier.read(data, "boson-plus-640"),
    "list": lambda data: lists.read(data, "key"),
    "policy": policy.read,
    "trust": trust.read,
    "scenario": lambda data: schema.parse(data.decode(), "mine"),
}
HOSTILE = {
    "a number of 5,000 digits": b"a = " + b"9" * 5000,
    "a nesting of 5,000": b"a = " + b"[" * 5000,
    "a nesting of tables": b"[" + b"a." * 5000 + b"a]",
    "an infinite number": b"a = 1e999",
    "no number": b"a = nan",
    "nothing": b"",
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_toml_without_bounds_is_refused_by_name(
    read: Callable[[bytes], object], data: bytes
) -> None:
    with pytest.raises((HardwareError, SensorError, schema.ScenarioError)):
        read(data)
