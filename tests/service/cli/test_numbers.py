"""Every number on the command line has its bounds, and what is no number is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from service.cli.main import app


def numbers() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every numeric option with the words that lead to its command."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        for name, child in getattr(command, "commands", {}).items():
            yield from walk(child, (*words, name))
        for parameter in command.params:
            if parameter.type_descriptor.annotation in {float, int} and not parameter.is_flag:
                yield words, parameter

    yield from walk(typer.main.get_command(app), ())


OPTIONS = [pytest.param(w, p, id=" ".join((*w, p.name))) for w, p in numbers()]


def test_there_are_numbers_to_look_at() -> None:
    assert len(OPTIONS) > 15


@pytest.mark.parametrize(("words", "option"), OPTIONS)
def test_every_number_has_two_bounds(words: tuple[str, ...], option: Any) -> None:
    assert option.min is not None, f"{' '.join(words)} {option.name} has no lower bound"
    assert option.max is not None, f"{' '.join(words)} {option.name} has no upper bound"


@pytest.mark.parametrize(("words", "option"), OPTIONS)
@pytest.mark.parametrize("given", ["nan", "inf", "-inf", "1e400"])
def test_no_number_is_refused_by_name(words: tuple[str, ...], option: Any, given: str) -> None:
    said = CliRunner().invoke(app, [*words, f"{option.opts[0]}={given}"])
    assert said.exit_code == 2
    assert option.opts[0] in said.output


@pytest.mark.parametrize("given", ["-300", "1000", "29.9"])
def test_no_reference_is_so_cold_or_so_hot(given: str) -> None:
    said = CliRunner().invoke(app, ["replay", f"--reference-temp={given}", "no.cptv"])
    assert said.exit_code == 2
    assert "Input should be" in said.output
