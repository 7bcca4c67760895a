"""`limen prove`: everything that an outsider can ask for, in one go, on one page."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.here import STATE
from service.cli.options import writable


def prove(
    state: Annotated[Path, typer.Option(help="State folder of the station.")] = STATE,
    register: Annotated[
        Path | None, typer.Option(help="Folder of the institution's own register of hardware.")
    ] = None,
    wheels: Annotated[
        Path | None, typer.Option(help="Folder with the files that the lock names.")
    ] = None,
    seconds: Annotated[
        int, typer.Option(min=1, max=300, help="How long what the station writes is watched.")
    ] = 60,
    output: Annotated[Path | None, typer.Option(help="File for the page, besides.")] = None,
) -> None:
    """Run every proof on the station that runs here, or on one started for it; ten minutes.

    Run it as root: only root sees what the kernel holds of the processes. Ends with 1 when
    something is not as it must be.
    """
    from service.attestation.prove import prove as run
    from service.attestation.prove_page import printed

    if wheels is not None and not wheels.is_dir():
        raise typer.BadParameter(f"There is no folder {wheels}.", param_hint="--wheels")
    writable(output)
    proofs = []
    for proof in run(
        state,
        register=register,
        wheels=wheels,
        watched_s=float(seconds),
        progress=lambda said: typer.echo(f"... {said}", err=True),
    ):
        proofs.append(proof)
        told = "holds" if not proof.faults else f"DOES NOT HOLD: {proof.faults[0]}"
        typer.echo(f"    {proof.name}: {told}", err=True)
    page = printed(proofs)
    if output is not None:
        try:
            output.write_text(page, encoding="utf-8")
        except OSError as error:
            typer.echo(f"The page cannot be written to {output} ({error.strerror}).", err=True)
            raise typer.Exit(1) from error
    typer.echo(page, nl=False)
    raise typer.Exit(1 if any(proof.faults for proof in proofs) else 0)
