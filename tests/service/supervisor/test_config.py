"""How the station is told to start, and what it says when it cannot."""

from pathlib import Path

import pytest

from service.state.errors import StationError
from service.supervisor.config import load_config


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "limen.toml"
    path.write_text(text)
    return path


def test_without_a_word_it_is_the_simulated_sensor_in_english() -> None:
    config = load_config(None)
    assert (config.sensor, config.language, config.port) == ("simulated", "en", 8630)


def test_the_command_line_overrules_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, 'port = 9000\nname = "North gate"\nlanguage = "nl"\n')
    config = load_config(path, port=9001, language=None)
    assert (config.port, config.name, config.language) == (9001, "North gate", "nl")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 99999", "port"),
        ('sensor = "seek"', "sensor"),
        ("prot = 1", "prot"),
        ("port =", "no TOML"),
        ('language = "es"', "language"),
        ("port = " + "9" * 5000, "no TOML"),
        ("port = " + "9" * 4000, "port"),
        ("port = 1e999", "port"),
        ("port = nan", "port"),
        ("port = " + "[" * 5000, "no TOML"),
        ("\0", "no TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_the_name_of_what_is_wrong(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(StationError, match=said):
        load_config(write(tmp_path, text))


def test_a_folder_where_the_file_belongs_is_said(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="Is a directory"):
        load_config(tmp_path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="cannot be read"):
        load_config(tmp_path / "none.toml")


@pytest.mark.parametrize("sensor", ["boson", "lepton"])
def test_a_real_sensor_never_runs_without_the_lock(sensor: str) -> None:
    with pytest.raises(StationError, match="must be locked"):
        load_config(None, sensor=sensor, allow_unsandboxed=True)
