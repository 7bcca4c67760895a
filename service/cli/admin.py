"""`limen admin`: the password of the admin page."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="The admin's password.")


@app.callback()
def admin() -> None:
    """The admin's password."""  # noqa: D401 - the help text of a group


@app.command()
def password(
    state: Annotated[
        Path, typer.Option(help="State folder of the station.", show_default=True)
    ] = Path("state"),
) -> None:
    """Set the password of the admin page: asked for twice, or one line from standard input."""
    import time

    from service.state.admin_password import AdminError, set_password
    from service.state.audit import AuditError
    from service.state.audit_events import PasswordSet
    from service.state.claim import claim_state
    from service.state.errors import StationError
    from service.state.recorder import Recorder

    if sys.stdin.isatty():
        chosen = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        chosen = sys.stdin.readline().rstrip("\n")
    try:
        lock = claim_state(state)  # the trail has one writer
        set_password(state, chosen)
        recorder = Recorder(state, time.time)
        recorder.write(PasswordSet())
        recorder.close()
    except (AdminError, AuditError, StationError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    del lock
    typer.echo(f"The password is set. Log in on the station's page /admin ({state}).")
