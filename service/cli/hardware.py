"""`limen hardware`: look into the register, ask it about a sensor, sign, verify and enrol."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from hardware.decision import Decision
    from hardware.dossier import Dossier
    from hardware.register import Register
    from hardware.rules import Attestation

app = typer.Typer(no_args_is_help=True, help="The register of vetted hardware.")

Own = Annotated[
    Path | None,
    typer.Option("--register", envvar="LIMEN_REGISTER", help="Your institution's own register."),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Sys = Annotated[Path, typer.Option(help="Root of sysfs, to check a copy of it.")]
DossierKey = Annotated[str, typer.Argument(help="Key of a dossier; `limen hardware list`.")]


def register(own: Path | None) -> "Register":
    """Load the register, or end with the sentence that says why it cannot be."""
    from hardware import register as registers
    from hardware.errors import HardwareError

    try:
        return registers.load(own)
    except HardwareError as error:
        raise _end(error) from error


def document(known: "Register", key: str) -> "tuple[Dossier, Attestation]":
    """Return a dossier, or end with the sentence that says why it cannot be had."""
    from hardware.errors import HardwareError

    try:
        return known.dossier(key)
    except HardwareError as error:
        raise _end(error) from error


@app.command("list")
def list_dossiers(own: Own = None, as_json: AsJson = False) -> None:
    """Name every dossier and whether its hardware is approved for use."""
    from hardware.check import vet_dossier

    known = register(own)
    decisions = [vet_dossier(key, register=known) for key in known.keys]
    if as_json:
        _print([_plain(decision) for decision in decisions])
        return
    for decision in decisions:
        outcome = decision.outcome.value.replace("_", " ")
        against = f"  ({len(decision.refusals)} reasons against)" if decision.refusals else ""
        typer.echo(f"{decision.dossier:24} {outcome}{against}")
    typer.echo(f"Policy: {known.policy.name}.")
    typer.echo(
        f"Trust file: {len(known.trust.content.key)} keys, sha256 {known.trust.fingerprint}."
    )


@app.command()
def show(key: DossierKey, own: Own = None, as_json: AsJson = False) -> None:
    """Show a dossier: what it is, who made it, what is known, what is not, who signed."""
    from hardware.check import vet_dossier

    known = register(own)
    dossier, attestation = document(known, key)
    decision = vet_dossier(key, register=known)
    if as_json:
        _print({"dossier": dossier.model_dump(mode="json"), "decision": _plain(decision)})
        return
    typer.echo(f"{dossier.name}\n{dossier.summary}\n")
    for path, statement in dossier.statements():
        status = statement.status.value
        told = statement.text or f"needed: {statement.unknown}"
        sources = f"  [{', '.join(statement.evidence)}]" if statement.evidence else ""
        typer.echo(f"{status:9} {path:36} {told}{sources}")
    typer.echo("\nEvidence:")
    for entry in dossier.evidence:
        held = f"copy held, sha256 {entry.sha256}" if entry.sha256 else "no copy held"
        typer.echo(f"  {entry.id}: {entry.title}; {entry.issuer}, {entry.date}; {held}")
        typer.echo(f"    {entry.reference}")
    typer.echo(f"\nSigned by: {', '.join(attestation.signers) or 'nobody'}.")
    typer.echo(f"Holds until: {dossier.decision.expires or 'it does not hold'}.\n")
    _tell(decision)


@app.command()
def check(
    key: DossierKey,
    *,
    port: Annotated[
        str, typer.Option(help="USB port (1-2) or device (/dev/ttyACM0) to compare with.")
    ] = "",
    serial: Annotated[str, typer.Option(help="Serial number that the sensor reports.")] = "",
    part_number: Annotated[str, typer.Option(help="Part number that it reports.")] = "",
    firmware: Annotated[str, typer.Option(help="Firmware that it reports.")] = "",
    state: Annotated[Path, typer.Option(help="State folder, where the enrolments are.")] = Path(
        "state"
    ),
    sys: Sys = Path("/sys"),
    own: Own = None,
    as_json: AsJson = False,
) -> None:
    """Ask the register about a kind of hardware, and with --port about the device that is there.

    Ends with 0 when it passes and with 1 when it is refused.
    """
    from hardware import enrolment, usb
    from hardware.check import SensorSays, refusal, vet, vet_dossier
    from hardware.errors import HardwareError

    known = register(own)
    if not port:
        decision = vet_dossier(key, register=known)
    else:
        try:
            device = usb.behind(Path(port), sys) if "/" in port else usb.read(port, sys)
            decision = vet(
                key,
                device,
                SensorSays(serial, part_number, firmware),
                register=known,
                enrolments=enrolment.load(state / "enrolments.json"),
            )
        except HardwareError as error:
            decision = refusal(key, str(error))
    if as_json:
        _print(_plain(decision))
    else:
        _tell(decision)
    raise typer.Exit(0 if decision.passes else 1)


def _tell(decision: "Decision") -> None:
    """Print a decision for people: the answer first, then every reason with its paragraph."""
    typer.echo(f"{decision.dossier}: {decision.outcome.value.replace('_', ' ').upper()}")
    for head, reasons in (
        ("Refused because", decision.refusals),
        ("Conditions", decision.conditions),
    ):
        if reasons:
            typer.echo(f"{head}:")
        last = ""
        for reason in reasons:
            if reason.paragraph != last:
                typer.echo(f"  {reason.paragraph} {reason.title}")
            typer.echo(f"      {reason.text}")
            last = reason.paragraph


def _plain(decision: "Decision") -> dict[str, Any]:
    from dataclasses import asdict

    return {"passes": decision.passes, **asdict(decision)}


def _print(value: Any) -> None:
    typer.echo(json.dumps(value, indent=1, default=str, ensure_ascii=False))


def _end(error: Exception) -> typer.Exit:
    typer.echo(str(error), err=True)
    return typer.Exit(1)
