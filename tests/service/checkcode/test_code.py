"""The hash of all code changes with any file that could run, and with nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from service.checkcode import code


@pytest.fixture
def station(tmp_path: Path) -> tuple[Path, Path]:
    root, site = tmp_path / "clone", tmp_path / "site-packages"
    for folder in (
        *(root / name for name in code.PACKAGES),
        site / "lib",
        site / "lib-1.dist-info",
    ):
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(folder.name)
    (site / "lib-1.dist-info/RECORD").write_text("lib/__init__.py,sha256=x,1\n../../bin/lib,,\n")
    (site / "__editable___limen_finder.py").write_text(f"MAPPING = {{'device': '{root}/device'}}")
    return root, site


def hashed(station: tuple[Path, Path]) -> str:
    root, site = station
    return code.code_sha256(code.code_files(root, site), root)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("clone/service/__init__.py", "changed"),
        ("clone/hardware/new.toml", "added"),
        ("site-packages/lib/__init__.py", "changed"),
        ("site-packages/evil.pth", "import os"),
        ("site-packages/lib-1.dist-info/entry_points.txt", "changed"),
        ("site-packages/__editable___limen_finder.py", "import os"),
    ],
)
def test_a_file_that_is_changed_or_added_changes_it(
    station: tuple[Path, Path], tmp_path: Path, path: str, text: str
) -> None:
    before = hashed(station)
    (tmp_path / path).write_text(text)
    assert hashed(station) != before


def test_code_behind_a_link_counts(station: tuple[Path, Path], tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "more.py").write_text("one")
    (station[1] / "linked").symlink_to(elsewhere)
    before = hashed(station)
    (elsewhere / "more.py").write_text("two")
    assert hashed(station) != before


@pytest.mark.parametrize(
    "path",
    ["clone/service/__pycache__/a.pyc", "site-packages/lib-1.dist-info/INSTALLER", "clone/notes"],
)
def test_what_pip_and_python_note_does_not(
    station: tuple[Path, Path], tmp_path: Path, path: str
) -> None:
    before = hashed(station)
    (tmp_path / path).parent.mkdir(exist_ok=True)
    (tmp_path / path).write_text("noted")
    assert hashed(station) == before


def test_it_is_the_same_in_another_place(station: tuple[Path, Path], tmp_path: Path) -> None:
    before = hashed(station)
    root, site = (part.rename(tmp_path / f"moved-{part.name}") for part in station)
    finder = site / "__editable___limen_finder.py"
    finder.write_text(f"MAPPING = {{'device': '{root}/device'}}")
    assert hashed((root, site)) == before


def test_a_register_of_one_s_own_counts(tmp_path: Path) -> None:
    (tmp_path / "trust.toml").write_text("a")
    without, first = code.register_sha256(None), code.register_sha256(tmp_path)
    (tmp_path / "trust.toml").write_text("b")
    assert len({without, first, code.register_sha256(tmp_path)}) == 3


def test_the_command_prints_both() -> None:
    run = [sys.executable, "-m", "service.checkcode.code"]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    assert told == [code.code_sha256(), code.register_sha256(None)]
