"""A record cites the sensor's dossier and list of parts as anybody can have them printed."""

from hashlib import sha256
from pathlib import Path

from typer.testing import CliRunner

from hardware.register import documents
from service.cli.main import app
from service.supervisor.accepting.papers import hashes_of


def test_the_list_of_parts_is_the_one_that_the_command_prints() -> None:
    printed = CliRunner().invoke(app, ["hardware", "hbom", "boson-plus-640"])
    assert printed.exit_code == 0
    dossier, parts = hashes_of("boson-plus-640", None)
    assert parts == sha256(printed.stdout.encode()).hexdigest()
    assert dossier == documents.load().sha256("boson-plus-640")


def test_what_is_not_in_the_register_has_neither(tmp_path: Path) -> None:
    assert hashes_of("no-such-camera", None) == ("", "")
    assert hashes_of("boson-plus-640", tmp_path) == ("", "")
