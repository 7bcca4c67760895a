"""A scenario by its name or from one's own file."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from service.state.errors import StationError
from service.supervisor.scenarios import Scenarios

EMPTY = Path(str(files("device.simulator.scenario"))) / "library/empty.toml"


def test_one_that_comes_with_the_simulator_has_no_file() -> None:
    known = Scenarios.of("empty")
    assert (known.first, known.file("empty"), known.place("empty")) == ("empty", None, "empty")
    assert "one-fever" in known.names


def test_ones_own_is_chosen_by_its_stem_beside_the_others(tmp_path: Path) -> None:
    own = tmp_path / "our-hall.toml"
    shutil.copy(EMPTY, own)
    known = Scenarios.of(str(own))
    assert known.first == "our-hall"
    assert {"our-hall", "empty"} <= set(known.names)
    assert known.file("our-hall") == own
    assert known.place("our-hall") == str(own)
    assert known.file("empty") is None


@pytest.mark.parametrize("name", ["Our Hall.toml", "empty.toml"])
def test_a_file_that_cannot_be_told_from_others_is_refused(tmp_path: Path, name: str) -> None:
    shutil.copy(EMPTY, tmp_path / name)
    with pytest.raises(StationError, match="another name"):
        Scenarios.of(str(tmp_path / name))


@pytest.mark.parametrize("text", ["duration_s = 'x'", "not = [toml", None])
def test_a_file_that_is_none_is_refused_with_a_sentence(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "hall.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(StationError):
        Scenarios.of(str(file))
