"""The doctor finds whatever else is called `device`, `screening`, `service` or `hardware`."""

import json
import os
import subprocess
import sys
from importlib import metadata
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

import hardware
from service.doctor import names
from service.doctor.finding import Level

LIMEN = Path(sys.executable).with_name("limen")


def test_in_an_environment_of_its_own_the_station_finds_only_itself() -> None:
    (found,) = names.look()
    assert found.level is Level.OK
    assert all(name in found.sentence for name in names.OWN)


@pytest.mark.parametrize("name", names.OWN)
@pytest.mark.parametrize("form", ["{name}/__init__.py", "{name}.py"])
@pytest.mark.parametrize("first", [True, False])
def test_a_stranger_anywhere_on_the_search_path_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, form: str, *, first: bool
) -> None:
    module = tmp_path / form.format(name=name)
    module.parent.mkdir(exist_ok=True)
    module.touch()
    path = [str(tmp_path), *sys.path] if first else [*sys.path, str(tmp_path)]
    monkeypatch.setattr(sys, "path", path)
    (found,) = names.look()
    assert (found.name, found.level) == (name, Level.FAIL)
    assert str(tmp_path / name) in found.sentence
    assert found.remedy


@pytest.mark.parametrize("name", names.OWN)
def test_another_package_that_brings_one_of_the_names_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    about = tmp_path / "stranger-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.4\nName: Stranger\nVersion: 1.0\n")
    (about / "top_level.txt").write_text(f"{name}\n")
    monkeypatch.syspath_prepend(tmp_path)
    (found,) = names.look()
    assert (found.name, found.level) == (name, Level.FAIL)
    assert "the package stranger" in found.sentence


def test_a_folder_without_a_package_is_found_where_it_is_the_one_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hardware").mkdir()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    (found,) = names.look()
    assert found.level is Level.OK  # the station's own is a package, and goes before it
    in_use = ModuleSpec("hardware", None, is_package=True)
    in_use.submodule_search_locations = [str(tmp_path / "hardware")]
    monkeypatch.setattr(hardware, "__spec__", in_use)
    (found,) = names.look()
    assert found.level is Level.FAIL
    assert str(tmp_path / "hardware") in found.sentence


def test_the_command_says_so_although_the_rest_of_it_cannot_be_imported(tmp_path: Path) -> None:
    stranger = tmp_path / "device"
    (stranger / "drivers").mkdir(parents=True)
    (stranger / "__init__.py").touch()
    (stranger / "drivers/__init__.py").write_text("raise SystemExit('the stranger ran')\n")
    done = subprocess.run(
        [LIMEN, "doctor", "--json"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    finding, summary = map(json.loads, done.stdout.splitlines())
    assert (finding["name"], finding["level"]) == ("device", "fail")
    assert str(stranger) in finding["sentence"]
    assert (summary["worst"], done.returncode) == ("fail", 1)


def test_the_four_names_are_those_that_the_package_installs() -> None:
    installed = metadata.distribution("limen").read_text("top_level.txt") or ""
    assert sorted(installed.split()) == sorted(names.OWN)
