"""`limen admin`: the passwords of the admin's and the auditor's page, backup and restore."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.here import STATE, register_of

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Passwords, backup and restore."
)


State = Annotated[
    Path, typer.Option("--state", help="State folder of the station.", show_default=True)
]
Register = Annotated[
    Path | None,
    typer.Option(
        "--register",
        help="Folder of the institution's own register of hardware; of the installed station: "
        "/etc/limen/register.",
    ),
]


@app.callback()
def admin() -> None:
    """Passwords, backup and restore."""


@app.command()
def password(
    state: State = STATE,
    role: Annotated[
        str, typer.Option(help="Whose: admin (who changes) or auditor (who reads).")
    ] = "admin",
) -> None:
    """Set a password of the admin page: asked for twice, or one line from standard input.

    It is needed once; after that a password is changed on the page itself.
    """
    from service.ipc.requests import Role
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
        f"The {role}'s password is set ({state}). On the station's screen, hold Home for two "
        "seconds, and log in."
    )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where the signed file goes.")],
    state: State = STATE,
    register: Register = None,
) -> None:
    """Put settings, calibration and register into one signed file; the station may run."""
    from service.state.backup import SETTINGS, BackupError, make
    from service.state.station_key import StationKeyError, station_key

    if not state.is_dir():
        raise _ended(BackupError(f"There is no station in {state}: name its folder with --state."))
    usual = register_of(state)
    if register is None and usual is not None and usual.is_dir():
        register = usual
    try:
        key = station_key(state)
        envelope = make(state, register, key)
        file.write_bytes(envelope)
    except (BackupError, StationKeyError) as error:
        raise _ended(error) from error
    except OSError as error:
        typer.echo(f"{file} cannot be written ({error.strerror}).", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{file}: {len(envelope)} bytes, signed by this station.")
    if not (state / SETTINGS).is_file():
        typer.echo("No settings are in it: none were ever saved here, the defaults are in force.")
    typer.echo(f"Note its key, for another machine: {key.public_key().public_bytes_raw().hex()}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `limen admin backup` made.")],
    state: State = STATE,
    register: Register = None,
    station: Annotated[
        str, typer.Option(help="Key of the station that made it, when that is another one.")
    ] = "",
) -> None:
    """Bring a backup back: its signature is checked first, and the station has to be stopped.

    Passwords, keys, enrolments and the audit trail stay as they are.
    """
    from service.state.backup import MAX_BYTES, BackupError, opened
    from service.state.backup import restore as bring_back
    from service.state.claim import claim_state
    from service.state.defaults import sensor_defaults
    from service.state.errors import StationError
    from service.state.settings import SettingsStore
    from service.state.station_key import StationKeyError, station_key

    try:
        with file.open("rb") as source:
            envelope = source.read(MAX_BYTES + 1)
    except OSError as error:
        typer.echo(f"{file} cannot be read ({error.strerror}).", err=True)
        raise typer.Exit(1) from error
    try:
        lock = claim_state(state)
        own = station_key(state).public_key().public_bytes_raw().hex()
        found = opened(envelope, own, station)
        bring_back(
            found, state, register or register_of(state), SettingsStore(state, sensor_defaults)
        )
    except (BackupError, StationError, StationKeyError) as error:
        raise _ended(error) from error
    del lock
    for place in sorted(found.files):
        typer.echo(f"restored  {place}")
    if found.settings is None:
        typer.echo("No settings are in it: its station had its defaults. Those here stay in force.")
    typer.echo("Start the station. A sensor is enrolled on its machine: limen hardware enrol")


def _ended(error: Exception) -> typer.Exit:
    typer.echo(str(error), err=True)
    return typer.Exit(1)
