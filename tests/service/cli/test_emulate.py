"""`limen emulate`: what it cannot do is said in a sentence."""

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from typer.testing import CliRunner

from device.calibrator.hart import HartCalibrator
from device.calibrator.line import Line
from service.cli.main import app


def refusal(*arguments: str, what: str = "boson") -> str:
    """Return what is said of a command that is refused as it was typed."""
    ended = CliRunner().invoke(app, ["emulate", what, *arguments])
    assert ended.exit_code == 2, ended.output
    return " ".join(ended.output.split())


def test_a_link_in_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "missing/boson"
    assert f"there is no folder {link.parent}: make it first" in refusal("--link", str(link))


def test_a_link_that_cannot_be_made_is_refused() -> None:
    assert "the link /proc/boson cannot be made" in refusal("--link", "/proc/boson")


def test_a_calibrator_that_cannot_be_emulated_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing/one")
    assert "make it first" in refusal("--link", missing, what="calibrator")
    link = str(tmp_path / "one")
    assert "there are: deaf" in refusal("--link", link, "--fault", "bored", what="calibrator")


def test_an_emulated_calibrator_is_set_by_another_program_until_it_is_told_to_stop(
    tmp_path: Path,
) -> None:
    link = tmp_path / "calibrator"
    command = [sys.executable, "-m", "service.cli", "emulate", "calibrator", "--pace", "1000000"]
    with subprocess.Popen(
        [*command, "--link", str(link)], stdout=subprocess.PIPE, text=True
    ) as emulator:
        try:
            assert emulator.stdout is not None
            assert str(link) in emulator.stdout.readline()
            with closing(Line.at(str(link))) as line:
                calibrator = HartCalibrator(line)
                calibrator.go_to(37.25)
                deadline = time.monotonic() + 30.0
                while abs(calibrator.temp_c() - 37.25) > 0.01:
                    assert time.monotonic() < deadline
        finally:
            emulator.terminate()
        assert emulator.wait(timeout=30.0) == 0
    assert not link.is_symlink()
