"""`limen hardware`: look into the register, ask it about a sensor, sign, verify and enrol."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import (
    hardware_keys,
    hardware_lists,
    hardware_shared,
    hardware_station,
    hardware_todo,
)
from service.cli.hardware_shared import (
    AsJson,
    DossierKey,
    Own,
    State,
    Sys,
    document,
    ended,
    plain,
    register,
    show_json,
    tell,
)
from service.cli.here import STATE

if TYPE_CHECKING:
    from hardware.register.documents import Register
    from hardware.vetting.decision import Decision

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="The register of vetted hardware."
)
for module, commands in (
    (hardware_keys, ("keygen", "sign", "verify", "index", "keep")),
    (hardware_station, ("scan", "ask", "enrol", "rules")),
    (hardware_todo, ("todo",)),
    (hardware_lists, ("lists",)),
):
    for name in commands:
        app.command(name)(getattr(module, name))


# Of the policy's rules: what they refuse is not mended by documents.
_AGAINST_IT = frozenset({"jurisdiction", "relabelled", "names"})


@app.command("list")
def list_dossiers(own: Own = None, as_json: AsJson = False) -> None:
    """Name every dossier and whether its hardware is approved for use."""
    from hardware.vetting.check import vet_dossier

    known = register(own)
    decisions = [vet_dossier(key, register=known) for key in known.keys]
    if as_json:
        show_json([plain(decision) for decision in decisions])
        return
    for decision in decisions:
        typer.echo(f"{decision.dossier:24} {_standing(decision, known)}")
    typer.echo(f"Policy: {known.policy.name}.")
    typer.echo(
        f"Trust file: {len(known.trust.content.key)} keys, sha256 {known.trust.fingerprint}."
    )


def _standing(decision: "Decision", known: "Register") -> str:
    """Return how hardware stands: refused for what is known of it, or for what is not known yet.

    What stands on an exclusion list, or is subject to a law that the policy excludes, is excluded;
    what only lacks evidence and signatures waits for people. Neither may be used.
    """
    from hardware.vetting.decision import Outcome
    from hardware.vetting.todo import needs

    if decision.outcome is not Outcome.REFUSED:
        return decision.outcome.value.replace("_", " ")
    dossier, _ = document(known, decision.dossier)
    rules = {paragraph.number: paragraph.rule for paragraph in known.policy.paragraph}
    against = [one for one in decision.refusals if rules.get(one.paragraph) in _AGAINST_IT]
    if against:
        return f"excluded: {against[0].text}"
    missing = len(needs(dossier, known))
    return f"not approved yet: {missing} things are missing (limen hardware todo {dossier.key})"


@app.command()
def show(key: DossierKey, own: Own = None, as_json: AsJson = False) -> None:
    """Show a dossier: what it is, who made it, what is known, what is not, who signed."""
    from hardware.vetting.check import vet_dossier

    known = register(own)
    dossier, signatures = document(known, key)
    decision = vet_dossier(key, register=known)
    if as_json:
        show_json({"dossier": dossier.model_dump(mode="json"), "decision": plain(decision)})
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
    typer.echo(f"\nSigned by: {', '.join(signatures.signers) or 'nobody'}.")
    typer.echo(f"Holds until: {dossier.decision.expires or 'it does not hold'}.\n")
    tell(decision)


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
    state: State = STATE,
    sys: Sys = Path("/sys"),
    own: Own = None,
    as_json: AsJson = False,
) -> None:
    """Ask the register about a kind of hardware, and with --port about the device that is there.

    Ends with 0 when it passes and with 1 when it is refused.
    """
    from hardware.errors import HardwareError
    from hardware.host import usb
    from hardware.vetting.check import vet_dossier
    from hardware.vetting.decision import SensorSays, refusal
    from hardware.vetting.station import Vetting
    from service.supervisor.trail_memory import TrailMemory

    if not port:
        decision = vet_dossier(key, register=register(own))
    else:
        vetting = Vetting(own, state, sys, hardware_shared.today, TrailMemory(state))
        try:
            device = usb.behind(Path(port), sys) if "/" in port else usb.read(port, sys)
            decision = vetting.vet(key, device, SensorSays(serial, part_number, firmware))
        except HardwareError as error:
            decision = refusal(key, str(error))
    if as_json:
        show_json(plain(decision))
    else:
        tell(decision)
    raise typer.Exit(0 if decision.passes else 1)


@app.command()
def hbom(
    key: DossierKey,
    spec: Annotated[str, typer.Option(help="CycloneDX version: 1.7 or 1.6.")] = "1.7",
    own: Own = None,
) -> None:
    """Print the hardware bill of materials of a dossier, as CycloneDX."""
    from hardware.errors import HardwareError
    from hardware.register.cyclonedx import VERSIONS, to_json
    from hardware.register.hbom import hbom as bill_of

    if spec not in VERSIONS:
        raise typer.BadParameter(f"There is {' and '.join(VERSIONS)}, not {spec}.")
    known = register(own)
    try:
        dossier, _ = known.dossier(key)
        bill = bill_of(dossier, known.sha256(key), known.today)
        typer.echo(to_json(bill, spec))
    except HardwareError as error:
        raise ended(error) from error


@app.command()
def page(key: DossierKey, own: Own = None) -> None:
    """Print the register page of a dossier as HTML, to be kept or put on paper."""
    from service.web.register.page import register_page

    known = register(own)
    document(known, key)
    typer.echo(register_page(known, key))
