"""`limen admin`: the passwords of the admin's and the auditor's page, backup and restore."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Passwords, backup and restore."
)


@app.callback()
def admin() -> None:
    """Passwords, backup and restore."""


@app.command()
def password(
    state: Annotated[
        Path, typer.Option(help="State folder of the station.", show_default=True)
    ] = Path("state"),
    role: Annotated[
        str, typer.Option(help="Whose: admin (who changes) or auditor (who reads).")
    ] = "admin",
) -> None:
    """Set a password of the admin page: asked for twice, or one line from standard input.

    It is needed once; after that a password is changed on the page itself.
    """
    from service.ipc.messages import Role
    from service.state.admin_password import AdminError, require_fit, set_password
    from service.state.audit import AuditLog
    from service.state.audit_events import PasswordSet
    from service.state.audit_trail import AuditError
    from service.state.claim import claim_state
    from service.state.errors import StationError

    if role not in set(Role):
        raise typer.BadParameter(f"there is admin and auditor, not {role!r}", param_hint="--role")
    if sys.stdin.isatty():
        chosen = typer.prompt("New password", hide_input=True, confirmation_prompt=True)
    else:
        chosen = sys.stdin.readline().rstrip("\n")
    try:
        require_fit(chosen)
        lock = claim_state(state)  # a running station keeps the count of attempts
        AuditLog(state).append(PasswordSet(Role(role).value))
        set_password(state, chosen, Role(role))
    except (AdminError, AuditError, StationError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    del lock
    typer.echo(
        f"The {role}'s password is set ({state}). On the station's screen, hold F2 for two "
        "seconds, and log in."
    )
