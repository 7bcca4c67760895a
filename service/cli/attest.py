"""`limen attest`: try out now what this station can and cannot do, and sign what came of it."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.here import STATE
from service.cli.options import sentence, writable


def attest(
    state: Annotated[Path, typer.Option(help="State folder of the station.")] = STATE,
    save: Annotated[
        Path | None, typer.Option(help="Where the signed envelope goes, to be verified later.")
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(help="Verify this envelope instead, and print it.")
    ] = None,
    register: Annotated[
        Path | None, typer.Option(help="Folder of the institution's own register of hardware.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="The station's configuration, for its register.")
    ] = None,
    station: Annotated[
        str, typer.Option(help="With --verify: the station's key, or half of it.")
    ] = "",
) -> None:
    """Attest the station that runs: every attack tried, code compared, signed by the station.

    Run it as root: only root sees what the kernel holds of the processes. Ends with 1 when
    something does not hold.
    """
    from hashlib import sha256

    from service.attestation.page import printed
    from service.attestation.shown import shown
    from service.attestation.station import AttestationError, opened
    from service.attestation.station import attest as try_out
    from service.state import attested
    from service.state.audit import AuditLog
    from service.state.audit_events import AttestationIssued
    from service.state.audit_trail import AuditError
    from service.state.errors import StationError
    from service.supervisor.config import load_config

    writable(save)
    try:
        if config is not None and register is None:
            register = load_config(config).hardware_register
        if verify is not None:
            envelope = verify.read_bytes()
            made = opened(envelope, station)
        else:
            made, envelope = try_out(
                state,
                register=register,
                progress=lambda said: typer.echo(f"... {said}", err=True),
            )
            AuditLog(state).append(AttestationIssued(sha256(envelope).hexdigest()))
            attested.keep(state, shown(made, envelope), envelope)
            if save is not None:
                save.write_bytes(envelope)
    except (AttestationError, AuditError, StationError, OSError) as error:
        typer.echo(sentence(error), err=True)
        raise typer.Exit(1) from error
    typer.echo(printed(made, envelope), nl=False)
    raise typer.Exit(0 if made.holds else 1)
