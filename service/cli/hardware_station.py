"""`limen hardware scan|ask|enrol|rules`: what is plugged in at this station, and the computer."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli import hardware_shared
from service.cli.hardware_keys import PassphraseFile, private_key
from service.cli.hardware_shared import AsJson, Own, State, Sys, ended, register, show_json, tell
from service.cli.here import STATE

if TYPE_CHECKING:
    from device.sensor import Sensor
    from hardware.vetting.decision import Vet


def _opener(sensor: str, port: str | None) -> "Callable[[Vet], Sensor]":
    from device.drivers import driver
    from device.errors import SensorNotFound

    try:
        row = driver(sensor)
    except SensorNotFound as error:
        raise typer.BadParameter(str(error)) from error
    return lambda vet: row.open(port, vet=vet)


def scan(
    sys: Sys = Path("/sys"),
    own: Own = None,
    *,
    computer: Annotated[
        bool, typer.Option("--computer", help="This computer instead, beside its dossier.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show every USB device that is plugged in, and what in it a sensor may not have."""
    if computer:
        _computer(sys, own, as_json=as_json)
        return
    from hardware.errors import HardwareError
    from hardware.host import usb
    from hardware.host.functions import findings, name_of

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
                "controller": str(device.controller),
                "doubt": device.controller.doubt,
                "functions": {
                    str(code): name_of(code)
                    for code in sorted({i.code for i in device.descriptors.interfaces})
                },
                "not_of_a_sensor": [str(found) for found in findings(device.descriptors)],
            }
        )
    if as_json:
        show_json(devices)
        return
    for entry in devices:
        if "problem" in entry:
            typer.echo(f"{entry['port']:8} {entry['problem']}")
            continue
        typer.echo(
            f"{entry['port']:8} {entry['ids']} {entry['name'] or 'no name'},"
            f" serial {entry['serial'] or 'none'}, release {entry['release']}"
        )
        doubt = f": {entry['doubt']}" if entry["doubt"] else ""
        typer.echo(f"         {'!' if doubt else ' '} on {entry['controller']}{doubt}")
        for code, name in entry["functions"].items():
            typer.echo(f"           {code}  {name}")
        for found in entry["not_of_a_sensor"]:
            typer.echo(f"         ! {found}")
    if not devices:
        typer.echo("No USB device is plugged in.")


def _computer(sys: Path, own: Path | None, *, as_json: bool) -> None:
    """Show what this computer says of itself, and where that is not what its dossier says."""
    from dataclasses import asdict

    from hardware.host import computer as host
    from hardware.vetting.check import differences_of_computer

    here, known = host.read(sys), register(own)
    against = list(differences_of_computer(here, known))
    if as_json:
        show_json({**asdict(here), "against": against})
        return
    for name, value in asdict(here).items():
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        typer.echo(f"{name.replace('_', ' ') + ':':17} {text or 'none'}")
    for text in against:
        typer.echo(f"! {text}")


def ask(
    sensor: Annotated[str, typer.Argument(help="Which driver: boson, lepton or evo-thermal.")],
    port: Annotated[str | None, typer.Option(help="Device, where there are several.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a sensor who it is, without setting anything in it, to fill in a dossier."""
    from dataclasses import asdict

    from device.drivers import meet
    from device.errors import SensorError

    try:
        met = meet(_opener(sensor, port))
    except SensorError as error:
        raise ended(error) from error
    if as_json:
        show_json({"dossier": met.dossier, "usb": met.usb and str(met.usb), **asdict(met.says)})
        return
    typer.echo(f"Dossier:       {met.dossier}")
    typer.echo(f"USB:           {met.usb or 'no USB device'}")
    typer.echo(f"Serial number: {met.says.serial!r}")
    typer.echo(f"Part number:   {met.says.part_number!r}")
    typer.echo(f"Firmware:      {met.says.firmware!r}")
    if met.says.simulated:
        typer.echo("It says that it is simulated.")


def enrol(
    sensor: Annotated[str, typer.Argument(help="Which driver: boson, lepton or evo-thermal.")],
    key: Annotated[
        Path, typer.Option(help="Your private key (PEM); the trust file lets it enrol.")
    ],
    port: Annotated[str | None, typer.Option(help="Device, where there are several.")] = None,
    passphrase_file: PassphraseFile = None,
    state: State = STATE,
    own: Own = None,
) -> None:
    """Enrol the sensor that is plugged in: from now on only this one may be used at its port."""
    from device.drivers import meet
    from device.errors import SensorError
    from hardware.errors import HardwareError
    from hardware.vetting.station import Vetting
    from service.state.audit import AuditLog
    from service.state.audit_trail import AuditError
    from service.supervisor.trail_memory import TrailMemory
    from service.supervisor.vetting import enrol as enrol_sensor

    private = private_key(key, passphrase_file)
    try:
        met = meet(_opener(sensor, port))
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = AuditLog(state)
        vetting = Vetting(
            own, state, today=hardware_shared.today, memory=TrailMemory(state, log.append)
        )
        new = enrol_sensor(vetting, met, private=private, audit=log)
        decision = vetting.vet(met.dossier, met.usb, met.says)
    except (SensorError, HardwareError, AuditError) as error:
        raise ended(error) from error
    typer.echo(f"Enrolled {new.ids}, serial {new.serial}, firmware {new.firmware}, at {new.port}.")
    tell(decision)


def rules(
    language: Annotated[str, typer.Argument(help="udev or usbguard.")],
    state: State = STATE,
) -> None:
    """Print rules for udev or USBGuard that let only the enrolled sensors in at their ports."""
    from hardware.errors import HardwareError
    from hardware.vetting import gatekeeper
    from hardware.vetting.station import Vetting

    if language not in gatekeeper.LANGUAGES:
        raise typer.BadParameter(f"There is {' and '.join(gatekeeper.LANGUAGES)}.")
    try:
        typer.echo(gatekeeper.LANGUAGES[language](Vetting(None, state).enrolments()), nl=False)
    except HardwareError as error:
        raise ended(error) from error
