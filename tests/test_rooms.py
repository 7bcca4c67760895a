"""Tests of a lower room import no higher one, neither themselves nor by what they share."""

import ast
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


def imported(file: Path) -> set[str]:
    """Return every module that a file names in an import, wherever in it that stands."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def reached(files: Iterator[Path]) -> dict[str, list[str]]:
    """Return the top rooms that files import, each with the ways there, through what they share."""
    rooms: dict[str, list[str]] = {}
    ways = [(file, str(file.relative_to(PROJECT))) for file in files]
    seen: set[Path] = set()
    while ways:
        file, way = ways.pop()
        if file in seen:
            continue
        seen.add(file)
        for name in imported(file):
            rooms.setdefault(name.partition(".")[0], []).append(f"{way} -> {name}")
            shared = PROJECT / (name.replace(".", "/") + ".py")
            if name.startswith(("tests.", "training.")) and shared.exists():
                ways.append((shared, f"{way} -> {name}"))
    return rooms


@pytest.mark.parametrize("room", HIGHER)
def test_tests_of_a_room_import_no_higher_one(room: str) -> None:
    rooms = reached((PROJECT / "tests" / room).rglob("*.py"))
    assert room in rooms
    assert {higher: rooms[higher] for higher in HIGHER[room] if higher in rooms} == {}


def test_a_way_through_what_tests_share_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.PROJECT", tmp_path)
    (tmp_path / "tests/hardware").mkdir(parents=True)
    (tmp_path / "tests/shared.py").write_text("def late():\n    import service.web\n")
    test = tmp_path / "tests/hardware/test_it.py"
    test.write_text("from tests import shared\n")
    assert reached(iter([test]))["service"] == [
        "tests/hardware/test_it.py -> tests.shared -> service.web"
    ]
