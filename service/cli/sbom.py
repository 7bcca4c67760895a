"""`limen sbom`: the parts of the station's software, and whether they are those of the lock."""

from pathlib import Path
from typing import Annotated

import typer


def sbom(
    lock: Annotated[
        Path | None, typer.Option(help="The hashed lock; that of this release when not given.")
    ] = None,
    *,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Compare what is installed with the lock and its own hashes instead."
        ),
    ] = False,
    spec: Annotated[str, typer.Option(help="CycloneDX version: 1.7 or 1.6.")] = "1.7",
) -> None:
    """Print the software bill of materials, as CycloneDX, or check it against what is installed.

    With --check it ends with 1 when something is not as the lock says.
    """
    from hardware.errors import HardwareError
    from hardware.register.cyclonedx import VERSIONS, to_json
    from service.attestation import sbom as bills
    from service.cli.hardware_shared import ended, today

    if spec not in VERSIONS:
        raise typer.BadParameter(f"There is {' and '.join(VERSIONS)}, not {spec}.")
    try:
        locked = bills.read_lock(lock or bills.LOCK)
    except HardwareError as error:
        raise ended(error) from error
    if not check:
        typer.echo(to_json(bills.sbom(today(), locked), spec))
        return
    found = list(bills.differences(locked))
    for text in found:
        typer.echo(f"! {text}")
    if found:
        raise typer.Exit(1)
    here = sum(entry.here for entry in locked)
    typer.echo(f"What is installed is what the lock names ({here} packages), byte for byte.")
