"""`limen`: the command line of the station. Each command lives in a module of its own."""

from importlib.metadata import version as installed
from typing import Annotated

import typer

from service.cli import acceptance, admin, audit, emulate, hardware, threshold
from service.cli.attest import attest
from service.cli.bench import bench
from service.cli.budget import budget
from service.cli.busy import busy
from service.cli.doctor import doctor
from service.cli.install import install, uninstall
from service.cli.kiosk import kiosk
from service.cli.prove import prove
from service.cli.replay import replay
from service.cli.run import run
from service.cli.sbom import sbom
from service.cli.simulate import simulate
from service.cli.sweep import sweep

app = typer.Typer(
    name="limen",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Screen people for elevated skin temperature: vetted hardware, no network, no recording.",
)


def _version(*, asked: bool) -> None:
    if asked:
        typer.echo(f"limen {installed('limen')}")
        raise typer.Exit


# These may take longer than a person waits without a word; others ask, or run until stopped.
SLOW = frozenset(
    {
        "attest",
        "audit",
        "bench",
        "doctor",
        "prove",
        "replay",
        "sbom",
        "simulate",
        "sweep",
        "threshold",
    }
)


@app.callback()
def options(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback tells it
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Take the options that stand before a command."""
    if context.invoked_subcommand in SLOW:
        context.with_resource(busy(f"limen {context.invoked_subcommand}"))


app.command()(attest)
app.command()(bench)
app.command()(budget)
app.command()(doctor)
app.command()(install)
app.command(hidden=True)(kiosk)
app.command()(prove)
app.command()(replay)
app.command()(run)
app.command()(sbom)
app.command()(simulate)
app.command()(sweep)
app.command()(uninstall)
app.add_typer(acceptance.app, name="acceptance")
app.add_typer(audit.app, name="audit")
app.add_typer(emulate.app, name="emulate")
app.add_typer(admin.app, name="admin")
app.add_typer(hardware.app, name="hardware")
app.add_typer(threshold.app, name="threshold")


def main() -> None:
    """Run the command line."""
    app()
