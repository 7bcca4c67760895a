"""A command means the station that is installed, unless there is one here."""

from pathlib import Path

from service.cli.here import state_folder


def test_the_installed_station_is_meant_where_there_is_none_here(tmp_path: Path) -> None:
    here, installed = tmp_path / "state", tmp_path / "installed"
    assert state_folder(here, installed) == here
    installed.mkdir()
    assert state_folder(here, installed) == installed
    here.mkdir()
    assert state_folder(here, installed) == here
