"""Whatever is wrong with what somebody types, one sentence says it, and nothing was changed."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli.main import app
from service.state.claim import claim_state
from service.state.errors import StationError


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["sweep", "missing"], "missing cannot be used (No such file"),
        (["acceptance", "verify", "missing"], "missing cannot be used (No such file"),
        (["attest", "--verify", "folder"], "folder cannot be used (Is a directory)"),
        (["attest", "--save", "missing/x"], "missing/x cannot be written (No such file"),
        (["bench", "--out", "missing/x", "--only", "time"], "missing/x cannot be written"),
        (["prove", "--output", "missing/x"], "missing/x cannot be written"),
        (["threshold", "fit", "folder"], "folder cannot be read (Is a directory)"),
        (["threshold", "fit", "bytes"], "bytes is no text, so no table"),
        (["threshold", "fit", "bytes", "--site", "nose"], "there is canthus"),
        (["sweep", "bytes"], "This is no text file"),
        (["run", "--register", "missing"], "There is no folder missing"),
        (["audit", "restart", "--state", "folder"], "There is no audit trail in folder"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else "",
)
def test_it_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x93" * 99)
    done = CliRunner().invoke(app, command)
    assert done.exit_code in {1, 2}
    assert isinstance(done.exception, SystemExit), done.exception
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""
    assert not list((tmp_path / "folder").iterdir())


def test_a_file_in_the_place_of_the_state_folder_is_named_as_that(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(StationError, match="A file stands where a folder belongs"):
        claim_state(tmp_path / "state")


def test_recordings_that_were_all_refused_are_summed_up_for_programs_only(tmp_path: Path) -> None:
    refused = tmp_path / "no-recording"
    refused.touch()
    for more, lines in ((["--json"], 2), ([], 0)):
        done = CliRunner().invoke(app, ["replay", str(refused), "--relative", *more])
        assert done.exit_code == 1
        assert len(done.stdout.splitlines()) == lines
