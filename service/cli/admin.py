"""`limen admin`: the password of the admin page."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The admin's password.")


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
    from service.state.admin_password import AdminError, require_fit, set_password
    from service.state.audit import AuditLog
    from service.state.audit_events import PasswordSet
    from service.state.audit_trail import AuditError
    from service.state.claim import claim_state
    from service.state.errors import StationError

    if sys.stdin.isatty():
        chosen = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        chosen = sys.stdin.readline().rstrip("\n")
    try:
        require_fit(chosen)
        lock = claim_state(state)  # a running station keeps the count of attempts
        AuditLog(state).append(PasswordSet())
        set_password(state, chosen)
    except (AdminError, AuditError, StationError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    del lock
    typer.echo(f"The password is set. Log in on the station's page /admin ({state}).")
