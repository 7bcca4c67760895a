"""`limen audit`: verify the trail of what was changed, read it, begin it anew."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.here import STATE

app = typer.Typer(
    rich_markup_mode=None,
    help="What was changed on this station: verify it, read it.",
    no_args_is_help=True,
)

State = Annotated[Path, typer.Option("--state", help="State folder of the station.")]


@app.command()
def verify(
    heads: Annotated[
        list[str] | None,
        typer.Argument(help="Heads noted from the screen or an attestation, 32 digits or more."),
    ] = None,
    state: State = STATE,
    copy: Annotated[
        bool, typer.Option("--copy", help="The folder holds a copy of the trail, without its key.")
    ] = False,
) -> None:
    """Verify every entry and the station's key, and that the heads that were noted are there."""
    from service.state import audit
    from service.state.audit_trail import AuditError

    try:
        last = audit.verify(state, tuple(heads or ()), copy=copy)
    except AuditError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{last.number + 1} entries, all as they were written. Head: {last.short_head}")
    if not heads:
        typer.echo(
            "Entries cut off at the end do not show by themselves: compare the head with the "
            "screen, or name one that you noted."
        )


@app.command()
def show(state: State = STATE) -> None:
    """Print the entries, one line each, verifying each on the way."""
    from service.state.audit_trail import AuditError, read, told

    try:
        for entry in read(state):
            typer.echo(told(entry))
    except AuditError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def restart(state: State = STATE) -> None:
    """Set a damaged trail aside and begin a new one, which names the head of the old one."""
    from service.state import audit
    from service.state.audit_trail import AuditError

    try:
        log = audit.restart(state)
    except AuditError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"A new trail was begun. Head: {log.short_head}. The old one stays beside it.")
