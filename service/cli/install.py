"""`limen install` and `limen uninstall`: the station as a service of this machine, and its end."""

import sys
from pathlib import Path
from typing import Annotated

import typer

Prefix = Annotated[Path, typer.Option(help="Where the root of the file system is.")]
_ROOT = Path("/")


def install(prefix: Prefix = _ROOT) -> None:
    """Lay down the services, rules and users of a station. Starts nothing."""
    from service.deploy.install import InstallError
    from service.deploy.install import install as lay_down

    executable = Path(sys.argv[0]).absolute()
    try:
        for path in lay_down(prefix, executable):
            typer.echo(path)
    except InstallError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(
        "Set the sensor in /etc/limen/limen.toml, then: limen doctor, and\n"
        "systemctl enable --now limen.socket limen.service limen-kiosk.service"
    )


def uninstall(
    prefix: Prefix = _ROOT,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove the station with its settings, counters, audit trail and users."""
    from service.deploy.install import InstallError
    from service.deploy.install import uninstall as take_away

    if not yes:
        typer.confirm(
            "Settings, counters and the audit trail are removed for good. Go on?", abort=True
        )
    try:
        for path in take_away(prefix):
            typer.echo(f"removed {path}")
    except InstallError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
