"""The examples in the docstrings of every package hold."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PACKAGES = ("hardware", "device", "screening", "service", "training")
EXAMPLE = re.compile(r"^\s*>>> ", re.MULTILINE)


def modules() -> list[str]:
    """Return every module that gives an example."""
    return [
        ".".join(file.relative_to(PROJECT).with_suffix("").parts)
        for package in PACKAGES
        for file in sorted((PROJECT / package).rglob("*.py"))
        if EXAMPLE.search(file.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("module", modules())
def test_the_examples_in_the_docstrings_hold(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert tried > 0
    assert failed == 0


def test_published_values_are_given_as_examples() -> None:
    given = {module.rpartition(".")[0] for module in modules()}
    assert given >= {
        "device.simulator.physics",
        "screening.measuring",
        "screening.radiometry",
        "screening.reference",
        "screening.visitors",
        "service.offline",
    }
