"""`limen hardware`: look into the register, ask it about a sensor, sign, verify and enrol."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import hardware_keys, registers
from service.cli.registers import Own, register

if TYPE_CHECKING:
    from hardware.decision import Decision
    from hardware.dossier import Dossier
    from hardware.register import Register
    from hardware.rules import Attestation

app = typer.Typer(no_args_is_help=True, help="The register of vetted hardware.")
for command in (hardware_keys.keygen, hardware_keys.sign, hardware_keys.verify):
    app.command()(command)

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Sys = Annotated[Path, typer.Option(help="Root of sysfs, to check a copy of it.")]
State = Annotated[Path, typer.Option(help="State folder, where the enrolments are.")]
DossierKey = Annotated[str, typer.Argument(help="Key of a dossier; `limen hardware list`.")]


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
    state: State = Path("state"),
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


@app.command()
def scan(sys: Sys = Path("/sys"), as_json: AsJson = False) -> None:
    """Show every USB device that is plugged in, and what in it a sensor may not have."""
    from hardware import usb
    from hardware.errors import HardwareError
    from hardware.functions import findings, name_of

    devices: list[dict[str, Any]] = []
    for port in usb.ports(sys):
        try:
            device = usb.read(port, sys)
        except HardwareError as error:
            devices.append({"port": port, "problem": str(error)})
            continue
        devices.append(
            {
                "port": device.port,
                "ids": device.ids,
                "name": f"{device.manufacturer} {device.product}".strip(),
                "serial": device.serial,
                "release": device.bcd_device,
                "descriptors_sha256": device.descriptors_sha256,
                "functions": {
                    str(code): name_of(code)
                    for code in sorted({i.code for i in device.descriptors.interfaces})
                },
                "not_of_a_sensor": [str(found) for found in findings(device.descriptors)],
            }
        )
    if as_json:
        _print(devices)
        return
    for entry in devices:
        if "problem" in entry:
            typer.echo(f"{entry['port']:8} {entry['problem']}")
            continue
        typer.echo(
            f"{entry['port']:8} {entry['ids']} {entry['name'] or 'no name'},"
            f" serial {entry['serial'] or 'none'}, release {entry['release']}"
        )
        for code, name in entry["functions"].items():
            typer.echo(f"           {code}  {name}")
        for found in entry["not_of_a_sensor"]:
            typer.echo(f"         ! {found}")
    if not devices:
        typer.echo("No USB device is plugged in.")


@app.command()
def lists(
    new: Annotated[
        Path | None,
        typer.Option("--import", help="A newer, signed snapshot (FILE.dsse beside it)."),
    ] = None,
    own: Own = None,
    as_json: AsJson = False,
) -> None:
    """Show the exclusion lists with their age and hash; import a newer snapshot into yours."""
    from hardware.errors import HardwareError
    from hardware.register import import_list

    if new is not None:
        if own is None:
            raise typer.BadParameter("--import needs --register: shipped lists are not changed.")
        try:
            taken = import_list(new, own, today=registers.today())
        except HardwareError as error:
            raise _end(error) from error
        typer.echo(f"Imported {taken.key} of {taken.content.snapshot}, sha256 {taken.sha256}.")
    known = register(own)
    rows = [
        {
            "key": snapshot.key,
            "snapshot": snapshot.content.snapshot,
            "age_days": snapshot.age_days(known.today),
            "entries": len(snapshot.content.entry),
            "sha256": snapshot.sha256,
            "title": snapshot.content.title,
            "source": snapshot.content.source,
            "terms": snapshot.content.terms,
            "scope": snapshot.content.scope.strip(),
        }
        for snapshot in known.lists
    ]
    if as_json:
        _print(rows)
        return
    for row in rows:
        typer.echo(
            f"{row['key']:18} {row['snapshot']}, {row['age_days']} days old,"
            f" {row['entries']} firms\n    {row['title']}\n    {row['source']}\n"
            f"    {row['scope']}\n    sha256 {row['sha256']}"
        )
    for problem in known.problems:
        typer.echo(f"! {problem}", err=True)


@app.command()
def hbom(
    key: Annotated[str, typer.Argument(help="Key of a dossier, or `station` for the software.")],
    spec: Annotated[str, typer.Option(help="CycloneDX version: 1.7 or 1.6.")] = "1.7",
    own: Own = None,
) -> None:
    """Print the bill of materials of a dossier, or of this station's software, as CycloneDX."""
    from hardware import hbom as bills
    from hardware.errors import HardwareError
    from service.sbom import sbom

    if spec not in bills.VERSIONS:
        raise typer.BadParameter(f"There is {' and '.join(bills.VERSIONS)}, not {spec}.")
    known = register(own)
    try:
        if key == "station":
            bill = sbom(known.today)
        else:
            dossier, _ = known.dossier(key)
            bill = bills.hbom(dossier, known.sha256(key), known.today)
        typer.echo(bills.to_json(bill, spec))
    except HardwareError as error:
        raise _end(error) from error


@app.command()
def enrol(
    sensor: Annotated[str, typer.Argument(help="Which driver: boson, lepton or evo-thermal.")],
    by: Annotated[str, typer.Option(help="Who enrols it; kept with the enrolment.")],
    port: Annotated[str | None, typer.Option(help="Device, where there are several.")] = None,
    state: State = Path("state"),
    own: Own = None,
) -> None:
    """Enrol the sensor that is plugged in: from now on only this one may be used at its port."""
    from device.errors import SensorError
    from hardware.errors import HardwareError
    from service.audit import AuditError, AuditLog
    from service.cli.drivers import opener
    from service.vetting import Vetting, meet

    try:
        met = meet(opener(sensor, port))
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        vetting = Vetting(own, state, today=registers.today)
        new = vetting.enrol(met, by=by, audit=AuditLog(state))
        decision = vetting.vet(met.dossier, met.usb, met.says)
    except (SensorError, HardwareError, AuditError) as error:
        raise _end(error) from error
    typer.echo(f"Enrolled {new.ids}, serial {new.serial}, firmware {new.firmware}, at {new.port}.")
    _tell(decision)


@app.command()
def rules(
    language: Annotated[str, typer.Argument(help="udev or usbguard.")],
    state: State = Path("state"),
) -> None:
    """Print rules for udev or USBGuard that let only the enrolled sensors in at their ports."""
    from hardware import gatekeeper
    from hardware.errors import HardwareError
    from service.vetting import Vetting

    if language not in gatekeeper.LANGUAGES:
        raise typer.BadParameter(f"There is {' and '.join(gatekeeper.LANGUAGES)}.")
    try:
        typer.echo(gatekeeper.LANGUAGES[language](Vetting(None, state).enrolments()), nl=False)
    except HardwareError as error:
        raise _end(error) from error


@app.command()
def page(key: DossierKey, own: Own = None) -> None:
    """Print the register page of a dossier as HTML, to be kept or put on paper."""
    from service.register.page import register_page

    known = register(own)
    document(known, key)
    typer.echo(register_page(known, key))


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
