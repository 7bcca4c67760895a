"""`limen audit`: verify the trail of what was changed, read it, begin it anew."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="What was changed on this station: verify it, read it.", no_args_is_help=True
)

State = Annotated[Path, typer.Option("--state", help="State folder of the station.")]
_HERE = Path("state")


@app.command()
def verify(
    heads: Annotated[
        list[str] | None,
        typer.Argument(help="Heads noted from the screen or an attestation, 8 digits or more."),
    ] = None,
    state: State = _HERE,
) -> None:
    """Verify every entry, and that the trail still holds the heads that were noted."""
    from service.state import audit

    try:
        last = audit.verify(state, tuple(heads or ()))
    except audit.AuditError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{last.number + 1} entries, all as they were written. Head: {last.head[:8]}")
    if not heads:
        typer.echo(
            "Entries cut off at the end do not show by themselves: compare the head with the "
            "screen, or name one that you noted."
        )


@app.command()
def show(state: State = _HERE) -> None:
    """Print the entries, one line each, verifying each on the way."""
    from service.state import audit
    from service.state.audit_events import EVENT

    try:
        for entry in audit.read(state):
            fields = EVENT.dump_python(entry.event, mode="json")
            kind = fields.pop("kind")
            told = " ".join(f"{name}={value}" for name, value in fields.items())
            typer.echo(f"{entry.number:5} {entry.at} {entry.head[:8]} {kind} {told}".rstrip())
    except audit.AuditError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def restart(state: State = _HERE) -> None:
    """Set a damaged trail aside and begin a new one, which names the head of the old one."""
    from service.state import audit

    try:
        log = audit.restart(state)
    except audit.AuditError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(f"A new trail was begun. Head: {log.short_head}. The old one stays beside it.")
