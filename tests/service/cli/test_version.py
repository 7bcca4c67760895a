"""`limen --version` says which one is installed."""

from importlib import metadata

from typer.testing import CliRunner

from service.cli.main import app


def test_the_version_is_that_of_the_installed_package() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    assert done.output == f"limen {metadata.version('limen')}\n"
