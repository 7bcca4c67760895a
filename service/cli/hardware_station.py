"""`limen hardware ask|enrol|rules`: the sensor that is plugged in at this station."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli import hardware_shared
from service.cli.hardware_keys import PassphraseFile, private_key
from service.cli.hardware_shared import AsJson, Own, State, ended, show_json, tell

if TYPE_CHECKING:
    from device.sensor import Sensor
    from hardware.vetting.check import Vet


def _opener(sensor: str, port: str | None) -> "Callable[[Vet], Sensor]":
    from device.drivers import driver
    from device.errors import SensorNotFound

    try:
        row = driver(sensor)
    except SensorNotFound as error:
        raise typer.BadParameter(str(error)) from error
    return lambda vet: row.open(port, vet=vet)


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
    state: State = Path("state"),
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
    state: State = Path("state"),
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
