"""`limen emulate`: what it cannot do is said in a sentence."""

from pathlib import Path

from typer.testing import CliRunner

from service.cli.main import app


def refusal(*arguments: str) -> str:
    """Return what is said of a command that is refused as it was typed."""
    ended = CliRunner().invoke(app, ["emulate", "boson", *arguments])
    assert ended.exit_code == 2, ended.output
    return " ".join(ended.output.split())


def test_a_link_in_a_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    link = tmp_path / "missing/boson"
    assert f"there is no folder {link.parent}: make it first" in refusal("--link", str(link))


def test_a_link_that_cannot_be_made_is_refused() -> None:
    assert "the link /proc/boson cannot be made" in refusal("--link", "/proc/boson")
