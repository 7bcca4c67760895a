"""Tests of a lower room import no higher one, neither themselves nor by what they share."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
# one direction, as import-linter has it for the rooms themselves
HIGHER = {
    "hardware": ("device", "screening", "service"),
    "device": ("screening", "service"),
    "screening": ("service",),
}

NAMED = re.compile(
    r"\b(?:tests|service|screening|device|hardware|training|scripts)(?:\.[a-z_]+)+\b(?!/)"
)


def imported(file: Path) -> set[str]:
    """Return every module that a file names, in imports and in any text that is one's name."""
    names: set[str] = set()
    here = file.relative_to(PROJECT).with_suffix("").parts
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(here[: -node.level]) if node.level else ""
            module = ".".join(filter(None, (above, node.module)))
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= set(NAMED.findall(node.value))  # importlib, monkeypatch, `-m`, code to run
    return names


def reached(files: Iterator[Path]) -> dict[str, list[str]]:
    """Return the top rooms that files import, each with the ways there, through what they share."""
    rooms: dict[str, list[str]] = {}
    given = set(files)
    given |= {above / "conftest.py" for file in given for above in _up(file.parent)}
    ways = [(file, str(file.relative_to(PROJECT))) for file in given if file.exists()]
    seen: set[Path] = set()
    while ways:
        file, way = ways.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in imported(file):
            rooms.setdefault(name.partition(".")[0], []).append(f"{way} -> {name}")
            shared = PROJECT / name.replace(".", "/")
            if name.startswith(("tests.", "training.", "scripts.")):
                files_of = (shared.with_suffix(".py"), *(p / "__init__.py" for p in _up(shared)))
                ways += [(file, f"{way} -> {name}") for file in files_of if file.exists()]
    return rooms


def _up(folder: Path) -> list[Path]:
    """Return a folder and those that it lies in, up to the project's."""
    return [folder, *(one for one in folder.parents if one.is_relative_to(PROJECT))]


@pytest.mark.parametrize("room", HIGHER)
def test_tests_of_a_room_import_no_higher_one(room: str) -> None:
    rooms = reached((PROJECT / "tests" / room).rglob("*.py"))
    assert room in rooms
    assert {higher: rooms[higher] for higher in HIGHER[room] if higher in rooms} == {}


@pytest.mark.parametrize(
    "hidden",
    [
        "from tests import shared",
        "from .. import shared",
        "from ..shared import late",
        "from tests.folder import one",
        "import importlib\nimportlib.import_module('service.web')",
        "def test(monkeypatch):\n    monkeypatch.setattr('service.web.hub.Hub', None)",
        "import subprocess\nsubprocess.run(['python', '-m', 'service.web'])",
        "from scripts import late",
        "pytest_plugins = ['tests.shared']",
    ],
)
def test_a_way_through_what_tests_share_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: str
) -> None:
    monkeypatch.setattr(f"{__name__}.PROJECT", tmp_path)
    for name in ("tests/hardware", "tests/folder", "scripts"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "tests/shared.py").write_text("def late():\n    import service.web\n")
    (tmp_path / "tests/folder/__init__.py").write_text("import service.web\n")
    (tmp_path / "tests/folder/one.py").touch()
    (tmp_path / "scripts/late.py").write_text("import service.web\n")
    test = tmp_path / "tests/hardware/test_it.py"
    test.write_text(f"{hidden}\n")
    assert "service" in reached(iter([test]))


def test_what_pytest_loads_by_itself_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.PROJECT", tmp_path)
    (tmp_path / "tests/hardware").mkdir(parents=True)
    (tmp_path / "tests/conftest.py").write_text("import service.web\n")
    test = tmp_path / "tests/hardware/test_it.py"
    test.touch()
    assert "service" in reached(iter([test]))
