"""A station is laid down as a whole, and is gone without a trace."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import app
from service.deploy.install import (
    CONFIG,
    KEYBOARD,
    MANIFEST,
    PLACES,
    POLICIES,
    STATE,
    InstallError,
    install,
    uninstall,
)
from service.kiosk.keyboard import keyboard_files
from service.supervisor.config import load_config


def everything_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_every_file_is_laid_down_and_listed(tmp_path: Path) -> None:
    placed = install(tmp_path, Path("/opt/limen/bin/limen"))
    keyboard = {str(KEYBOARD / path) for path in keyboard_files()}
    listed = {*map(str, PLACES.values()), *keyboard, str(POLICIES), str(MANIFEST)}
    assert everything_in(tmp_path) == listed
    assert {str(path.relative_to(tmp_path)) for path in placed} == everything_in(tmp_path)
    unit = (tmp_path / PLACES["limen.service"]).read_text()
    assert "ExecStart=/opt/limen/bin/limen run " in unit
    for place in PLACES.values():
        assert not re.findall("@[A-Z]+@", (tmp_path / place).read_text())


def test_every_file_is_in_the_package() -> None:
    """A package without one of them could not install the station that it is."""
    project = Path(__file__).resolve().parents[3]
    settings = tomllib.loads((project / "pyproject.toml").read_text())
    patterns = settings["tool"]["setuptools"]["package-data"]["*"]
    for name in ("device", "hardware", "screening", "service"):
        for file in (project / name).rglob("*"):
            if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".py":
                assert any(fnmatch(file.name, pattern) for pattern in patterns), file


def test_the_configuration_laid_down_is_one_that_the_station_takes(tmp_path: Path) -> None:
    install(tmp_path, Path("/usr/bin/limen"))
    assert load_config(tmp_path / CONFIG).simulated


def test_an_existing_configuration_is_kept(tmp_path: Path) -> None:
    (tmp_path / CONFIG).parent.mkdir(parents=True)
    (tmp_path / CONFIG).write_text('sensor = "boson"\n')
    install(tmp_path, Path("/usr/bin/limen"))
    assert (tmp_path / CONFIG).read_text() == 'sensor = "boson"\n'


def test_uninstalling_leaves_no_file_and_no_state(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/other").write_text("not ours")
    install(tmp_path, Path("/usr/bin/limen"))
    for name in ("audit.jsonl", "audit.key", "counters.json"):
        (tmp_path / STATE).mkdir(parents=True, exist_ok=True)
        (tmp_path / STATE / name).write_text("state")
    uninstall(tmp_path)
    assert everything_in(tmp_path) == {"etc/other"}
    assert not list(tmp_path.rglob("*limen*"))


def test_what_is_not_installed_cannot_be_removed(tmp_path: Path) -> None:
    with pytest.raises(InstallError, match="No station is installed"):
        uninstall(tmp_path)


def test_the_command_line_installs_and_asks_before_it_removes(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(app, ["install", "--prefix", str(tmp_path)]).exit_code == 0
    assert runner.invoke(app, ["uninstall", "--prefix", str(tmp_path)], input="n\n").exit_code == 1
    assert (tmp_path / MANIFEST).exists()
    assert runner.invoke(app, ["uninstall", "--prefix", str(tmp_path), "--yes"]).exit_code == 0
    assert everything_in(tmp_path) == set()
